"""Scoring replicates by their stored validation predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import read_subset
from toxtune.search.trials import Trial, read_trial
from toxtune.splits.training_set import fold_number
from toxtune.stats.metrics import Objective, class_weights, metrics_of, task_scores
from toxtune.stats.scoring_labels import ScoringLabels
from toxtune.stats.task_scales import NO_SCALES, TaskScales, task_scales
from toxtune.statuses import NO_RESULT, OK
from toxtune.tasks import TaskType
from toxtune.training.result_files import read_replicate


@dataclass(frozen=True)
class ScoredReplicate:
    """A replicate's result and its scores on the validation set.

    Attributes
    ----------
    folder
        Where the replicate is.
    trial
        What was trained.
    result
        Content of ``result.json``.
    cost
        Content of ``cost.json``.
    scores
        Metric to n_tasks scores, NaN where a task has none; empty unless the
        replicate's status is ``ok``.
    scales
        The unit of each task in means over tasks.
    """

    folder: Path
    trial: Trial
    result: dict[str, Any]
    cost: dict[str, Any]
    scores: dict[str, np.ndarray]
    scales: TaskScales = NO_SCALES

    @property
    def seed(self) -> int:
        """The seed of the training."""
        return self.result["seed"]

    @property
    def set_name(self) -> str:
        """The name of the training set."""
        return self.result["training_set"]

    @property
    def status(self) -> str:
        """How the training ended; see `toxtune.statuses`."""
        return self.result["status"]

    @property
    def has_result(self) -> bool:
        """Whether the training ended by itself."""
        return self.status not in NO_RESULT


def score_replicates(
    folders: Sequence[Path],
    train: Sequence[Path],
    valid: Sequence[Path],
    objective: Objective,
) -> list[ScoredReplicate]:
    """Read and score replicates, each training once; see `distinct`.

    Parameters
    ----------
    folders
        Where each ``result.json`` is.
    train, valid
        Training and validation set of each fold in the order of the folds; one of
        each for hold-out.
    objective
        What the trials are ranked by.

    Raises
    ------
    UserError
        If a replicate's files are not what was written.
    """
    labels = read_scoring_labels(train, valid, objective)
    return distinct([score_replicate(folder, labels) for folder in folders])


def read_scoring_labels(
    train: Sequence[Path], valid: Sequence[Path], objective: Objective
) -> list[ScoringLabels]:
    """Read what the predictions of a model of each training set are scored by."""
    learned = [read_subset(path).labels for path in train]
    scales = task_scales(learned, objective)
    return [
        ScoringLabels(
            read_subset(path).labels, class_weights(train_labels), scales=scales
        )
        for path, train_labels in zip(valid, learned, strict=True)
    ]


def distinct(scored: Sequence[ScoredReplicate]) -> list[ScoredReplicate]:
    """Return each training once, sorted by trial, seed and fold.

    Two slots of an adaptive search may hold the same training. If one of them was
    killed, the other counts.
    """
    by_key: dict[tuple[str, int, int], ScoredReplicate] = {}
    for replicate in scored:
        # Hold-out has no fold; no run has both.
        fold = fold_number(replicate.set_name) or 0
        key = (replicate.trial.id, replicate.seed, fold)
        if key not in by_key or replicate.has_result:
            by_key[key] = replicate
    return [by_key[key] for key in sorted(by_key)]


def score_replicate(folder: Path, labels: Sequence[ScoringLabels]) -> ScoredReplicate:
    """Read one replicate and compute every metric, see `score_replicates`."""
    result, cost = read_replicate(folder)
    trial = read_trial(result["trial"], folder / "result.json")
    scores = {}
    fold = labels[fold_number(result["training_set"]) or 0]
    if result["status"] == OK:
        predicted = np.load(folder / "valid_predictions.npy")
        scores = score_predictions(predicted, fold, trial.task_type)
    return ScoredReplicate(folder, trial, result, cost, scores, fold.scales)


def score_predictions(
    predictions: np.ndarray, labels: ScoringLabels, task_type: TaskType
) -> dict[str, np.ndarray]:
    """Score predictions of a validation set by every metric: metric to n_tasks."""
    return {
        metric: task_scores(metric, labels.labels, predictions, labels.positive_weights)
        for metric in metrics_of(task_type)
    }
