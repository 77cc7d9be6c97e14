"""What is fitted on the validation set, and the tables made with it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss

from helpers.selections import made_selection, made_trial, made_winner
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.evaluation.pooled import PooledPredictions
from toxtune.evaluation.probabilities import (
    brier_rows,
    calibrate_winners,
    decision_rows,
    fit_thresholds,
    judge_probabilities,
    read_final_thresholds,
    reliability_rows,
)
from toxtune.io.files import write_json
from toxtune.stats.calibration import fit_temperature, scaled, tempered
from toxtune.stats.thresholds import decision_scores, youden_threshold

TASKS = ["a", "one class", "b"]


def subset(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (n, 3)).astype(np.float32)
    labels[:, 1] = 0
    labels[rng.random(labels.shape) < 0.2] = np.nan
    ids = [str(row) for row in range(n)]
    return Subset(ids, ["C"] * n, ids, TASKS, labels)


def predictions(of, seed):
    rng = np.random.default_rng(seed)
    noise = rng.random((2, len(of.ids), 3))
    return ((2 * noise + np.nan_to_num(of.labels)) / 3).astype(np.float32)


VALID, TEST = subset(80, 0), subset(50, 1)
ON_VALID, ON_TEST = predictions(VALID, 2), predictions(TEST, 3)
TESTED = PooledPredictions(TEST, ON_TEST)


@pytest.fixture(params=["none", "temperature"])
def fitted(request):
    return fit_thresholds(VALID, ON_VALID, request.param)


def measured(of, values, task):
    known = ~np.isnan(of.labels[:, task])
    return of.labels[known, task], values[:, known, task]


def test_seeds_are_fitted_together():
    labels, seeds = measured(VALID, ON_VALID, 2)
    both = np.concatenate([labels, labels])
    temperature = fit_temperature(both, seeds.ravel())
    fitted = fit_thresholds(VALID, ON_VALID, "temperature")["b"]
    assert fitted["temperature"] == temperature
    sure = tempered(seeds.ravel(), temperature)
    assert fitted["threshold"] == youden_threshold(both, sure)


def test_where_no_temperature_is_likeliest_probabilities_keep_their_order():
    labels = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]], dtype=np.float32)
    ids = [str(row) for row in range(5)]
    valid = Subset(ids, ["C"] * 5, ids, ["a"], labels)
    given = np.array([0.1, 0.4, 0.7, 0.8, 0.9])[None, :, None]
    fitted = fit_thresholds(valid, given, "temperature")
    assert fitted["a"]["temperature"] is None
    assert fitted["a"]["threshold"] == youden_threshold(labels[:, 0], given.ravel())
    (row,) = brier_rows(valid, given, fitted)
    assert row["brier_scaled"] == row["brier"]


def test_without_scaling_the_temperature_is_one():
    labels, seeds = measured(VALID, ON_VALID, 0)
    fitted = fit_thresholds(VALID, ON_VALID, "none")["a"]
    both = np.concatenate([labels, labels])
    assert fitted == {
        "temperature": 1.0,
        "threshold": youden_threshold(both, seeds.ravel()),
    }


@pytest.mark.parametrize("seeds", [[0, 1], [0]])
def test_the_final_model_is_fitted_by_what_it_predicts(seeds, tmp_path):
    selection = made_selection({"dense": made_winner(made_trial("1" * 12))}, "dense")
    report = calibrate_winners(
        selection,
        {"dense": PooledPredictions(VALID, ON_VALID)},
        method="temperature",
        n_folds=None,
        final_seeds=seeds,
    )
    write_json(tmp_path / "calibration.json", report)
    mean = ON_VALID[: len(seeds)].astype(float).mean(axis=0)
    expected = fit_thresholds(VALID, mean[None], "temperature")
    assert read_final_thresholds(tmp_path / "calibration.json") == expected
    assert expected != report["families"]["dense"]


def test_a_damaged_calibration_is_refused(tmp_path):
    write_json(tmp_path / "calibration.json", {"families": {}})
    with pytest.raises(UserError, match="no thresholds of the final model"):
        read_final_thresholds(tmp_path / "calibration.json")


def test_scaling_changes_no_call():
    # It changes no order, and the thresholds go with it.
    one, other = (
        decision_rows(TESTED, fit_thresholds(VALID, ON_VALID, method))
        for method in ("none", "temperature")
    )
    for plain, tempered_row in zip(one, other, strict=True):
        assert plain["mcc"] == pytest.approx(tempered_row["mcc"])


def test_task_with_one_class_is_not_fitted_and_has_no_row(fitted):
    assert fitted["one class"] == {"temperature": None, "threshold": None}
    for rows in (
        decision_rows(TESTED, fitted),
        brier_rows(TEST, ON_TEST, fitted),
    ):
        assert [row["task"] for row in rows if row["task"] != "mean"] == ["a", "b"]


def test_task_that_could_not_be_fitted_is_not_called():
    fitted = fit_thresholds(VALID, ON_VALID, "none")
    fitted["a"] = {"temperature": None, "threshold": None}
    rows = decision_rows(TESTED, fitted)
    assert [row["task"] for row in rows] == ["b", "mean"]
    nothing = dict.fromkeys(TASKS, fitted["a"])
    assert decision_rows(TESTED, nothing) == []


def test_decisions_are_means_over_seeds(fitted):
    first, second, mean = decision_rows(TESTED, fitted)
    labels, seeds = measured(TEST, ON_TEST, 0)
    calls = scaled(seeds, fitted["a"]["temperature"]) >= fitted["a"]["threshold"]
    scores = [decision_scores(labels, call) for call in calls]
    for name in ("precision", "recall", "specificity", "f1", "mcc"):
        assert first[name] == pytest.approx(np.mean([one[name] for one in scores]))
        assert mean[name] == pytest.approx((first[name] + second[name]) / 2)
    assert first["positives"] + first["negatives"] == len(labels)


def test_further_repeats_are_no_further_molecules(fitted):
    """They are further predictions: scores are of all, counts of the first."""
    order = np.random.default_rng(6).permutation(len(VALID.ids))
    twice = Subset(
        VALID.ids + [VALID.ids[row] for row in order],
        VALID.smiles * 2,
        VALID.groups * 2,
        TASKS,
        np.concatenate([VALID.labels, VALID.labels[order]]),
    )
    second = predictions(twice, 7)[:, len(order) :]
    both = np.concatenate([ON_VALID, second], axis=1)
    once, again = (
        decision_rows(PooledPredictions(VALID, ON_VALID), fitted),
        decision_rows(PooledPredictions(twice, both, repeats=2), fitted),
    )
    for one, other in zip(once, again, strict=True):
        for name in ("positives", "negatives"):
            assert one[name] == other[name]
    assert [row["recall"] for row in once] != [row["recall"] for row in again]
    tables = judge_probabilities(
        {"dense": fitted},
        validation={"dense": PooledPredictions(twice, both, repeats=2)},
        test=TEST,
        test_predictions={"dense": ON_TEST},
        seeds=[4, 9],
        confidence=0.95,
    )
    bins = tables.reliability[tables.reliability["subset"] == "valid"]
    expected = pd.DataFrame(reliability_rows(VALID, ON_VALID, fitted, [4, 9], 0.95))
    pd.testing.assert_frame_equal(
        bins[expected.columns].reset_index(drop=True), expected
    )


def test_brier_scores_are_scikit_learns(fitted):
    row = brier_rows(TEST, ON_TEST, fitted)[1]
    labels, seeds = measured(TEST, ON_TEST, 2)
    better = scaled(seeds.astype(float), row["temperature"])
    for name, probabilities in (("brier", seeds), ("brier_scaled", better)):
        want = np.mean([brier_score_loss(labels, one) for one in probabilities])
        assert row[name] == pytest.approx(want, abs=1e-6)
    share = labels.mean()
    assert row["brier_prevalence"] == pytest.approx(share * (1 - share), abs=1e-6)


def test_temperature_lowers_the_loss_of_what_it_was_fitted_on():
    rng = np.random.default_rng(5)
    honest = np.stack([rng.random((400, 1))] * 2)
    labels = (rng.random((400, 1)) < honest[0]).astype(np.float32)
    ids = [str(row) for row in range(400)]
    valid = Subset(ids, ["C"] * 400, ids, ["a"], labels)
    sure = tempered(honest, 0.3)
    (row,) = brier_rows(valid, sure, fit_thresholds(valid, sure, "temperature"))
    assert row["temperature"] == pytest.approx(1 / 0.3, rel=0.3)
    assert row["brier_scaled"] < row["brier"] - 0.01


def test_reliability_has_all_molecules_of_each_task_and_seed(fitted):
    rows = reliability_rows(TEST, ON_TEST, fitted, [4, 9], 0.95)
    for number, task in ((0, "a"), (2, "b")):
        labels, _ = measured(TEST, ON_TEST, number)
        for seed in (4, 9):
            own = [row for row in rows if (row["task"], row["seed"]) == (task, seed)]
            assert sum(row["molecules"] for row in own) == len(labels)
            assert [row["bin"] for row in own] == list(range(1, len(own) + 1))
