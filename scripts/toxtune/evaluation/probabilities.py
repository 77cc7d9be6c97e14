"""Probabilities of the winners, judged: calibrated, called, and tabulated.

What is fitted, temperatures and thresholds, is fitted on the validation set, for each
task with the predictions of all seeds together. The tables say how good it is, in rows;
their scores are means over seeds. Binary tasks only; a task with one class in a part
has no row there.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from toxtune.data.labels import scorable
from toxtune.data.subsets import Subset
from toxtune.stats.calibration import (
    brier_score,
    fit_temperature,
    reliability,
    scaled,
)
from toxtune.stats.thresholds import SCORES, decision_scores, youden_threshold

TEMPERATURE = "temperature"


Fitted = dict[str, dict[str, float | None]]


"""Task to ``temperature`` and ``threshold``; see `fit_calls`."""


def fit_thresholds(valid: Subset, predictions: np.ndarray, method: str) -> Fitted:
    """Fit one winner's temperature and threshold for each task.

    Parameters
    ----------
    valid
        The validation set.
    predictions
        Its probabilities, n_seeds x n_molecules x n_tasks.
    method
        ``temperature``, or ``none`` for a temperature of 1.

    Returns
    -------
    dict
        Task to ``temperature`` and ``threshold``, of the scaled probability; both
        ``None`` where the part has one class alone.
    """
    fitted: Fitted = {
        task: {"temperature": None, "threshold": None} for task in valid.tasks
    }
    for task, labels, seeds in _scorable_tasks(valid, predictions):
        every, pooled = np.tile(labels, len(seeds)), seeds.ravel()
        scale = method == TEMPERATURE
        temperature = fit_temperature(every, pooled) if scale else 1.0
        threshold = youden_threshold(every, scaled(pooled, temperature))
        fitted[task] = {"temperature": temperature, "threshold": threshold}
    return fitted


def decision_rows(
    subset: Subset, predictions: np.ndarray, fitted: Fitted
) -> list[dict[str, Any]]:
    """Score calls with the fitted thresholds: a row for each task, then the mean."""
    rows = []
    for task, labels, seeds in _scorable_tasks(subset, predictions):
        threshold = fitted[task]["threshold"]
        if threshold is None:
            continue
        calls = scaled(seeds, fitted[task]["temperature"]) >= threshold
        scores = [decision_scores(labels, call) for call in calls]
        rows.append(
            {
                "task": task,
                "threshold": threshold,
                "positives": int((labels == 1).sum()),
                "negatives": int((labels == 0).sum()),
                **_means(scores),
            }
        )
    if not rows:
        return []
    totals = {
        name: sum(row[name] for row in rows) for name in ("positives", "negatives")
    }
    return [*rows, {"task": "mean", **totals, **_means(rows)}]


def brier_rows(
    subset: Subset, predictions: np.ndarray, fitted: Fitted
) -> list[dict[str, Any]]:
    """Brier scores of each task: as predicted, scaled, and of the share of positives.

    The last is what one gets who always says how many of the part are positive.
    """
    rows = []
    for task, labels, seeds in _scorable_tasks(subset, predictions):
        temperature = fitted[task]["temperature"]
        better = scaled(seeds, temperature)
        prevalence = np.full(len(labels), labels.mean())
        rows.append(
            {
                "task": task,
                "temperature": temperature,
                "brier": np.mean([brier_score(labels, seed) for seed in seeds]),
                "brier_scaled": np.mean([brier_score(labels, seed) for seed in better]),
                "brier_prevalence": brier_score(labels, prevalence),
            }
        )
    return rows


def reliability_rows(
    subset: Subset,
    predictions: np.ndarray,
    fitted: Fitted,
    seeds: list[int],
    confidence: float,
) -> list[dict[str, Any]]:
    """Bins of the reliability curve of each task and seed, of scaled probabilities."""
    return [
        {"task": task, "seed": seed, "bin": number, **row}
        for task, labels, probabilities in _scorable_tasks(subset, predictions)
        for seed, own in zip(
            seeds, scaled(probabilities, fitted[task]["temperature"]), strict=True
        )
        for number, row in enumerate(reliability(labels, own, confidence), start=1)
    ]


def _scorable_tasks(
    subset: Subset, predictions: np.ndarray
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield task, measured labels and their probabilities, n_seeds x n_labels."""
    for task in np.flatnonzero(scorable(subset.labels)):
        measured = ~np.isnan(subset.labels[:, task])
        labels = subset.labels[measured, task]
        yield subset.tasks[task], labels, predictions[:, measured, task]


def _means(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in SCORES}
