"""Prediction sets and intervals of the final model, and whether they keep a promise.

They are calibrated on what the search predicted of validation molecules with the models
that are delivered: the mean over seeds, and over the families of an ensemble. See
`toxtune.stats.conformal`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.io.integrity import damaged, read_written
from toxtune.search.selection_file import Selection
from toxtune.stats.conformal import (
    TaskCalibration,
    calibrate_classes,
    calibrate_values,
    chance_of_so_few,
    class_scores,
    half_widths,
    p_values,
    prediction_sets,
)
from toxtune.stats.delong import holm
from toxtune.stats.metrics import of_task
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

Calibrations = Mapping[str, TaskCalibration]


@dataclass(frozen=True, eq=False)
class Delivered:
    """What the final model says of molecules, before any temperature.

    Attributes
    ----------
    values
        n_molecules x n_outputs: means over the seeds.
    spread
        The same shape: standard deviation over the seeds, n - 1 in the divisor; NaN
        for one seed.
    """

    values: np.ndarray
    spread: np.ndarray

    def rows(self, rows: Sequence[int] | np.ndarray) -> "Delivered":
        """Return some molecules."""
        return Delivered(self.values[rows], self.spread[rows])


def deliver(
    selection: Selection, predictions: Mapping[str, np.ndarray], seeds: Sequence[int]
) -> Delivered:
    """Put predictions together as the final model does.

    Parameters
    ----------
    selection
        What was selected.
    predictions
        Family, and ``ensemble``, to n_seeds x n_molecules x n_outputs.
    seeds
        Those of the final model.
    """
    rows = [selection.seeds.index(seed) for seed in seeds]
    return mean_over_seeds(predictions[selection.overall][rows])


def mean_over_seeds(by_seed: np.ndarray) -> Delivered:
    """Average predictions over seeds, which come first, and say how far they spread."""
    by_seed = by_seed.astype(np.float64)
    if len(by_seed) > 1:
        spread = by_seed.std(axis=0, ddof=1)
    else:
        spread = np.full(by_seed.shape[1:], np.nan)
    return Delivered(by_seed.mean(axis=0), spread)


def calibrate_sets(
    validation: Subset, delivered: Delivered, task_type: TaskType
) -> dict[str, TaskCalibration]:
    """Calibrate each task on the molecules that are measured in it.

    A molecule counts once: of a repeated cross-validation it has the predictions of the
    first repeat, since further repeats are no further molecules.

    Parameters
    ----------
    validation
        The validation set, or those of all folds.
    delivered
        What is predicted of it.
    task_type
        The type of the tasks.
    """
    first = np.sort(np.unique(validation.ids, return_index=True)[1])
    molecules = replace(
        validation,
        ids=[validation.ids[row] for row in first],
        smiles=[validation.smiles[row] for row in first],
        groups=[validation.groups[row] for row in first],
        labels=validation.labels[first],
    )
    return {
        task: _calibrate(labels, of, task_type)
        for task, labels, of in _measured(molecules, delivered.rows(first))
    }


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
        ``chance`` is that of so few covered molecules or fewer, if the promise holds,
        ``chance_holm`` the same corrected for the number of rows (Holm 1979); ``one``,
        ``several`` and ``none`` count the sets with so many classes; of values,
        ``width`` is the median width of the intervals.
    """
    rows: list[dict[str, Any]] = []
    make = _value_rows if task_type == TaskType.REGRESSION else _class_rows
    for task, labels, of in _measured(molecules, delivered):
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
    conformal: "Conformal",
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


@dataclass(frozen=True, eq=False)
class Conformal:
    """The content of ``conformal.json``.

    Attributes
    ----------
    selection
        Id of the selection that made the model.
    seeds
        Of the final model.
    tasks
        Task to its calibration.
    """

    selection: str
    seeds: list[int]
    tasks: Calibrations

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        tasks = {
            task: {"scores": [s.tolist() for s in each.scores], "offset": each.offset}
            for task, each in self.tasks.items()
        }
        return {**vars(self), "tasks": tasks}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Conformal":
        """Read what `to_dict` returned."""
        tasks = {
            task: TaskCalibration(
                tuple(np.array(scores, dtype=np.float64) for scores in entry["scores"]),
                entry["offset"],
            )
            for task, entry in content["tasks"].items()
        }
        return cls(content["selection"], content["seeds"], tasks)


def read_conformal(path: Path) -> Conformal:
    """Read ``conformal.json``.

    Raises
    ------
    UserError
        If it is damaged.
    """
    content = read_written(path)
    try:
        return Conformal.from_dict(content)
    except (TypeError, KeyError, AttributeError, ValueError):
        raise damaged(path, "has no calibration of prediction sets") from None


def _calibrate(
    labels: np.ndarray, of: Delivered, task_type: TaskType
) -> TaskCalibration:
    if task_type == TaskType.REGRESSION:
        return calibrate_values(labels, of.values, of.spread)
    return calibrate_classes(labels, class_scores(of.values))


def _measured(
    molecules: Subset, delivered: Delivered
) -> Iterator[tuple[str, np.ndarray, Delivered]]:
    """Yield each task with its measured labels, and what is predicted of them."""
    n_tasks = len(molecules.tasks)
    for number, task in enumerate(molecules.tasks):
        known = ~np.isnan(molecules.labels[:, number])
        values, spread = (
            of_task(numbers[known], number, n_tasks)
            for numbers in (delivered.values, delivered.spread)
        )
        labels = molecules.labels[known, number].astype(np.float64)
        yield task, labels, Delivered(values, spread)


def _class_rows(
    labels: np.ndarray, of: Delivered, calibration: TaskCalibration, confidence: float
) -> Iterator[dict[str, Any]]:
    sets = prediction_sets(p_values(calibration, class_scores(of.values)), confidence)
    covered = sets[np.arange(len(labels)), labels.astype(int)]
    sizes = sets.sum(axis=1)
    for number, calibrated in enumerate(calibration.sizes):
        is_class = labels == number
        yield {
            "class": str(number),
            **_counted(covered[is_class], calibrated, confidence),
            **_set_sizes(sizes[is_class]),
        }
    yield {
        "class": ALL_CLASSES,
        **_counted(covered, sum(calibration.sizes), confidence),
        **_set_sizes(sizes),
        # The promise is one to each class.
        "chance": None,
    }


def _value_rows(
    labels: np.ndarray, of: Delivered, calibration: TaskCalibration, confidence: float
) -> Iterator[dict[str, Any]]:
    half = half_widths(calibration, of.spread, confidence)
    covered = np.abs(labels - of.values) <= half
    (calibrated,) = calibration.sizes
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
