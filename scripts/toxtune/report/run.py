"""A finished run: the summary and the page are two renderings of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import (
    Evaluation,
    Interval,
    SetScores,
)
from toxtune.export.run import SearchedRun
from toxtune.report.diagnostics import Diagnostics
from toxtune.report.model_file import ModelFile
from toxtune.report.molecules import Molecules
from toxtune.report.prospective import ProspectiveScore
from toxtune.report.provenance import Provenance
from toxtune.report.words import (
    SCALED_IN_WORDS,
    SET_NAMES,
    Facts,
    counted,
    decimals_of,
    format_interval,
    format_score,
    listed,
    method_of_split,
    times,
)

# Figures with a panel for each task show no more tasks than this.
MOST_TASKS = 24


@dataclass(frozen=True)
class RunSettings:
    """What the report needs to know of the configuration.

    Attributes
    ----------
    dataset, split
        Settings of the dataset and the split.
    final
        ``refit`` and ``seeds`` of the final model.
    strategy
        Name of the search strategy.
    features
        The configuration's names of representations to those in trials.
    splits
        Run of each split of the configuration to the split's id.
    budget
        What a budget left out, in words.
    """

    dataset: Mapping[str, Any]
    split: Mapping[str, Any]
    final: Mapping[str, Any]
    strategy: str
    features: Mapping[str, str]
    splits: Mapping[str, str]
    budget: str = ""

    @property
    def folds(self) -> Mapping[str, int] | None:
        """``folds`` and ``repeats`` of a cross-validation; ``None`` for hold-out."""
        return self.split.get("cross_validation")


@dataclass(frozen=True, eq=False)
class Run(SearchedRun):
    """A finished run.

    Attributes
    ----------
    settings
        Its configuration.
    evaluation
        The winners' scores on all three sets.
    baselines
        What simple models score on validation and test set.
    origins
        Where the dataset's files came from, in words.
    curation, recipe
        Content of ``curation.json`` and ``split.json``.
    provenance
        Where the numbers came from.
    openings
        Of the test set and of those that share molecules with it, oldest first; see
        `toxtune.evaluation.ledger.read_openings_of`.
    diagnostics
        How far the scores can be trusted.
    largest_difference
        Between validation predictions of the saved models and of the search.
    test_set
        Molecules and labels of the test set.
    test_predictions
        Family to predictions (see `toxtune.models.base.Model`) of each seed, stacked.
    curves
        Trial to the learning curves of its replicates by name; empty for families
        that are not trained in epochs.
    prospective
        Scores of the final model on prospective data.
    model
        Its file; the summary is written without it.
    molecules
        What is shown of them; the summary is written without them.
    """

    settings: RunSettings
    evaluation: Evaluation
    baselines: Baselines
    origins: list[str]
    curation: Mapping[str, Any]
    recipe: Mapping[str, Any]
    provenance: Provenance
    openings: list[dict[str, Any]]
    diagnostics: Diagnostics
    largest_difference: float
    test_set: Subset
    test_predictions: dict[str, np.ndarray]
    curves: dict[str, dict[str, pd.DataFrame]]
    prospective: list[ProspectiveScore]
    model: ModelFile | None = None
    molecules: Molecules | None = None

    @property
    def permutation(self) -> int | None:
        """The seed that the labels were shuffled with; ``None`` if they were not."""
        return self.settings.dataset.get("permute_labels")

    @property
    def metric_name(self) -> str:
        """The metric that ranks the trials, for people."""
        return self.mean_title(self.metric)

    def mean_title(self, metric: str) -> str:
        """Name a metric's mean over tasks for people, in SDs if that is its unit."""
        return self.evaluation.title(metric)

    @property
    def tasks(self) -> list[str]:
        """The tasks, in the file's order."""
        return self.test_set.tasks

    @property
    def class_names(self) -> dict[str, list[str]]:
        """Task to what it calls class 0, 1, ...; tasks with numbers have no entry."""
        return self.curation["classes"]

    @property
    def data_notes(self) -> list[str]:
        """What was taken for what when the dataset was read and split: sentences."""
        return [*self.curation["notes"], *self.recipe.get("notes", [])]

    @property
    def data_warnings(self) -> list[str]:
        """What looks wrong with the dataset or the split: sentences."""
        return [*self.curation["warnings"], *self.recipe["warnings"]]

    @property
    def level(self) -> str:
        """The level of the intervals, such as ``95%``."""
        return self.evaluation.level

    def decimals(self, metric: str | None = None) -> int:
        """Return how many decimals a metric's means are written with."""
        metric = metric or self.metric
        scores = self.mean_scores(self.selection.overall, metric)
        score = scores.valid if scores.test is None else scores.test
        is_scaled = self.evaluation.is_scaled(metric)
        return decimals_of(metric, score, is_scaled=is_scaled)

    def written(self, score: float | None, metric: str | None = None) -> str:
        """Write a mean score, or a difference of such, by the objective's metric."""
        return format_score(score, self.decimals(metric))

    @property
    def d3(self) -> str:
        """How figures write the objective's metric, in the notation of d3."""
        return f",.{self.decimals()}f"

    @property
    def shown_tasks(self) -> list[str]:
        """The tasks that figures with a panel for each task show."""
        return self.tasks[:MOST_TASKS]

    @property
    def tasks_left_out(self) -> str:
        """Say that not all tasks are shown; empty if they are."""
        if len(self.tasks) <= MOST_TASKS:
            return ""
        return f"The first {MOST_TASKS} of {len(self.tasks)} tasks."

    @property
    def selected_scores(self) -> SetScores:
        """The selected model's scores by the objective's metric, means over tasks."""
        return self.mean_scores(self.selection.overall)

    def mean_scores(self, family: str, metric: str | None = None) -> SetScores:
        """Return a winner's mean scores over tasks, by the objective's metric."""
        return self.evaluation.families[family][metric or self.metric].mean

    def setting(self, trial: str) -> dict[str, Any]:
        """Return a trial's hyperparameters and its features by their short name."""
        spec = self.trained[trial].trial
        short_names = {name: short for short, name in self.settings.features.items()}
        features = short_names.get(spec.features, spec.features)
        return {"features": features, **spec.hyperparameters}

    def facts(self, *subsets: str, over_tasks: bool = True, remark: str = "") -> Facts:
        """Say where a number comes from: set, size, split, seeds, tasks.

        Parameters
        ----------
        subsets
            ``train``, ``valid`` or ``test``, in the order of the figure.
        over_tasks
            Whether the number is a mean over tasks.
        remark
            What else there is to say of it.
        """
        sets = [f"{SET_NAMES[subset]} ({self.size(subset)})" for subset in subsets]
        noun = "training seed" if len(self.seeds) == 1 else "training seeds"
        facts = [listed(sets), self.split, f"{noun} {', '.join(map(str, self.seeds))}"]
        if over_tasks and len(self.tasks) > 1:
            facts.append(f"mean over {counted(len(self.tasks), 'task')}")
            if self.evaluation.is_scaled(self.metric):
                facts.append(SCALED_IN_WORDS)
        return Facts(subsets, "; ".join(facts), remark)

    def size(self, subset: str) -> str:
        """Say how many molecules a score of the set is from."""
        molecules = self.evaluation.molecules
        folds = self.settings.folds
        if subset != "valid" or not folds:
            return f"{molecules[subset]:,} molecules"
        repeats = f", {folds['repeats']} times" if folds["repeats"] > 1 else ""
        return f"{molecules['train']:,} molecules in {folds['folds']} folds{repeats}"

    @property
    def opened_in_words(self) -> str:
        """Say how often the test set was opened, and how often by others."""
        words = times(len(self.openings))
        others = sum(not opening["own"] for opening in self.openings)
        return (
            f"{words}, {others:,} of them by other configurations" if others else words
        )

    @property
    def split(self) -> str:
        """The split in words: method, fractions, seed."""
        split = self.settings.split
        words = method_of_split(split)
        if split.get("fractions"):
            fractions = [split["fractions"][subset] for subset in SET_NAMES]
            words += " " + "/".join(f"{100 * fraction:g}" for fraction in fractions)
        if split.get("seed") is not None:
            words += f" with seed {split['seed']}"
        if outer := split.get("outer"):
            words += f", outer fold {outer['fold'] + 1} of {outer['folds']}"
        return words

    def interval_in_words(self, bounds: Interval | None) -> str:
        """Write an interval with its level."""
        if bounds is None:
            return "no interval"
        return f"{self.level} interval {format_interval(bounds, self.decimals())}"
