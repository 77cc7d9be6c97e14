"""Conditions that never hold, beside every point of the space."""

import numpy as np

from toxtune.models.registry import get_family
from toxtune.search.axes import Axis, Choices, Range
from toxtune.search.conditions import idle_axes
from toxtune.search.space import Space

NAMES = ["batch_size", "epochs", "neurons", "patience", "warmup_epochs"]
DECLARED = get_family("dense").hyperparameters


def drawn_axes(rng):
    """Draw axes, with conditions on those before and on what has its default."""
    names = rng.permutation(NAMES).tolist()
    searched = [name for name in names if rng.random() < 0.8]
    axes = {}
    for name in searched:
        others = [*axes, *(other for other in names if other not in searched)]
        when = {
            other: numbers(rng) + [DECLARED[other].default] * int(rng.random() < 0.3)
            for other in others
            if rng.random() < 0.4
        }
        kinds = [
            Choices(tuple(numbers(rng))),
            Range(1, int(rng.integers(1, 4)), step=1),
        ]
        axes[name] = Axis(kinds[rng.integers(2)], when)
    return axes


def numbers(rng):
    return sorted(set(rng.integers(1, 5, 2).tolist()))


def test_axes_are_idle_that_no_point_of_the_grid_has():
    rng = np.random.default_rng(0)
    n_idle = 0
    for _ in range(400):
        axes = drawn_axes(rng)
        points = list(Space("dense", Choices(("ecfp",)), axes).grid())
        active = {
            name
            for name, axis in axes.items()
            if any(axis.is_active(point.hyperparameters) for point in points)
        }
        idle = {fault.split(".")[1] for fault in idle_axes(axes, DECLARED, "here")}
        assert idle == set(axes) - active
        n_idle += len(idle)
    assert n_idle > 100
