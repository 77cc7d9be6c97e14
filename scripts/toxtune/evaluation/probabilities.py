"""The winners' probabilities: calibrated, turned into decisions, and scored.

Temperatures and thresholds are fitted on the validation set, for each task: of a winner
with the predictions of all seeds together, of the final model with what it predicts,
their mean. The tables have the scores, means over seeds, in
rows. Binary tasks only; a task with one class in a set has no row there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import deliver
from toxtune.evaluation.pooled import PooledPredictions
from toxtune.io.integrity import damaged, read_written
from toxtune.labels.legal import scorable
from toxtune.search.selection_file import Selection
from toxtune.stats.calibration import (
    brier_score,
    fit_temperature,
    reliability,
    scaled,
)
from toxtune.stats.thresholds import (
    CRITERION,
    SCORES,
    decision_scores,
    is_active,
    youden_threshold,
)

TEMPERATURE = "temperature"

# Task to ``temperature`` and ``threshold``; see `fit_thresholds`.
Calibration = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class ProbabilityTables:
    """Scores of probabilities on the validation and the test set, in rows.

    Attributes
    ----------
    decisions
        Scores of the decisions by the thresholds.
    brier
        Brier scores, plain and scaled by the temperature.
    reliability
        Bins of the reliability curves.
    """

    decisions: pd.DataFrame
    brier: pd.DataFrame
    reliability: pd.DataFrame


def calibrate_winners(
    selection: Selection,
    validation: Mapping[str, PooledPredictions],
    *,
    method: str,
    n_folds: int | None,
    final_seeds: Sequence[int],
) -> dict[str, Any]:
    """Fit temperatures and thresholds of all winners, and of the final model.

    Parameters
    ----------
    selection
        The winners.
    validation
        Family to molecules and predictions of the validation set.
    method
        See `fit_thresholds`.
    n_folds
        Number of the folds of a cross-validation.
    final_seeds
        Those of the final model.

    Returns
    -------
    dict
        Content of ``calibration.json``; see `docs/outputs.md`.
    """
    of_all = {family: of.predictions for family, of in validation.items()}
    delivered = deliver(selection, of_all, final_seeds)
    molecules = validation[selection.overall].molecules
    return {
        "selection": selection.id,
        "seeds": selection.seeds,
        "folds": n_folds,
        "method": method,
        "criterion": CRITERION,
        "families": {
            family: fit_thresholds(of.molecules, of.predictions, method)
            for family, of in validation.items()
        },
        "final": {
            "seeds": list(final_seeds),
            "tasks": fit_thresholds(molecules, delivered.values[None], method),
        },
    }


def read_final_thresholds(path: Path) -> Calibration:
    """Read what ``calibration.json`` says of the final model.

    Raises
    ------
    UserError
        If it is damaged.
    """
    try:
        tasks: Calibration = read_written(path)["final"]["tasks"]
    except (TypeError, KeyError):
        raise damaged(path, "has no thresholds of the final model") from None
    return tasks


def judge_probabilities(
    calibrations: dict[str, Calibration],
    *,
    validation: Mapping[str, PooledPredictions],
    test: Subset,
    test_predictions: dict[str, np.ndarray],
    seeds: list[int],
    confidence: float,
) -> ProbabilityTables:
    """Score all winners' probabilities, and the decisions made with them.

    Parameters
    ----------
    calibrations
        Family to what `fit_thresholds` fitted.
    validation
        Family to molecules and predictions of the validation set.
    test, test_predictions
        The test set, and family to predictions of it.
    seeds
        The seeds, in the order of the predictions.
    confidence
        Level of the intervals of the reliability curves.
    """
    decisions, brier, bins = [], [], []
    for family in sorted(validation):
        fitted = calibrations[family]
        subsets = {
            "valid": validation[family],
            "test": PooledPredictions(test, test_predictions[family]),
        }
        for name, of in subsets.items():
            key = {"family": family, "subset": name}
            found = decision_rows(of, fitted)
            decisions += [{**key, **row} for row in found]
            found = brier_rows(of.molecules, of.predictions, fitted)
            brier += [{**key, **row} for row in found]
            # Else Wilson's intervals would be of more molecules than there are.
            once = of.first_repeat
            found = reliability_rows(
                once.molecules, once.predictions, fitted, seeds, confidence
            )
            bins += [{**key, **row} for row in found]
    return ProbabilityTables(
        pd.DataFrame(decisions), pd.DataFrame(brier), pd.DataFrame(bins)
    )


def fit_thresholds(valid: Subset, predictions: np.ndarray, method: str) -> Calibration:
    """Fit one model's temperature and threshold for each task.

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
        ``None`` where the set has one class alone, the temperature also where no number
        is the likeliest.
    """
    fitted: Calibration = {
        task: {"temperature": None, "threshold": None} for task in valid.tasks
    }
    for task, labels, seeds in _scorable_tasks(valid, predictions):
        pooled_labels, pooled = np.tile(labels, len(seeds)), seeds.ravel()
        temperature: float | None = 1.0
        if method == TEMPERATURE:
            temperature = fit_temperature(pooled_labels, pooled)
        threshold = youden_threshold(pooled_labels, scaled(pooled, temperature))
        fitted[task] = {"temperature": temperature, "threshold": threshold}
    return fitted


def decision_rows(of: PooledPredictions, fitted: Calibration) -> list[dict[str, Any]]:
    """Score decisions by the fitted thresholds: a row for each task, then the mean.

    Of a repeated cross-validation all predictions are scored, and molecules counted
    once.
    """
    rows: list[dict[str, Any]] = []
    molecules = of.first_repeat.molecules
    for task, labels, seeds in _scorable_tasks(of.molecules, of.predictions):
        threshold = fitted[task]["threshold"]
        if threshold is None:
            continue
        calibrated = scaled(seeds, fitted[task]["temperature"])
        decisions = is_active(calibrated, threshold)
        scores = [decision_scores(labels, decision) for decision in decisions]
        rows.append(
            {
                "task": task,
                "threshold": threshold,
                **_class_sizes(molecules, task),
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
    subset: Subset, predictions: np.ndarray, fitted: Calibration
) -> list[dict[str, Any]]:
    """Brier scores of each task: as predicted, scaled, and of the share of positives.

    The last is the score of predicting for each molecule the share of positives.
    """
    rows = []
    for task, labels, seeds in _scorable_tasks(subset, predictions):
        temperature = fitted[task]["temperature"]
        calibrated = scaled(seeds, temperature)
        prevalence = np.full(len(labels), labels.mean())
        rows.append(
            {
                "task": task,
                "temperature": temperature,
                "brier": np.mean([brier_score(labels, seed) for seed in seeds]),
                "brier_scaled": np.mean(
                    [brier_score(labels, seed) for seed in calibrated]
                ),
                "brier_prevalence": brier_score(labels, prevalence),
            }
        )
    return rows


def reliability_rows(
    subset: Subset,
    predictions: np.ndarray,
    fitted: Calibration,
    seeds: list[int],
    confidence: float,
) -> list[dict[str, Any]]:
    """Bins of the reliability curve of each task and seed, of scaled probabilities."""
    rows = []
    for task, labels, probabilities in _scorable_tasks(subset, predictions):
        calibrated = scaled(probabilities, fitted[task]["temperature"])
        for seed, member in zip(seeds, calibrated, strict=True):
            bins = reliability(labels, member, confidence)
            rows += [
                {"task": task, "seed": seed, "bin": number, **row}
                for number, row in enumerate(bins, start=1)
            ]
    return rows


def _scorable_tasks(
    subset: Subset, predictions: np.ndarray
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield task, measured labels and their probabilities, n_seeds x n_labels."""
    for task in np.flatnonzero(scorable(subset.labels)):
        measured = ~np.isnan(subset.labels[:, task])
        labels = subset.labels[measured, task]
        yield subset.tasks[task], labels, predictions[:, measured, task]


def _class_sizes(molecules: Subset, task: str) -> dict[str, int]:
    labels = molecules.labels[:, molecules.tasks.index(task)]
    return {
        "positives": int((labels == 1).sum()),
        "negatives": int((labels == 0).sum()),
    }


def _means(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in SCORES}
