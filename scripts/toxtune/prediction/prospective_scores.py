"""Scores of several models on the same later molecules, and their differences."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.variants import summarize_scores
from toxtune.stats.bootstrap import Resampling, interval
from toxtune.stats.member_scores import MemberScores, score_members
from toxtune.stats.task_scales import TaskScales
from toxtune.tasks import TaskType

# Which rows of the data were scored.
NEW, ALL = "new", "all"

COLUMNS = ["rows", "model", "metric", "task", "score", "low", "high"]
COLUMNS += ["difference", "difference_low", "difference_high"]

# Model to metric to ``mean`` and ``tasks``.
Scores = Mapping[str, Mapping[str, Any]]


def score_models(
    subset: Subset,
    values: Mapping[str, np.ndarray],
    overall: str,
    *,
    weights: np.ndarray,
    resampling: Resampling,
    task_type: TaskType,
    scales: TaskScales,
) -> dict[str, dict[str, Any]]:
    """Score models on the same molecules and on the same resamples of them.

    Parameters
    ----------
    subset
        The molecules.
    values
        Name of each model to what it predicts, n_molecules x n_outputs.
    overall
        The model that the others are compared with.
    weights, resampling, task_type, scales
        As for `toxtune.stats.member_scores.score_members`.

    Returns
    -------
    dict
        Model to metric to ``mean`` and ``tasks``, each with ``score`` and ``interval``,
        and of the other models with their paired ``difference`` from `overall` and its
        ``difference_interval``.
    """
    scored = {
        name: score_members(
            subset, weights, predicted[None], resampling, task_type, scales
        )
        for name, predicted in values.items()
    }
    confidence = resampling.confidence
    report = {}
    for name, metrics in scored.items():
        report[name] = summarize_scores(metrics, subset.tasks, confidence)
        if name != overall:
            for metric, members in metrics.items():
                against = scored[overall][metric]
                _add_differences(report[name][metric], members, against, confidence)
    return report


def _add_differences(
    report: dict[str, Any],
    members: MemberScores,
    against: MemberScores,
    confidence: float,
) -> None:
    """Add a model's differences to its scores by one metric."""
    plain = members.plain[0] - against.plain[0]
    resampled = members.resampled[0] - against.resampled[0]
    for number, scores in enumerate(report["tasks"].values()):
        scores |= _difference(plain[number], resampled[:, number], confidence)
    report["mean"] |= _difference(
        members.means[0] - against.means[0],
        members.resampled_means[0] - against.resampled_means[0],
        confidence,
    )


def _difference(
    plain: float, resampled: np.ndarray, confidence: float
) -> dict[str, Any]:
    return {
        "difference": float(plain) if np.isfinite(plain) else None,
        "difference_interval": interval(resampled, confidence),
    }


def score_table(by_rows: Mapping[str, Scores]) -> pd.DataFrame:
    """List scores, a row per kind of rows, model, metric and task (or ``mean``).

    Parameters
    ----------
    by_rows
        `NEW` and `ALL` to what `score_models` returned.
    """
    listed = []
    for rows, models in by_rows.items():
        for model, metrics in models.items():
            for metric, report in metrics.items():
                for task, scores in [
                    ("mean", report["mean"]),
                    *report["tasks"].items(),
                ]:
                    low, high = scores["interval"] or (None, None)
                    cells = [rows, model, metric, task, scores["score"], low, high]
                    bounds = scores.get("difference_interval") or (None, None)
                    listed.append([*cells, scores.get("difference"), *bounds])
    return pd.DataFrame(listed, columns=COLUMNS)
