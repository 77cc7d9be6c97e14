"""What the choice within one standard error has to know, from stored predictions."""

from typing import Any

import pandas as pd

from toxtune.selection.candidates import (
    ValidationSets,
    read_candidates,
    resample_candidates,
)
from toxtune.selection.rules import ranked_trials, simplicity_ranks
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective


def rank_simplicity(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    validation_sets: ValidationSets,
    resampling: Resampling,
) -> dict[str, dict[str, Any]]:
    """Compute the standard error of each family's best trial, and rank simplicity.

    Parameters
    ----------
    trials, specs, settings
        As `toxtune.selection.winners.select` takes them.
    judges
        The molecules that the trials were judged by.
    resampling
        The bootstrap whose SD over resampled molecules is the standard error.

    Returns
    -------
    dict
        ``standard_errors``, of the best trials by id, and ``ranks``: trial id to its
        rank in its family, 0 for the simplest.
    """
    objective = Objective(**settings["objective"])
    ranked = ranked_trials(trials, objective, len(settings["seeds"]))
    if ranked.empty:
        # The selection says so.
        return {"standard_errors": {}, "ranks": {}}
    candidates = read_candidates(
        ranked, specs, settings["seeds"], validation_sets.set_names
    )
    best = set(ranked.drop_duplicates("family")["trial"])
    scored = [each for each in candidates if each.trial.id in best]
    resampled = resample_candidates(
        scored, validation_sets, objective.metric, resampling
    )
    ranks: dict[str, int] = {}
    for family in set(ranked["family"]):
        members = [each for each in candidates if each.trial.family == family]
        own = simplicity_ranks([each.complexity for each in members])
        ranks.update(
            zip([each.trial.id for each in members], own.tolist(), strict=True)
        )
    errors = resampled.standard_errors().tolist()
    return {
        "standard_errors": {
            each.trial.id: error for each, error in zip(scored, errors, strict=True)
        },
        "ranks": ranks,
    }
