"""The selection of a search, from its files: as the workflow makes and verifies it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.search.selection_file import Selection
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.ensemble import add_ensemble
from toxtune.selection.one_se import Simplicity, rank_simplicity, read_simplicity
from toxtune.selection.rules import BEST
from toxtune.selection.search_results import SearchResults, read_search_results
from toxtune.selection.winners import select
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective


@dataclass(frozen=True)
class SearchFiles:
    """Where a search's results are.

    Attributes
    ----------
    trials, records
        ``trials.tsv`` and ``trials.json``.
    train, valid
        The training and the validation set of each fold; one of each for hold-out.
    """

    trials: Path
    records: Path
    train: Sequence[Path]
    valid: Sequence[Path]


def rank_by_simplicity(
    files: SearchFiles, settings: Mapping[str, Any], resampling: Resampling
) -> Simplicity:
    """Rank the trials by simplicity; see `toxtune.selection.one_se`.

    Parameters
    ----------
    files
        What is read.
    settings
        Those of rule ``select_best``, see `toxtune.config.job_settings`.
    resampling
        The bootstrap of the standard errors.
    """
    sets = read_validation_sets(
        train=files.train,
        valid=files.valid,
        cross_validated=settings["cross_validated"],
    )
    return rank_simplicity(_read_search(files, settings), sets, resampling)


def select_winners(
    files: SearchFiles, settings: Mapping[str, Any], simplicity: Path | None
) -> tuple[Selection, pd.DataFrame]:
    """Select the winners, and make the ensemble if one is asked for.

    Parameters
    ----------
    files
        What is read.
    settings
        As of `rank_by_simplicity`.
    simplicity
        Path of ``simplicity.json``; only the rule ``one_se`` needs it.

    Returns
    -------
    Selection
        What was selected.
    pandas.DataFrame
        The ensemble's scores; empty without one.
    """
    search = _read_search(files, settings)
    winners = select(
        search,
        rule=settings["rule"],
        cross_validated=settings["cross_validated"],
        simplicity=read_simplicity(simplicity) if simplicity else None,
    )
    return add_ensemble(
        winners,
        search,
        kind=settings["ensemble"],
        train=files.train,
        valid=files.valid,
        cross_validated=settings["cross_validated"],
        # One standard error is for the simplest model, which no ensemble is.
        may_win=settings["rule"] == BEST,
    )


def _read_search(files: SearchFiles, settings: Mapping[str, Any]) -> SearchResults:
    return read_search_results(
        trials=files.trials,
        records=files.records,
        objective=Objective(**settings["objective"]),
        seeds=settings["seeds"],
    )
