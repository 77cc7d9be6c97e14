"""The ensemble: the mean of what the winners of all families predict.

Families differ in where they err, so that the mean of their predictions is often better
than each. Nothing is fitted, and nothing more is trained. The ensemble is scored on the
validation set as the winners are, seed by seed, and frozen with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.data.subsets import read_subset
from toxtune.evaluation.ensemble import mean_of
from toxtune.search.selection_file import ENSEMBLE, Ensemble, Selection
from toxtune.selection.predictions import open_predictions
from toxtune.selection.scoring import read_scoring_labels, score_predictions
from toxtune.selection.tables import SCORES_COLUMNS, score_rows, table_of_scores
from toxtune.splits.training_set import fold_number, names_of_sets
from toxtune.stats.resampled_trials import Predictions
from toxtune.stats.scoring_labels import ScoringLabels

# Each family counts the same; or there is no ensemble.
EQUAL, NONE = "equal", "none"


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
    *,
    kind: str,
    train: Sequence[Path],
    valid: Sequence[Path],
    cross_validated: bool,
    may_win: bool,
) -> tuple[Selection, pd.DataFrame]:
    """Add the ensemble of all winners to a selection, if there are several.

    Parameters
    ----------
    selection
        The winners.
    kind
        `EQUAL`, or `NONE` for no ensemble.
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
    if kind == NONE or len(selection.winners) < 2:
        return selection, pd.DataFrame(columns=SCORES_COLUMNS)
    set_names = names_of_sets(len(valid), cross_validated)
    predictions = average(
        [
            open_predictions(winner.folders, selection.seeds, set_names)
            for winner in selection.winners.values()
        ]
    )
    objective = selection.objective
    folds = read_scoring_labels(train, valid, objective)
    scored = [
        [score_predictions(seed, fold, objective.task_type) for seed in by_seed]
        for fold, by_seed in zip(folds, predictions, strict=True)
    ]
    per_seed = _means(scored, folds, objective.metric)
    ensemble = Ensemble(
        members=dict.fromkeys(sorted(selection.winners), 1),
        mean=float(np.mean(per_seed)),
        sd=float(np.std(per_seed, ddof=1)) if len(per_seed) > 1 else None,
        per_seed=per_seed,
    )
    sign = 1 if objective.maximize else -1
    is_better = sign * ensemble.mean > sign * selection.selected.mean
    overall = ENSEMBLE if may_win and is_better else selection.overall
    tasks = read_subset(valid[0]).tasks
    rows = [
        row
        for name, by_seed in zip(set_names, scored, strict=True)
        for seed, scores in zip(selection.seeds, by_seed, strict=True)
        for row in score_rows(
            (ENSEMBLE, ENSEMBLE, seed, fold_number(name)),
            scores,
            tasks,
        )
    ]
    return replace(selection, ensemble=ensemble, overall=overall), table_of_scores(rows)


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
