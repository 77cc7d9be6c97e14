"""The rules that select one of many trials, by one set of scores or by many sets.

``best``: the best score. ``one_se``: the simplest trial whose score is within one
standard error of the best (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3;
Hastie, Tibshirani and Friedman 2009, section 7.10). The standard error is that of the
best trial's score over molecules; each family says which trials are simpler.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toxtune.stats.metrics import METRICS, UNSCALED, Objective

BEST, ONE_SE = "best", "one_se"

RULES = {
    BEST: "best {mean}",
    ONE_SE: (
        "simplest of the trials whose {mean} is within one standard error (over "
        "molecules, of the best trial) of the best; of equally simple ones the best"
    ),
}


def rule_in_words(rule: str, cross_validated: bool, objective: Objective) -> str:
    """Say how a winner is chosen."""
    over_tasks = "mean over tasks"
    if METRICS[objective.metric].has_unit and objective.scale != UNSCALED:
        over_tasks += " (of several, in SDs of each one's training labels)"
    if cross_validated:
        mean = f"mean over seeds and folds of the {over_tasks}"
        training = ". The model is trained on all folds together"
    else:
        mean = f"mean over seeds of the {over_tasks} on the validation set"
        training = ""
    chosen = RULES[rule].format(mean=mean)
    return f"{chosen}; of equal means the smaller trial id{training}"


def choose(
    scores: np.ndarray,
    maximize: bool,
    margins: np.ndarray | None = None,
    ranks: np.ndarray | None = None,
) -> np.ndarray:
    """Choose a trial in each row of scores.

    Parameters
    ----------
    scores
        n_rows x n_trials, the trials sorted by id; NaN is worse than any score.
    maximize
        Whether higher scores are better.
    margins
        n_trials: where a trial is the best, another one may win if its score is
        worse by this margin at most. ``None``: not at all.
    ranks
        n_trials: see `simplicity_ranks`. ``None``: all the same.

    Returns
    -------
    np.ndarray
        n_rows, the number of the chosen trial.
    """
    gains = np.where(np.isnan(scores), -np.inf, scores if maximize else -scores)
    best = gains.argmax(axis=1)
    if margins is None or ranks is None:
        return best
    floor = gains[np.arange(len(gains)), best] - margins[best]
    close = gains >= floor[:, None]
    simplest = np.where(close, ranks, np.inf).min(axis=1)
    simple = close & (ranks == simplest[:, None])
    return np.where(simple, gains, -np.inf).argmax(axis=1)


def simplicity_ranks(complexities: Sequence[Any]) -> np.ndarray:
    """Rank complexities from 0, the simplest; equal ones have one rank."""
    numbers = {value: number for number, value in enumerate(sorted(set(complexities)))}
    return np.array([numbers[value] for value in complexities])


def ranked_trials(
    trials: pd.DataFrame, objective: Objective, n_seeds: int
) -> pd.DataFrame:
    """Return the trials with a score from all seeds, best first, ties by id.

    Parameters
    ----------
    trials
        As `toxtune.selection.tables.trials_table` makes it.
    objective
        What ranks them.
    n_seeds
        Number of the seeds.
    """
    column = f"{objective.metric}_mean"
    complete = trials["seeds"] == n_seeds
    scored = trials[(trials["status"] == "ok") & trials[column].notna() & complete]
    return best_first(scored, objective)


def best_first(trials: pd.DataFrame, objective: Objective) -> pd.DataFrame:
    """Sort trials by their score, ties by id."""
    return trials.sort_values(
        [f"{objective.metric}_mean", "trial"],
        ascending=[not objective.maximize, True],
    )
