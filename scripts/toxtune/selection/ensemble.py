"""The ensemble: the mean of what several trials of a search predict.

Models differ in where they err, so that the mean of their predictions is often better
than each. Nothing is fitted. The ensemble is scored on the validation set as the
winners are, seed by seed, and frozen with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.data.subsets import read_subset
from toxtune.evaluation.ensemble import mean_of, repeated
from toxtune.search.selection_file import (
    ENSEMBLE,
    GREEDY,
    NO_ENSEMBLE,
    POOL_PER_FAMILY,
    Ensemble,
    Selection,
    Winner,
    model_name,
)
from toxtune.selection.candidates import ValidationSets, read_validation_sets
from toxtune.selection.greedy import ScoreOfMean, pick
from toxtune.selection.predictions import open_predictions
from toxtune.selection.scoring import read_scoring_labels, score_predictions
from toxtune.selection.search_results import SearchResults
from toxtune.selection.tables import SCORES_COLUMNS, score_rows, table_of_scores
from toxtune.selection.winners import runners_up
from toxtune.splits.training_set import fold_number, names_of_sets
from toxtune.stats.metrics import Objective
from toxtune.stats.resampled_trials import Predictions, Scoring
from toxtune.stats.scoring_labels import ScoringLabels


def average(members: Sequence[Predictions]) -> Predictions:
    """Average predictions over the members: for each fold, for each seed.

    Each is n_rows x n_outputs, float32; averaged in double precision.
    """
    return [
        [mean_of(seeds) for seeds in zip(*folds, strict=True)]
        for folds in zip(*members, strict=True)
    ]


def add_ensemble(
    selection: Selection,
    search: SearchResults,
    *,
    kind: str,
    train: Sequence[Path],
    valid: Sequence[Path],
    cross_validated: bool,
    may_win: bool,
) -> tuple[Selection, pd.DataFrame]:
    """Add an ensemble to a selection, if there are several models to make it of.

    Parameters
    ----------
    selection
        The winners.
    search
        The trials that they were selected from.
    kind
        ``equal`` for the mean of all winners, `GREEDY` for that of trials picked by
        `toxtune.selection.greedy`, or `NO_ENSEMBLE`.
    train, valid
        Training and validation set of each fold in the order of the folds; one of each
        for hold-out.
    cross_validated
        Whether they are folds.
    may_win
        Whether the ensemble is selected overall if its score is better than that of the
        winner; of equal scores the winner's counts, which is simpler.

    Returns
    -------
    selection
        With the ensemble.
    scores
        Of the ensemble, in the columns of ``scores.tsv``; no row if there is none.
    """
    set_names = names_of_sets(len(valid), cross_validated)
    models = _possible_members(selection, search, kind, cross_validated)
    if len(models) < 2:
        return selection, pd.DataFrame(columns=SCORES_COLUMNS)
    predictions = {
        name: open_predictions(model.folders, selection.seeds, set_names)
        for name, model in models.items()
    }
    objective = selection.objective
    counts = dict.fromkeys(sorted(models), 1)
    if kind == GREEDY:
        sets = read_validation_sets(
            train=train, valid=valid, cross_validated=cross_validated
        )
        counts = _greedy_counts(models, predictions, sets, objective)
    folds = read_scoring_labels(train, valid, objective)
    mean = average(repeated(predictions, counts))
    scored = [
        [score_predictions(seed, fold, objective.task_type) for seed in by_seed]
        for fold, by_seed in zip(folds, mean, strict=True)
    ]
    ensemble = _ensemble(counts, _means(scored, folds, objective.metric))
    sign = 1 if objective.maximize else -1
    is_better = sign * ensemble.mean > sign * selection.selected.mean
    with_ensemble = replace(
        selection,
        ensemble=ensemble,
        overall=ENSEMBLE if may_win and is_better else selection.overall,
        runners_up={
            name: models[name] for name in counts if name not in selection.winners
        },
    )
    keys = [
        [(ENSEMBLE, ENSEMBLE, seed, fold_number(name)) for seed in selection.seeds]
        for name in set_names
    ]
    tasks = read_subset(valid[0]).tasks
    return with_ensemble, _table(keys, scored, tasks)


def _possible_members(
    selection: Selection, search: SearchResults, kind: str, cross_validated: bool
) -> dict[str, Winner]:
    """Return the models that the ensemble may have, by name; none without one."""
    if kind == NO_ENSEMBLE:
        return {}
    models = dict(selection.winners)
    if kind == GREEDY:
        for family, winner in selection.winners.items():
            others = runners_up(search, winner, POOL_PER_FAMILY - 1, cross_validated)
            for rank, other in enumerate(others, 2):
                models[model_name(family, rank)] = other
    return models


def _greedy_counts(
    models: Mapping[str, Winner],
    predictions: Mapping[str, Predictions],
    sets: ValidationSets,
    objective: Objective,
) -> dict[str, int]:
    """Pick the members by all molecules: name, sorted, to how often each counts."""
    by_id = sorted(models, key=lambda name: models[name].trial.id)
    ordered = [predictions[name] for name in by_id]
    everything = np.ones((1, len(sets.molecules)))
    score = scorer(sets.scoring(objective), everything, ordered)
    row, alone = np.zeros(1, dtype=np.int64), np.eye(len(by_id), dtype=np.int64)
    scores = np.column_stack([score(row, one) for one in alone])
    picks = pick(scores, np.ones(scores.shape, dtype=bool), score, objective.maximize)
    return {
        name: count
        for name, count in sorted(zip(by_id, picks[0].tolist(), strict=True))
        if count
    }


def scorer(
    scoring: Scoring, counts: np.ndarray, trials: Sequence[Predictions]
) -> ScoreOfMean:
    """Return what scores the mean of several trials on resampled molecules.

    Parameters
    ----------
    scoring
        How it is scored.
    counts
        n_rows x n_molecules: how often each molecule counts.
    trials
        What each trial predicts.
    """

    def score(rows: np.ndarray, picks: np.ndarray) -> np.ndarray:
        members = np.repeat(np.arange(len(picks)), picks).tolist()
        mean = average([trials[number] for number in members])
        return scoring.resampled_scores(counts[rows], mean)

    return score


def _ensemble(counts: dict[str, int], per_seed: list[float]) -> Ensemble:
    return Ensemble(
        members=counts,
        mean=float(np.mean(per_seed)),
        sd=float(np.std(per_seed, ddof=1)) if len(per_seed) > 1 else None,
        per_seed=per_seed,
    )


def _table(
    keys: Sequence[Sequence[tuple[str, str, int, int | None]]],
    scored: Sequence[Sequence[Mapping[str, np.ndarray]]],
    tasks: list[str],
) -> pd.DataFrame:
    """List scores by fold and seed in the columns of ``scores.tsv``."""
    rows = [
        row
        for keys_of_fold, by_seed in zip(keys, scored, strict=True)
        for key, scores in zip(keys_of_fold, by_seed, strict=True)
        for row in score_rows(key, scores, tasks)
    ]
    return table_of_scores(rows)


def _means(
    scored: Sequence[Sequence[Mapping[str, np.ndarray]]],
    folds: Sequence[ScoringLabels],
    metric: str,
) -> list[float]:
    """Return each seed's score: mean over folds of the mean over tasks."""
    by_fold = [
        [np.nanmean(scores[metric] / fold.scales.of(metric)) for scores in by_seed]
        for fold, by_seed in zip(folds, scored, strict=True)
    ]
    return [float(np.mean(means)) for means in zip(*by_fold, strict=True)]
