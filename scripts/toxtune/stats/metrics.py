"""Scores of predictions, per task, by scikit-learn, with missing labels left out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toxtune.data.labels import scorable
from toxtune.tasks import TaskType

THRESHOLD = 0.5


Score = Callable[[np.ndarray, np.ndarray, float], float]


@dataclass(frozen=True)
class Metric:
    """A score of one task.

    Attributes
    ----------
    task_type
        The type of task that it is for.
    direction
        ``maximize`` or ``minimize``.
    title
        What people call it.
    score
        From measured labels (n_molecules), predictions (n_molecules, for classes
        n_molecules x n_classes) and the weight of a positive molecule.
    """

    task_type: TaskType
    direction: str
    title: str
    score: Score


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
        n_tasks; NaN where a task has a single label, since no score means anything
        there.
    """
    score = METRICS[metric].score
    scores = np.full(labels.shape[1], np.nan)
    for task in np.flatnonzero(scorable(labels)):
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
) -> float:
    """Mean of `task_scores` over the tasks that have one; NaN if none has."""
    scores = task_scores(metric, labels, predictions, positive_weights)
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else float("nan")


def of_task(predictions: np.ndarray, task: int, n_tasks: int) -> np.ndarray:
    """Return one task's predictions: n_molecules, or n_molecules x n_classes."""
    n_classes = predictions.shape[1] // n_tasks
    own = predictions[:, task * n_classes : (task + 1) * n_classes]
    return own if n_classes > 1 else own[:, 0]


def class_weights(train_labels: np.ndarray) -> np.ndarray:
    """Weight of a positive molecule per task: negatives / positives in training.

    A negative molecule weighs 1. So both classes weigh the same in the training set,
    as DeepChem's balancing transformer does it. 1 where a class is absent.
    """
    positives = (train_labels == 1).sum(axis=0)
    negatives = (train_labels == 0).sum(axis=0)
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1.0)


def metrics_of(task_type: TaskType) -> list[str]:
    """Names of the metrics of a type of task."""
    return [name for name, metric in METRICS.items() if metric.task_type == task_type]


def _roc_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(labels, probabilities)


def _pr_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    from sklearn.metrics import average_precision_score

    return average_precision_score(labels, probabilities)


def _weighted_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float
) -> float:
    from sklearn.metrics import accuracy_score

    return accuracy_score(
        labels,
        probabilities >= THRESHOLD,
        sample_weight=np.where(labels == 1, weight, 1.0),
    )


def _balanced_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float
) -> float:
    from sklearn.metrics import balanced_accuracy_score

    return balanced_accuracy_score(labels, probabilities >= THRESHOLD)


def _roc_auc_ovr(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Mean over the classes that occur of the ROC-AUC of one class against the rest."""
    classes = np.unique(labels).astype(int)
    return float(
        np.mean([_roc_auc(labels == one, probabilities[:, one], 1) for one in classes])
    )


def _accuracy(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    from sklearn.metrics import accuracy_score

    return accuracy_score(labels, probabilities.argmax(axis=1))


def _f1_macro(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    from sklearn.metrics import f1_score

    return f1_score(labels, probabilities.argmax(axis=1), average="macro")


def _rmse(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    from sklearn.metrics import root_mean_squared_error

    return root_mean_squared_error(labels, values)


def _mae(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    from sklearn.metrics import mean_absolute_error

    return mean_absolute_error(labels, values)


def _r2(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    from sklearn.metrics import r2_score

    return r2_score(labels, values)


def _pearson_r2(labels: np.ndarray, values: np.ndarray, weight: float) -> float:
    """Square of Pearson's correlation; NaN if all predictions are equal."""
    from scipy.stats import pearsonr

    if np.ptp(values) == 0:
        return np.nan
    # In double precision: SciPy keeps the inputs' own.
    return pearsonr(labels.astype(float), values.astype(float)).statistic ** 2


METRICS = {
    "roc_auc": Metric(TaskType.BINARY, "maximize", "ROC-AUC", _roc_auc),
    "pr_auc": Metric(TaskType.BINARY, "maximize", "PR-AUC", _pr_auc),
    "weighted_accuracy": Metric(
        TaskType.BINARY, "maximize", "weighted accuracy", _weighted_accuracy
    ),
    "balanced_accuracy": Metric(
        TaskType.BINARY, "maximize", "balanced accuracy", _balanced_accuracy
    ),
    "roc_auc_ovr": Metric(
        TaskType.MULTICLASS,
        "maximize",
        "ROC-AUC (one class against the rest)",
        _roc_auc_ovr,
    ),
    "accuracy": Metric(TaskType.MULTICLASS, "maximize", "accuracy", _accuracy),
    "f1_macro": Metric(
        TaskType.MULTICLASS, "maximize", "F1 (mean over classes)", _f1_macro
    ),
    "rmse": Metric(TaskType.REGRESSION, "minimize", "RMSE", _rmse),
    "mae": Metric(TaskType.REGRESSION, "minimize", "MAE", _mae),
    "r2": Metric(TaskType.REGRESSION, "maximize", "R²", _r2),
    "pearson_r2": Metric(TaskType.REGRESSION, "maximize", "Pearson's r²", _pearson_r2),
}


@dataclass(frozen=True)
class ScoringLabels:
    """What predictions of one training set are judged by.

    Attributes
    ----------
    labels
        n_valid x n_tasks, NaN where not measured.
    positive_weights
        n_tasks, see `toxtune.stats.metrics.class_weights`.
    """

    labels: np.ndarray
    positive_weights: np.ndarray
