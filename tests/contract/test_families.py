"""What every model family must keep to."""

import math
from dataclasses import replace
from functools import cache
from hashlib import sha256

import numpy as np
import pytest

from helpers.families import (
    BINARY,
    N_TASKS,
    ONE_CLASS,
    SELECTED,
    TRAIN,
    VALID,
    families,
    fit,
    fitted_once,
    in_fresh_processes,
    predicted,
    saved,
    with_defaults,
    with_own,
)
from toxtune.labels.legal import scorable
from toxtune.models.base import Examples
from toxtune.models.registry import get_family
from toxtune.stats.metrics import task_scores
from toxtune.training.fitting import status_of

THOROUGH = {
    "dense": {
        "neurons": 64,
        "epochs": 60,
        "batch_size": 5,
        "learning_rate": 0.01,
        "dropout": 0.0,
    },
    "extra_trees": {"n_estimators": 40, "max_features": 1.0},
    "gaussian_process": {"noise": 0.001, "max_molecules": 2000},
    "gradient_boosting": {"max_iter": 40, "min_samples_leaf": 1},
    "lightgbm": {"n_estimators": 40, "min_child_samples": 1},
    "logistic_regression": {"C": 100.0},
    "random_forest": {"n_estimators": 40, "max_features": 1.0},
}
# Values that must be accepted, and must change what a quick training gives.
OTHER_VALUES = {
    "dense": {
        "hidden_layers": [0, 2],
        "neurons": [9],
        "widths": [[9], [8, 4]],
        "activation": ["elu", "selu", "gelu", "silu", "tanh"],
        "dropout": [0.0, 0.5],
        "input_dropout": [0.2],
        "normalization": ["batch"],
        "optimizer": ["rmsprop", "sgd"],
        "learning_rate": [0.01],
        "schedule": ["cosine"],
        "warmup_epochs": [2],
        "momentum": [0.9],
        "weight_decay": [0.1],
        "batch_size": [1, 7, 1000],
        "epochs": [1],
        "patience": [1],
        "positive_weight": [2, "balanced"],
    },
    "extra_trees": {
        "n_estimators": [6],
        "criterion": ["entropy", "log_loss"],
        "max_depth": [1],
        "min_samples_leaf": [4],
        "max_features": ["log2", 1.0],
        "class_weight": ["balanced"],
    },
    "gaussian_process": {"noise": [1.0], "max_molecules": [6, 2000]},
    "gradient_boosting": {
        "learning_rate": [0.3],
        "max_iter": [6],
        "max_leaf_nodes": [2],
        "min_samples_leaf": [4],
        "l2_regularization": [2.0],
        "max_features": [1.0],
        "class_weight": ["balanced"],
    },
    "lightgbm": {
        "n_estimators": [6],
        "learning_rate": [0.3],
        "num_leaves": [2],
        "min_child_samples": [4],
        "colsample_bytree": [1.0],
        "subsample": [0.5],
        "reg_lambda": [2.0],
    },
    "logistic_regression": {
        "C": [0.5],
        "penalty": ["l2"],
        "class_weight": ["balanced"],
        "max_iter": [1],
    },
    "random_forest": {
        "n_estimators": [6],
        "criterion": ["entropy", "log_loss"],
        "max_depth": [1],
        "min_samples_leaf": [4],
        "max_features": ["log2", 1.0],
        "class_weight": ["balanced", "balanced_subsample"],
    },
}
THOROUGH = with_own(THOROUGH, "thorough")
OTHER_VALUES = with_own(OTHER_VALUES, "other_values")
# Without these a value has no effect in a quick training.
NEEDED = {
    "patience": (("epochs", 30), ("learning_rate", 0.05)),
    "momentum": (("optimizer", "sgd"),),
}


@families
def test_predictions_are_probabilities_per_molecule_and_task(family):
    fitted = fitted_once(family)
    for features in (VALID.features, VALID.features[:1]):
        predictions = fitted.model.predict(features)
        assert predictions.shape == (len(features), N_TASKS)
        assert predictions.dtype == np.float32
        assert ((predictions >= 0) & (predictions <= 1)).all()
    assert status_of(fitted, predictions) == "ok"


@families
def test_predictions_do_not_depend_on_the_other_molecules(family):
    model = fitted_once(family).model
    together = model.predict(VALID.features)
    alone = [model.predict(VALID.features[row : row + 1])[0] for row in range(5)]
    np.testing.assert_allclose(alone, together[:5], rtol=1e-6)


@families
@pytest.mark.parametrize("seed", [0, 1])
def test_same_seed_gives_the_same_bits(family, seed):
    one = fitted_once(family, seed).model.predict(VALID.features)
    assert one.tobytes() == predicted(family, seed).tobytes()


@families
def test_other_seeds_give_other_models(family):
    models = [fitted_once(family, seed).model for seed in (0, 1, 2)]
    first, *others = (model.predict(VALID.features).tobytes() for model in models)
    assert first not in others
    assert others[0] != others[1]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Hashes of predictions and of models, of processes of their own on one core."""
    program = f"""
        os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
        kept = [object() for _ in range(5000)]
        fitted = fit(family, 3)
        predictions = fitted.model.predict(VALID.features)
        model = saved(fitted, family, {str(tmp_path_factory.mktemp("elsewhere"))!r})
        said = ":".join(sha256(one).hexdigest() for one in (predictions, model))
    """
    return in_fresh_processes([name for name in BINARY if name in SELECTED], program)


@families
def test_fresh_process_on_one_core_gives_the_same_bits(family, elsewhere):
    predictions = fitted_once(family, 3).model.predict(VALID.features)
    assert elsewhere[family].split(":")[0] == sha256(predictions).hexdigest()


@families
def test_model_saved_by_another_process_has_the_same_bytes(family, elsewhere, tmp_path):
    """No times, no addresses, and nothing of what was in memory between fields."""
    fitted = fitted_once(family, 3)
    model = saved(fitted, family, tmp_path)
    assert elsewhere[family].split(":")[1] == sha256(model).hexdigest()
    # It is the model still.
    loaded = get_family(family).load(
        tmp_path / f"model.{get_family(family).model_format}"
    )
    assert np.array_equal(
        loaded.predict(VALID.features), fitted.model.predict(VALID.features)
    )


@cache
def learned_by_heart(family):
    return fit(family, **THOROUGH[family]).model


@families
def test_small_set_is_learned_by_heart(family):
    predictions = learned_by_heart(family).predict(TRAIN.features)
    scores = task_scores("roc_auc", TRAIN.labels, predictions, np.ones(N_TASKS))
    known = scorable(TRAIN.labels)
    assert known.sum() == 3
    assert (scores[known] > 0.95).all()
    # The task with one class is answered with that class.
    assert (predictions[:, ONE_CLASS] > 0.9).all()


@families
def test_molecule_without_labels_has_no_influence(family):
    labels = TRAIN.labels.copy()
    labels[5] = np.nan
    features = TRAIN.features.copy()
    features[5] = 1 - features[5]
    one = predicted(family, train=Examples(TRAIN.features, labels))
    two = predicted(family, train=Examples(features, labels))
    assert one.tobytes() == two.tobytes()
    # It is the missing labels that make it so.
    three = predicted(family, train=Examples(features, TRAIN.labels))
    assert three.tobytes() != predicted(family).tobytes()


@families
def test_labels_of_one_task_missing_say_nothing_of_that_task(family):
    # Neither as 0 nor as 1: a task of which a third is missing at random is learned
    # as well for the molecules that have its label.
    model = learned_by_heart(family)
    missing = np.isnan(TRAIN.labels[:, 0])
    assert 2 <= missing.sum() <= 8
    calls = model.predict(TRAIN.features)[:, 0] > 0.5
    assert (calls[~missing] == TRAIN.labels[~missing, 0]).all()


@families
def test_saved_model_predicts_the_same_bits(family, tmp_path):
    model = fitted_once(family).model
    path = tmp_path / f"model.{get_family(family).model_format}"
    model.save(path)
    loaded = get_family(family).load(path)
    assert (
        loaded.predict(VALID.features).tobytes()
        == model.predict(VALID.features).tobytes()
    )


@families
def test_training_changes_nothing_of_what_it_is_given(family):
    arrays = [TRAIN.features, TRAIN.labels, VALID.features, VALID.labels]
    before = [array.copy() for array in arrays]
    fit(family)
    for one, two in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        (family, name, value)
        for family, axes in OTHER_VALUES.items()
        for name, values in axes.items()
        for value in values
    ],
)
def test_hyperparameter_is_accepted_and_has_an_effect(family, name, value):
    rest = NEEDED.get(name, ())
    predictions = predicted(family, **dict(rest), **{name: value})
    assert np.isfinite(predictions).all()
    assert predictions.tobytes() != without(family, rest).tobytes()


@cache
def without(family, rest):
    """Predictions where the hyperparameter in question is as in `QUICK`."""
    return predicted(family, **dict(rest))


@families
def test_every_hyperparameter_is_tried_here(family):
    assert set(OTHER_VALUES[family]) == set(get_family(family).hyperparameters)


@families
def test_defaults_alone_are_a_trial(family):
    fitted = get_family(family).fit(TRAIN, VALID, with_defaults(family, {}), 0)
    assert status_of(fitted, fitted.model.predict(VALID.features)) == "ok"


@families
def test_shipped_space_is_legal_and_small_enough_for_a_grid(family):
    declared, axes = get_family(family).hyperparameters, get_family(family).space
    for name, values in axes.items():
        assert [declared[name].typed(value) for value in values] == values
        assert all(values.count(value) == 1 for value in values)
    assert 1 < math.prod(map(len, axes.values())) <= 30
    # Halving needs to know what a full training is.
    assert len(axes.get(get_family(family).resource, ["the default"])) == 1


@pytest.mark.parametrize(
    ("curve", "prediction", "status"),
    [
        ((), 0.5, "ok"),
        (((1, 0.5, 0.5),), 0.5, "ok"),
        (((1, 0.5, 0.5),), math.nan, "diverged"),
        (((1, 0.5, math.inf),), 0.5, "diverged"),
        (((1, math.nan, 0.5), (2, 0.5, 0.5)), 0.5, "diverged"),
    ],
)
def test_status_speaks_of_losses_and_predictions(curve, prediction, status):
    fitted = replace(fitted_once("random_forest"), curve=curve)
    assert status_of(fitted, np.array([[0.1, prediction]])) == status
