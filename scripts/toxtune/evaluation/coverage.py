"""Whether prediction sets and intervals keep their promise on other molecules."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.conformal import Calibrations, Conformal, measured
from toxtune.evaluation.delivered import Delivered, deliver
from toxtune.search.selection_file import Selection
from toxtune.stats.conformal import (
    TaskCalibration,
    chance_of_so_few,
    class_scores,
    half_widths,
    p_values,
    prediction_sets,
)
from toxtune.stats.delong import holm
from toxtune.tasks import TaskType

# The promises that are held against the test set.
CONFIDENCES = (0.8, 0.9, 0.95)

# Stands for all classes of a task, and for values.
ALL_CLASSES = "all"

COLUMNS = [
    "task",
    "class",
    "confidence",
    "calibrated",
    "molecules",
    "covered",
    "coverage",
    "chance",
    "chance_holm",
    "one",
    "several",
    "none",
    "width",
]

# Where `chance_holm` is below this, the promise is not kept.
SIGNIFICANT = 0.05


def coverage_table(
    molecules: Subset,
    delivered: Delivered,
    calibrations: Calibrations,
    task_type: TaskType,
    confidences: Sequence[float] = CONFIDENCES,
) -> pd.DataFrame:
    """Hold the promise against measured labels.

    Parameters
    ----------
    molecules
        Molecules with labels, such as the test set.
    delivered
        What is predicted of them.
    calibrations
        Task to its calibration.
    task_type
        The type of the tasks.
    confidences
        The promises.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`: a row for each task, class (and all of them) and confidence.
        ``chance`` is that of so few covered molecules or fewer, if the promise holds
        (``None`` where no number of them could break it), ``chance_holm`` the same
        corrected for the number of such tests in the table (Holm 1979); ``one``,
        ``several`` and ``none`` count the sets with so many classes; of values,
        ``width`` is the median width of the intervals.
    """
    rows: list[dict[str, Any]] = []
    make = _value_rows if task_type == TaskType.REGRESSION else _class_rows
    for task, labels, of in measured(molecules, delivered):
        for confidence in confidences:
            found = make(labels, of, calibrations[task], confidence)
            rows += [{"task": task, "confidence": confidence, **row} for row in found]
    for row, corrected in zip(rows, holm([r["chance"] for r in rows]), strict=True):
        row["chance_holm"] = corrected
    return pd.DataFrame(rows, columns=COLUMNS)


def as_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `coverage_table` for JSON, which knows no NaN."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def broken_promises(table: pd.DataFrame, molecules: str) -> list[str]:
    """Warn of tasks whose sets hold the true label too seldom.

    Parameters
    ----------
    table
        As `coverage_table` returns it.
    molecules
        Which ones they are, for the message.
    """
    chance = table["chance_holm"].astype(float)
    broken = table[chance < SIGNIFICANT]
    if broken.empty:
        return []
    worst = broken.loc[chance[broken.index].idxmin()]
    tasks = ", ".join(dict.fromkeys(broken["task"]))
    of_class = "" if worst["class"] == ALL_CLASSES else f" of class {worst['class']}"
    return [
        f"Prediction sets or intervals do not keep their promise on {molecules} "
        f"(tasks: {tasks}). The farthest off: {worst['task']}, "
        f"{worst['covered']} of {worst['molecules']} molecules{of_class} at "
        f"{100 * worst['confidence']:g}%. These molecules are not like the validation "
        "molecules, so other uncertainties are too small for them as well."
    ]


def judge_sets(
    selection: Selection,
    conformal: Conformal,
    test: Subset,
    predictions: Mapping[str, Mapping[str, np.ndarray]],
) -> pd.DataFrame:
    """Hold the promise against the test set.

    Parameters
    ----------
    selection
        What was selected.
    conformal
        The calibration of its sets.
    test
        The test set.
    predictions
        ``none``, and the name of a refit, to what `deliver` takes. A refit has seen all
        labels that it could be calibrated on, so it keeps the calibration from before.

    Returns
    -------
    pandas.DataFrame
        `coverage_table` of each after a column ``refit``.
    """
    tables = []
    for refit, by_family in predictions.items():
        delivered = deliver(selection, by_family, conformal.seeds)
        task_type = selection.objective.task_type
        table = coverage_table(test, delivered, conformal.tasks, task_type)
        table.insert(0, "refit", refit)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _class_rows(
    labels: np.ndarray, of: Delivered, calibration: TaskCalibration, confidence: float
) -> Iterator[dict[str, Any]]:
    sets = prediction_sets(p_values(calibration, class_scores(of.values)), confidence)
    covered = sets[np.arange(len(labels)), labels.astype(int)]
    sizes = sets.sum(axis=1)
    for number, calibrated in calibration.sizes.items():
        is_class = labels == number
        yield {
            "class": str(number),
            **_counted(covered[is_class], calibrated, confidence),
            **_set_sizes(sizes[is_class]),
        }
    yield {
        "class": ALL_CLASSES,
        **_counted(covered, sum(calibration.sizes.values()), confidence),
        **_set_sizes(sizes),
        # The promise is one to each class.
        "chance": None,
    }


def _value_rows(
    labels: np.ndarray, of: Delivered, calibration: TaskCalibration, confidence: float
) -> Iterator[dict[str, Any]]:
    half = half_widths(calibration, of.spread, confidence)
    covered = np.abs(labels - of.values) <= half
    (calibrated,) = calibration.sizes.values()
    yield {
        "class": ALL_CLASSES,
        **_counted(covered, calibrated, confidence),
        "width": float(2 * np.median(half)) if len(half) else None,
    }


def _counted(
    covered: np.ndarray, calibrated: int, confidence: float
) -> dict[str, int | float | None]:
    n, of = int(covered.sum()), len(covered)
    return {
        "calibrated": calibrated,
        "molecules": of,
        "covered": n,
        "coverage": n / of if of else None,
        "chance": chance_of_so_few(n, of, calibrated, confidence),
    }


def _set_sizes(sizes: np.ndarray) -> dict[str, int]:
    counts = {"one": sizes == 1, "several": sizes > 1, "none": sizes == 0}
    return {name: int(which.sum()) for name, which in counts.items()}
