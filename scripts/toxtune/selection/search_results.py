"""What a search found, as a selection reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.io.integrity import damaged, read_written
from toxtune.io.tsv import read_tsv
from toxtune.search.trials import Trial
from toxtune.selection.rules import ranked_trials
from toxtune.stats.metrics import Objective


@dataclass(frozen=True)
class TrialRecord:
    """A trial of a search, and where its replicates are.

    Attributes
    ----------
    trial
        The trial.
    folders
        Name of each replicate to its folder.
    """

    trial: Trial
    folders: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as in ``trials.json``."""
        return {"trial": self.trial.to_dict(), "folders": self.folders}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "TrialRecord":
        """Read what `to_dict` returned."""
        return cls(Trial.from_dict(content["trial"]), content["folders"])


@dataclass(frozen=True)
class SearchResults:
    """The trials of a search, and what ranks them.

    Attributes
    ----------
    trials
        As `toxtune.selection.tables.trials_table` makes it.
    records
        The same trials in full, by id.
    objective
        What ranks them.
    seeds
        The seeds that a trial must have been trained with to be selected.
    """

    trials: pd.DataFrame
    records: Mapping[str, TrialRecord]
    objective: Objective
    seeds: list[int]

    @property
    def ranked(self) -> pd.DataFrame:
        """The trials that can be selected, best first, ties by id."""
        return ranked_trials(self.trials, self.objective, len(self.seeds))


def read_search_results(
    *, trials: Path, records: Path, objective: Objective, seeds: list[int]
) -> SearchResults:
    """Read ``trials.tsv`` and ``trials.json``."""
    return SearchResults(
        read_tsv(trials), read_trial_records(records), objective, seeds
    )


def read_trial_records(path: Path) -> dict[str, TrialRecord]:
    """Read ``trials.json``: id to record.

    Raises
    ------
    UserError
        If the file does not have the form.
    """
    content = read_written(path)
    try:
        return {id: TrialRecord.from_dict(record) for id, record in content.items()}
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "does not list trials") from None
