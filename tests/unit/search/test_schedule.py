"""Schedules: how many trainings an adaptive search has, and what it waits for."""

import re

import pytest

from toxtune.errors import UserError
from toxtune.search.schedule import read_strategy, schedule
from toxtune.search.space import read_space

RUNGS = {"min_resource": 5, "eta": 3}
STRATEGIES = {
    "random": {"trials": 27, "seed": 0},
    "tpe": {"rounds": 4, "batch": 5, "seed": 0},
    "halving": {"candidates": "random", "trials": 27, "seed": 0, **RUNGS},
    "hyperband": {"seed": 0, **RUNGS},
}
SEEDS = [0, 1]


def laid_out(strategy, family="dense", resource=None, **changes):
    names = {"dense": "epochs", "random_forest": "n_estimators"}
    axes = {"dense": {"dropout": {"low": 0.0, "high": 0.5}}}.get(family, {})
    if resource is not None:
        axes = {**axes, names[family]: resource}
    spelled = {"family": family, "features": "ecfp", "hyperparameters": axes}
    space = read_space(spelled, ["ecfp"], "here")
    settings = changes.pop("settings", STRATEGIES[strategy])
    strategy = read_strategy({"name": strategy, **settings, **changes})
    return schedule(space, strategy, SEEDS)


def test_static_strategies_have_no_stages():
    search = laid_out("random")
    assert len(search.points) == 27
    assert {tuple(seeds) for _, seeds in search.points} == {(0, 1)}
    assert search.stages == []


def test_tpe_waits_for_all_earlier_rounds():
    search = laid_out("tpe")
    assert len(search.points) == 5
    assert [stage.name for stage in search.stages] == ["round-1", "round-2", "round-3"]
    assert search.stages[2].after == ["round-1", "round-2"]
    assert {len(stage.start) for stage in search.stages} == {5}
    assert {(stage.size, tuple(stage.seeds)) for stage in search.stages} == {
        (5, (0, 1))
    }


def test_another_round_changes_no_earlier_one():
    assert laid_out("tpe", rounds=6).stages[:3] == laid_out("tpe").stages


def test_halving_keeps_one_in_eta_and_multiplies_the_resource():
    search = laid_out("halving", resource=45)
    assert len(search.points) == 27
    assert {point.hyperparameters["epochs"] for point, _ in search.points} == {5}
    assert {tuple(seeds) for _, seeds in search.points} == {(0,)}
    first, last = search.stages
    assert (first.size, first.seeds, first.method.amount) == (9, [0], 15)
    assert (last.size, last.seeds, last.method.amount) == (3, [0, 1], 45)
    assert (len(first.start), first.after) == (27, [])
    assert (len(last.start), last.after) == (0, ["rung-1"])


def test_last_rung_has_all_of_the_resource_even_if_no_power_fits():
    search = laid_out("halving", resource=40)
    assert [stage.method.amount for stage in search.stages] == [15, 40]


def test_halving_of_trees_counts_trees():
    settings = {"candidates": "grid", **RUNGS}
    search = laid_out("halving", "random_forest", 45, settings=settings)
    assert [point.hyperparameters["n_estimators"] for point, _ in search.points] == [5]


def test_hyperband_has_the_published_brackets():
    """Table 1 of Li et al. 2018: R = 81, eta = 3."""
    search = laid_out("hyperband", resource=81, min_resource=1)
    resources = [point.hyperparameters["epochs"] for point, _ in search.points]
    sizes = {amount: resources.count(amount) for amount in sorted(set(resources))}
    assert sizes == {1: 81, 3: 34, 9: 15, 27: 8, 81: 5}
    deepest = [s for s in search.stages if s.name.startswith("bracket-4-")]
    assert [stage.size for stage in deepest] == [27, 9, 3, 1]
    assert [stage.method.amount for stage in deepest] == [3, 9, 27, 81]


@pytest.mark.parametrize(
    ("resource", "least", "rungs"),
    [
        (15, 1, {"2": [1, 5, 15], "1": [5, 15], "0": [15]}),
        (40, 5, {"1": [13, 40], "0": [40]}),
    ],
)
def test_hyperband_divides_a_resource_that_is_no_power_of_eta(resource, least, rungs):
    search = laid_out("hyperband", resource=resource, min_resource=least)
    firsts = [point.hyperparameters["epochs"] for point, _ in search.points]
    assert set(firsts) == {amounts[0] for amounts in rungs.values()}
    for cuts, amounts in rungs.items():
        own = [s for s in search.stages if s.name.startswith(f"bracket-{cuts}-")]
        assert [stage.method.amount for stage in own] == amounts[1:]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"resource": 45, "min_resource": 46},
            "search.strategy.min_resource, or the space's own: must be ≤ the ep",
        ),
        ({"resource": [15, 45]}, "epochs must be one value, that of a full training"),
        ({"resource": None}, "epochs must be one value, that of a full training"),
    ],
)
def test_impossible_rungs_are_refused(words, message):
    with pytest.raises(UserError, match=re.escape(message)):
        laid_out("halving", **words)
