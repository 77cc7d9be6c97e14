"""``test.json``: the winners' scores on the training, validation and test set.

`toxtune.evaluation.scores` computes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

from toxtune.io.integrity import damaged, read_written
from toxtune.stats.metrics import METRICS, Objective

Interval = tuple[float, float]


@dataclass(frozen=True)
class SetScores:
    """Scores of one winner on the three sets; ``None`` where there is no score.

    Attributes
    ----------
    train, valid, test
        Means over seeds.
    test_interval
        Of the test score, over molecules.
    test_interval_over_seeds
        Of the test score, for other seeds; see `toxtune.evaluation.scores`.
    test_sd_over_seeds
        SD of the test score over seeds; ``None`` for one seed, and for single tasks.
    test_per_seed
        The test score with each seed; ``None`` for single tasks.
    """

    train: float | None
    valid: float | None
    test: float | None
    test_interval: Interval | None
    test_interval_over_seeds: Interval | None = None
    test_sd_over_seeds: float | None = None
    test_per_seed: list[float | None] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return an entry of ``test.json``; single tasks have less."""
        content = dict(vars(self))
        if self.test_per_seed is None:
            del content["test_per_seed"], content["test_sd_over_seeds"]
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "SetScores":
        """Read one entry of ``test.json``."""
        return cls(
            train=content["train"],
            valid=content["valid"],
            test=content["test"],
            test_interval=read_interval(content["test_interval"]),
            test_interval_over_seeds=read_interval(content["test_interval_over_seeds"]),
            test_sd_over_seeds=content.get("test_sd_over_seeds"),
            test_per_seed=content.get("test_per_seed"),
        )


@dataclass(frozen=True)
class MetricScores:
    """Scores by one metric: their mean over tasks, and task to its own."""

    mean: SetScores
    tasks: dict[str, SetScores]

    def to_dict(self) -> dict[str, Any]:
        """Return one metric's entry of ``test.json``."""
        tasks = {task: scores.to_dict() for task, scores in self.tasks.items()}
        return {"mean": self.mean.to_dict(), "tasks": tasks}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "MetricScores":
        """Read one metric's entry of ``test.json``."""
        tasks = content["tasks"].items()
        return cls(
            mean=SetScores.from_dict(content["mean"]),
            tasks={task: SetScores.from_dict(scores) for task, scores in tasks},
        )


@dataclass(frozen=True)
class Variant:
    """A test score of one way to make the final model.

    Attributes
    ----------
    refit
        What the models were trained on after the selection; ``none`` for no refit.
    averaged
        Whether the seeds' predictions are averaged before they are scored.
    metric
        A key of `toxtune.stats.metrics.METRICS`.
    score, interval
        Mean over tasks, and its interval over molecules.
    """

    refit: str
    averaged: bool
    metric: str
    score: float | None
    interval: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Return one entry of ``test.json``."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Variant":
        """Read one entry of ``test.json``."""
        return cls(**{**content, "interval": read_interval(content["interval"])})


@dataclass(frozen=True)
class Evaluation:
    """The content of ``test.json``.

    Attributes
    ----------
    selection
        The id of the selection.
    overall
        The family that was selected.
    objective
        What it was selected by.
    molecules
        ``train``, ``valid`` and ``test`` to the number of molecules.
    confidence
        Level of the intervals.
    resamples
        Bootstrap resamples behind each interval.
    families
        Family to metric to its winner's scores.
    variants
        Family to the scores of its winner with and without refit and ensemble.
    task_sds
        Task to the SD of its training labels, which its errors are divided by before
        they are averaged over tasks; ``None`` for a task that is left out of means.
        Empty where nothing is divided.
    """

    selection: str
    overall: str
    objective: Objective
    molecules: dict[str, int]
    confidence: float
    resamples: int
    families: dict[str, dict[str, MetricScores]]
    variants: dict[str, list[Variant]]
    task_sds: dict[str, float | None] = field(default_factory=dict)

    def is_scaled(self, metric: str) -> bool:
        """Tell whether scores by a metric are divided before a mean over tasks."""
        return bool(self.task_sds) and METRICS[metric].has_unit

    def unit(self, metric: str) -> str:
        """Return what follows the metric's title where it names a mean over tasks."""
        return " / SD" if self.is_scaled(metric) else ""

    def title(self, metric: str) -> str:
        """Name a metric's mean over tasks for people, in SDs if that is its unit."""
        return METRICS[metric].title + self.unit(metric)

    @property
    def level(self) -> str:
        """The level of the intervals, such as ``95%``."""
        return f"{100 * self.confidence:g}%"

    def divisor(self, metric: str, task: str) -> float:
        """Return what a task's scores are divided by; NaN if it is in no mean."""
        if not self.is_scaled(metric):
            return 1.0
        sd = self.task_sds[task]
        return nan if sd is None else sd

    def variant(self, metric: str, refit: str, averaged: bool) -> Variant | None:
        """Return the test score of one way to make the model that was selected."""
        for variant in self.variants.get(self.overall, []):
            found = (variant.metric, variant.refit, variant.averaged)
            if found == (metric, refit, averaged):
                return variant
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``test.json``; what does not apply is left out."""
        content = dict(vars(self))
        if not self.task_sds:
            del content["task_sds"]
        return {
            **content,
            "objective": self.objective.to_dict(),
            "families": {
                family: {metric: scores.to_dict() for metric, scores in metrics.items()}
                for family, metrics in self.families.items()
            },
            "variants": {
                family: [variant.to_dict() for variant in variants]
                for family, variants in self.variants.items()
            },
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Evaluation":
        """Read the content of ``test.json``."""
        return cls(
            selection=content["selection"],
            overall=content["overall"],
            objective=Objective(**content["objective"]),
            molecules=content["molecules"],
            confidence=content["confidence"],
            resamples=content["resamples"],
            families={
                family: {
                    metric: MetricScores.from_dict(scores)
                    for metric, scores in metrics.items()
                }
                for family, metrics in content["families"].items()
            },
            variants={
                family: [Variant.from_dict(variant) for variant in variants]
                for family, variants in content["variants"].items()
            },
            task_sds=content.get("task_sds", {}),
        )


def read_evaluation(path: Path) -> Evaluation:
    """Read ``test.json``.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    content = read_written(path)
    try:
        return Evaluation.from_dict(content)
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "is no report of test scores") from None


def read_interval(bounds: list[float] | None) -> Interval | None:
    """Return an interval as a pair; ``None`` where there is none."""
    if bounds is None:
        return None
    low, high = bounds
    return low, high
