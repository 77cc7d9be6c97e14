"""Which function draws which figure of `toxtune.report.contents`."""

from collections.abc import Callable

from toxtune.report.contents import entries
from toxtune.report.figures import (
    calibration,
    chemical_map,
    comparison,
    confusion,
    cost,
    coverage,
    dependence,
    discrimination,
    domain,
    failures,
    importance,
    labels,
    learning,
    optimism,
    similarity,
    similarity_scores,
    space,
    tasks,
    trials,
    values,
)
from toxtune.report.figures.figure import Figure
from toxtune.report.run import Run

_DRAW: dict[str, Callable[[Run], Figure]] = {
    "trials": trials.draw,
    "space": space.draw,
    "importance": importance.draw,
    "dependence": dependence.draw,
    "learning_curves": learning.draw,
    "failures": failures.draw,
    "frequency": optimism.draw_frequency,
    "tasks": tasks.draw,
    "optimism": optimism.draw,
    "comparison": comparison.draw,
    "similarity": similarity.draw,
    "similarity_scores": similarity_scores.draw,
    "roc": discrimination.draw_roc,
    "pr": discrimination.draw_pr,
    "calibration": calibration.draw,
    "confusion": confusion.draw,
    "values": values.draw,
    "map": chemical_map.draw,
    "labels": labels.draw,
    "coverage": coverage.draw,
    "domain": domain.draw,
    "cost": cost.draw,
}


def draw_all(run: Run) -> dict[str, Figure]:
    """Draw the figures of the run's type of tasks."""
    return {entry.name: _DRAW[entry.name](run) for entry in entries(run.task_type)}
