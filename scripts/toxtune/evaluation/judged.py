"""What the final model says of each label of the test set, and how far off it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import Delivered
from toxtune.stats.calibration import scaled
from toxtune.stats.metrics import of_task
from toxtune.stats.thresholds import is_active, likeliest
from toxtune.tasks import TaskType

# Task to the final model's ``temperature`` and ``threshold``.
Decisions = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, eq=False)
class JudgedTask:
    """Predictions of the molecules that are measured in one task.

    Attributes
    ----------
    number
        Of the task.
    rows
        n_measured: the molecules, as places in the test set.
    labels
        n_measured: classes or values.
    predicted
        The same of the prediction.
    probability
        n_measured: of class 1, or of several classes that of the predicted one; NaN of
        values.
    miss
        n_measured: 1 - the probability of the true class; of values the absolute error
        in SDs of the task's training labels.
    errors
        n_measured: 1 where the class is wrong, else 0; of values `miss`.
    """

    number: int
    rows: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    miss: np.ndarray
    errors: np.ndarray

    def cells(self, test: Subset, place: int) -> dict[str, Any]:
        """Return what tables say of one of the molecules and its prediction."""
        row = self.rows[place]
        return {
            "task": test.tasks[self.number],
            "id": test.ids[row],
            "smiles": test.smiles[row],
            "label": self.labels[place],
            "predicted": self.predicted[place],
            "probability": self.probability[place],
        }


def judge(
    test: Subset,
    delivered: Delivered,
    trained_on: Subset,
    task_type: TaskType,
    decisions: Decisions,
) -> Iterator[JudgedTask]:
    """Hold what is predicted of the test set against its labels, task by task.

    Parameters
    ----------
    test, delivered
        The test set, and what the final model predicts of it.
    trained_on
        The training set, whose labels are the unit of errors in values.
    task_type
        The type of the tasks.
    decisions
        Of binary tasks. One without a threshold has a threshold of 0.5.
    """
    for number, task in enumerate(test.tasks):
        rows = np.flatnonzero(~np.isnan(test.labels[:, number]))
        labels = test.labels[rows, number].astype(np.float64)
        values = of_task(delivered.values, number, len(test.tasks))[rows]
        if task_type == TaskType.REGRESSION:
            sd = np.nanstd(trained_on.labels[:, number].astype(np.float64))
            miss = np.abs(values - labels) / (sd or 1.0)
            nothing = np.full(len(rows), np.nan)
            yield JudgedTask(number, rows, labels, values, nothing, miss, miss)
        else:
            yield _judge_classes(number, rows, labels, values, decisions.get(task, {}))


def _judge_classes(
    number: int,
    rows: np.ndarray,
    labels: np.ndarray,
    values: np.ndarray,
    decision: Mapping[str, float | None],
) -> JudgedTask:
    if values.ndim == 1:
        threshold = decision.get("threshold")
        active = scaled(values, decision.get("temperature") or 1.0)
        predicted = is_active(active, 0.5 if threshold is None else threshold)
        probability, of_true = active, np.where(labels == 1, active, 1 - active)
    else:
        predicted, probability = likeliest(values), values.max(axis=1)
        of_true = values[np.arange(len(labels)), labels.astype(int)]
    predicted = predicted.astype(np.float64)
    errors = (predicted != labels).astype(np.float64)
    return JudgedTask(number, rows, labels, predicted, probability, 1 - of_true, errors)
