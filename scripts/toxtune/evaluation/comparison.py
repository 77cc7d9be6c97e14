"""Each family's winner compared with the one selected overall, on the test set."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.labels.legal import scorable
from toxtune.stats.bootstrap import Resampling, interval, mean_over_tasks
from toxtune.stats.delong import holm, p_value, placements
from toxtune.stats.member_scores import MemberScores, score_members
from toxtune.stats.metrics import Objective, class_weights, metrics_of
from toxtune.stats.task_scales import task_scales

COLUMNS = [
    "family",
    "against",
    "metric",
    "task",
    "test",
    "test_against",
    "difference",
    "low",
    "high",
    "p_delong",
    "p_holm",
]


@dataclass(frozen=True)
class MeanScores:
    """Scores of one winner by one metric, averaged over seeds.

    Attributes
    ----------
    plain
        One for each task and, last, their mean.
    resampled
        n_resamples x the same.
    """

    plain: np.ndarray
    resampled: np.ndarray


def compare(
    *,
    train: Subset,
    test: Subset,
    predictions: dict[str, np.ndarray],
    overall: str,
    resampling: Resampling,
    objective: Objective,
) -> pd.DataFrame:
    """Compare every other family's winner with the one selected overall.

    Parameters
    ----------
    train
        The training set, for the weights of the classes.
    test
        The test set.
    predictions
        Family to predictions of the test set, n_seeds x n_molecules x n_outputs.
    overall
        The family that was selected; the others are compared with it.
    resampling
        The bootstrap: both winners are scored on the same resamples.
    objective
        What the winners were selected by.

    Returns
    -------
    pd.DataFrame
        A row for each family, metric and task (or ``mean``): both test scores, the
        difference (family minus the one selected) with its interval, and for the
        ROC-AUC of a task the p of DeLong's test, plain and corrected by Holm for
        the number of such rows in the table.
    """
    weights = class_weights(train.labels)
    scales = task_scales([train.labels], objective)
    task_type = objective.task_type
    scores = {
        family: score_members(test, weights, members, resampling, task_type, scales)
        for family, members in predictions.items()
    }
    rows = []
    for metric in metrics_of(task_type):
        selected = _mean_scores(scores[overall][metric])
        for family in sorted(set(predictions) - {overall}):
            p_values: list[float | None] = [None] * len(test.tasks)
            if metric == "roc_auc":
                p_values = _p_values(
                    test.labels, predictions[family], predictions[overall]
                )
            key = {"family": family, "against": overall, "metric": metric}
            other = _mean_scores(scores[family][metric])
            names = [*test.tasks, "mean"]
            differences = _differences(other, selected, resampling.confidence)
            for name, difference, p in zip(
                names, differences, [*p_values, None], strict=True
            ):
                rows.append({**key, "task": name, **difference, "p_delong": p})
    corrected = holm([row["p_delong"] for row in rows])
    return pd.DataFrame(
        [{**row, "p_holm": p} for row, p in zip(rows, corrected, strict=True)],
        columns=COLUMNS,
    )


def _mean_scores(members: MemberScores) -> MeanScores:
    return MeanScores(
        plain=_with_mean(members.plain.mean(axis=0), members.divisors),
        resampled=_with_mean(members.resampled.mean(axis=0), members.divisors),
    )


def _with_mean(per_task: np.ndarray, divisors: np.ndarray | float) -> np.ndarray:
    mean = mean_over_tasks(per_task / divisors)
    return np.concatenate([per_task, mean[..., None]], axis=-1)


def _p_values(
    labels: np.ndarray, members: np.ndarray, others: np.ndarray
) -> list[float | None]:
    """DeLong's p of each task; ``None`` where a task has no score."""
    p_values: list[float | None] = [None] * labels.shape[1]
    for task in np.flatnonzero(scorable(labels)):
        measured = ~np.isnan(labels[:, task])
        difference = placements(
            labels[measured, task], members[:, measured, task]
        ) - placements(labels[measured, task], others[:, measured, task])
        p_values[task] = p_value(difference)
    return p_values


def _differences(
    scores: MeanScores, against: MeanScores, confidence: float
) -> Iterator[dict[str, Any]]:
    """Yield columns of the table for each task and, last, for their mean."""
    differences = scores.plain - against.plain
    resampled = scores.resampled - against.resampled
    for number, difference in enumerate(differences):
        low, high = interval(resampled[:, number], confidence) or (None, None)
        yield {
            "test": scores.plain[number],
            "test_against": against.plain[number],
            "difference": difference,
            "low": low,
            "high": high,
        }
