"""Each family's winner against the selected one."""

import numpy as np
import pytest

from toxtune.data.subsets import Subset
from toxtune.evaluation.comparison import COLUMNS, compare
from toxtune.stats.bootstrap import (
    Resampling,
    interval,
    resample_counts,
    resampled_means,
)
from toxtune.stats.delong import holm, p_value, placements
from toxtune.stats.metrics import Objective, class_weights, metrics_of, task_scores
from toxtune.tasks import TaskType

TASKS = ["a", "b", "one class"]
RESAMPLING = Resampling(resamples=50, seed=4, confidence=0.9)


def subset(n, seed, binary=True):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2 if binary else 9, (n, 3)).astype(np.float32)
    labels[:, 2] = 0
    labels[rng.random(labels.shape) < 0.2] = np.nan
    ids = [str(row) for row in range(n)]
    return Subset(ids, ["C"] * n, [f"G{row // 2}" for row in range(n)], TASKS, labels)


AUC = Objective("roc_auc", "maximize")
SUBSETS = {"train": subset(90, 0), "test": subset(60, 1)}


def compared(subsets, predictions, objective=AUC):
    """Compare with the family dense."""
    return compare(
        **subsets,
        predictions=predictions,
        overall="dense",
        resampling=RESAMPLING,
        objective=objective,
    )


@pytest.fixture
def predictions():
    rng = np.random.default_rng(2)
    signal = np.nan_to_num(SUBSETS["test"].labels)
    return {
        family: (rng.random((2, 60, 3)) + weight * signal).astype(np.float32) / 2
        for family, weight in {"dense": 0.2, "forest": 0.9, "linear": 0.0}.items()
    }


@pytest.fixture
def table(predictions):
    return compared(SUBSETS, predictions)


def row(table, family, metric, task):
    rows = table[(table["family"] == family) & (table["metric"] == metric)]
    (found,) = rows[rows["task"] == task].to_dict("records")
    return found


def test_every_other_family_is_compared_with_the_selected_one(table):
    assert list(table.columns) == COLUMNS
    assert set(table["family"]) == {"forest", "linear"}
    assert set(table["against"]) == {"dense"}
    assert len(table) == 2 * len(metrics_of(TaskType.BINARY)) * (len(TASKS) + 1)


@pytest.mark.parametrize("metric", metrics_of(TaskType.BINARY))
def test_difference_and_interval_are_on_the_same_molecules(table, predictions, metric):
    test, weights = SUBSETS["test"], class_weights(SUBSETS["train"].labels)
    counts = resample_counts(test.groups, 50, 4)

    def plain(family):
        seeds = predictions[family]
        return np.mean(
            [task_scores(metric, test.labels, one, weights) for one in seeds], axis=0
        )

    def resampled(family):
        seeds = predictions[family]
        return np.mean(
            [
                resampled_means(metric, test.labels, one, weights, counts)[0]
                for one in seeds
            ],
            axis=0,
        )

    found = row(table, "forest", metric, "b")
    assert found["test"] == pytest.approx(plain("forest")[1])
    assert found["test_against"] == pytest.approx(plain("dense")[1])
    assert found["difference"] == pytest.approx((plain("forest") - plain("dense"))[1])
    differences = resampled("forest") - resampled("dense")
    assert [found["low"], found["high"]] == interval(differences[:, 1], 0.9)

    mean = row(table, "forest", metric, "mean")
    assert mean["test"] == pytest.approx(np.nanmean(plain("forest")))
    means = np.nanmean(differences[:, :2], axis=1)
    assert [mean["low"], mean["high"]] == pytest.approx(interval(means, 0.9))


def test_p_values_are_delongs_corrected_by_holm(table, predictions):
    labels = SUBSETS["test"].labels
    tests = []
    for family in ("forest", "linear"):
        for task in (0, 1):
            measured = ~np.isnan(labels[:, task])
            one, other = (
                placements(labels[measured, task], predictions[name][:, measured, task])
                for name in (family, "dense")
            )
            tests.append(p_value(one - other))
    tested = table[table["p_delong"].notna()]
    assert set(tested["metric"]) == {"roc_auc"}
    assert tested["task"].tolist() == ["a", "b", "a", "b"]
    assert tested["p_delong"].tolist() == pytest.approx(tests)
    assert tested["p_holm"].tolist() == pytest.approx(holm(tests))


def test_a_much_better_family_is_found_and_a_task_without_score_is_empty(table):
    found = row(table, "forest", "roc_auc", "mean")
    assert found["low"] > 0
    assert np.isnan(found["p_delong"])
    empty = row(table, "forest", "roc_auc", "one class")
    assert all(np.isnan(empty[name]) for name in COLUMNS[4:])


def test_values_have_no_delong():
    subsets = {"train": subset(90, 0, False), "test": subset(60, 1, False)}
    values = np.random.default_rng(0).random((2, 1, 60, 3)).astype(np.float32)
    predictions = dict(zip(["dense", "ridge"], values, strict=True))
    table = compared(subsets, predictions, Objective("rmse", "minimize"))
    assert set(table["metric"]) == set(metrics_of(TaskType.REGRESSION))
    assert table["p_holm"].isna().all()


def test_one_family_has_nothing_to_be_compared_with(predictions):
    alone = {"dense": predictions["dense"]}
    table = compared(SUBSETS, alone)
    assert list(table.columns) == COLUMNS
    assert table.empty
