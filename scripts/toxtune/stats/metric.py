"""What a metric is: its type of task, its direction, and how it is computed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toxtune.tasks import TaskType

Score = Callable[[np.ndarray, np.ndarray, float], float]
ResampledScores = Callable[[np.ndarray, np.ndarray, float, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Metric:
    """A score of one task, and the same score on many resamples at once.

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
    resampled_scores
        From the same and from counts (n_resamples x n_molecules: how often each
        molecule occurs in each resample) to n_resamples scores, NaN where a resample
        has none. The tests compare it with scikit-learn's ``sample_weight``.
    has_unit
        Whether a score is in the unit of the labels, so that scores of tasks of
        different units cannot be averaged as they are.
    """

    task_type: TaskType
    direction: str
    title: str
    score: Score
    resampled_scores: ResampledScores
    has_unit: bool = False


def ratio(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Divide; NaN where the denominator is 0."""
    quotients = np.full(len(denominators), np.nan)
    return np.divide(numerators, denominators, out=quotients, where=denominators > 0)


def mean_over_classes(scores: np.ndarray) -> np.ndarray:
    """Mean over the first axis without NaN; NaN where nothing is left."""
    scored = np.isfinite(scores)
    total = np.where(scored, scores, 0.0).sum(axis=0)
    return ratio(total, scored.sum(axis=0))
