"""The bootstrap: scikit-learn's scores under weights, and honest resamples."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics

from toxtune.stats.bootstrap import (
    interval,
    mean_over_tasks,
    resample_counts,
    resampled_means,
)
from toxtune.stats.metrics import METRICS, metrics_of, task_scores

BINARY = metrics_of("binary")

N_CASES = 200
N_ROWS = 40
POSITIVE_WEIGHT = 3.5


def expected(metric, labels, scores, counts):
    """Score one resample with scikit-learn."""
    if not (counts[labels == 0].any() and counts[labels == 1].any()):
        return np.nan
    if metric == "roc_auc":
        return metrics.roc_auc_score(labels, scores, sample_weight=counts)
    if metric == "pr_auc":
        return metrics.average_precision_score(labels, scores, sample_weight=counts)
    called = scores >= 0.5
    if metric == "balanced_accuracy":
        return metrics.balanced_accuracy_score(labels, called, sample_weight=counts)
    weights = counts * np.where(labels == 1, POSITIVE_WEIGHT, 1.0)
    return metrics.accuracy_score(labels, called, sample_weight=weights)


def random_case(rng):
    """Draw labels of both classes, scores with ties, and counts with many zeros."""
    labels = np.zeros(N_ROWS)
    labels[: rng.integers(1, N_ROWS)] = 1
    rng.shuffle(labels)
    levels = rng.choice([2, 5, 20, 10**6])
    scores = rng.integers(0, levels + 1, N_ROWS) / levels
    counts = rng.poisson(rng.choice([0.05, 0.3, 1.0]), (1, N_ROWS))
    return labels, scores, counts.astype(np.float64)


@pytest.mark.parametrize("metric", BINARY)
def test_equals_scikit_learn_with_counts_as_weights(metric):
    rng = np.random.default_rng(20)
    n_unscored = 0
    for _ in range(N_CASES):
        labels, scores, counts = random_case(rng)
        got, _ = resampled_means(
            metric,
            labels[:, None],
            scores[:, None],
            np.array([POSITIVE_WEIGHT]),
            counts,
        )
        want = expected(metric, labels, scores, counts[0])
        n_unscored += np.isnan(want)
        np.testing.assert_allclose(got[:, 0], [want], rtol=1e-12, atol=1e-12)
    # Cases of both kinds were met.
    assert 20 < n_unscored < 150


@pytest.mark.parametrize("metric", BINARY)
def test_whole_sample_has_the_plain_score(metric):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, (50, 4)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.3] = np.nan
    labels[:, 3] = 1
    probabilities = rng.integers(0, 9, (50, 4)).astype(np.float32) / 8
    weights = np.array([1.0, 2.0, 30.0, 1.0])
    per_task, mean = resampled_means(
        metric, labels, probabilities, weights, np.ones((1, 50))
    )
    plain = task_scores(metric, labels, probabilities, weights)
    np.testing.assert_allclose(per_task[0], plain, rtol=1e-12)
    np.testing.assert_allclose(mean, [np.nanmean(plain)], rtol=1e-12)


@pytest.mark.parametrize("metric", BINARY)
def test_resample_with_one_class_has_no_score_and_no_warning(metric):
    labels = np.array([[0.0, 1], [0, 0], [1, 1]])
    counts = np.array([[1.0, 2, 0], [0, 0, 3], [1, 1, 1]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        per_task, mean = resampled_means(
            metric, labels, np.full((3, 2), 0.4), np.ones(2), counts
        )
    assert np.isnan(per_task[:, 0]).tolist() == [True, True, False]
    assert np.isnan(per_task[:, 1]).tolist() == [False, True, False]
    assert np.isnan(mean).tolist() == [False, True, False]
    assert mean[0] == per_task[0, 1]


def test_mean_over_tasks_leaves_out_what_has_no_score():
    values = np.array([[0.5, 1.0, np.nan], [np.nan, np.nan, np.nan]])
    np.testing.assert_array_equal(mean_over_tasks(values), [0.75, np.nan])


GROUPS = ["b", "a", "c", "a", "d", "a", "c"]


def test_counts_draw_as_many_molecules_as_there_are():
    counts = resample_counts(GROUPS, resamples=500, seed=0)
    assert counts.shape == (500, len(GROUPS))
    assert (counts == np.round(counts)).all()
    assert counts.min() == 0
    one_row_each = [GROUPS.index(group) for group in "abcd"]
    np.testing.assert_array_equal(counts[:, one_row_each].sum(axis=1), 4)


def test_rows_of_one_molecule_go_together():
    counts = resample_counts(GROUPS, resamples=100, seed=0)
    for group in "ac":
        rows = [row for row, other in enumerate(GROUPS) if other == group]
        assert (counts[:, rows] == counts[:, rows[:1]]).all()


@given(
    groups=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30),
    resamples=st.integers(0, 20),
    seed=st.integers(0, 2**64),
)
def test_every_resample_draws_whole_molecules(groups, resamples, seed):
    counts = resample_counts(groups, resamples, seed)
    assert counts.shape == (resamples, len(groups))
    molecules = sorted(set(groups))
    of_molecules = counts[:, [groups.index(molecule) for molecule in molecules]]
    assert (of_molecules.sum(axis=1) == len(molecules)).all()
    rows = [molecules.index(group) for group in groups]
    np.testing.assert_array_equal(counts, of_molecules[:, rows])
    np.testing.assert_array_equal(counts, resample_counts(groups, resamples, seed))


def test_molecules_are_drawn_equally_often():
    counts = resample_counts(GROUPS, resamples=4000, seed=1)
    # A molecule's mean count is 1 with a standard error of 0.87 / sqrt(4000) = 0.014.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.07)


def test_counts_depend_on_the_seed_alone():
    first = resample_counts(GROUPS, resamples=20, seed=0)
    np.testing.assert_array_equal(first, resample_counts(GROUPS, 20, 0))
    assert (first != resample_counts(GROUPS, 20, 1)).any()


def test_bounds_count_values_as_k_of_n_plus_1():
    values = np.arange(1.0, 100.0)
    assert interval(values, 0.9) == pytest.approx([5, 95])
    assert interval(values, 0.5) == pytest.approx([25, 75])


def test_interval_leaves_out_what_has_no_score():
    values = np.array([np.nan, *np.arange(1.0, 100.0), np.nan])
    assert interval(values, 0.9) == pytest.approx([5, 95])
    assert interval(np.array([np.nan, np.nan]), 0.9) is None


def test_interval_covers_the_truth_as_often_as_it_says():
    # The mean accuracy of calls that are right in 70 of 100: coverage of a nominal
    # 90% interval over 200 repetitions has a standard error of 0.021.
    rng = np.random.default_rng(3)
    covered = 0
    for seed in range(200):
        labels = np.repeat([0.0, 1.0], 100)
        right = rng.random(200) < 0.7
        scores = np.where(right, labels, 1 - labels)
        counts = resample_counts([str(row) for row in range(200)], 200, seed)
        per_task, _ = resampled_means(
            "balanced_accuracy", labels[:, None], scores[:, None], np.ones(1), counts
        )
        low, high = interval(per_task[:, 0], 0.9)
        covered += low <= 0.7 <= high
    assert 0.83 <= covered / 200 <= 0.97


OTHER_METRICS = [
    m for task_type in ("multiclass", "regression") for m in metrics_of(task_type)
]


@pytest.mark.parametrize("metric", OTHER_METRICS)
def test_resampled_scores_of_other_task_types_are_scores_of_repeated_rows(metric):
    rng = np.random.default_rng(3)
    if METRICS[metric].task_type == "multiclass":
        labels = rng.integers(0, 3, (25, 2)).astype(np.float64)
        predictions = rng.dirichlet(np.ones(3), (25, 2)).reshape(25, 6)
    else:
        labels = rng.normal(100, 3, (25, 2))
        predictions = labels + rng.normal(0, 2, labels.shape)
    labels[:5, 0] = np.nan
    counts = rng.multinomial(25, np.full(25, 1 / 25), 20).astype(float)
    per_task, mean = resampled_means(metric, labels, predictions, np.ones(2), counts)
    for row, count in enumerate(counts):
        rows = np.repeat(np.arange(25), count.astype(int))
        want = task_scores(metric, labels[rows], predictions[rows], np.ones(2))
        np.testing.assert_allclose(per_task[row], want, rtol=1e-9)
        assert mean[row] == pytest.approx(want.mean())
