"""Scores of predictions, per task, by scikit-learn, with missing labels left out."""

from collections.abc import Callable

import numpy as np

THRESHOLD = 0.5

DIRECTIONS = {
    "roc_auc": "maximize",
    "pr_auc": "maximize",
    "weighted_accuracy": "maximize",
    "balanced_accuracy": "maximize",
}


def task_scores(
    metric: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    positive_weights: np.ndarray,
) -> np.ndarray:
    """Score each task.

    Parameters
    ----------
    metric
        A key of `DIRECTIONS`.
    labels
        n_molecules x n_tasks, 0, 1 or NaN.
    probabilities
        n_molecules x n_tasks.
    positive_weights
        n_tasks; see `class_weights`. Used by ``weighted_accuracy`` alone.

    Returns
    -------
    np.ndarray
        n_tasks; NaN where a task has not both classes, since no score means
        anything there.
    """
    score = _FUNCTIONS[metric]
    scores = np.full(labels.shape[1], np.nan)
    for task in np.flatnonzero(scorable(labels)):
        measured = ~np.isnan(labels[:, task])
        scores[task] = score(
            labels[measured, task],
            probabilities[measured, task],
            positive_weights[task],
        )
    return scores


def mean_score(
    metric: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    positive_weights: np.ndarray,
) -> float:
    """Mean of `task_scores` over the tasks that have one; NaN if none has."""
    scores = task_scores(metric, labels, probabilities, positive_weights)
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else float("nan")


def scorable(labels: np.ndarray) -> np.ndarray:
    """Which tasks have both classes among their measured labels; n_tasks, bool."""
    return (labels == 0).any(axis=0) & (labels == 1).any(axis=0)


def class_weights(train_labels: np.ndarray) -> np.ndarray:
    """Weight of a positive molecule per task: negatives / positives in training.

    A negative molecule weighs 1. So both classes weigh the same in the training part,
    as DeepChem's balancing transformer does it. 1 where a class is absent.
    """
    positives = (train_labels == 1).sum(axis=0)
    negatives = (train_labels == 0).sum(axis=0)
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1.0)


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


_FUNCTIONS: dict[str, Callable[[np.ndarray, np.ndarray, float], float]] = {
    "roc_auc": _roc_auc,
    "pr_auc": _pr_auc,
    "weighted_accuracy": _weighted_accuracy,
    "balanced_accuracy": _balanced_accuracy,
}
