"""Strategies that need no results: pure, seeded, and grown without losing a trial."""

import json
import subprocess
import sys

import pytest

from toxtune.errors import UserError
from toxtune.search.space import read_space
from toxtune.search.strategies import Grid, Random, Sobol

AXES = {
    "neurons": {"low": 16, "high": 1024, "log": True},
    "dropout": {"low": 0.0, "high": 0.5},
    "optimizer": ["adam", "sgd"],
    "weight_decay": {
        "low": 1.0e-6,
        "high": 0.1,
        "log": True,
        "when": {"optimizer": "sgd"},
    },
}
DRAWN = [Random, Sobol]


def space(axes=AXES, features=("ecfp", "maccs")):
    spelled = {"family": "dense", "features": list(features), "hyperparameters": axes}
    return read_space(spelled, ["ecfp", "maccs"], "here")


@pytest.mark.parametrize("strategy", DRAWN)
def test_more_trials_keep_the_earlier_ones(strategy):
    fewer, more = (strategy(trials, 0).points(space()) for trials in (10, 37))
    assert more[:10] == fewer


@pytest.mark.parametrize("strategy", DRAWN)
def test_seed_decides(strategy):
    drawn = strategy(8, 5).points(space())
    assert drawn == strategy(8, 5).points(space())
    assert drawn != strategy(8, 6).points(space())


@pytest.mark.parametrize("strategy", DRAWN)
def test_order_of_axes_does_not_matter(strategy):
    turned = space(dict(reversed(AXES.items())))
    assert strategy(8, 0).points(turned) == strategy(8, 0).points(space())


@pytest.mark.parametrize("strategy", DRAWN)
def test_proposals_are_legal_and_cover_the_space(strategy):
    points = strategy(200, 0).points(space())
    values = [point.hyperparameters for point in points]
    assert all(16 <= value["neurons"] <= 1024 for value in values)
    assert all(0 <= value["dropout"] <= 0.5 for value in values)
    # Half of a log range lies below its geometric mean, of 128.
    assert 80 <= sum(value["neurons"] < 128 for value in values) <= 120
    assert {point.features for point in points} == {"ecfp", "maccs"}
    with_decay = {v["optimizer"] for v in values if v["weight_decay"] > 0}
    assert with_decay == {"sgd"}


@pytest.mark.parametrize("strategy", DRAWN)
def test_same_proposals_in_a_fresh_process(strategy):
    code = f"""
import json
from toxtune.search.space import read_space
from toxtune.search.strategies import Random, Sobol
spelled = {{"family": "dense", "features": ["ecfp", "maccs"],
           "hyperparameters": json.loads({json.dumps(AXES)!r})}}
space = read_space(spelled, ["ecfp", "maccs"], "here")
print(json.dumps([vars(p) for p in {strategy.__name__}(9, 3).points(space)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [vars(point) for point in strategy(9, 3).points(space())]
    assert json.loads(done.stdout) == here


def test_sobol_covers_more_evenly_than_random():
    def emptiest(strategy):
        points = strategy(64, 0).points(space({"dropout": AXES["dropout"]}))
        drawn = sorted(point.hyperparameters["dropout"] for point in points)
        return max(b - a for a, b in zip(drawn, drawn[1:], strict=False))

    assert emptiest(Sobol) < emptiest(Random)


def test_grid_refuses_a_range_without_steps():
    with pytest.raises(UserError, match=r"search\.strategy: grid .* dense's dropout"):
        Grid().points(space({"dropout": AXES["dropout"]}))
