"""What families must keep to for several classes and for values."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.families import (
    ALL_MISSING,
    N_CLASSES,
    N_TASKS,
    NAMES,
    ONE_CLASS,
    examples_of,
    fit,
    with_defaults,
    with_own,
)
from toxtune.labels.legal import scorable
from toxtune.models.base import Examples
from toxtune.models.registry import get_family
from toxtune.stats.metrics import task_scores
from toxtune.tasks import TaskType
from toxtune.training.fitting import status_of

THOROUGH = {
    "dense": {"neurons": 64, "epochs": 80, "batch_size": 5, "learning_rate": 0.01},
    "extra_trees": {"n_estimators": 40, "max_features": 1.0},
    "gaussian_process": {"noise": 0.001, "max_molecules": 2000},
    "gradient_boosting": {"max_iter": 60, "min_samples_leaf": 1},
    "lightgbm": {"n_estimators": 60, "min_child_samples": 1},
    "logistic_regression": {"C": 100.0, "penalty": "l2"},
    "random_forest": {"n_estimators": 40, "max_features": 1.0},
    "ridge": {"alpha": 0.01},
}
THOROUGH = with_own(THOROUGH, "thorough")
task_types = pytest.mark.parametrize(
    ("family", "task_type"),
    [
        (family, task_type)
        for family in NAMES
        for task_type in get_family(family).task_types
        if task_type != TaskType.BINARY
    ],
)
N_OUTPUTS = {TaskType.MULTICLASS: N_TASKS * N_CLASSES, TaskType.REGRESSION: N_TASKS}


def fitted(family, task_type, **hyperparameters):
    return fit(
        family,
        train=examples_of(task_type, 1),
        valid=examples_of(task_type, 2),
        **hyperparameters,
    )


@task_types
def test_predictions_are_classes_or_values_per_molecule_and_task(family, task_type):
    model = fitted(family, task_type).model
    features = examples_of(task_type, 2).features
    for rows in (features, features[:1]):
        predictions = model.predict(rows)
        assert predictions.shape == (len(rows), N_OUTPUTS[task_type])
        assert predictions.dtype == np.float32
    if task_type == TaskType.MULTICLASS:
        by_task = predictions.reshape(-1, N_TASKS, N_CLASSES)
        assert (by_task >= 0).all()
        known = np.arange(N_TASKS) != ALL_MISSING
        np.testing.assert_allclose(by_task[:, known].sum(axis=2), 1, rtol=1e-5)
    assert status_of(fitted(family, task_type), predictions) == "ok"


@task_types
def test_small_set_is_learned_by_heart(family, task_type):
    train = examples_of(task_type, 1)
    model = fitted(family, task_type, **THOROUGH[family]).model
    predictions = model.predict(train.features)
    metric = {TaskType.MULTICLASS: "accuracy", TaskType.REGRESSION: "r2"}[task_type]
    scores = task_scores(metric, train.labels, predictions, np.ones(N_TASKS))
    known = scorable(train.labels)
    assert known.sum() == N_TASKS - 2
    # Trees of bootstrap samples have not seen a third of the molecules each.
    assert (scores[known] > 0.7).all()
    if task_type == TaskType.REGRESSION:
        # In the labels' own unit; the task with one value is answered with that.
        measured = ~np.isnan(train.labels[:, ONE_CLASS])
        np.testing.assert_allclose(predictions[measured, ONE_CLASS], 1, atol=0.2)


@task_types
def test_same_seed_gives_the_same_bits_and_a_saved_model_too(
    family, task_type, tmp_path
):
    features = examples_of(task_type, 2).features
    model, again = (fitted(family, task_type).model for _ in range(2))
    assert model.predict(features).tobytes() == again.predict(features).tobytes()
    path = tmp_path / f"model.{get_family(family).model_format}"
    model.save(path)
    loaded = get_family(family).load(path)
    assert loaded.predict(features).tobytes() == model.predict(features).tobytes()


@task_types
def test_molecule_without_labels_has_no_influence(family, task_type):
    train = examples_of(task_type, 1)
    labels, features = train.labels.copy(), train.features.copy()
    labels[5] = np.nan
    features[5] = 1 - features[5]
    other = examples_of(task_type, 2)
    one, two = (
        fit(
            family, train=Examples(subset, labels, task_type), valid=other
        ).model.predict(other.features)
        for subset in (train.features, features)
    )
    assert one.tobytes() == two.tobytes()


@task_types
def test_training_goes_on_bit_for_bit(family, task_type, tmp_path):
    resource = get_family(family).resource
    if resource is None:
        pytest.skip(f"{family} has nothing to go on with")
    first = fitted(family, task_type, **{resource: 2})
    first.save_state(tmp_path / "state")
    features = examples_of(task_type, 2).features
    train, valid = examples_of(task_type, 1), examples_of(task_type, 2)
    longer = fit(
        family, train=train, valid=valid, state=tmp_path / "state", **{resource: 5}
    )
    whole = fitted(family, task_type, **{resource: 5})
    assert longer.curve == whole.curve
    assert (
        longer.model.predict(features).tobytes()
        == whole.model.predict(features).tobytes()
    )


@pytest.mark.parametrize("family", NAMES)
def test_no_validation_part_gives_the_same_model(family):
    task_type = get_family(family).task_types[-1]
    train, valid = examples_of(task_type, 1), examples_of(task_type, 2)
    alone = fit(family, train=train, valid=None)
    beside = fit(family, train=train, valid=valid)
    assert (
        alone.model.predict(valid.features).tobytes()
        == beside.model.predict(valid.features).tobytes()
    )
    assert all(row[2] is None for row in alone.curve)
    assert status_of(alone, alone.model.predict(valid.features)) == "ok"


@pytest.mark.parametrize("family", NAMES)
def test_whole_numbers_give_the_model_of_the_same_floats(family):
    task_type = get_family(family).task_types[-1]
    train, valid = examples_of(task_type, 1), examples_of(task_type, 2)
    small = [
        replace(subset, features=subset.features.astype(np.uint8))
        for subset in (train, valid)
    ]
    floats = fit(family, train=train, valid=valid)
    whole = fit(family, train=small[0], valid=small[1])
    assert whole.curve == floats.curve
    assert (
        whole.model.predict(small[1].features).tobytes()
        == floats.model.predict(valid.features).tobytes()
    )


@pytest.mark.parametrize(
    "family",
    [name for name in NAMES if "patience" in get_family(name).hyperparameters],
)
def test_a_training_that_may_stop_early_tells_its_epochs(family):
    task_type = get_family(family).task_types[-1]
    train, valid = examples_of(task_type, 1), examples_of(task_type, 2)
    assert fit(family, train=train, valid=valid, patience=1).epochs


def test_patience_needs_a_validation_set():
    with pytest.raises(ValueError, match="patience"):
        fit("dense", valid=None, patience=2)


def test_a_family_is_declared_for_its_task_types_alone():
    settings = with_defaults("ridge", {})
    assert get_family("ridge").task_types == (TaskType.REGRESSION,)
    train = examples_of(TaskType.REGRESSION, 1)
    assert get_family("ridge").fit(train, None, settings, 0).curve == ()
