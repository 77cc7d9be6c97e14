"""Bootstrap over molecules: scores under many weightings.

A resample is a vector of counts, one per molecule. So a resampled score is a weighted
score, and all resamples of a task are computed at once.
"""

from dataclasses import dataclass

import numpy as np

from toxtune.labels.legal import scorable
from toxtune.stats.metrics import METRICS, of_task


def resample_counts(groups: list[str], resamples: int, seed: int) -> np.ndarray:
    """Draw how often each row occurs in each resample.

    Molecules are drawn with replacement; the rows of a molecule are drawn together.

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
        n_resamples x n_rows, whole numbers as float64.
    """
    _, row_group = np.unique(groups, return_inverse=True)
    n_groups = row_group.max() + 1
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(n_groups, np.full(n_groups, 1 / n_groups), resamples)
    return draws[:, row_group].astype(np.float64)


def resampled_means(
    metric: str,
    labels: np.ndarray,
    predictions: np.ndarray,
    positive_weights: np.ndarray,
    counts: np.ndarray,
    divisors: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Score every resample.

    Parameters
    ----------
    metric
        A key of `toxtune.stats.metrics.METRICS`.
    labels
        n_rows x n_tasks; missing labels are NaN.
    predictions
        n_rows x n_tasks, for classes n_rows x (n_tasks x n_classes).
    positive_weights
        n_tasks.
    counts
        n_resamples x n_rows.
    divisors
        The units of the tasks in their mean, see `toxtune.stats.task_scales`.

    Returns
    -------
    per_task
        n_resamples x n_tasks; NaN where a resample has a single label.
    mean
        n_resamples; mean over the tasks that have a score.
    """
    per_task = resampled_scores(metric, labels, predictions, positive_weights, counts)
    return per_task, mean_over_tasks(per_task / divisors)


def resampled_scores(
    metric: str,
    labels: np.ndarray,
    predictions: np.ndarray,
    positive_weights: np.ndarray,
    counts: np.ndarray,
) -> np.ndarray:
    """Score every resample, task by task; see `resampled_means`."""
    score = METRICS[metric].resampled_scores
    per_task = np.full((len(counts), labels.shape[1]), np.nan)
    for task in np.flatnonzero(scorable(labels)).tolist():
        measured = ~np.isnan(labels[:, task])
        per_task[:, task] = score(
            labels[measured, task].astype(np.float64),
            of_task(predictions, task, labels.shape[1])[measured].astype(np.float64),
            positive_weights[task],
            counts[:, measured],
        )
    return per_task


def mean_over_tasks(per_task: np.ndarray) -> np.ndarray:
    """Mean over the last axis without NaN; NaN where nothing is left."""
    scored = np.isfinite(per_task)
    total = np.where(scored, per_task, 0.0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return total / scored.sum(axis=-1)


def interval(values: np.ndarray, confidence: float) -> list[float] | None:
    """Percentile interval of resampled scores; ``None`` if no resample has a score.

    The k-th smallest of n scores is the quantile k / (n + 1) (Davison and Hinkley 1997,
    Bootstrap methods and their application, section 5.2).

    Examples
    --------
    >>> interval(np.arange(1.0, 100.0), confidence=0.5)
    [25.0, 75.0]
    """
    scores = values[np.isfinite(values)]
    if not len(scores):
        return None
    tail = (1 - confidence) / 2
    bounds = np.quantile(scores, [tail, 1 - tail], method="weibull")
    return [float(bound) for bound in bounds]


@dataclass(frozen=True)
class Resampling:
    """The bootstrap's settings: number of resamples, seed, level of the intervals."""

    resamples: int
    seed: int
    confidence: float
