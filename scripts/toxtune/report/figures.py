"""Which function draws which figure of `toxtune.report.contents`."""

from collections.abc import Callable

from toxtune.report import (
    calibration,
    cost,
    dependence,
    discrimination,
    failures,
    importance,
    learning,
    space,
    tasks,
    trials,
)
from toxtune.report.figure import Figure
from toxtune.report.run import Run

_DRAW: dict[str, Callable[[Run], Figure]] = {
    "trials": trials.draw,
    "space": space.draw,
    "importance": importance.draw,
    "dependence": dependence.draw,
    "learning_curves": learning.draw,
    "failures": failures.draw,
    "tasks": tasks.draw,
    "roc": discrimination.draw_roc,
    "pr": discrimination.draw_pr,
    "calibration": calibration.draw,
    "cost": cost.draw,
}


def draw_all(run: Run) -> dict[str, Figure]:
    """Draw every figure."""
    return {name: draw(run) for name, draw in _DRAW.items()}
