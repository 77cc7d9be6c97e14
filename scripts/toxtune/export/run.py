"""A run whose search is done: what was tried, what it scored and what was selected."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.io.integrity import damaged, read_written
from toxtune.io.tsv import read_tsv
from toxtune.search.selection_file import Selection, read_selection
from toxtune.search.trials import Trial
from toxtune.selection.rules import best_first
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class TrainedTrial:
    """A trial, and the name of each of its replicates to the folder of its results."""

    trial: Trial
    folders: dict[str, str]

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "TrainedTrial":
        """Read one entry of ``trials.json``."""
        return cls(Trial.from_dict(content["trial"]), content["folders"])


@dataclass(frozen=True, eq=False)
class SearchedRun:
    """A run whose search is done. What is known of its test set is no part of it.

    Attributes
    ----------
    name
        Folder of the run below ``results/``.
    selection
        What was selected.
    trained
        Id of each trial to the trial and the folders of its replicates.
    trials, cost
        The tables ``trials.tsv`` and ``cost.tsv``.
    """

    name: str
    selection: Selection
    trained: dict[str, TrainedTrial]
    trials: pd.DataFrame
    cost: pd.DataFrame

    @property
    def metric(self) -> str:
        """The metric that ranks the trials."""
        return self.selection.objective.metric

    @property
    def task_type(self) -> TaskType:
        """The type of the tasks."""
        return self.selection.objective.task_type

    @property
    def families(self) -> list[str]:
        """The families with a winner, sorted."""
        return sorted(self.selection.winners)

    @property
    def seeds(self) -> list[int]:
        """The seeds that each ranked trial was trained with."""
        return self.selection.seeds

    @cached_property
    def winners(self) -> dict[str, str]:
        """Family to the id of the trial that won it."""
        return {family: won.trial.id for family, won in self.selection.winners.items()}

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The trials with a score, best first; `complete`: trained with all seeds."""
        scored = self.trials[self.trials[f"{self.metric}_mean"].notna()]
        ranked = best_first(scored, self.selection.objective)
        complete = ranked["seeds"] == len(self.seeds)
        return ranked.assign(complete=complete).reset_index(drop=True)


def read_search(
    name: str, *, selection: Path, specs: Path, trials: Path, cost: Path
) -> SearchedRun:
    """Read what a search left.

    Parameters
    ----------
    name
        Of the run.
    selection, specs, trials, cost
        ``selection.json``, ``trials.json``, ``trials.tsv`` and ``cost.tsv``.

    Raises
    ------
    UserError
        If a file is damaged.
    """
    return SearchedRun(
        name=name,
        selection=read_selection(selection),
        trained=_read_trained(specs),
        trials=read_tsv(trials),
        cost=read_tsv(cost),
    )


def _read_trained(path: Path) -> dict[str, TrainedTrial]:
    contents = read_written(path)
    try:
        return {id: TrainedTrial.from_dict(content) for id, content in contents.items()}
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "is no list of trials") from None
