"""Scores of the winners on the test part, from stored predictions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.bootstrap import (
    interval,
    mean_over_tasks,
    resample_counts,
    resampled_means,
)
from toxtune.metrics import class_weights, metrics_of, task_scores
from toxtune.parts import Part


@dataclass(frozen=True)
class Resampling:
    """The bootstrap's settings: number of resamples, seed, level of the intervals."""

    resamples: int
    seed: int
    confidence: float


def evaluate(
    parts: dict[str, Part],
    predictions: dict[str, np.ndarray],
    valid: dict[str, np.ndarray],
    resampling: Resampling,
    kind: str,
) -> dict[str, Any]:
    """Put one winner's scores on all three parts together, with intervals for test.

    Parameters
    ----------
    parts
        ``train`` and ``test``.
    predictions
        Part to predictions (see `toxtune.models.Model`) of each seed, stacked.
    valid
        Metric to n_seeds x n_tasks: the validation scores of the search.
    resampling
        How the intervals are made: percentiles over resampled molecules of the mean
        over seeds.
    kind
        Of the tasks.

    Returns
    -------
    dict
        Metric to ``mean`` and ``tasks``; see `docs/architecture.md`.
    """
    weights = class_weights(parts["train"].labels)
    test = parts["test"]
    counts = resample_counts(test.groups, resampling.resamples, resampling.seed)
    report = {}
    for metric in metrics_of(kind):
        scores = {
            name: member_scores(metric, part.labels, predictions[name], weights)
            for name, part in parts.items()
        }
        scores["valid"] = valid[metric]
        resampled = resampled_member_scores(
            metric, test.labels, predictions["test"], weights, counts
        )
        report[metric] = _metric_report(
            test.tasks, scores, resampled, resampling.confidence
        )
    return report


def flat_table(families: dict[str, Any]) -> pd.DataFrame:
    """List all winners' scores, a row per family, metric and task (or ``mean``)."""
    rows = []
    for family, metrics in families.items():
        for metric, report in metrics.items():
            for task, scores in [("mean", report["mean"]), *report["tasks"].items()]:
                bounds = scores["test_interval"] or (None, None)
                seeds = scores["test_interval_over_seeds"] or (None, None)
                row = [family, metric, task, scores["train"], scores["valid"]]
                rows.append([*row, scores["test"], *bounds, *seeds])
    columns = ["family", "metric", "task", "train", "valid", "test"]
    columns += ["test_low", "test_high", "test_low_seeds", "test_high_seeds"]
    return pd.DataFrame(rows, columns=columns)


def seed_interval(scores: np.ndarray, confidence: float) -> list[float] | None:
    """Interval of the mean over seeds, for other seeds on the same molecules.

    Student's t: it takes the scores of seeds, n_seeds, for normal. ``None`` for one
    seed, or where there is no score.
    """
    if len(scores) < 2 or not np.isfinite(scores).all():
        return None
    from scipy.stats import t

    half = t.ppf((1 + confidence) / 2, len(scores) - 1)
    half *= scores.std(ddof=1) / np.sqrt(len(scores))
    return [float(scores.mean() - half), float(scores.mean() + half)]


def member_scores(
    metric: str, labels: np.ndarray, members: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Score the predictions of each member, which come first; n_members x n_tasks."""
    return np.stack([task_scores(metric, labels, one, weights) for one in members])


def resampled_member_scores(
    metric: str,
    labels: np.ndarray,
    members: np.ndarray,
    weights: np.ndarray,
    counts: np.ndarray,
) -> np.ndarray:
    """Do the same on resampled molecules; n_members x n_resamples x n_tasks."""
    return np.stack(
        [resampled_means(metric, labels, one, weights, counts)[0] for one in members]
    )


def _metric_report(
    tasks: list[str],
    scores: dict[str, np.ndarray],
    resampled: np.ndarray,
    confidence: float,
) -> dict[str, Any]:
    means = {part: mean_over_tasks(values) for part, values in scores.items()}
    test = means["test"]
    over_seeds = mean_over_tasks(resampled).mean(axis=0)
    return {
        "mean": {
            "test": _number(test.mean()),
            "test_sd_over_seeds": _number(test.std(ddof=1)) if len(test) > 1 else None,
            "test_per_seed": [_number(value) for value in test],
            "test_interval": interval(over_seeds, confidence),
            "test_interval_over_seeds": seed_interval(test, confidence),
            "valid": _number(means["valid"].mean()),
            "train": _number(means["train"].mean()),
        },
        "tasks": {
            task: {
                "test": _number(scores["test"][:, number].mean()),
                "test_interval": interval(
                    resampled[:, :, number].mean(axis=0), confidence
                ),
                "test_interval_over_seeds": seed_interval(
                    scores["test"][:, number], confidence
                ),
                "valid": _number(scores["valid"][:, number].mean()),
                "train": _number(scores["train"][:, number].mean()),
            }
            for number, task in enumerate(tasks)
        },
    }


def _number(value: float) -> float | None:
    """JSON has no NaN: a score that does not exist is null."""
    return float(value) if np.isfinite(value) else None
