"""Test scores of single seeds and of their mean, before and after a refit."""

from typing import Any

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.evaluation_file import Variant, read_interval
from toxtune.stats.bootstrap import Resampling, interval
from toxtune.stats.member_scores import MemberScores, score_members
from toxtune.stats.task_scales import TaskScales
from toxtune.tasks import TaskType

# By refit (``none``, or its name) and whether the seeds' predictions are averaged.
Variants = dict[tuple[str, bool], dict[str, MemberScores]]


def score_variants(
    test: Subset,
    weights: np.ndarray,
    by_refit: dict[str, np.ndarray],
    resampling: Resampling,
    task_type: TaskType,
    scales: TaskScales,
) -> Variants:
    """Score single seeds and their mean, before and after a refit.

    Parameters
    ----------
    test
        The test set.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`.
    by_refit
        ``none``, and the name of the refit if there is one, to predictions, n_seeds x
        n_molecules x n_outputs.
    resampling
        How the intervals are made.
    task_type
        The type of the tasks.
    scales
        The unit of each task in means over tasks.
    """
    return {
        (refit, averaged): score_members(
            test,
            weights,
            average_seeds(seeds)[None] if averaged else seeds,
            resampling,
            task_type,
            scales,
        )
        for refit, seeds in by_refit.items()
        for averaged in (False, True)
    }


def variant_rows(
    variants: Variants, tasks: list[str], confidence: float
) -> list[Variant]:
    """List the scores of variants by all metrics.

    Of single seeds, it is the mean of their scores; where they are averaged, the score
    of the mean of their predictions.
    """
    rows = []
    for (refit, averaged), scores in variants.items():
        for metric, report in summarize_scores(scores, tasks, confidence).items():
            mean = report["mean"]
            bounds = read_interval(mean["interval"])
            rows.append(Variant(refit, averaged, metric, mean["score"], bounds))
    return rows


def summarize_scores(
    scores: dict[str, MemberScores], tasks: list[str], confidence: float
) -> dict[str, Any]:
    """Average scores over the members, with intervals over molecules.

    Returns
    -------
    dict
        Metric to ``mean`` and ``tasks``, task to the same: ``score`` and ``interval``,
        ``None`` where there is none.
    """
    report = {}
    for metric, members in scores.items():
        plain = members.plain.mean(axis=0)
        resampled = members.resampled.mean(axis=0)
        mean = members.means.mean(axis=0)
        resampled_mean = members.resampled_means.mean(axis=0)
        report[metric] = {
            "mean": _with_interval(mean, resampled_mean, confidence),
            "tasks": {
                task: _with_interval(plain[number], resampled[:, number], confidence)
                for number, task in enumerate(tasks)
            },
        }
    return report


def average_seeds(members: np.ndarray) -> np.ndarray:
    """Average predictions over the members, which come first."""
    return members.astype(np.float64).mean(axis=0)


def _with_interval(score: Any, resampled: np.ndarray, confidence: float) -> Any:
    return {
        "score": float(score) if np.isfinite(score) else None,
        "interval": interval(resampled, confidence),
    }
