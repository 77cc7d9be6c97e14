"""Spaces: typed axes, the grid over them, and deviations from the defaults."""

import re

import pytest

from toxtune.errors import UserError
from toxtune.models import MODULES, family_module
from toxtune.space import deviations, grid, typed_axes


def test_values_get_the_type_of_their_axis():
    axes = typed_axes("dense", {"dropout": [0, 0.5], "neurons": [64.0]}, "space")
    assert axes == {"dropout": [0.0, 0.5], "neurons": [64]}
    assert [type(value) for value in axes["dropout"]] == [float, float]
    assert type(axes["neurons"][0]) is int


def test_single_value_is_an_axis_of_one():
    axes = {"patience": None, "activation": "tanh", "epochs": 3}
    assert typed_axes("dense", axes, "space") == {
        "patience": [None],
        "activation": ["tanh"],
        "epochs": [3],
    }


def test_repeated_values_count_once_and_keep_their_order():
    axes = {"learning_rate": [0.01, 0.001, 1.0e-3, 0.01]}
    assert typed_axes("dense", axes, "space") == {"learning_rate": [0.01, 0.001]}


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (
            {"neurones": [64]},
            "here.neurones: dense has no such hyperparameter; it has ",
        ),
        ({"neurons": []}, "here.neurons: needs at least one value, got []"),
        (
            {"neurons": -1},
            "here.neurons: must be a whole number from 1 to 65536, got -1",
        ),
        ({"neurons": [[64]]}, "here.neurons: must be a whole number"),
        ({"learning_rate": ["1e-3"]}, "here.learning_rate: must be a number from"),
    ],
)
def test_illegal_space_is_refused_with_its_key(axes, message):
    with pytest.raises(UserError, match=f"^{re.escape(message)}"):
        typed_axes("dense", axes, "here")


def test_unknown_hyperparameter_is_answered_with_the_known_ones():
    with pytest.raises(UserError) as refusal:
        typed_axes("random_forest", {"trees": [1]}, "here")
    for name in family_module("random_forest").HYPERPARAMETERS:
        assert name in str(refusal.value)


def test_grid_has_every_combination_and_defaults_elsewhere():
    axes = {"neurons": [16, 32], "dropout": [0.0, 0.25, 0.5]}
    points = grid("dense", axes)
    combinations = {(point["neurons"], point["dropout"]) for point in points}
    assert len(points) == len(combinations) == 6
    declared = family_module("dense").HYPERPARAMETERS
    for point in points:
        assert set(point) == set(declared)
        for name in set(declared) - set(axes):
            assert point[name] == declared[name].default


@pytest.mark.parametrize("family", MODULES)
def test_empty_space_is_the_defaults(family):
    (point,) = grid(family, {})
    assert deviations(family, point) == {}


def test_only_deviations_from_the_defaults_name_a_point():
    (point,) = grid("dense", {"neurons": [7], "patience": [3], "dropout": [0.0]})
    assert deviations("dense", point) == {"neurons": 7, "patience": 3}
