"""What families must keep to for several classes and for values."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.families import (
    ALL_MISSING,
    N_CLASSES,
    N_TASKS,
    ONE_CLASS,
    examples_of,
    fit,
    with_defaults,
)
from toxtune.data.labels import scorable
from toxtune.models.base import Examples
from toxtune.models.registry import MODULES, family_module
from toxtune.stats.metrics import task_scores
from toxtune.tasks import BINARY, MULTICLASS, REGRESSION
from toxtune.training.fitting import status_of

THOROUGH = {
    "dense": {"neurons": 64, "epochs": 80, "batch_size": 5, "learning_rate": 0.01},
    "gradient_boosting": {"max_iter": 60, "min_samples_leaf": 1},
    "logistic_regression": {"C": 100.0, "penalty": "l2"},
    "random_forest": {"n_estimators": 40, "max_features": 1.0},
    "ridge": {"alpha": 0.01},
}
kinds = pytest.mark.parametrize(
    ("family", "kind"),
    [
        (family, kind)
        for family in MODULES
        for kind in family_module(family).KINDS
        if kind != BINARY
    ],
)
N_OUTPUTS = {MULTICLASS: N_TASKS * N_CLASSES, REGRESSION: N_TASKS}


def fitted(family, kind, **hyperparameters):
    return fit(
        family,
        train=examples_of(kind, 1),
        valid=examples_of(kind, 2),
        **hyperparameters,
    )


@kinds
def test_predictions_are_classes_or_values_per_molecule_and_task(family, kind):
    model = fitted(family, kind).model
    features = examples_of(kind, 2).features
    for rows in (features, features[:1]):
        predictions = model.predict(rows)
        assert predictions.shape == (len(rows), N_OUTPUTS[kind])
        assert predictions.dtype == np.float32
    if kind == MULTICLASS:
        by_task = predictions.reshape(-1, N_TASKS, N_CLASSES)
        assert (by_task >= 0).all()
        known = np.arange(N_TASKS) != ALL_MISSING
        np.testing.assert_allclose(by_task[:, known].sum(axis=2), 1, rtol=1e-5)
    assert status_of(fitted(family, kind), predictions) == "ok"


@kinds
def test_small_set_is_learned_by_heart(family, kind):
    train = examples_of(kind, 1)
    model = fitted(family, kind, **THOROUGH[family]).model
    predictions = model.predict(train.features)
    metric = {MULTICLASS: "accuracy", REGRESSION: "r2"}[kind]
    scores = task_scores(metric, train.labels, predictions, np.ones(N_TASKS))
    known = scorable(train.labels)
    assert known.sum() == N_TASKS - 2
    # Trees of bootstrap samples have not seen a third of the molecules each.
    assert (scores[known] > 0.7).all()
    if kind == REGRESSION:
        # In the labels' own unit; the task with one value is answered with that.
        measured = ~np.isnan(train.labels[:, ONE_CLASS])
        np.testing.assert_allclose(predictions[measured, ONE_CLASS], 1, atol=0.2)


@kinds
def test_same_seed_gives_the_same_bits_and_a_saved_model_too(family, kind, tmp_path):
    features = examples_of(kind, 2).features
    one, two = (fitted(family, kind).model for _ in range(2))
    assert one.predict(features).tobytes() == two.predict(features).tobytes()
    module = family_module(family)
    path = tmp_path / f"model.{module.MODEL_FORMAT}"
    one.save(path)
    loaded = module.load(path)
    assert loaded.predict(features).tobytes() == one.predict(features).tobytes()


@kinds
def test_molecule_without_labels_has_no_influence(family, kind):
    train = examples_of(kind, 1)
    labels, features = train.labels.copy(), train.features.copy()
    labels[5] = np.nan
    features[5] = 1 - features[5]
    other = examples_of(kind, 2)
    one, two = (
        fit(family, train=Examples(part, labels, kind), valid=other).model.predict(
            other.features
        )
        for part in (train.features, features)
    )
    assert one.tobytes() == two.tobytes()


@kinds
def test_training_goes_on_bit_for_bit(family, kind, tmp_path):
    resource = family_module(family).RESOURCE
    if resource is None:
        pytest.skip(f"{family} has nothing to go on with")
    first = fitted(family, kind, **{resource: 2})
    first.save_state(tmp_path / "state")
    features = examples_of(kind, 2).features
    train, valid = examples_of(kind, 1), examples_of(kind, 2)
    longer = fit(
        family, train=train, valid=valid, state=tmp_path / "state", **{resource: 5}
    )
    whole = fitted(family, kind, **{resource: 5})
    assert longer.curve == whole.curve
    assert (
        longer.model.predict(features).tobytes()
        == whole.model.predict(features).tobytes()
    )


@pytest.mark.parametrize("family", MODULES)
def test_no_validation_part_gives_the_same_model(family):
    kind = family_module(family).KINDS[-1]
    train, valid = examples_of(kind, 1), examples_of(kind, 2)
    alone = fit(family, train=train, valid=None)
    beside = fit(family, train=train, valid=valid)
    assert (
        alone.model.predict(valid.features).tobytes()
        == beside.model.predict(valid.features).tobytes()
    )
    assert all(row[2] is None for row in alone.curve)
    assert status_of(alone, alone.model.predict(valid.features)) == "ok"


@pytest.mark.parametrize("family", MODULES)
def test_whole_numbers_give_the_model_of_the_same_floats(family):
    kind = family_module(family).KINDS[-1]
    train, valid = examples_of(kind, 1), examples_of(kind, 2)
    small = [
        replace(part, features=part.features.astype(np.uint8))
        for part in (train, valid)
    ]
    floats = fit(family, train=train, valid=valid)
    whole = fit(family, train=small[0], valid=small[1])
    assert whole.curve == floats.curve
    assert (
        whole.model.predict(small[1].features).tobytes()
        == floats.model.predict(valid.features).tobytes()
    )


def test_patience_needs_a_validation_part():
    with pytest.raises(ValueError, match="patience"):
        fit("dense", valid=None, patience=2)


def test_a_family_is_declared_for_its_kinds_alone():
    settings = with_defaults("ridge", {})
    assert family_module("ridge").KINDS == (REGRESSION,)
    train = examples_of(REGRESSION, 1)
    assert family_module("ridge").fit(train, None, settings, 0).curve == ()
