"""What each family calls simpler."""

import pytest

from helpers.families import NAMES, with_defaults, with_own
from toxtune.models.base import CPU
from toxtune.models.devices import import_tensorflow
from toxtune.models.registry import get_family

SIMPLER_FIRST = {
    "dense": [
        {"hidden_layers": 0},
        {"neurons": 16},
        {"widths": [20, 4]},
        {"neurons": 64},
        {"neurons": 64, "hidden_layers": 2},
    ],
    "extra_trees": [
        {"min_samples_leaf": 3, "n_estimators": 100},
        {"min_samples_leaf": 1, "max_depth": 5},
        {"min_samples_leaf": 1, "n_estimators": 10},
    ],
    "gaussian_process": [
        {"noise": 1.0},
        {"noise": 0.1, "max_molecules": 100},
        {"noise": 0.1},
    ],
    "gradient_boosting": [
        {"max_iter": 10, "min_samples_leaf": 20},
        {"max_iter": 10, "min_samples_leaf": 5},
        {"max_iter": 100, "max_leaf_nodes": 31},
        {"max_iter": 10, "max_leaf_nodes": None},
    ],
    "lightgbm": [
        {"n_estimators": 10, "min_child_samples": 20},
        {"n_estimators": 10, "min_child_samples": 5},
        {"n_estimators": 10, "num_leaves": 63},
        {"n_estimators": 100},
    ],
    "logistic_regression": [
        {"C": 0.1, "penalty": "l1"},
        {"C": 0.1, "penalty": "l2"},
        {"C": 1.0, "penalty": "l1"},
    ],
    "random_forest": [
        {"min_samples_leaf": 3, "n_estimators": 100},
        {"min_samples_leaf": 1, "max_depth": 5},
        {"min_samples_leaf": 1, "n_estimators": 10},
        {"min_samples_leaf": 1, "n_estimators": 100},
    ],
    "ridge": [{"alpha": 10.0}, {"alpha": 1.0}],
}

SIMPLER_FIRST = with_own(SIMPLER_FIRST, "simpler_first")


def complexity(family, hyperparameters, n_features=50, n_outputs=3):
    settings = with_defaults(family, hyperparameters)
    return get_family(family).complexity(settings, n_features, n_outputs)


@pytest.mark.parametrize("family", NAMES)
def test_simpler_is_smaller(family):
    found = [complexity(family, settings) for settings in SIMPLER_FIRST[family]]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("settings", SIMPLER_FIRST["dense"])
def test_network_counts_its_parameters(settings):
    # Before Keras, whose first operation settles the number of threads.
    import_tensorflow(CPU)
    import keras

    hidden = settings.get("widths") or (
        [settings.get("neurons", 64)] * settings.get("hidden_layers", 1)
    )
    layers = [keras.layers.Dense(size) for size in [*hidden, 3]]
    network = keras.Sequential([keras.Input((50,)), *layers])
    assert complexity("dense", settings) == (network.count_params(),)
