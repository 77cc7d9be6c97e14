"""Scores of several predictions of the same molecules, on them and on resamples."""

from dataclasses import dataclass

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.stats.bootstrap import Resampling, resample_counts, resampled_means
from toxtune.stats.metrics import metrics_of, task_scores


@dataclass(frozen=True)
class MemberScores:
    """Scores by one metric; NaN where a task has none.

    Attributes
    ----------
    plain
        n_members x n_tasks.
    resampled
        n_members x n_resamples x n_tasks; a resample is the same for all members.
    """

    plain: np.ndarray
    resampled: np.ndarray


def score_members(
    subset: Subset,
    weights: np.ndarray,
    members: np.ndarray,
    resampling: Resampling,
    task_type: str,
) -> dict[str, MemberScores]:
    """Score predictions by every metric of a type of task.

    Parameters
    ----------
    part
        The molecules.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`.
    members
        n_members x n_molecules x n_outputs: of seeds, or of one ensemble.
    resampling
        The bootstrap.
    task_type
        Of the tasks.
    """
    counts = resample_counts(subset.groups, resampling.resamples, resampling.seed)
    return {
        metric: MemberScores(
            plain=plain_scores(metric, subset.labels, members, weights),
            resampled=np.stack(
                [
                    resampled_means(metric, subset.labels, one, weights, counts)[0]
                    for one in members
                ]
            ),
        )
        for metric in metrics_of(task_type)
    }


def plain_scores(
    metric: str, labels: np.ndarray, members: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Score each member by one metric; n_members x n_tasks."""
    return np.stack([task_scores(metric, labels, one, weights) for one in members])
