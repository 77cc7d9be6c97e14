"""The trials that can win, best first."""

from typing import Any

import pandas as pd


def ranked_trials(trials: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Return the trials with a score from all seeds, best first, ties by id.

    Parameters
    ----------
    trials
        As `toxtune.tables.trials_table` makes it.
    settings
        ``objective`` and ``seeds``.
    """
    objective = settings["objective"]
    column = f"{objective['metric']}_mean"
    complete = trials["seeds"] == len(settings["seeds"])
    scored = trials[(trials["status"] == "ok") & trials[column].notna() & complete]
    return best_first(scored, objective)


def best_first(trials: pd.DataFrame, objective: dict[str, str]) -> pd.DataFrame:
    """Sort trials by their score, ties by id."""
    minimize = objective["direction"] == "minimize"
    return trials.sort_values(
        [f"{objective['metric']}_mean", "trial"], ascending=[minimize, True]
    )
