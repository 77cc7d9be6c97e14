"""The winners' test scores in all that can be made of them: refits and ensembles."""

from typing import Any

import numpy as np

from toxtune.bootstrap import interval, mean_over_tasks, resample_counts
from toxtune.evaluation import (
    Resampling,
    member_scores,
    resampled_member_scores,
)
from toxtune.metrics import metrics_of
from toxtune.parts import Part


def variant_scores(
    test: Part,
    weights: np.ndarray,
    by_refit: dict[str, np.ndarray],
    resampling: Resampling,
    kind: str,
) -> list[dict[str, Any]]:
    """Score single seeds and ensembles, before and after a refit, side by side.

    Parameters
    ----------
    test
        The test part.
    weights
        n_tasks, see `toxtune.metrics.class_weights`.
    by_refit
        ``none``, and the name of the refit if there is one, to predictions, n_seeds x
        n_molecules x n_outputs.
    resampling
        How the intervals are made.
    kind
        Of the tasks.

    Returns
    -------
    list of dict
        ``refit``, ``ensemble`` (false: the mean of the seeds' scores; true: the score
        of the mean of their predictions), ``metric``, ``score`` (mean over tasks) and
        ``interval`` (over molecules).
    """
    rows = []
    for refit, seeds in by_refit.items():
        for ensemble in (False, True):
            members = ensemble_of(seeds)[None] if ensemble else seeds
            scored = scores_of(test, weights, members, resampling, kind)
            rows += [
                {"refit": refit, "ensemble": ensemble, "metric": metric}
                | {name: score["mean"][name] for name in ("score", "interval")}
                for metric, score in scored.items()
            ]
    return rows


def scores_of(
    part: Part,
    weights: np.ndarray,
    members: np.ndarray,
    resampling: Resampling,
    kind: str,
) -> dict[str, Any]:
    """Score predictions by every metric: the mean over members, with intervals.

    Parameters
    ----------
    members
        n_members x n_molecules x n_outputs.

    Returns
    -------
    dict
        Metric to ``mean`` and ``tasks``, task to the same: ``score`` and ``interval``,
        ``None`` where there is none.
    """
    counts = resample_counts(part.groups, resampling.resamples, resampling.seed)
    report = {}
    for metric in metrics_of(kind):
        scores = member_scores(metric, part.labels, members, weights)
        resampled = resampled_member_scores(
            metric, part.labels, members, weights, counts
        )
        own = scores.mean(axis=0), resampled.mean(axis=0)
        means = (mean_over_tasks(each).mean(axis=0) for each in (scores, resampled))
        report[metric] = {
            "mean": _scored(*means, resampling),
            "tasks": {
                task: _scored(own[0][number], own[1][:, number], resampling)
                for number, task in enumerate(part.tasks)
            },
        }
    return report


def ensemble_of(members: np.ndarray) -> np.ndarray:
    """Average predictions over the members, which come first."""
    return members.astype(np.float64).mean(axis=0)


def _scored(score: Any, resampled: np.ndarray, resampling: Resampling) -> Any:
    return {
        "score": float(score) if np.isfinite(score) else None,
        "interval": interval(resampled, resampling.confidence),
    }
