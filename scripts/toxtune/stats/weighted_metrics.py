"""The scores of `toxtune.stats.metrics` for many resamples of the molecules at once.

Each function takes the labels of one task (n), the predictions (n, for classes
n x n_classes), the weight of a positive molecule, and the resamples (resamples x n:
how often each molecule stands in each). It returns one score per resample, NaN where
a resample has none. The tests hold them to scikit-learn's with ``sample_weight``.
"""

from collections.abc import Callable

import numpy as np

from toxtune.stats.metrics import THRESHOLD

ResampledScore = Callable[[np.ndarray, np.ndarray, float, np.ndarray], np.ndarray]


def _class_counts(
    positive: np.ndarray, scores: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Positives and negatives at each distinct score, highest score first.

    Two arrays, resamples x n_distinct_scores.
    """
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
    sorted_counts = counts[:, order]
    positives = np.add.reduceat(sorted_counts * positive[order], starts, axis=1)
    negatives = np.add.reduceat(sorted_counts * ~positive[order], starts, axis=1)
    return positives, negatives


def _roc_auc(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Share of pairs in which the positive has the higher score, ties for a half."""
    positives, negatives = _class_counts(labels == 1, scores, counts)
    above = np.cumsum(positives, axis=1) - positives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return _ratio((above * negatives).sum(axis=1), pairs)


def _pr_auc(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Average precision: precision at each score, weighted by the recall it adds."""
    positives, negatives = _class_counts(labels == 1, scores, counts)
    found = np.cumsum(positives, axis=1)
    precision = found / np.maximum(found + np.cumsum(negatives, axis=1), 1)
    pairs = positives.sum(axis=1) * (negatives.sum(axis=1) > 0)
    return _ratio((precision * positives).sum(axis=1), pairs)


def _weighted_accuracy(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    sensitivity, specificity, positives, negatives = _rates(labels == 1, scores, counts)
    weighted = weight * positives * sensitivity + negatives * specificity
    return weighted / (weight * positives + negatives)


def _balanced_accuracy(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    sensitivity, specificity, _, _ = _rates(labels == 1, scores, counts)
    return (sensitivity + specificity) / 2


def _rates(
    positive: np.ndarray, scores: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, ...]:
    called = scores >= THRESHOLD
    positives, negatives = counts @ positive, counts @ ~positive
    sensitivity = _ratio(counts @ (positive & called), positives)
    specificity = _ratio(counts @ (~positive & ~called), negatives)
    return sensitivity, specificity, positives, negatives


def _roc_auc_ovr(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean, over the classes that a resample has, of one class against the rest."""
    per_class = [
        _roc_auc(labels == one, scores[:, one], 1, counts)
        for one in range(scores.shape[1])
    ]
    return _mean_of_known(np.stack(per_class))


def _accuracy(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    right = scores.argmax(axis=1) == labels
    return _ratio(counts @ right, counts.sum(axis=1))


def _f1_macro(
    labels: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean of F1 over the classes that a resample has as label or as prediction."""
    called = scores.argmax(axis=1)
    per_class = []
    for one in range(scores.shape[1]):
        both = counts @ ((labels == one) & (called == one))
        either = counts @ (labels == one) + counts @ (called == one)
        per_class.append(_ratio(2 * both, either))
    return _mean_of_known(np.stack(per_class))


def _rmse(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    return np.sqrt(_ratio(counts @ (labels - values) ** 2, counts.sum(axis=1)))


def _mae(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    return _ratio(counts @ np.abs(labels - values), counts.sum(axis=1))


def _r2(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    residual = counts @ (labels - values) ** 2
    return 1 - _ratio(residual, _covariance(labels, labels, counts))


def _pearson_r2(
    labels: np.ndarray, values: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    together = _covariance(labels, values, counts)
    apart = _covariance(labels, labels, counts) * _covariance(values, values, counts)
    return _ratio(together**2, apart)


def _covariance(one: np.ndarray, other: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sum of products of the deviations from each resample's means."""
    # Centred first: the difference below would lose the digits of large values.
    one, other = one - one.mean(), other - other.mean()
    sums = (counts @ one) * (counts @ other)
    return counts @ (one * other) - _ratio(sums, counts.sum(axis=1))


def _mean_of_known(per_class: np.ndarray) -> np.ndarray:
    """Mean over the first axis without NaN; NaN where nothing is left."""
    known = np.isfinite(per_class)
    total = np.where(known, per_class, 0.0).sum(axis=0)
    return _ratio(total, known.sum(axis=0))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide; NaN where the divisor is 0."""
    return np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)


RESAMPLED_SCORES: dict[str, ResampledScore] = {
    "roc_auc": _roc_auc,
    "pr_auc": _pr_auc,
    "weighted_accuracy": _weighted_accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "roc_auc_ovr": _roc_auc_ovr,
    "accuracy": _accuracy,
    "f1_macro": _f1_macro,
    "rmse": _rmse,
    "mae": _mae,
    "r2": _r2,
    "pearson_r2": _pearson_r2,
}
