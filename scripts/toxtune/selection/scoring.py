"""Scoring replicates by their stored validation predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import read_subset
from toxtune.search.trials import read_trial
from toxtune.splits.training_set import fold_number
from toxtune.stats.metrics import ScoringLabels, class_weights, metrics_of, task_scores
from toxtune.statuses import NO_RESULT, OK
from toxtune.training.result_files import read_replicate


@dataclass(frozen=True)
class ScoredReplicate:
    """A replicate's result and its scores on the validation set.

    Attributes
    ----------
    folder
        Where the replicate is.
    result
        Content of ``result.json``.
    cost
        Content of ``cost.json``.
    scores
        Metric to n_tasks scores, NaN where a task has none; empty unless the
        replicate's status is ``ok``.
    """

    folder: Path
    result: dict[str, Any]
    cost: dict[str, Any]
    scores: dict[str, np.ndarray]


def score_replicates(
    folders: Sequence[Path], train: Sequence[Path], valid: Sequence[Path]
) -> list[ScoredReplicate]:
    """Read and score replicates; one of those that are the same training.

    Two slots of an adaptive search may hold the same trial.

    Parameters
    ----------
    folders
        Where each ``result.json`` is.
    train, valid
        The parts of each fold in the order of the folds; one of each for hold-out.

    Raises
    ------
    UserError
        If a replicate's files are not what was written.
    """
    judged = read_scoring_labels(train, valid)
    return distinct([score_replicate(folder, judged) for folder in folders])


def read_scoring_labels(
    train: Sequence[Path], valid: Sequence[Path]
) -> list[ScoringLabels]:
    """Read what judges the predictions of each training set."""
    return [
        ScoringLabels(
            read_subset(judging).labels, class_weights(read_subset(fitted).labels)
        )
        for fitted, judging in zip(train, valid, strict=True)
    ]


def distinct(scored: Sequence[ScoredReplicate]) -> list[ScoredReplicate]:
    """Return one of those that are the same training, sorted by what they are."""
    # The last of a name stays; one of two slots may have been killed.
    scored = sorted(scored, key=lambda one: one.result["status"] not in NO_RESULT)
    by_name = {_name(one.result): one for one in scored}
    return [by_name[name] for name in sorted(by_name)]


def score_replicate(folder: Path, judged: Sequence[ScoringLabels]) -> ScoredReplicate:
    """Read one replicate and compute every metric, see `score_replicates`."""
    result, cost = read_replicate(folder)
    trial = read_trial(result["trial"], folder / "result.json")
    scores = {}
    if result["status"] == OK:
        own = judged[fold_number(result["training_set"]) or 0]
        predicted = np.load(folder / "valid_predictions.npy")
        scores = {
            metric: task_scores(metric, own.labels, predicted, own.positive_weights)
            for metric in metrics_of(trial.task_type)
        }
    return ScoredReplicate(folder, result, cost, scores)


def _name(result: dict[str, Any]) -> tuple[str, int, int]:
    # Hold-out has no fold, and a run has either.
    fold = fold_number(result["training_set"]) or 0
    return result["trial"]["id"], result["seed"], fold
