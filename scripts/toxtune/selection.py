"""Choosing the winners by their validation scores, and nothing else."""

from typing import Any

import pandas as pd

from toxtune.errors import UserError
from toxtune.identity import short_id
from toxtune.trials import Trial, with_hyperparameters

RULES = {
    False: "best mean over seeds of the mean over tasks on the validation part; "
    "of equal means the smaller trial id",
    True: "best mean over seeds and folds of the mean over tasks; of equal means the "
    "smaller trial id. The model is trained on all folds together",
}


def select(
    trials: pd.DataFrame, specs: dict[str, dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    """Choose one winner per family and one overall.

    Parameters
    ----------
    trials
        As `toxtune.tables.trials_table` makes it.
    specs
        Id to the whole trial and its folders, as `toxtune.tables.trial_specs` has them.
    settings
        ``objective`` (``metric`` and ``direction``), ``seeds`` (a trial must have been
        trained with all of them), ``dataset`` and ``split`` (their ids),
        ``cross_validated``.

    Returns
    -------
    dict
        The settings; ``rule`` in words; ``winners``, family to trial and validation
        scores; ``overall``, a family; ``id``, which names what the test part is
        opened for.

    Raises
    ------
    UserError
        If a family has no trial with a score.
    """
    ranked = _ranked(trials, settings)
    winners = {
        family: _winner(family, ranked[ranked["family"] == family], specs, settings)
        for family in sorted(set(trials["family"]))
    }
    frozen = {
        "dataset": settings["dataset"],
        "split": settings["split"],
        "seeds": settings["seeds"],
        "winners": {family: won["trial"]["id"] for family, won in winners.items()},
        "overall": ranked.iloc[0]["family"],
    }
    return {
        **frozen,
        "id": short_id(frozen),
        "objective": settings["objective"],
        "rule": RULES[settings["cross_validated"]],
        "winners": winners,
    }


def _ranked(trials: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Return the trials with a score from all seeds, best first."""
    objective = settings["objective"]
    column = f"{objective['metric']}_mean"
    complete = trials["seeds"] == len(settings["seeds"])
    scored = trials[(trials["status"] == "ok") & trials[column].notna() & complete]
    return scored.sort_values(
        [column, "trial"], ascending=[objective["direction"] == "minimize", True]
    )


def _winner(
    family: str,
    ranked: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
) -> dict[str, Any]:
    if ranked.empty:
        raise UserError(
            f"search.spaces: no trial of {family} gave a score, so it has no winner; "
            "see trials.tsv, and change or remove its space"
        )
    best, metric = ranked.iloc[0], settings["objective"]["metric"]
    sd = best[f"{metric}_sd"]
    return {
        **specs[best["trial"]],
        "model": _model(specs[best["trial"]]["trial"], best, settings),
        "mean": float(best[f"{metric}_mean"]),
        "sd": None if pd.isna(sd) else float(sd),
        "per_seed": [
            float(best[f"{metric}_seed-{seed}"]) for seed in settings["seeds"]
        ],
        "out_of": len(ranked),
    }


def _model(
    trial: dict[str, Any], row: pd.Series, settings: dict[str, Any]
) -> dict[str, Any]:
    """Return the trial that the winner's model is a training of.

    After a cross-validation all folds are trained on, and none is left to stop early
    by: the number of epochs is then the mean over the trainings of the search.
    """
    stopped_early = trial["hyperparameters"].get("patience") is not None
    if not (settings["cross_validated"] and stopped_early):
        return trial
    epochs = max(1, round(row["epochs_trained"]))
    return vars(with_hyperparameters(Trial(**trial), patience=None, epochs=epochs))
