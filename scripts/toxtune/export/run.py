"""A run whose search is done: what was tried, what it scored and what was selected."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from toxtune.io.tsv import read_tsv
from toxtune.search.selection_file import ENSEMBLE, Selection, read_selection
from toxtune.selection.rules import best_first
from toxtune.selection.search_results import TrialRecord, read_trial_records
from toxtune.tasks import TaskType


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
    trained: dict[str, TrialRecord]
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
    def contenders(self) -> list[str]:
        """What has scores: the families with a winner, and the ensemble last."""
        return [*self.families, *([ENSEMBLE] if self.selection.ensemble else [])]

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


def run_named(text: str) -> str:
    """Return the name of a run; who completes it in a shell has its folder, too.

    >>> run_named("results/demo/"), run_named("demo")
    ('demo', 'demo')
    """
    return Path(text).as_posix().removeprefix("results/")


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
        trained=read_trial_records(specs),
        trials=read_tsv(trials),
        cost=read_tsv(cost),
    )
