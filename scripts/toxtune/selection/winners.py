"""Choosing the winners by their validation scores, and nothing else."""

from typing import Any

import pandas as pd

from toxtune.errors import UserError
from toxtune.search.trials import Trial, with_hyperparameters
from toxtune.selection.rules import choose, ranked_trials, rule_in_words
from toxtune.selection.selection_file import selection_id


def select(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    simplicity: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
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
        For the rule ``one_se``, what `toxtune.selection.one_se.weigh` says.

    Returns
    -------
    dict
        The settings; ``rule`` in words; ``winners``, family to trial and validation
        scores; ``overall``, the family of the best trial; ``id``, which names what
        the test set is opened for.

    Raises
    ------
    UserError
        If a family has no trial with a score.
    """
    ranked = ranked_trials(trials, settings)
    winners = {
        family: _winner(
            family, ranked[ranked["family"] == family], specs, settings, simplicity
        )
        for family in sorted(set(trials["family"]))
    }
    frozen = {
        "dataset": settings["dataset"],
        "split": settings["split"],
        "seeds": settings["seeds"],
        "winners": winners,
        "overall": ranked.iloc[0]["family"],
    }
    return {
        **frozen,
        "id": selection_id(frozen),
        "objective": settings["objective"],
        "rule": rule_in_words(settings["rule"], settings["cross_validated"]),
    }


def _winner(
    family: str,
    ranked: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    simplicity: dict[str, dict[str, Any]] | None,
) -> dict[str, Any]:
    if ranked.empty:
        raise UserError(
            f"search.spaces: no trial of {family} gave a score, so it has no winner; "
            "see trials.tsv, and change or remove its space"
        )
    metric = settings["objective"]["metric"]
    best = ranked.iloc[0]
    won, close = best, {}
    if simplicity is not None:
        won = _simplest(ranked, settings["objective"], simplicity)
        close = {
            "best": best["trial"],
            "best_mean": float(best[f"{metric}_mean"]),
            "standard_error": simplicity["standard_errors"][best["trial"]],
        }
    sd = won[f"{metric}_sd"]
    spec = specs[won["trial"]]
    on_all = _trained_on_all(spec["trial"], won)
    return {
        **spec,
        **close,
        "model": on_all if settings["cross_validated"] else spec["trial"],
        "refit": on_all,
        "mean": float(won[f"{metric}_mean"]),
        "sd": None if pd.isna(sd) else float(sd),
        "per_seed": [float(won[f"{metric}_seed-{seed}"]) for seed in settings["seeds"]],
        "out_of": len(ranked),
    }


def _simplest(
    ranked: pd.DataFrame,
    objective: dict[str, str],
    simplicity: dict[str, dict[str, Any]],
) -> pd.Series:
    """Return the simplest trial within one standard error of the best."""
    by_id = ranked.sort_values("trial")
    chosen = choose(
        by_id[f"{objective['metric']}_mean"].to_numpy()[None],
        objective["direction"] == "maximize",
        # Only the best one's is looked at.
        by_id["trial"].map(simplicity["standard_errors"]).to_numpy(),
        by_id["trial"].map(simplicity["ranks"]).to_numpy(),
    )
    return by_id.iloc[chosen[0]]


def _trained_on_all(trial: dict[str, Any], row: pd.Series) -> dict[str, Any]:
    """Return the trial that a training on all molecules but the test set is of.

    That is so after a cross-validation, and in a refit. No molecule is left to stop
    early by: the number of epochs is then the mean over the trainings of the search.
    """
    if trial["hyperparameters"].get("patience") is None:
        return trial
    epochs = max(1, round(row["epochs_trained"]))
    return vars(with_hyperparameters(Trial(**trial), patience=None, epochs=epochs))
