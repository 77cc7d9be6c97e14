"""Bootstrap bias correction, held to its definition and to searches without signal."""

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from toxtune import optimism
from toxtune.bootstrap import interval, resample_counts
from toxtune.choice import choose
from toxtune.optimism import Fold, Scoring, correct, out_of_bag_scores, resample

N_ROWS, N_TASKS, N_TRIALS, N_SEEDS, N_RESAMPLES = 60, 2, 6, 2, 40
ROWS = [str(row) for row in range(N_ROWS)]
BEST = partial(choose, maximize=True)


def holdout(labels):
    """Score the ROC-AUC of one set of molecules, each in one row."""
    n_rows, n_tasks = labels.shape
    return Scoring("roc_auc", [Fold(labels, np.ones(n_tasks), np.arange(n_rows))])


@pytest.fixture
def searched():
    """Six trials with two seeds on two tasks, some labels missing."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (N_ROWS, N_TASKS)).astype(float)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    noise = rng.normal(size=(N_TRIALS, N_SEEDS, N_ROWS, N_TASKS))
    counts = resample_counts(ROWS, N_RESAMPLES, seed=1)
    trials = [[list(trial)] for trial in noise + np.nan_to_num(labels)]
    return resample(holdout(labels), counts, trials)


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


def test_resampled_scores_are_those_of_scikit_learn(searched):
    for row in (0, 7, 31):
        for trial in range(N_TRIALS):
            want = by_scikit_learn(
                searched.scoring.folds[0].labels,
                searched.predictions[trial][0],
                searched.counts[row],
            )
            assert searched.scores[row, trial] == pytest.approx(want, abs=1e-12)


def test_winners_are_scored_on_the_molecules_that_were_not_drawn(searched):
    winners = BEST(searched.scores)
    assert len(set(winners)) > 1
    scores = out_of_bag_scores(searched, winners)
    for row, winner in enumerate(winners):
        left = (searched.counts[row] == 0).astype(float)
        want = by_scikit_learn(
            searched.scoring.folds[0].labels, searched.predictions[winner][0], left
        )
        assert scores[row] == pytest.approx(want, abs=1e-12)


def test_blocks_change_nothing(searched, monkeypatch):
    monkeypatch.setattr(optimism, "NUMBERS_PER_BLOCK", 7 * N_ROWS)
    again = resample(searched.scoring, searched.counts, searched.predictions)
    np.testing.assert_array_equal(again.scores, searched.scores)


def test_correction_is_the_mean_of_what_was_left_out(searched):
    found = correct(searched, BEST, chosen=2, confidence=0.9)
    winners = BEST(searched.scores)
    left = out_of_bag_scores(searched, winners)
    assert found["corrected"] == pytest.approx(left.mean())
    assert found["out_of_bag"] == interval(left, 0.9)
    whole = by_scikit_learn(
        searched.scoring.folds[0].labels, searched.predictions[2][0], np.ones(N_ROWS)
    )
    assert found["raw"] == pytest.approx(whole)
    assert found["optimism"] == pytest.approx(found["raw"] - found["corrected"])
    moved = np.array(interval(searched.scores[:, 2], 0.9)) - found["optimism"]
    assert found["interval"] == pytest.approx(moved)
    assert found["standard_error"] == pytest.approx(searched.scores[:, 2].std(ddof=1))


def test_frequencies_count_the_winners(searched):
    found = correct(searched, BEST, chosen=0, confidence=0.95)
    winners = BEST(searched.scores).tolist()
    want = [winners.count(trial) / N_RESAMPLES for trial in range(N_TRIALS)]
    assert found["frequency"] == pytest.approx(want)
    assert sum(found["frequency"]) == pytest.approx(1)


def test_single_trial_was_not_chosen_and_keeps_its_score(searched):
    found = correct(searched.only([3]), BEST, chosen=0, confidence=0.95)
    assert found["frequency"] == [1.0]
    # What is left is the noise of what was drawn.
    assert abs(found["optimism"]) < found["standard_error"] / 2


def test_rule_is_the_one_that_is_given(searched):
    found = correct(searched, lambda scores: np.full(len(scores), 4), 4, 0.95)
    assert found["frequency"] == [0, 0, 0, 0, 1, 0]


def test_lower_is_better_where_the_rule_says_so(searched):
    found = correct(searched, partial(choose, maximize=False), 0, 0.95)
    lowest = searched.scores.argmin(axis=1).tolist()
    want = [lowest.count(trial) / N_RESAMPLES for trial in range(N_TRIALS)]
    assert found["frequency"] == pytest.approx(want)


def test_resample_without_a_score_is_left_out():
    labels = np.array([[0.0], [1], [0], [0]])
    counts = np.array([[1.0, 1, 1, 1], [0, 0, 2, 2], [2, 2, 0, 0]])
    trials = [[[np.array([[0.1], [0.2], [0.3], [0.0]])]]]
    resampled = resample(holdout(labels), counts, trials)
    assert resampled.counts.tolist() == counts[[0, 2]].tolist()
    found = out_of_bag_scores(resampled, np.zeros(2, dtype=int))
    assert np.isnan(found).all()


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
        scores = [scoring.under(everything, trial)[0] for trial in trials]
        chosen = int(np.argmax(scores))
        found = correct(resample(scoring, counts, trials), BEST, chosen, 0.95)
        raw.append(found["raw"])
        corrected.append(found["corrected"])
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
    got = Scoring("roc_auc", folds).under(counts, seeds)
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
    scores = Scoring("roc_auc", folds).under(counts, seeds)
    assert scores[0] == 1.0
    assert np.isnan(scores[1])


def test_nothing_left_to_score_is_none():
    labels = np.array([[0.0], [1], [0], [0]])
    counts = np.array([[1.0, 1, 1, 1], [2, 2, 0, 0]])
    trials = [[[np.array([[0.1], [0.2], [0.3], [0.0]])]]]
    found = correct(resample(holdout(labels), counts, trials), BEST, 0, 0.95)
    assert (found["corrected"], found["interval"], found["scored"]) == (None, None, 0)
    assert found["raw"] == pytest.approx(2 / 3)
