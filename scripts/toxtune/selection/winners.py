"""Choosing the winners by their validation scores, and nothing else."""

from typing import Any

import pandas as pd

from toxtune.errors import UserError
from toxtune.search.selection_file import BestTrial, Selection, Winner
from toxtune.search.trials import Trial, with_hyperparameters
from toxtune.selection.rules import choose, ranked_trials, rule_in_words
from toxtune.stats.metrics import Objective


def select(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    simplicity: dict[str, dict[str, Any]] | None = None,
) -> Selection:
    """Choose one winner per family and one overall.

    Parameters
    ----------
    trials
        As `toxtune.selection.tables.trials_table` makes it.
    specs
        Id to the whole trial and its folders, as
        `toxtune.selection.tables.trial_specs` has them.
    settings
        ``objective`` (``metric`` and ``direction``), ``rule``, ``seeds`` (a trial must
        have been trained with all of them), ``dataset`` and ``split`` (their ids),
        ``cross_validated``.
    simplicity
        For the rule ``one_se``, what `toxtune.selection.one_se.rank_simplicity` says.

    Returns
    -------
    Selection
        The winners, and what they were chosen by.

    Raises
    ------
    UserError
        If a family has no trial with a score.
    """
    objective = Objective(**settings["objective"])
    ranked = ranked_trials(trials, objective, len(settings["seeds"]))
    winners = {
        family: _winner(
            family, ranked[ranked["family"] == family], specs, settings, simplicity
        )
        for family in sorted(set(trials["family"]))
    }
    return Selection(
        dataset=settings["dataset"],
        split=settings["split"],
        seeds=settings["seeds"],
        objective=objective,
        rule=rule_in_words(settings["rule"], settings["cross_validated"]),
        winners=winners,
        overall=ranked.iloc[0]["family"],
    )


def _winner(
    family: str,
    ranked: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    simplicity: dict[str, dict[str, Any]] | None,
) -> Winner:
    if ranked.empty:
        raise UserError(
            f"search.spaces: no trial of {family} gave a score, so it has no winner; "
            "see trials.tsv, and change or remove its space"
        )
    objective = Objective(**settings["objective"])
    mean, best, won = f"{objective.metric}_mean", None, ranked.iloc[0]
    if simplicity is not None:
        id = won["trial"]
        error = simplicity["standard_errors"][id]
        best = BestTrial(trial=id, mean=float(won[mean]), standard_error=error)
        won = _simplest(ranked, objective, simplicity)
    sd = won[f"{objective.metric}_sd"]
    spec = specs[won["trial"]]
    trial = Trial.from_dict(spec["trial"])
    refit = _without_early_stopping(trial, won)
    return Winner(
        trial=trial,
        model=refit if settings["cross_validated"] else trial,
        refit=refit,
        folders=spec["folders"],
        mean=float(won[mean]),
        sd=None if pd.isna(sd) else float(sd),
        per_seed=[
            float(won[f"{objective.metric}_seed-{seed}"]) for seed in settings["seeds"]
        ],
        out_of=len(ranked),
        best=best,
    )


def _simplest(
    ranked: pd.DataFrame,
    objective: Objective,
    simplicity: dict[str, dict[str, Any]],
) -> pd.Series:
    """Return the simplest trial within one standard error of the best."""
    by_id = ranked.sort_values("trial")
    chosen = choose(
        by_id[f"{objective.metric}_mean"].to_numpy()[None],
        objective.maximize,
        # Only that of the best trial is used.
        by_id["trial"].map(simplicity["standard_errors"]).to_numpy(),
        by_id["trial"].map(simplicity["ranks"]).to_numpy(),
    )
    return by_id.iloc[chosen[0]]


def _without_early_stopping(trial: Trial, row: pd.Series) -> Trial:
    """Return the trial for a training on all molecules but the test set.

    No molecules are left to stop early by. The number of epochs is then the mean over
    the trainings of the search.
    """
    if trial.hyperparameters.get("patience") is None:
        return trial
    epochs = max(1, round(row["epochs_trained"]))
    return with_hyperparameters(trial, patience=None, epochs=epochs)
