"""Scores of several predictions of the same molecules, on all of them and resampled."""

from dataclasses import dataclass

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.stats.bootstrap import (
    Resampling,
    mean_over_tasks,
    resample_counts,
    resampled_scores,
)
from toxtune.stats.metrics import metrics_of, task_scores
from toxtune.stats.task_scales import TaskScales
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class MemberScores:
    """Scores by one metric; NaN where a task has none.

    Attributes
    ----------
    plain
        n_members x n_tasks, on all molecules.
    resampled
        n_members x n_resamples x n_tasks; all members get the same resamples.
    divisors
        The units of the tasks in their mean, see `toxtune.stats.task_scales`.
    """

    plain: np.ndarray
    resampled: np.ndarray
    divisors: np.ndarray | float

    @property
    def means(self) -> np.ndarray:
        """Each member's mean over the tasks; n_members."""
        return mean_over_tasks(self.plain / self.divisors)

    @property
    def resampled_means(self) -> np.ndarray:
        """The same for each resample; n_members x n_resamples."""
        return mean_over_tasks(self.resampled / self.divisors)


def score_members(
    subset: Subset,
    weights: np.ndarray,
    members: np.ndarray,
    resampling: Resampling,
    task_type: TaskType,
    scales: TaskScales,
) -> dict[str, MemberScores]:
    """Score predictions by every metric of a type of task.

    Parameters
    ----------
    subset
        The molecules.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`.
    members
        n_members x n_molecules x n_outputs: one for each seed, or of an ensemble.
    resampling
        The bootstrap's settings.
    task_type
        The type of the tasks.
    scales
        The unit of each task in means over tasks.

    Returns
    -------
    dict
        Metric to scores.
    """
    counts = resample_counts(subset.groups, resampling.resamples, resampling.seed)
    return {
        metric: MemberScores(
            plain=plain_scores(metric, subset.labels, members, weights),
            resampled=np.stack(
                [
                    resampled_scores(metric, subset.labels, member, weights, counts)
                    for member in members
                ]
            ),
            divisors=scales.of(metric),
        )
        for metric in metrics_of(task_type)
    }


def plain_scores(
    metric: str, labels: np.ndarray, members: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Score each member by one metric; n_members x n_tasks."""
    return np.stack(
        [task_scores(metric, labels, member, weights) for member in members]
    )
