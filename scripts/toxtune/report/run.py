"""What the files of a run say, as the figures of its report need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset, read_subset
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.files import read_json
from toxtune.io.tsv import read_tsv
from toxtune.search.selection_file import Selection, read_selection
from toxtune.selection.rules import best_first
from toxtune.stats.metrics import METRICS

# A panel a task, for so many tasks.
MOST_TASKS = 24


@dataclass(frozen=True)
class Evidence:
    """What the files say that were made to doubt the scores.

    Attributes
    ----------
    optimism
        Content of ``optimism.json``.
    comparison, similarity
        The tables.
    decisions, brier
        The tables; ``None`` for tasks that are not binary.
    """

    optimism: dict[str, Any]
    comparison: pd.DataFrame
    similarity: pd.DataFrame
    decisions: pd.DataFrame | None
    brier: pd.DataFrame | None


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Attributes
    ----------
    name
        Of the run.
    settings
        ``dataset``, ``split``, ``final``, ``strategy``, ``features`` (the
        configuration's names of representations to those in trials) and ``splits``
        (the runs of the configuration, this one among them).
    selection
        What was selected.
    test, curation, provenance
        Contents of the JSON files of these names.
    specs
        Content of ``trials.json``.
    trials, cost
        The tables of the search.
    test_set
        Molecules and labels of the test set.
    test_predictions
        Family to predictions (see `toxtune.models.base.Model`) of each seed, stacked.
    curves
        Trial to the learning curves of its replicates by name, where it has any.
    openings
        Lines of the split's ledger.
    evidence
        What was made to doubt the scores.
    frequencies
        Content of ``selection_frequency.tsv``.
    reliability
        Content of ``reliability.tsv``; ``None`` for tasks that are not binary.
    prospective
        Scores of the final model on data that came later.
    """

    name: str
    settings: dict[str, Any]
    selection: Selection
    test: dict[str, Any]
    curation: dict[str, Any]
    provenance: dict[str, Any]
    specs: dict[str, dict[str, Any]]
    trials: pd.DataFrame
    cost: pd.DataFrame
    test_set: Subset
    test_predictions: dict[str, np.ndarray]
    curves: dict[str, dict[str, pd.DataFrame]]
    openings: list[dict[str, Any]]
    evidence: Evidence
    frequencies: pd.DataFrame
    reliability: pd.DataFrame | None
    prospective: list[dict[str, Any]]

    @property
    def metric(self) -> str:
        """The metric that ranks."""
        return self.selection.objective.metric

    @property
    def metric_name(self) -> str:
        """The metric that ranks, for people."""
        return METRICS[self.metric].title

    @property
    def task_type(self) -> str:
        """The type of the tasks."""
        return METRICS[self.metric].task_type

    @property
    def families(self) -> list[str]:
        """The families, sorted."""
        return sorted(self.selection.winners)

    @property
    def seeds(self) -> list[int]:
        """The seeds that each ranked trial was trained with."""
        return self.selection.seeds

    @property
    def tasks(self) -> list[str]:
        """The tasks, in the file's order."""
        return self.test_set.tasks

    @property
    def level(self) -> str:
        """The level of the intervals, such as ``95%``."""
        return f"{100 * self.test['confidence']:g}%"

    @property
    def shown_tasks(self) -> list[str]:
        """The tasks that figures with a panel a task show."""
        return self.tasks[:MOST_TASKS]

    @property
    def tasks_left_out(self) -> str:
        """Say that some are not shown; empty if all are."""
        if len(self.tasks) <= MOST_TASKS:
            return ""
        return f"The first {MOST_TASKS} of {len(self.tasks)} tasks."

    @cached_property
    def winners(self) -> dict[str, str]:
        """Family to the id of the trial that won it."""
        return {family: won.trial.id for family, won in self.selection.winners.items()}

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The trials with a score, best first; `complete`: trained with all seeds."""
        scored = self.trials[self.trials[f"{self.metric}_mean"].notna()]
        ranked = best_first(scored, self.selection.objective)
        complete = ranked["seeds"] == len(self.selection.seeds)
        return ranked.assign(complete=complete).reset_index(drop=True)

    def setting(self, trial: str) -> dict[str, Any]:
        """Return a trial's hyperparameters and, by their short name, its features."""
        spec = self.specs[trial]["trial"]
        own_names = {name: own for own, name in self.settings["features"].items()}
        features = own_names.get(spec["features"], spec["features"])
        return {"features": features, **spec["hyperparameters"]}

    def facts(self, *subsets: str, over_tasks: bool = True) -> str:
        """Say where a number comes from: set, size, split, seeds, tasks.

        Parameters
        ----------
        parts
            ``train``, ``valid`` or ``test``, in the order of the figure.
        over_tasks
            Whether the number is a mean over tasks.
        """
        words = [f"{subset} set ({self.size(subset)})" for subset in subsets]
        facts = [listed(words), self.split]
        facts.append(f"{_plural('seed', self.seeds)} {', '.join(map(str, self.seeds))}")
        if over_tasks:
            facts.append(f"mean over {len(self.tasks)} {_plural('task', self.tasks)}")
        return "; ".join(facts)

    def size(self, subset: str) -> str:
        """Say how many molecules a score of the set is from."""
        sizes = self.test["molecules"]
        folds = self.settings["split"].get("cross_validation")
        if subset == "valid" and folds:
            times = f", {folds['repeats']} times over" if folds["repeats"] > 1 else ""
            return f"{folds['folds']} folds of {sizes['train']:,} molecules{times}"
        return f"{sizes[subset]:,} molecules"

    @property
    def split(self) -> str:
        """The split in words: method, fractions, seed."""
        split = self.settings["split"]
        words = f"{split['method']} split"
        if split.get("fractions"):
            shares = (
                split["fractions"][subset] for subset in ("train", "valid", "test")
            )
            words += " " + "/".join(f"{100 * share:g}" for share in shares)
        if split.get("seed") is not None:
            words += f" with seed {split['seed']}"
        if outer := split.get("outer"):
            words += f", outer fold {outer['fold'] + 1} of {outer['folds']}"
        return words


def read_run(
    name: str,
    settings: dict[str, Any],
    files: dict[str, Path],
    prospective: list[dict[str, Any]],
    openings: list[dict[str, Any]],
) -> Run:
    """Read the files of a run.

    Parameters
    ----------
    name
        Of the run.
    settings
        As `Run` has them.
    files
        By the names that the rule gives them; learning curves are in the folders that
        ``specs`` speaks of.
    prospective, openings
        As `Run` has them.
    """
    selection = read_selection(Path(files["selection"]))
    specs = read_json(files["specs"])
    return Run(
        name=name,
        settings=settings,
        selection=selection,
        test=read_json(files["test"]),
        curation=read_json(files["curation"]),
        provenance=read_json(files["provenance"]),
        specs=specs,
        trials=read_tsv(files["trials"]),
        cost=read_tsv(files["cost"]),
        test_set=read_subset(files["test_set"]),
        test_predictions=read_test_predictions(
            files["test_predictions"], selection.seeds
        ),
        curves=_curves(specs),
        openings=openings,
        evidence=read_evidence(files),
        frequencies=read_tsv(files["frequencies"]),
        reliability=read_tsv(files["reliability"]) if "reliability" in files else None,
        prospective=prospective,
    )


def _curves(
    specs: dict[str, dict[str, Any]],
) -> dict[str, dict[str, pd.DataFrame]]:
    curves: dict[str, dict[str, pd.DataFrame]] = {}
    for id, spec in specs.items():
        for name, folder in spec["folders"].items():
            curve = read_tsv(Path(folder) / "learning_curve.tsv")
            if len(curve):
                curves.setdefault(id, {})[name] = curve
    return curves


def listed(words: list[str]) -> str:
    """Put words one after the other, with commas and an ``and``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _plural(noun: str, things: list[Any]) -> str:
    return noun if len(things) == 1 else f"{noun}s"


def read_evidence(files: Mapping[str, Any]) -> Evidence:
    """Read the tables that are there; of tasks that are not binary, some are not."""
    return Evidence(
        optimism=read_json(files["optimism"]),
        comparison=read_tsv(files["comparison"]),
        similarity=read_tsv(files["similarity"]),
        decisions=read_tsv(files["decisions"]) if files.get("decisions") else None,
        brier=read_tsv(files["brier"]) if files.get("brier") else None,
    )
