"""All metrics, and scores of predictions per task, without the missing labels."""

from dataclasses import dataclass

import numpy as np

from toxtune.labels.legal import scorable
from toxtune.stats import binary_metrics, multiclass_metrics, regression_metrics
from toxtune.stats.metric import Metric
from toxtune.tasks import TaskType

METRICS: dict[str, Metric] = {
    **binary_metrics.METRICS,
    **multiclass_metrics.METRICS,
    **regression_metrics.METRICS,
}


def task_scores(
    metric: str,
    labels: np.ndarray,
    predictions: np.ndarray,
    positive_weights: np.ndarray,
) -> np.ndarray:
    """Score each task.

    Parameters
    ----------
    metric
        A key of `METRICS`.
    labels
        n_molecules x n_tasks; NaN where not measured.
    predictions
        n_molecules x n_tasks, for classes n_molecules x (n_tasks x n_classes).
    positive_weights
        n_tasks; see `class_weights`. Used by ``weighted_accuracy`` alone.

    Returns
    -------
    np.ndarray
        n_tasks; NaN where a task has a single label, where no score means anything.
    """
    score = METRICS[metric].score
    scores = np.full(labels.shape[1], np.nan)
    for task in np.flatnonzero(scorable(labels)).tolist():
        measured = ~np.isnan(labels[:, task])
        scores[task] = score(
            labels[measured, task],
            of_task(predictions, task, labels.shape[1])[measured],
            positive_weights[task],
        )
    return scores


def mean_score(
    metric: str,
    labels: np.ndarray,
    predictions: np.ndarray,
    positive_weights: np.ndarray,
    divisors: np.ndarray | float = 1.0,
) -> float:
    """Mean of `task_scores` over the tasks that have one; NaN if none has.

    `divisors` are the units of the tasks, see `toxtune.stats.task_scales`.
    """
    scores = task_scores(metric, labels, predictions, positive_weights) / divisors
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else float("nan")


def of_task(predictions: np.ndarray, task: int, n_tasks: int) -> np.ndarray:
    """Return one task's predictions: n_molecules, or n_molecules x n_classes."""
    n_classes = predictions.shape[1] // n_tasks
    outputs = predictions[:, task * n_classes : (task + 1) * n_classes]
    return outputs if n_classes > 1 else outputs[:, 0]


def class_weights(train_labels: np.ndarray) -> np.ndarray:
    """Weight of a positive molecule per task: negatives / positives in training.

    A negative molecule weighs 1, so that both classes weigh the same in the training
    set, as with DeepChem's balancing transformer. 1 where a class is absent.
    """
    positives = (train_labels == 1).sum(axis=0)
    negatives = (train_labels == 0).sum(axis=0)
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1.0)


def metrics_of(task_type: TaskType) -> list[str]:
    """Names of the metrics of a type of task."""
    return [name for name, metric in METRICS.items() if metric.task_type == task_type]


# Scores in the unit of the labels are averaged over several tasks after division by the
# SD of each task's training labels; or as they are.
TASK_SD, UNSCALED = "task_sd", "none"


@dataclass(frozen=True)
class Objective:
    """What a search ranks trials by.

    Attributes
    ----------
    metric
        A key of `METRICS`.
    direction
        ``maximize`` or ``minimize``.
    scale
        `TASK_SD` or `UNSCALED`; see `toxtune.stats.task_scales`.
    """

    metric: str
    direction: str
    scale: str = TASK_SD

    @property
    def maximize(self) -> bool:
        """Whether higher scores are better."""
        return self.direction == "maximize"

    @property
    def task_type(self) -> TaskType:
        """The type of task that the metric is for."""
        return METRICS[self.metric].task_type

    @property
    def title(self) -> str:
        """What people call the metric."""
        return METRICS[self.metric].title

    def divides(self, metric: str, n_tasks: int) -> bool:
        """Tell whether scores by a metric are divided by SDs before a mean over tasks.

        Those of a single task never are.
        """
        return METRICS[metric].has_unit and self.scale == TASK_SD and n_tasks > 1

    def to_dict(self) -> dict[str, str]:
        """Return it as in ``config.yaml``; what does not apply is left out."""
        content = {"metric": self.metric, "direction": self.direction}
        return content if self.scale == TASK_SD else content | {"scale": self.scale}
