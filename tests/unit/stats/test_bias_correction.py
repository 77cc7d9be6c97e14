"""Bootstrap bias correction, held to its definition and to searches without signal."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from toxtune.selection.rules import choose
from toxtune.stats import resampled_trials
from toxtune.stats.bias_correction import (
    correct,
    errors_of_correction,
    likely_truths,
)
from toxtune.stats.bootstrap import interval, resample_counts
from toxtune.stats.resampled_trials import (
    NOT_DRAWN_TO_ALL,
    Fold,
    Resampled,
    Scoring,
    mean_over_parts,
    resample,
)

N_ROWS, N_TASKS, N_TRIALS, N_SEEDS, N_RESAMPLES = 60, 2, 6, 2, 40
ROWS = [str(row) for row in range(N_ROWS)]
BEST = partial(choose, maximize=True)


def holdout(labels):
    """Score the ROC-AUC of one set of molecules, each in one row."""
    n_rows, n_tasks = labels.shape
    return Scoring("roc_auc", [Fold(labels, np.ones(n_tasks), np.arange(n_rows))])


class Searched(NamedTuple):
    """What was resampled, and the resampled scores."""

    labels: np.ndarray
    counts: np.ndarray
    trials: list
    resampled: Resampled


@pytest.fixture
def searched():
    """Six trials with two seeds on two tasks, some labels missing."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (N_ROWS, N_TASKS)).astype(float)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    noise = rng.normal(size=(N_TRIALS, N_SEEDS, N_ROWS, N_TASKS))
    counts = resample_counts(ROWS, N_RESAMPLES, seed=1)
    trials = [[list(trial)] for trial in noise + np.nan_to_num(labels)]
    return Searched(labels, counts, trials, resample(holdout(labels), counts, trials))


def by_scikit_learn(labels, seeds, weights):
    """Mean over seeds and tasks of one resample."""
    areas = []
    for seed in seeds:
        for task in range(N_TASKS):
            used = (weights > 0) & ~np.isnan(labels[:, task])
            areas.append(
                roc_auc_score(
                    labels[used, task], seed[used, task], sample_weight=weights[used]
                )
            )
    return np.mean(areas)


def winners_out_of_bag(resampled):
    """Score each resample's winner on the molecules that were not drawn."""
    winners = BEST(resampled.in_bag)
    return np.array([resampled.out_of_bag[row, won] for row, won in enumerate(winners)])


def test_resampled_scores_are_those_of_scikit_learn(searched):
    for row in (0, 7, 31):
        for trial in range(N_TRIALS):
            own, drawn = searched.trials[trial][0], searched.counts[row]
            left = (drawn == 0).astype(float)
            want = by_scikit_learn(searched.labels, own, drawn)
            assert searched.resampled.in_bag[row, trial] == pytest.approx(want)
            want = by_scikit_learn(searched.labels, own, left)
            assert searched.resampled.out_of_bag[row, trial] == pytest.approx(want)
            want = by_scikit_learn(searched.labels, own, np.ones(N_ROWS))
            assert searched.resampled.full[trial] == pytest.approx(want)


def test_winners_are_scored_on_the_molecules_that_were_not_drawn(searched):
    winners = BEST(searched.resampled.in_bag)
    assert len(set(winners)) > 1
    scores = winners_out_of_bag(searched.resampled)
    for row, winner in enumerate(winners):
        left = (searched.counts[row] == 0).astype(float)
        want = by_scikit_learn(searched.labels, searched.trials[winner][0], left)
        assert scores[row] == pytest.approx(want)


def test_blocks_change_nothing(searched, monkeypatch):
    monkeypatch.setattr(resampled_trials, "NUMBERS_PER_BLOCK", 7 * N_ROWS)
    again = resample(holdout(searched.labels), searched.counts, searched.trials)
    np.testing.assert_array_equal(again.in_bag, searched.resampled.in_bag)


def test_what_is_lost_differs_from_its_score_as_the_others_do():
    full = np.array([[0.9, 0.5, 0.7, np.nan]])
    lost = np.nan
    scores = np.array(
        [
            [0.8, 0.4, 0.7, lost],
            [0.8, lost, lost, lost],
            [lost, 0.6, 0.8, lost],
            [lost, lost, lost, lost],
        ]
    )
    means = mean_over_parts(scores, lambda: full)
    assert means[:3] == pytest.approx([1.9 / 3, 0.7 - 0.1, 0.7 + 0.1])
    assert np.isnan(means[3])


def test_scores_on_all_molecules_are_asked_for_only_where_something_is_lost():
    means = mean_over_parts(np.array([[0.8, 0.4], [0.6, 0.4]]), pytest.fail)
    assert means.tolist() == [(0.8 + 0.4) / 2, (0.6 + 0.4) / 2]


@pytest.mark.parametrize("n_actives", [2, 3, 5])
@pytest.mark.parametrize("n_folds", [1, 2])
def test_a_single_trial_has_no_optimism_where_a_hard_task_is_rare(n_actives, n_folds):
    """Of the resamples 0.63^k leave no active of it, so that the easy one is left."""
    optimism = []
    for number in range(25):
        rng = np.random.default_rng([n_actives, number])
        folds, seeds = [], []
        for first in range(0, N_ROWS * n_folds, N_ROWS):
            labels = np.zeros((N_ROWS, 2))
            labels[:25, 0] = 1
            # In a second fold the hard task has no active at all.
            labels[rng.choice(N_ROWS, n_actives, replace=False), 1] = first == 0
            rows = np.arange(first, first + N_ROWS)
            folds.append(Fold(labels, np.ones(2), rows))
            learned = 2 * labels[:, :1] + rng.normal(size=(N_ROWS, 1))
            seeds.append([np.hstack([learned, rng.normal(size=(N_ROWS, 1))])])
        counts = resample_counts([str(n) for n in range(N_ROWS * n_folds)], 100, 1)
        resampled = resample(Scoring("roc_auc", folds), counts, [seeds])
        optimism.append(correct(resampled, BEST, 0, 0.95).optimism)
    # By the mean of the tasks that are left it would be -0.09 for two, -0.02 for five.
    assert np.mean(optimism) == pytest.approx(0, abs=0.006)


def test_correction_is_the_mean_of_what_was_left_out(searched):
    resampled = searched.resampled
    found = correct(resampled, BEST, chosen=2, confidence=0.9)
    left = winners_out_of_bag(resampled)
    assert found.corrected == pytest.approx(left.mean())
    assert found.out_of_bag == interval(left, 0.9)
    assert found.raw == resampled.full[2]
    assert found.optimism == pytest.approx(found.raw - found.corrected)
    low, high = interval(errors_of_correction(resampled, BEST), 0.9)
    want = [found.corrected - high, found.corrected - low]
    assert found.interval == pytest.approx(want)
    assert found.standard_error == pytest.approx(resampled.in_bag[:, 2].std(ddof=1))


@pytest.mark.parametrize("numbers_per_block", [1, 5 * N_TRIALS, 10**6])
def test_errors_are_those_of_searches_whose_truth_is_known(
    searched, numbers_per_block, monkeypatch
):
    monkeypatch.setattr(resampled_trials, "NUMBERS_PER_BLOCK", numbers_per_block)
    resampled = searched.resampled
    drawn = resampled.in_bag - resampled.full
    truths = likely_truths(resampled.full, drawn)
    errors = errors_of_correction(resampled, BEST)
    for search in (0, 11, 39):
        scores = [truths[trial] + drawn[search, trial] for trial in range(N_TRIALS)]
        left = []
        for row in range(N_RESAMPLES):
            won = int(np.argmax(scores + drawn[row]))
            left.append(
                scores[won] + resampled.out_of_bag[row, won] - resampled.full[won],
            )
        want = np.mean(left) - truths[int(np.argmax(scores))]
        assert errors[search] == pytest.approx(want)


def test_what_is_remade_is_spread_as_molecules_it_was_not_fitted_to_say(searched):
    is_remade = np.arange(N_TRIALS) == 4
    plain = searched.resampled.deviations
    remade = replace(searched.resampled, is_remade=is_remade).deviations
    np.testing.assert_array_equal(remade.out_of_bag, plain.out_of_bag)
    others = ~is_remade
    np.testing.assert_array_equal(remade.in_bag[:, others], plain.in_bag[:, others])
    moved, fresh = remade.in_bag[:, 4], plain.out_of_bag[:, 4]
    assert moved.mean() == pytest.approx(-fresh.mean())
    assert moved.std() == pytest.approx(NOT_DRAWN_TO_ALL * fresh.std())
    # A resample with high scores stays one.
    assert np.corrcoef(moved, plain.in_bag[:, 4])[0, 1] == pytest.approx(1)


def test_what_is_remade_and_scores_the_same_everywhere_stays_so(searched):
    in_bag = searched.resampled.in_bag.copy()
    in_bag[:, 4] = 1.0
    is_remade = np.arange(N_TRIALS) == 4
    remade = replace(searched.resampled, in_bag=in_bag, is_remade=is_remade).deviations
    assert np.ptp(remade.in_bag[:, 4]) == 0
    assert np.isfinite(remade.in_bag).all()


def test_sd_on_molecules_not_drawn_tells_that_on_all():
    """Of a model that is not made anew, for which both can be had."""
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 2, (400, 1)).astype(float)
    model = [[labels + generator.normal(size=labels.shape)]]
    counts = resample_counts([str(row) for row in range(400)], 2000, seed=6)
    found = resample(holdout(labels), counts, [model])
    told = NOT_DRAWN_TO_ALL * found.out_of_bag.std()
    assert told == pytest.approx(found.in_bag.std(), rel=0.08)


def test_trials_that_chance_alone_sets_apart_are_taken_as_equal():
    rng = np.random.default_rng(3)
    deviations = rng.normal(size=(200, 50))
    equal = likely_truths(0.7 * rng.normal(size=50), deviations)
    assert np.ptp(equal) == 0
    apart = 2 * rng.normal(size=50)
    nearer = likely_truths(apart, deviations)
    kept = np.polyfit(apart, nearer, 1)[0]
    assert kept == pytest.approx(1 - 1 / apart.var(ddof=1), abs=0.02)
    assert nearer.mean() == pytest.approx(apart.mean())
    # What moves all trials alike says nothing of how they differ.
    alike = deviations + 10 * rng.normal(size=(200, 1))
    np.testing.assert_allclose(likely_truths(apart, alike), nearer)


def test_single_or_equal_trials_are_as_good_as_they_scored():
    deviations = np.random.default_rng(4).normal(size=(20, 3))
    scores = np.array([0.7, 0.7, 0.7])
    assert likely_truths(scores, deviations).tolist() == scores.tolist()
    assert likely_truths(scores[:1], deviations[:, :1]).tolist() == [0.7]


def test_frequencies_count_the_winners(searched):
    found = correct(searched.resampled, BEST, chosen=0, confidence=0.95)
    winners = BEST(searched.resampled.in_bag).tolist()
    want = [winners.count(trial) / N_RESAMPLES for trial in range(N_TRIALS)]
    assert found.frequency == pytest.approx(want)
    assert sum(found.frequency) == pytest.approx(1)


def test_single_trial_was_not_chosen_and_keeps_its_score(searched):
    found = correct(
        searched.resampled.take(np.array([3])), BEST, chosen=0, confidence=0.95
    )
    assert found.frequency == [1.0]
    # What is left is the noise of what was drawn.
    assert abs(found.optimism) < found.standard_error / 2


def test_rule_is_the_one_that_is_given(searched):
    found = correct(searched.resampled, lambda scores: np.full(len(scores), 4), 4, 0.95)
    assert found.frequency == [0, 0, 0, 0, 1, 0]


def test_lower_is_better_where_the_rule_says_so(searched):
    found = correct(searched.resampled, partial(choose, maximize=False), 0, 0.95)
    lowest = searched.resampled.in_bag.argmin(axis=1).tolist()
    want = [lowest.count(trial) / N_RESAMPLES for trial in range(N_TRIALS)]
    assert found.frequency == pytest.approx(want)


def test_resample_without_a_score_is_left_out():
    labels = np.array([[0.0], [1], [0], [0]])
    counts = np.array([[1.0, 1, 1, 1], [0, 0, 2, 2], [2, 2, 0, 0]])
    trials = [[[np.array([[0.1], [0.2], [0.3], [0.0]])]]]
    resampled = resample(holdout(labels), counts, trials)
    assert np.isfinite(resampled.in_bag).tolist() == [[True], [True]]
    assert np.isnan(winners_out_of_bag(resampled)).all()


def test_winner_of_noise_is_corrected_to_chance():
    # 40 useless trials: the best looks good, and its corrected score is 0.5 on the
    # average of 30 searches, which has a standard error of about 0.006.
    raw, corrected = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, (80, 1)).astype(float)
        scoring = holdout(labels)
        counts = resample_counts([str(row) for row in range(80)], 100, seed)
        trials = [[[rng.random((80, 1))]] for _ in range(40)]
        everything = np.ones((1, 80))
        scores = [scoring.resampled_scores(everything, trial)[0] for trial in trials]
        chosen = int(np.argmax(scores))
        found = correct(resample(scoring, counts, trials), BEST, chosen, 0.95)
        raw.append(found.raw)
        corrected.append(found.corrected)
    assert np.mean(raw) > 0.6
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.02)


def test_folds_are_scored_apart_and_share_molecules():
    # Two folds of a repeated cross-validation: molecules 10 to 19 are in both.
    rng = np.random.default_rng(6)
    labels = rng.permutation(np.repeat([0.0, 1.0], 15))[:, None]
    members = [np.arange(20), np.arange(10, 30)]
    folds = [Fold(labels[rows], np.ones(1), rows) for rows in members]
    seeds = [[rng.random((20, 1)) for _ in range(2)] for _ in members]
    counts = resample_counts([str(row) for row in range(30)], 5, seed=0)
    got = Scoring("roc_auc", folds).resampled_scores(counts, seeds)
    for row, resampled in enumerate(counts):
        areas = [
            roc_auc_score(labels[rows], seed, sample_weight=resampled[rows])
            for rows, both in zip(members, seeds, strict=True)
            for seed in both
        ]
        assert got[row] == pytest.approx(np.mean(areas), abs=1e-12)


def test_fold_without_a_score_is_left_out():
    labels = np.array([[0.0], [1], [0], [0]])
    members = [np.array([0, 1]), np.array([2, 3])]
    folds = [Fold(labels[rows], np.ones(1), rows) for rows in members]
    seeds = [[np.array([[0.1], [0.9]])]] * 2
    counts = np.array([[1.0, 1, 1, 1], [1, 0, 1, 1]])
    scores = Scoring("roc_auc", folds).resampled_scores(counts, seeds)
    assert scores[0] == 1.0
    assert np.isnan(scores[1])


def test_nothing_left_to_score_is_none():
    labels = np.array([[0.0], [1], [0], [0]])
    counts = np.array([[1.0, 1, 1, 1], [2, 2, 0, 0]])
    trials = [[[np.array([[0.1], [0.2], [0.3], [0.0]])]]]
    found = correct(resample(holdout(labels), counts, trials), BEST, 0, 0.95)
    assert (found.corrected, found.interval, found.scored) == (None, None, 0)
    assert found.raw == pytest.approx(2 / 3)
