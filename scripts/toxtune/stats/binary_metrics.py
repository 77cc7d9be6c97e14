"""Metrics of binary tasks. For a new one: two functions and a line in `METRICS`.

Each metric is computed for one set of molecules, and for many resamples at once; see
`toxtune.stats.metric.Metric`. For one set it takes scikit-learn's steps one by one, so
that it gives the same bits: with thousands of trials to score, scikit-learn's checks of
its arguments take twenty times as long as its arithmetic.
"""

import numpy as np

from toxtune.stats.metric import Metric, ratio
from toxtune.tasks import TaskType

THRESHOLD = 0.5


def roc_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Area under the ROC curve."""
    false, true = _called_active(labels == 1, probabilities)
    if len(false) > 2:
        is_corner = (np.diff(false, 2) != 0) | (np.diff(true, 2) != 0)
        kept = np.concatenate([[True], is_corner, [True]])
        false, true = false[kept], true[kept]
    false, true = (np.concatenate([[0.0], counts]) for counts in (false, true))
    return float(np.trapezoid(true / true[-1], false / false[-1]))


def resampled_roc_auc(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Share of pairs in which the positive scores higher; a tie counts one half.

    Sums of counts are exact, in whatever order.
    """
    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels != 1)
    negative = negative[np.argsort(probabilities[negative])]
    negatives_below = np.zeros((len(counts), len(negative) + 1))
    np.cumsum(counts[:, negative], axis=1, out=negatives_below[:, 1:])
    below, not_above = (
        np.searchsorted(probabilities[negative], probabilities[positive], side)
        for side in ("left", "right")
    )
    positives = counts[:, positive]
    beaten_twice = negatives_below[:, below] + negatives_below[:, not_above]
    pairs = positives.sum(axis=1) * negatives_below[:, -1]
    return ratio(np.einsum("ij,ij->i", positives, beaten_twice) / 2, pairs)


def pr_auc(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Average precision."""
    false, true = _called_active(labels == 1, probabilities)
    precision = (true / (true + false))[::-1]
    recall = np.concatenate([(true / true[-1])[::-1], [0.0]])
    return float(max(0.0, -np.sum(np.diff(recall) * precision)))


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
    right = labels == (probabilities >= THRESHOLD)
    return float(np.average(right, weights=np.where(labels == 1, weight, 1.0)))


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
    is_active, called_active = labels == 1, probabilities >= THRESHOLD
    shares = [called_active[is_active].mean(), (~called_active[~is_active]).mean()]
    return float(np.mean(shares))


def resampled_balanced_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean of sensitivity and specificity."""
    sensitivity, specificity, _, _ = _rates(labels == 1, probabilities, counts)
    return (sensitivity + specificity) / 2


def _called_active(
    positive: np.ndarray, probabilities: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count negatives and positives down to each distinct probability, highest first.

    Raises
    ------
    ValueError
        If a probability is not finite.
    """
    if not np.isfinite(probabilities).all():
        raise ValueError("probabilities must be finite")
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    true = np.cumsum(positive[order], dtype=np.float64)[last]
    return 1.0 + last - true, true


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
