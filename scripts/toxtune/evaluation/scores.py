"""Scores of the winners on the test set, from stored predictions."""

from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.stats.bootstrap import interval, mean_over_tasks
from toxtune.stats.member_scores import MemberScores, plain_scores
from toxtune.stats.metrics import class_weights


def evaluate(
    train: Subset,
    fitted: np.ndarray,
    valid: dict[str, np.ndarray],
    tested: dict[str, MemberScores],
    tasks: list[str],
    confidence: float,
) -> dict[str, Any]:
    """Put one winner's scores on all three parts together, with intervals for test.

    Parameters
    ----------
    train
        The training set.
    fitted
        Predictions of it by each seed, stacked (see `toxtune.models.base.Model`).
    valid
        Metric to n_seeds x n_tasks: the validation scores of the search.
    tested
        Metric to the seeds' scores of the test set.
    tasks
        Their names.
    confidence
        Level of the intervals: percentiles over resampled molecules of the mean over
        seeds.

    Returns
    -------
    dict
        Metric to ``mean`` and ``tasks``; see `docs/architecture.md`.
    """
    weights = class_weights(train.labels)
    report = {}
    for metric, test in tested.items():
        scores = {
            "train": plain_scores(metric, train.labels, fitted, weights),
            "test": test.plain,
            "valid": valid[metric],
        }
        report[metric] = _metric_report(tasks, scores, test.resampled, confidence)
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


def _metric_report(
    tasks: list[str],
    scores: dict[str, np.ndarray],
    resampled: np.ndarray,
    confidence: float,
) -> dict[str, Any]:
    means = {subset: mean_over_tasks(values) for subset, values in scores.items()}
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
