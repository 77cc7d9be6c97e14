"""Metrics of binary tasks. For a new one: two functions and a line in `METRICS`.

Each metric is computed for one set of molecules by scikit-learn, and for many
resamples at once by its definition; see `toxtune.stats.metric.Metric`.
"""

import numpy as np

from toxtune.stats.metric import Metric, ratio
from toxtune.tasks import TaskType

THRESHOLD = 0.5


def roc_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(labels, probabilities)


def resampled_roc_auc(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Share of pairs in which the positive scores higher; a tie counts one half."""
    positives, negatives = _class_counts(labels == 1, probabilities, counts)
    above = np.cumsum(positives, axis=1) - positives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return ratio((above * negatives).sum(axis=1), pairs)


def pr_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Average precision."""
    from sklearn.metrics import average_precision_score

    return average_precision_score(labels, probabilities)


def resampled_pr_auc(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Average precision: precision at each score, weighted by the recall it adds."""
    positives, negatives = _class_counts(labels == 1, probabilities, counts)
    found = np.cumsum(positives, axis=1)
    precision = found / np.maximum(found + np.cumsum(negatives, axis=1), 1)
    # 0 where a class is missing, so that there is no score.
    total = positives.sum(axis=1) * (negatives.sum(axis=1) > 0)
    return ratio((precision * positives).sum(axis=1), total)


def weighted_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float
) -> float:
    """Accuracy in which a positive molecule counts `weight` times."""
    from sklearn.metrics import accuracy_score

    return accuracy_score(
        labels,
        probabilities >= THRESHOLD,
        sample_weight=np.where(labels == 1, weight, 1.0),
    )


def resampled_weighted_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Accuracy in which a positive molecule counts `weight` times."""
    sensitivity, specificity, positives, negatives = _rates(
        labels == 1, probabilities, counts
    )
    weighted = weight * positives * sensitivity + negatives * specificity
    return weighted / (weight * positives + negatives)


def balanced_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float
) -> float:
    """Mean of sensitivity and specificity."""
    from sklearn.metrics import balanced_accuracy_score

    return balanced_accuracy_score(labels, probabilities >= THRESHOLD)


def resampled_balanced_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean of sensitivity and specificity."""
    sensitivity, specificity, _, _ = _rates(labels == 1, probabilities, counts)
    return (sensitivity + specificity) / 2


def _class_counts(
    positive: np.ndarray, probabilities: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Positives and negatives at each distinct probability, highest first.

    Two arrays, n_resamples x n_distinct_probabilities.
    """
    order = np.argsort(-probabilities, kind="stable")
    starts = np.flatnonzero(np.diff(probabilities[order], prepend=np.inf))
    sorted_counts = counts[:, order]
    positives = np.add.reduceat(sorted_counts * positive[order], starts, axis=1)
    negatives = np.add.reduceat(sorted_counts * ~positive[order], starts, axis=1)
    return positives, negatives


def _rates(
    positive: np.ndarray, probabilities: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Sensitivity, specificity, positives and negatives of each resample."""
    called_active = probabilities >= THRESHOLD
    positives, negatives = counts @ positive, counts @ ~positive
    sensitivity = ratio(counts @ (positive & called_active), positives)
    specificity = ratio(counts @ (~positive & ~called_active), negatives)
    return sensitivity, specificity, positives, negatives


METRICS = {
    "roc_auc": Metric(
        TaskType.BINARY, "maximize", "ROC-AUC", roc_auc, resampled_roc_auc
    ),
    "pr_auc": Metric(TaskType.BINARY, "maximize", "PR-AUC", pr_auc, resampled_pr_auc),
    "weighted_accuracy": Metric(
        TaskType.BINARY,
        "maximize",
        "weighted accuracy",
        weighted_accuracy,
        resampled_weighted_accuracy,
    ),
    "balanced_accuracy": Metric(
        TaskType.BINARY,
        "maximize",
        "balanced accuracy",
        balanced_accuracy,
        resampled_balanced_accuracy,
    ),
}
