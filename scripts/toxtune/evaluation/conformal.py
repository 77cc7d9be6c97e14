"""The calibration of the final model's prediction sets and intervals.

They are calibrated on what the search predicted of validation molecules with the models
that are delivered: the mean over seeds, and over the families of an ensemble. See
`toxtune.stats.conformal`; `toxtune.evaluation.coverage` holds them to their promise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import Delivered, deliver
from toxtune.evaluation.distinct import first_rows, structures
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.integrity import damaged, read_written
from toxtune.search.selection_file import Selection
from toxtune.stats.conformal import (
    TaskCalibration,
    calibrate_classes,
    calibrate_values,
    class_scores,
)
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

Calibrations = Mapping[str, TaskCalibration]


def calibrate_sets(
    validation: Subset, delivered: Delivered, task_type: TaskType, training: Subset
) -> dict[str, TaskCalibration]:
    """Calibrate each task on the molecules that are measured in it.

    Parameters
    ----------
    validation
        The validation set, or those of all folds.
    delivered
        What is predicted of it.
    task_type
        The type of the tasks.
    training
        The training set, which says which classes a task has.
    """
    calibrations = {
        task: _calibrate(labels, of, task_type)
        for task, labels, of in measured(validation, delivered)
    }
    # Of two classes every task has both, whether they were measured or not.
    if task_type != TaskType.MULTICLASS:
        return calibrations
    return {
        task: calibrations[task].only(np.unique(labels[~np.isnan(labels)]))
        for task, labels in zip(training.tasks, training.labels.T, strict=True)
    }


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
            task: {
                "scores": [None if s is None else s.tolist() for s in each.scores],
                "offset": each.offset,
            }
            for task, each in self.tasks.items()
        }
        return {**vars(self), "tasks": tasks}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Conformal":
        """Read what `to_dict` returned."""
        tasks = {
            task: TaskCalibration(
                tuple(
                    None if scores is None else np.array(scores, dtype=np.float64)
                    for scores in entry["scores"]
                ),
                entry["offset"],
            )
            for task, entry in content["tasks"].items()
        }
        return cls(content["selection"], content["seeds"], tasks)


def calibrate_selected(
    selection: Selection,
    validation: Subset,
    predictions: np.ndarray,
    seeds: Sequence[int],
    training: Subset,
) -> Conformal:
    """Calibrate the sets of the model that was selected overall.

    Parameters
    ----------
    selection
        What was selected.
    validation
        The validation set, or those of all folds.
    predictions
        Of that model, n_seeds x n_molecules x n_outputs.
    seeds
        Those of the final model.
    training
        What it was trained on.
    """
    delivered = deliver(selection, {selection.overall: predictions}, seeds)
    task_type = selection.objective.task_type
    calibrations = calibrate_sets(validation, delivered, task_type, training)
    return Conformal(selection.id, list(seeds), calibrations)


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


def read_delivered(
    selection: Selection, test_predictions: str, conformal: str
) -> Delivered:
    """Read the test predictions, and put them together as the final model does.

    Parameters
    ----------
    selection
        What was selected.
    test_predictions, conformal
        Paths of ``test_predictions.csv`` and ``conformal.json``.
    """
    predictions = read_test_predictions(Path(test_predictions), selection.seeds)
    seeds = read_conformal(Path(conformal)).seeds
    return deliver(selection, predictions, seeds)


def _calibrate(
    labels: np.ndarray, of: Delivered, task_type: TaskType
) -> TaskCalibration:
    if task_type == TaskType.REGRESSION:
        return calibrate_values(labels, of.values, of.spread)
    return calibrate_classes(labels, class_scores(of.values))


def measured(
    molecules: Subset, delivered: Delivered
) -> Iterator[tuple[str, np.ndarray, Delivered]]:
    """Yield each task with its measured labels, and what is predicted of them.

    A molecule counts once, by its structure, with the first row in which it is
    measured: after a repeated cross-validation that of the first repeat.
    """
    n_tasks = len(molecules.tasks)
    names = structures(molecules.smiles, molecules.groups)
    for number, task in enumerate(molecules.tasks):
        rows = np.flatnonzero(~np.isnan(molecules.labels[:, number]))
        known = rows[first_rows([names[row] for row in rows])]
        values, spread = (
            of_task(numbers[known], number, n_tasks)
            for numbers in (delivered.values, delivered.spread)
        )
        labels = molecules.labels[known, number].astype(np.float64)
        yield task, labels, Delivered(values, spread)
