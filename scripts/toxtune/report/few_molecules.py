"""Tasks with so few molecules of a class that scores or thresholds are rough."""

from collections.abc import Mapping

import numpy as np

from toxtune.report.run import Run
from toxtune.report.words import listed
from toxtune.tasks import TaskType

# A resample misses all of k molecules with a probability of about exp(-k): 1% for 5.
FEW = 5
# A sentence names no more tasks than this.
_MOST_NAMED = 6


def check_counts(run: Run) -> list[str]:
    """Say where a test set or a threshold stands on a handful of molecules."""
    if run.task_type == TaskType.REGRESSION:
        return []
    return [
        *_lost_in_resamples(few_in_test(run.test_set.labels, run.tasks)),
        *_rough_thresholds(few_behind_thresholds(run)),
    ]


def few_in_test(labels: np.ndarray, tasks: list[str]) -> dict[str, int]:
    """Map tasks to the molecules outside their largest class, where these are few.

    Parameters
    ----------
    labels
        n_molecules x n_tasks; NaN = not measured.
    tasks
        Their names.
    """
    few = {}
    for number, task in enumerate(tasks):
        measured = labels[~np.isnan(labels[:, number]), number]
        if len(measured):
            _, counts = np.unique(measured, return_counts=True)
            few[task] = int(len(measured) - counts.max())
    return {task: count for task, count in few.items() if 0 < count < FEW}


def few_behind_thresholds(run: Run) -> dict[str, int]:
    """Map tasks to the validation molecules of their rarer class, where few."""
    table = run.diagnostics.decisions_of(run.selection.overall, "valid")
    if table.empty:
        return {}
    rarer = table[["positives", "negatives"]].min(axis=1)
    few = dict(zip(table["task"], rarer, strict=True))
    return {task: int(count) for task, count in few.items() if count < FEW}


def _lost_in_resamples(few: Mapping[str, int]) -> list[str]:
    if not few:
        return []
    missed = np.exp(-min(few.values()))
    return [
        "The test set has few molecules of the rarer class for "
        f"{_counts(few)}. Up to {missed:.0%} of the resamples have none, and average "
        "over fewer tasks: the interval of the mean is rough."
    ]


def _rough_thresholds(few: Mapping[str, int]) -> list[str]:
    if not few:
        return []
    return [
        f"The thresholds of {_counts(few)} were set by so few validation molecules of "
        "the rarer class, and the interval of the corrected score rests on them, too: "
        "both are rough. Take the predicted probabilities rather than the classes."
    ]


def _counts(few: Mapping[str, int]) -> str:
    named = [f"{task} ({count})" for task, count in few.items()]
    rest = len(named) - _MOST_NAMED
    return listed(named[:_MOST_NAMED] + ([f"{rest} more tasks"] if rest > 0 else []))
