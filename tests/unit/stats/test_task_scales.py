"""The units of tasks in means over tasks."""

import numpy as np
import pytest

from toxtune.stats.metrics import Objective, mean_score, task_scores
from toxtune.stats.task_scales import task_scales

RMSE = Objective("rmse", "minimize")
LABELS = np.array(
    [[1, 1000, 5, np.nan], [2, 4000, 5, np.nan], [3, np.nan, 5, np.nan]],
    dtype=np.float32,
)


def test_errors_of_several_tasks_are_in_sds_of_the_training_labels():
    sds = task_scales([LABELS], RMSE).of("rmse")
    assert sds[:2] == pytest.approx([np.std([1, 2, 3]), 1500])


def test_tasks_whose_training_labels_do_not_differ_have_no_unit():
    sds = task_scales([LABELS], RMSE).of("mae")
    assert np.isnan(sds[2:]).all()


@pytest.mark.parametrize("metric", ["r2", "pearson_r2"])
def test_scores_without_a_unit_are_not_divided(metric):
    assert task_scales([LABELS], RMSE).of(metric) == 1.0


def test_a_mean_of_errors_beside_another_metric_is_in_sds_as_well():
    scales = task_scales([LABELS], Objective("r2", "maximize"))
    np.testing.assert_array_equal(
        scales.of("rmse"), task_scales([LABELS], RMSE).of("rmse")
    )


@pytest.mark.parametrize(
    ("labels", "objective"),
    [
        (LABELS[:, :1], RMSE),
        (LABELS, Objective("rmse", "minimize", scale="none")),
        (LABELS, Objective("roc_auc", "maximize")),
    ],
    ids=["one task", "not wanted", "classes"],
)
def test_nothing_is_divided_where_that_means_nothing(labels, objective):
    assert task_scales([labels], objective).of(objective.metric) == 1.0


def test_folds_have_one_unit_that_of_all_their_molecules():
    rng = np.random.default_rng(0)
    labels = rng.normal(size=(30, 2)) * [1, 1000]
    folds = [
        np.delete(labels, range(start, start + 10), axis=0) for start in (0, 10, 20)
    ]
    assert task_scales(folds, RMSE).sds == pytest.approx(labels.std(axis=0))


def test_mean_has_only_tasks_with_a_unit():
    predictions = LABELS + [1, 300, 7, 0]
    scales, weights = task_scales([LABELS], RMSE), np.ones(4)
    errors = task_scores("rmse", LABELS, predictions, weights)
    mean = mean_score("rmse", LABELS, predictions, weights, scales.of("rmse"))
    assert errors[:2] == pytest.approx([1, 300])
    assert mean == pytest.approx((1 / np.std([1, 2, 3]) + 300 / 1500) / 2)


def test_a_setting_that_is_as_usual_is_not_written_down():
    assert RMSE.to_dict() == {"metric": "rmse", "direction": "minimize"}
    unscaled = Objective("rmse", "minimize", "none")
    assert Objective(**unscaled.to_dict()) == unscaled
