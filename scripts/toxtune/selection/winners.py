"""Choosing the winners by their validation scores, and nothing else."""

import pandas as pd

from toxtune.errors import UserError
from toxtune.search.selection_file import BestTrial, Selection, Winner
from toxtune.search.trials import Trial, with_hyperparameters
from toxtune.selection.one_se import Simplicity
from toxtune.selection.rules import choose, rule_in_words
from toxtune.selection.search_results import SearchResults
from toxtune.stats.metrics import Objective


def select(
    search: SearchResults,
    *,
    rule: str,
    cross_validated: bool,
    simplicity: Simplicity | None = None,
) -> Selection:
    """Choose one winner per family and one overall.

    Parameters
    ----------
    search
        The trials.
    rule
        A key of `toxtune.selection.rules.RULES`.
    cross_validated
        Whether the validation scores are from a cross-validation: then winners are
        retrained on all folds together.
    simplicity
        For the rule ``one_se``.

    Raises
    ------
    UserError
        If a family has no trial with a score.
    """
    ranked = search.ranked
    winners = {
        family: _winner(
            family,
            ranked[ranked["family"] == family],
            search,
            cross_validated,
            simplicity,
        )
        for family in sorted(set(search.trials["family"]))
    }
    overall = ranked.iloc[0]["family"]
    trial = winners[overall].trial
    return Selection(
        dataset=trial.dataset,
        split=trial.split,
        seeds=search.seeds,
        objective=search.objective,
        rule=rule_in_words(rule, cross_validated, search.objective),
        winners=winners,
        overall=overall,
    )


def _winner(
    family: str,
    ranked: pd.DataFrame,
    search: SearchResults,
    cross_validated: bool,
    simplicity: Simplicity | None,
) -> Winner:
    if ranked.empty:
        raise UserError(
            f"search: no trial of {family} gave a score, so it has no winner; "
            "trials.tsv has their status. `make retry` lets those be trained again "
            "that have no result; else change the search, or leave the family out"
        )
    metric = search.objective.metric
    best, row = None, ranked.iloc[0]
    if simplicity is not None:
        best = BestTrial(
            trial=row["trial"],
            mean=float(row[f"{metric}_mean"]),
            standard_error=simplicity.standard_errors[row["trial"]],
        )
        row = _simplest(ranked, search.objective, simplicity)
    return _as_winner(row, search, len(ranked), cross_validated, best)


def runners_up(
    search: SearchResults, winner: Winner, number: int, cross_validated: bool
) -> list[Winner]:
    """Return the best trials of a winner's family besides itself, best first.

    Parameters
    ----------
    search
        The trials.
    winner
        The winner of the family.
    number
        How many at most.
    cross_validated
        As for `select`.
    """
    ranked = search.ranked
    of_family = ranked[ranked["family"] == winner.trial.family]
    others = of_family[of_family["trial"] != winner.trial.id].head(number)
    return [
        _as_winner(row, search, len(of_family), cross_validated)
        for _, row in others.iterrows()
    ]


def _as_winner(
    row: pd.Series,
    search: SearchResults,
    out_of: int,
    cross_validated: bool,
    best: BestTrial | None = None,
) -> Winner:
    """Return what is to be trained of a trial, given its row of the ranked trials."""
    metric = search.objective.metric
    sd = row[f"{metric}_sd"]
    record = search.records[row["trial"]]
    refit = _without_early_stopping(record.trial, row)
    return Winner(
        trial=record.trial,
        model=refit if cross_validated else record.trial,
        refit=refit,
        folders=record.folders,
        mean=float(row[f"{metric}_mean"]),
        sd=None if pd.isna(sd) else float(sd),
        per_seed=[float(row[f"{metric}_seed-{seed}"]) for seed in search.seeds],
        out_of=out_of,
        best=best,
    )


def _simplest(
    ranked: pd.DataFrame, objective: Objective, simplicity: Simplicity
) -> pd.Series:
    """Return the simplest trial within one standard error of the best."""
    by_id = ranked.sort_values("trial")
    chosen = choose(
        by_id[f"{objective.metric}_mean"].to_numpy()[None],
        objective.maximize,
        # Only that of the best trial is used.
        by_id["trial"].map(simplicity.standard_errors).to_numpy(),
        by_id["trial"].map(simplicity.ranks).to_numpy(),
    )
    return by_id.iloc[chosen[0]]


def _without_early_stopping(trial: Trial, row: pd.Series) -> Trial:
    """Return the trial for a training on all molecules but the test set.

    No molecules are left to stop early by. The number of epochs is then the mean over
    the trainings of the search.

    Raises
    ------
    UserError
        If these do not say how many epochs they had.
    """
    if trial.hyperparameters.get("patience") is None:
        return trial
    if pd.isna(row["epochs_trained"]):
        raise UserError(
            f"{trial.family}: trainings that stop early must say how many epochs they "
            "had, so that the final ones have as many; let fit return Fitted(..., "
            f"epochs=...), or rename patience; trial {trial.id} has no epochs_trained"
        )
    epochs = max(1, round(row["epochs_trained"]))
    return with_hyperparameters(trial, patience=None, epochs=epochs)
