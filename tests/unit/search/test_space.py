"""Spaces: typed axes, ranges, conditions, and the grid over them."""

import itertools
import re

import pytest

from toxtune.errors import UserError
from toxtune.models.hyperparameters import Hyperparameter
from toxtune.models.registry import MODULES, get_family
from toxtune.search.axes import Range
from toxtune.search.axis_settings import read_axis
from toxtune.search.space import read_space
from toxtune.search.trials import deviations


def space(hyperparameters, family="dense", features="ecfp"):
    spelled = {
        "family": family,
        "features": features,
        "hyperparameters": hyperparameters,
    }
    task_type = get_family(family).task_types[0]
    return read_space(spelled, ["ecfp", "maccs"], "here", task_type)


def grid(hyperparameters, names, **words):
    """List the grid's values of some hyperparameters."""
    points = space(hyperparameters, **words).grid()
    return [tuple(point.hyperparameters[name] for name in names) for point in points]


def test_values_get_the_type_of_their_axis():
    points = grid({"dropout": [0, 0.5], "neurons": [64.0]}, ["dropout", "neurons"])
    assert points == [(0.0, 64), (0.5, 64)]
    assert [(type(dropout), type(n)) for dropout, n in points] == [(float, int)] * 2


def test_single_value_is_an_axis_of_one():
    axes = {"patience": None, "activation": "tanh", "epochs": 3}
    assert grid(axes, axes) == [(None, "tanh", 3)]


def test_repeated_values_count_once():
    axes = {"learning_rate": [0.01, 0.001, 1.0e-3, 0.01]}
    assert grid(axes, axes) == [(0.01,), (0.001,)]


def test_grid_has_every_combination_and_defaults_elsewhere():
    axes = {"neurons": [16, 32], "dropout": [0.0, 0.25, 0.5]}
    assert len(set(grid(axes, axes))) == 6
    declared = get_family("dense").hyperparameters
    for point in space(axes).grid():
        assert set(point.hyperparameters) == set(declared)
        for name in set(declared) - set(axes):
            assert point.hyperparameters[name] == declared[name].default


def test_features_are_an_axis():
    points = list(space({"neurons": [16, 32]}, features=["ecfp", "maccs"]).grid())
    assert [point.features for point in points] == ["ecfp", "ecfp", "maccs", "maccs"]


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [
        (0.0, 1.0, 1e-5),
        (0.0, 1e-4, 1e-7),
        (99999.0, 100000.0, 0.1),
        (-3.0, -1.0, 0.25),
        (7.0, 8.0, 5.0),
        (5.0, 5.0, 1e-9),
    ],
)
def test_every_step_of_a_range_that_is_legal_is_another_number(low, high, step):
    axes = {"x": Hyperparameter(float, 0.0, "a number")}
    axis = read_axis(axes, "x", {"low": low, "high": high, "step": step}, "here")
    assert len(set(axis.values.listed())) == axis.values.count()
    assert all(map(axis.values.has, axis.values.listed()))


def test_steps_are_listed_with_both_ends():
    axes = {"neurons": {"low": 32, "high": 96, "step": 32}}
    assert grid(axes, axes) == [(32,), (64,), (96,)]
    axes = {"dropout": {"low": 0.1, "high": 0.5, "step": 0.2}}
    assert grid(axes, axes) == [(0.1,), (0.3,), (0.5,)]


def test_conditional_axis_counts_only_where_its_condition_holds():
    axes = {
        "optimizer": ["adam", "sgd"],
        "learning_rate": {"values": [0.1, 0.2], "when": {"optimizer": "sgd"}},
    }
    default = get_family("dense").hyperparameters["learning_rate"].default
    assert grid(axes, axes) == [("adam", default), ("sgd", 0.1), ("sgd", 0.2)]


def test_condition_may_depend_on_a_condition():
    axes = {
        "activation": {"values": ["tanh"], "when": {"patience": [5]}},
        "patience": {"values": [3, 5], "when": {"optimizer": ["sgd"]}},
        "optimizer": ["adam", "sgd"],
    }
    assert set(grid(axes, ["optimizer", "patience", "activation"])) == {
        ("adam", None, "relu"),
        ("sgd", 3, "relu"),
        ("sgd", 5, "tanh"),
    }


def test_log_range_has_equal_ratios():
    axis = Range(0.001, 0.1, log=True)
    assert axis.from_unit_interval(0) == 0.001
    assert axis.from_unit_interval(0.5) == 0.01
    assert axis.from_unit_interval(1 - 1e-12) == 0.1
    assert axis.count() is None
    with pytest.raises(ValueError, match="step"):
        axis.listed()


def test_whole_numbers_reach_both_ends_equally_often():
    axis = Range(1, 4, step=1)
    drawn = [axis.from_unit_interval(number / 400) for number in range(400)]
    assert [drawn.count(number) for number in (1, 2, 3, 4)] == [100] * 4
    axis = Range(1, 1000, log=True)
    drawn = [axis.from_unit_interval(u) for u in (0, 0.5, 1 - 1e-12)]
    assert (drawn[0], drawn[-1]) == (1, 1000)
    assert {type(number) for number in drawn} == {int}


@pytest.mark.parametrize(
    "axes",
    [
        {
            "optimizer": "sgd",
            "momentum": {"values": [0.9], "when": {"optimizer": "sgd"}},
        },
        {"momentum": {"values": [0.9], "when": {"optimizer": ["adam", "sgd"]}}},
        {
            "neurons": {"low": 8, "high": 64},
            "dropout": {"values": [0.1], "when": {"neurons": [64, 128]}},
        },
        # Where dropout is not searched, it has its default.
        {
            "optimizer": ["adam", "sgd"],
            "dropout": {"values": [0.2], "when": {"optimizer": "sgd"}},
            "neurons": {"values": [8], "when": {"dropout": 0.0}},
        },
        # Rounded to 6 digits, as trials have it.
        {
            "dropout": {"low": 0, "high": 1 / 3, "step": 1 / 6},
            "neurons": {"values": [8], "when": {"dropout": [0.333333]}},
        },
        # One condition holds where the other axis has its default.
        {
            "optimizer": ["adam", "sgd"],
            "schedule": {"values": ["cosine"], "when": {"optimizer": "adam"}},
            "momentum": {
                "values": [0.9],
                "when": {"optimizer": "sgd", "schedule": "constant"},
            },
        },
        {
            "neurons": {"low": 8, "high": 64, "log": True},
            "dropout": {"values": [0.1], "when": {"neurons": [8, 500]}},
        },
        {"dropout": {"values": [0.1], "when": {}}},
        {"dropout": {"values": [0.1], "when": None}},
        {"neurons": {"low": 8, "high": 64, "log": None, "step": None}},
    ],
    ids=repr,
)
def test_condition_that_can_hold_is_legal(axes):
    points = [*map(space(axes).from_unit_cube, corners(axes))]
    defaults = space(axes).defaults()
    for name in axes:
        assert any(p.hyperparameters[name] != defaults[name] for p in points)


def corners(axes):
    """Return the ends and the middle of each axis, in all combinations."""
    for position in itertools.product((0.0, 0.5, 0.999), repeat=len(axes)):
        yield dict(zip(axes, position, strict=True)) | {"features": 0.0}


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (
            {"momentum": {"values": [0.9], "when": {"optimizer": "sgd"}}},
            ".momentum.when.optimizer: never holds, since optimizer has its default "
            "here, 'adam'; search optimizer with such a value, or leave momentum out, "
            "got ['sgd']",
        ),
        (
            {
                "optimizer": ["adam", "rmsprop"],
                "momentum": {"values": [0.9], "when": {"optimizer": "sgd"}},
            },
            ".momentum.when.optimizer: never holds, since the axis optimizer has no",
        ),
        (
            {
                "neurons": {"low": 8, "high": 64},
                "dropout": {"values": [0.1], "when": {"neurons": [4, 65]}},
            },
            ".dropout.when.neurons: never holds",
        ),
        (
            {
                "dropout": {"values": [0.1], "when": {"patience": [3, 5]}},
                "patience": {"values": [4], "when": {"optimizer": "adam"}},
            },
            ".dropout.when.patience: never holds",
        ),
        (
            {
                "optimizer": ["adam", "sgd"],
                "schedule": {"values": ["cosine"], "when": {"optimizer": "adam"}},
                "momentum": {
                    "values": [0.9],
                    "when": {"optimizer": "sgd", "schedule": "cosine"},
                },
            },
            ".momentum.when: never holds, since no point of the space meets all of it",
        ),
        # Where the optimizer is adam, dropout is not at its default.
        (
            {
                "optimizer": ["adam", "sgd"],
                "dropout": {"values": [0.2], "when": {"optimizer": "adam"}},
                "momentum": {
                    "values": [0.9],
                    "when": {"optimizer": "adam", "dropout": 0.0},
                },
            },
            ".momentum.when: never holds",
        ),
        (
            {
                "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
                "momentum": {"values": [0.9], "when": {"learning_rate": [0.01]}},
            },
            ".momentum.when.learning_rate: never holds, since learning_rate is a range "
            "without a step",
        ),
        (
            {
                "dropout": {"low": 0, "high": 1 / 3, "step": 1 / 6},
                "neurons": {"values": [8], "when": {"dropout": [1 / 3]}},
            },
            ".neurons.when.dropout: never holds, since the axis dropout has no",
        ),
        (
            {"positive_weight": {"low": 100000, "high": 100001, "step": 0.5}},
            ".positive_weight.step: must be ≥ 1 here, since numbers of a range have 6 "
            "digits",
        ),
        (
            {"dropout": {"low": 0.1, "high": 0.2, "step": 1e-7}},
            ".step: must be ≥ 1e-06",
        ),
        ({"epochs": [5, 3000000000]}, ".epochs: a whole number must be ≤ 2147483647"),
        ({"epochs": {"low": 5, "high": 3e9}}, ".high: a whole number must be ≤ 2147"),
        (
            {"dropout": {"values": [0.1], "when": {"epochs": 2**31}}},
            ".when.epochs: a whole number must be ≤ 2147483647",
        ),
        (
            {"dropout": {"values": [0.1], "when": []}},
            ".when: must map hyperparameters to values, got []",
        ),
        ({"dropout": {"values": [0.1], "when": 0}}, ".when: must map"),
        ({"dropout": {"values": [0.1], "when": ""}}, ".when: must map"),
        ({"dropout": {"values": [0.1], "when": False}}, ".when: must map"),
        (
            {"learning_rate": {"values": [1e-4, 1e-2], "log": True}},
            ".learning_rate.log: is for a range; write low and high in place of values",
        ),
        ({"dropout": {"values": [0.1], "log": "banana"}}, ".log: is for a range"),
        ({"dropout": {"values": [0.1], "step": -3}}, ".step: is for a range"),
        (
            {"neurones": [64]},
            "here.hyperparameters.neurones: dense has no such hyperparameter",
        ),
        ({"neurons": []}, "needs at least one value, got []"),
        ({"neurons": -1}, "must be a whole number from 1 to 65536, got -1"),
        ({"neurons": [[64]]}, "must be a whole number"),
        ({"learning_rate": ["low"]}, "must be a number from"),
        ({"dropout": {"low": 0.5, "high": 0.1}}, "low must be ≤ high, got 0.5 and 0.1"),
        ({"dropout": {"low": 0.5}}, ".high: is missing"),
        ({"dropout": {"low": 0.1, "max": 0.5}}, "unknown key 'max'"),
        ({"dropout": {"when": {}}}, "needs either values, or low and high"),
        (
            {"dropout": {"low": 0.0, "high": 0.5, "log": True}},
            ".low: must be > 0 in a log range, got 0.0",
        ),
        (
            {"neurons": {"low": 1, "high": 9, "log": True, "step": 2}},
            ".step: a log range has none, got 2",
        ),
        (
            {"neurons": {"low": 1, "high": 9, "step": 0}},
            ".step: must be a whole number",
        ),
        ({"neurons": {"low": 1, "high": 9, "step": 1.5}}, "must be a whole number > 0"),
        (
            {"neurons": {"low": 1, "high": 99999}},
            ".high: must be a whole number from 1",
        ),
        ({"optimizer": {"low": 1, "high": 2}}, "has no order; list values"),
        (
            {"dropout": {"values": [0.1], "when": {"optimiser": "sgd"}}},
            ".when.optimiser: no such hyperparameter; did you mean optimizer?",
        ),
        (
            {"dropout": {"values": [0.1], "when": {"optimizer": "sdg"}}},
            ".when.optimizer: must be adam or rmsprop or sgd, got 'sdg'",
        ),
        (
            {
                "dropout": {"values": [0.1], "when": {"neurons": 8}},
                "neurons": {"values": [8], "when": {"dropout": 0.1}},
            },
            "conditions go in a circle",
        ),
    ],
)
def test_illegal_space_is_refused_with_its_key(axes, message):
    with pytest.raises(UserError, match=re.escape(message)) as refusal:
        space(axes)
    assert str(refusal.value).startswith("here.hyperparameters")


def test_unknown_features_are_refused():
    with pytest.raises(UserError, match=r"here.features: 'mac' is not .* ecfp, maccs"):
        space({}, features=["ecfp", "mac"])


def test_unknown_hyperparameter_is_answered_with_the_known_ones():
    with pytest.raises(UserError) as refusal:
        space({"trees": [1]}, family="random_forest")
    for name in get_family("random_forest").hyperparameters:
        assert name in str(refusal.value)


@pytest.mark.parametrize("family", MODULES)
def test_empty_space_is_the_defaults(family):
    (point,) = space({}, family=family).grid()
    assert deviations(family, point.hyperparameters) == {}


def test_only_deviations_from_the_defaults_name_a_point():
    (point,) = space({"neurons": [7], "patience": [3], "dropout": [0.0]}).grid()
    named = deviations("dense", point.hyperparameters)
    assert named == {"neurons": 7, "patience": 3}


def test_a_family_of_other_tasks_is_refused_with_what_fits_either():
    ridge = {"family": "ridge", "features": "ecfp", "hyperparameters": {}}
    with pytest.raises(UserError) as refusal:
        read_space(ridge, ["ecfp"], "here")
    said = str(refusal.value)
    assert "here.family: ridge is for regression tasks" in said
    assert "for binary ones; take dense, " in said
    assert "or a metric that ridge is for: rmse, mae, " in said
