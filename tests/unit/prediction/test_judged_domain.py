"""Errors in and out of the applicability domain, on molecules of known error."""

import numpy as np
import pytest

from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import Delivered
from toxtune.prediction.judged_domain import judge_domain
from toxtune.stats.bootstrap import Resampling
from toxtune.tasks import TaskType

ALCOHOLS = [f"{'C' * n}O" for n in range(2, 32)]
FAR = ["FC(F)(F)S(=O)(=O)c1ccc(NC=O)cc1"] * 6


def subset(smiles, labels):
    ids = [f"m{number}" for number in range(len(smiles))]
    return Subset(ids, list(smiles), ids, ["t"], np.array(labels, dtype=np.float32))


def judged(values, task_type, labels):
    train, valid = (
        subset(part, [[0]] * 15) for part in (ALCOHOLS[::2], ALCOHOLS[1::2])
    )
    train.labels[::2] = 1
    return judge_domain(
        train=[train],
        valid=[valid],
        trained_on=train,
        test=subset([*ALCOHOLS[3:23], *FAR], labels),
        delivered=Delivered(np.array(values), np.full_like(values, np.nan)),
        task_type=task_type,
        resampling=Resampling(resamples=200, seed=0, confidence=0.95),
    ).set_index("method")


def test_larger_errors_outside_are_seen():
    labels = [[1.0]] * 26
    values = [[0.9]] * 20 + [[0.4]] * 6
    row = judged(values, TaskType.BINARY, labels).loc["similarity"]
    assert (row["molecules_in"], row["molecules_out"]) == (20, 6)
    assert row["error_in"] == pytest.approx(0.01)
    assert row["error_out"] == pytest.approx(0.36)
    assert row["low"] <= row["difference"] <= row["high"]
    assert row["low"] > 0


def test_labels_that_were_not_measured_do_not_count():
    labels = [[1.0]] * 20 + [[np.nan]] * 5 + [[1.0]]
    values = [[0.9]] * 20 + [[0.0]] * 5 + [[0.5]]
    row = judged(values, TaskType.BINARY, labels).loc["similarity"]
    assert row["error_out"] == pytest.approx(0.25)
    nothing = judged(values, TaskType.BINARY, [[1.0]] * 20 + [[np.nan]] * 6)
    assert np.isnan(nothing.loc["similarity", "error_out"])
    assert np.isnan(nothing.loc["similarity", ["low", "high"]].astype(float)).all()


def test_values_are_measured_in_sds_of_the_training_labels():
    # The SD of eight ones and seven zeros.
    sd = np.std([1] * 8 + [0] * 7)
    labels, values = [[2.0]] * 26, [[1.0]] * 20 + [[-1.0]] * 6
    row = judged(values, TaskType.REGRESSION, labels).loc["similarity"]
    assert row["error_in"] == pytest.approx(1 / sd)
    assert row["error_out"] == pytest.approx(3 / sd)


def test_all_classes_count_in_the_brier_score():
    labels, values = [[2.0]] * 26, [[0.1, 0.2, 0.7]] * 20 + [[1.0, 0.0, 0.0]] * 6
    row = judged(values, TaskType.MULTICLASS, labels).loc["similarity"]
    assert row["error_in"] == pytest.approx(0.01 + 0.04 + 0.09)
    assert row["error_out"] == pytest.approx(2)


def test_each_method_has_a_row_with_its_bound():
    table = judged([[0.5]] * 26, TaskType.BINARY, [[1.0]] * 26)
    assert list(table.index) == ["similarity", "leverage"]
    assert (table["bound"] > 0).all()
    assert (table["molecules_in"] + table["molecules_out"] == 26).all()
