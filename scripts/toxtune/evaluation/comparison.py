"""Each family's winner against the one selected overall, on the same test molecules."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.labels import scorable
from toxtune.data.subsets import Subset
from toxtune.stats.bootstrap import Resampling, interval, mean_over_tasks
from toxtune.stats.delong import holm, p_value, placements
from toxtune.stats.member_scores import MemberScores, score_members
from toxtune.stats.metrics import class_weights, metrics_of

COLUMNS = ["family", "against", "metric", "task", "test", "test_against", "difference"]


COLUMNS += ["low", "high", "p_delong", "p_holm"]


@dataclass(frozen=True)
class _Scored:
    """One winner's mean scores over seeds.

    Attributes
    ----------
    plain
        n_tasks and, last, their mean.
    resampled
        n_resamples x the same.
    """

    plain: np.ndarray
    resampled: np.ndarray


def compare(
    subsets: dict[str, Subset],
    predictions: dict[str, np.ndarray],
    overall: str,
    resampling: Resampling,
    task_type: str,
) -> pd.DataFrame:
    """Compare every other family's winner with the one selected overall.

    Parameters
    ----------
    parts
        ``train``, for the weights of the classes, and ``test``.
    predictions
        Family to predictions of the test set (see `toxtune.models.base.Model`) of each
        seed, stacked.
    overall
        The family that was selected; the others are compared with it.
    resampling
        The bootstrap: both winners are scored on the same resamples.
    task_type
        Of the tasks.

    Returns
    -------
    pd.DataFrame
        A row for each family, metric and task (or ``mean``): both test scores, the
        difference (family minus the one selected) with its interval, and for the
        ROC-AUC of a task the p of DeLong's test, plain and corrected by Holm for
        the number of such rows in the table.
    """
    test = subsets["test"]
    weights = class_weights(subsets["train"].labels)
    members = {
        family: score_members(test, weights, seeds, resampling, task_type)
        for family, seeds in predictions.items()
    }
    rows = []
    for metric in metrics_of(task_type):
        scored = {family: _mean_of(own[metric]) for family, own in members.items()}
        for family in sorted(set(predictions) - {overall}):
            p_values = (
                _p_values(test.labels, predictions[family], predictions[overall])
                if metric == "roc_auc"
                else [None] * len(test.tasks)
            )
            tests = [*p_values, None]
            rows += _rows(
                [family, overall, metric],
                [*test.tasks, "mean"],
                (scored[family], scored[overall]),
                tests,
                resampling.confidence,
            )
    corrected = holm([row[-1] for row in rows])
    return pd.DataFrame(
        [[*row, p] for row, p in zip(rows, corrected, strict=True)], columns=COLUMNS
    )


def _mean_of(members: MemberScores) -> _Scored:
    both = (members.plain, members.resampled)
    return _Scored(*(_with_mean(each.mean(axis=0)) for each in both))


def _with_mean(per_task: np.ndarray) -> np.ndarray:
    return np.concatenate([per_task, mean_over_tasks(per_task)[..., None]], axis=-1)


def _p_values(
    labels: np.ndarray, one: np.ndarray, other: np.ndarray
) -> list[float | None]:
    """DeLong's p of each task; ``None`` where a task has no score."""
    p_values: list[float | None] = [None] * labels.shape[1]
    for task in np.flatnonzero(scorable(labels)):
        measured = ~np.isnan(labels[:, task])
        placed = [
            placements(labels[measured, task], seeds[:, measured, task])
            for seeds in (one, other)
        ]
        p_values[task] = p_value(placed[0] - placed[1])
    return p_values


def _rows(
    key: list[str],
    names: list[str],
    pair: tuple[_Scored, _Scored],
    p_values: list[float | None],
    confidence: float,
) -> list[list[Any]]:
    one, other = pair
    differences = one.plain - other.plain
    resampled = one.resampled - other.resampled
    rows = []
    for number, name in enumerate(names):
        low, high = interval(resampled[:, number], confidence) or (None, None)
        scores = [one.plain[number], other.plain[number], differences[number]]
        rows.append([*key, name, *scores, low, high, p_values[number]])
    return rows
