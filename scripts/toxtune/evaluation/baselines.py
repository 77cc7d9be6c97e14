"""``baselines.json``: what simple models score. None of them is ever selected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.baseline_models import (
    FOREST,
    MOST_NEIGHBOURS,
    NAMES,
    NEIGHBOUR,
    Predictions,
    predict_baselines,
)
from toxtune.evaluation.evaluation_file import MetricScores, SetScores, read_interval
from toxtune.evaluation.variants import summarize_scores
from toxtune.io.integrity import damaged, read_written
from toxtune.models.base import n_classes
from toxtune.stats.bootstrap import Resampling, mean_over_tasks
from toxtune.stats.member_scores import plain_scores, score_members
from toxtune.stats.metrics import Objective, class_weights, metrics_of
from toxtune.stats.task_scales import task_scales

# A forest of a hundred trees takes about half a millisecond for each label.
MOST_LABELS, FEWEST_MOLECULES = 100_000, 1_000


@dataclass(frozen=True)
class Baselines:
    """The content of ``baselines.json``.

    Attributes
    ----------
    scores
        Name of a baseline to metric to its scores, the one that knows least first; it
        has none of the training set.
    notes
        What a baseline did not see, since it would take too long: sentences.
    """

    scores: dict[str, dict[str, MetricScores]]
    notes: list[str]

    @property
    def constant(self) -> str:
        """The baseline that predicts the same for all molecules."""
        return next(iter(self.scores))

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``baselines.json``."""
        scores = {
            name: {metric: found.to_dict() for metric, found in metrics.items()}
            for name, metrics in self.scores.items()
        }
        return {"scores": scores, "notes": self.notes}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Baselines":
        """Read the content of ``baselines.json``."""
        scores = {
            name: {
                metric: MetricScores.from_dict(found)
                for metric, found in content["scores"][name].items()
            }
            for name in NAMES
            if name in content["scores"]
        }
        return cls(scores, list(content["notes"]))


def read_baselines(path: Path) -> Baselines:
    """Read ``baselines.json``.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    content = read_written(path)
    try:
        return Baselines.from_dict(content)
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "has no scores of baselines") from None


def score_baselines(
    *,
    searched: Sequence[tuple[Subset, Subset]],
    train: Subset,
    test: Subset,
    objective: Objective,
    resampling: Resampling,
) -> Baselines:
    """Score the baselines on validation and test set.

    Parameters
    ----------
    searched
        Training and validation set of the search, or of each of its folds.
    train, test
        What the winners were trained on, and the test set.
    objective
        Of the search.
    resampling
        How the intervals are made: as those of the winners.
    """
    is_hold_out = len(searched) == 1
    fits = 1 if is_hold_out else len(searched) + 1
    in_forest = max(MOST_LABELS // (fits * len(train.tasks)), FEWEST_MOLECULES)
    predict = partial(
        predict_baselines,
        task_type=objective.task_type,
        classes=n_classes(train.labels),
        in_forest=in_forest,
    )
    if is_hold_out:
        *on_valid, on_test = predict(train, [searched[0][1], test])
    else:
        on_valid = [predict(fitted_to, [valid])[0] for fitted_to, valid in searched]
        (on_test,) = predict(train, [test])
    valid_scores = _valid_scores(searched, on_valid, objective)
    scores = {
        name: _scores(
            valid_scores[name], train, test, predictions, objective, resampling
        )
        for name, predictions in on_test.items()
    }
    return Baselines(scores, _notes(len(train.ids), in_forest))


def _valid_scores(
    searched: Sequence[tuple[Subset, Subset]],
    predicted: Sequence[Predictions],
    objective: Objective,
) -> dict[str, dict[str, np.ndarray]]:
    """Map names and metrics to the scores of each fold: n_folds x n_tasks."""
    return {
        name: {
            metric: np.stack(
                [
                    plain_scores(
                        metric,
                        valid.labels,
                        predictions[name][None],
                        class_weights(train.labels),
                    )[0]
                    for (train, valid), predictions in zip(
                        searched, predicted, strict=True
                    )
                ]
            )
            for metric in metrics_of(objective.task_type)
        }
        for name in predicted[0]
    }


def _scores(
    valid: dict[str, np.ndarray],
    train: Subset,
    test: Subset,
    predictions: np.ndarray,
    objective: Objective,
    resampling: Resampling,
) -> dict[str, MetricScores]:
    scales = task_scales([train.labels], objective)
    members = score_members(
        test,
        class_weights(train.labels),
        predictions[None],
        resampling,
        objective.task_type,
        scales,
    )
    found = summarize_scores(members, test.tasks, resampling.confidence)
    return {
        metric: MetricScores(
            # As trials are ranked: mean over folds of the mean over tasks.
            mean=_set_scores(
                float(np.mean(mean_over_tasks(valid[metric] / scales.of(metric)))),
                entry["mean"],
            ),
            tasks={
                task: _set_scores(score, entry["tasks"][task])
                for task, score in zip(
                    test.tasks, mean_over_tasks(valid[metric].T), strict=True
                )
            },
        )
        for metric, entry in found.items()
    }


def _set_scores(valid: float, test: Mapping[str, Any]) -> SetScores:
    return SetScores(
        train=None,
        valid=float(valid) if np.isfinite(valid) else None,
        test=test["score"],
        test_interval=read_interval(test["interval"]),
    )


def _notes(molecules: int, in_forest: int) -> list[str]:
    bounds = {FOREST: in_forest, NEIGHBOUR: MOST_NEIGHBOURS}
    return [
        f"To take little time, the {name} has seen {bound:,} of {molecules:,} training "
        "molecules, drawn at random."
        for name, bound in bounds.items()
        if bound < molecules
    ]
