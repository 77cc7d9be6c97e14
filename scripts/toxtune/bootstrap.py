"""Bootstrap over molecules: the scores of `toxtune.metrics` under many weightings.

A resample is a vector of counts, one per molecule, so a resampled score is a weighted
score, and all resamples of a task are computed together. The tests hold these
functions to scikit-learn's with ``sample_weight``.
"""

from collections.abc import Callable

import numpy as np

from toxtune.metrics import THRESHOLD, scorable


def resample_counts(groups: list[str], resamples: int, seed: int) -> np.ndarray:
    """Draw how often each row stands in each resample.

    Molecules are drawn with replacement; rows of one molecule go together.

    Parameters
    ----------
    groups
        The molecule of each row.
    resamples
        Number of resamples.
    seed
        Any whole number ≥ 0.

    Returns
    -------
    np.ndarray
        resamples x n_rows, whole numbers as float64.
    """
    _, row_group = np.unique(groups, return_inverse=True)
    n_groups = row_group.max() + 1
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(n_groups, np.full(n_groups, 1 / n_groups), resamples)
    return draws[:, row_group].astype(np.float64)


def resampled_means(
    metric: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    positive_weights: np.ndarray,
    counts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Score every resample.

    Parameters
    ----------
    metric
        A key of `toxtune.metrics.DIRECTIONS`.
    labels, probabilities
        n_rows x n_tasks; missing labels are NaN.
    positive_weights
        n_tasks.
    counts
        resamples x n_rows.

    Returns
    -------
    per_task
        resamples x n_tasks; NaN where a resample has not both classes.
    mean
        resamples; mean over the tasks that have a score.
    """
    per_task = np.full((len(counts), labels.shape[1]), np.nan)
    for task in np.flatnonzero(scorable(labels)):
        measured = ~np.isnan(labels[:, task])
        per_task[:, task] = _FUNCTIONS[metric](
            labels[measured, task] == 1,
            probabilities[measured, task].astype(np.float64),
            positive_weights[task],
            counts[:, measured],
        )
    return per_task, mean_over_tasks(per_task)


def mean_over_tasks(per_task: np.ndarray) -> np.ndarray:
    """Mean over the last axis without NaN; NaN where nothing is left."""
    known = np.isfinite(per_task)
    total = np.where(known, per_task, 0.0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return total / known.sum(axis=-1)


def interval(values: np.ndarray, confidence: float) -> list[float] | None:
    """Percentile interval of resampled scores; ``None`` if no resample has one."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    tail = (1 - confidence) / 2
    return [float(bound) for bound in np.quantile(known, [tail, 1 - tail])]


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
    positive: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Share of pairs in which the positive has the higher score, ties for a half."""
    positives, negatives = _class_counts(positive, scores, counts)
    above = np.cumsum(positives, axis=1) - positives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return _ratio((above * negatives).sum(axis=1), pairs)


def _pr_auc(
    positive: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Average precision: precision at each score, weighted by the recall it adds."""
    positives, negatives = _class_counts(positive, scores, counts)
    found = np.cumsum(positives, axis=1)
    precision = found / np.maximum(found + np.cumsum(negatives, axis=1), 1)
    pairs = positives.sum(axis=1) * (negatives.sum(axis=1) > 0)
    return _ratio((precision * positives).sum(axis=1), pairs)


def _weighted_accuracy(
    positive: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    sensitivity, specificity, positives, negatives = _rates(positive, scores, counts)
    weighted = weight * positives * sensitivity + negatives * specificity
    return weighted / (weight * positives + negatives)


def _balanced_accuracy(
    positive: np.ndarray, scores: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    sensitivity, specificity, _, _ = _rates(positive, scores, counts)
    return (sensitivity + specificity) / 2


def _rates(
    positive: np.ndarray, scores: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, ...]:
    called = scores >= THRESHOLD
    positives, negatives = counts @ positive, counts @ ~positive
    sensitivity = _ratio(counts @ (positive & called), positives)
    specificity = _ratio(counts @ (~positive & ~called), negatives)
    return sensitivity, specificity, positives, negatives


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide; NaN where the divisor is 0."""
    return np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)


_FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "roc_auc": _roc_auc,
    "pr_auc": _pr_auc,
    "weighted_accuracy": _weighted_accuracy,
    "balanced_accuracy": _balanced_accuracy,
}
