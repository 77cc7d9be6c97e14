"""A greedy ensemble: trials picked one after the other, by the score of their mean.

Caruana, Niculescu-Mizil, Crew and Ksikes 2004 (Proceedings of ICML, 18): begin with the
best trial; then add, with replacement, the trial that makes the mean of all picked so
far the best; end where none makes it better (the plateau), or at `MAX_PICKS` trials. Of
equal scores the smaller trial id counts. A trial that is picked twice counts twice.

Picks are made from a pool: of each family its winner and its best others, see
`pool_of`. A small pool of good models overfits the validation set less than all of them
(Caruana, Munson and Niculescu-Mizil 2006, Proceedings of ICDM, 828-833), and says
before anything runs which models may be needed.
"""

from collections.abc import Callable

import numpy as np

from toxtune.search.selection_file import POOL_PER_FAMILY
from toxtune.selection.rules import choose

MAX_PICKS = 10

# From rows, and how often each trial counts (n_trials), to scores of the mean there.
ScoreOfMean = Callable[[np.ndarray, np.ndarray], np.ndarray]


def pool_of(scores: np.ndarray, winners: np.ndarray, maximize: bool) -> np.ndarray:
    """List the trials of one family that may be picked, the winner first.

    Parameters
    ----------
    scores
        n_rows x n_trials of the family, sorted by id; a row is a set of scores.
    winners
        n_rows: the number of each row's winner.
    maximize
        Whether higher scores are better.

    Returns
    -------
    np.ndarray
        n_rows x the size of the pool: the winner, then the best of the others.
    """
    gains = np.where(np.isnan(scores), -np.inf, scores if maximize else -scores)
    gains[np.arange(len(gains)), winners] = np.inf
    return np.argsort(-gains, axis=1, kind="stable")[:, :POOL_PER_FAMILY]


def pick(
    scores: np.ndarray, pools: np.ndarray, score_of_mean: ScoreOfMean, maximize: bool
) -> np.ndarray:
    """Pick the members of an ensemble for each row of scores.

    Parameters
    ----------
    scores
        n_rows x n_trials, of each trial alone; the trials sorted by id.
    pools
        n_rows x n_trials: whether a trial may be picked.
    score_of_mean
        Scores the mean of several trials.
    maximize
        Whether higher scores are better.

    Returns
    -------
    np.ndarray
        n_rows x n_trials: how often each trial counts; int64.
    """
    rows = np.arange(len(scores))
    best = choose(np.where(pools, scores, np.nan), maximize)
    picks = np.zeros(scores.shape, dtype=np.int64)
    picks[rows, best] = 1
    reached = scores[rows, best].copy()
    for _ in range(1, MAX_PICKS):
        extended = _with_one_more(picks, pools, rows, score_of_mean)
        added = choose(extended, maximize)
        new = extended[np.arange(len(rows)), added]
        is_better = new > reached[rows] if maximize else new < reached[rows]
        rows, added = rows[is_better], added[is_better]
        picks[rows, added] += 1
        reached[rows] = new[is_better]
        if not len(rows):
            break
    return picks


def score_distinct(
    picks: np.ndarray, rows: np.ndarray, score_of_mean: ScoreOfMean
) -> np.ndarray:
    """Score one ensemble per row; each that several rows share is made once.

    Parameters
    ----------
    picks
        n x n_trials: how often each trial counts.
    rows
        n: the row that each is scored on.
    score_of_mean
        Scores one.
    """
    scores = np.empty(len(picks))
    used = np.flatnonzero(picks.any(axis=0))
    _, first, numbers = np.unique(
        picks[:, used].astype(np.int8), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(numbers.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(numbers.ravel()))[:-1]
    for one, alike in zip(first, np.split(order, ends), strict=True):
        scores[alike] = score_of_mean(rows[alike], picks[one])
    return scores


def _with_one_more(
    picks: np.ndarray, pools: np.ndarray, rows: np.ndarray, score_of_mean: ScoreOfMean
) -> np.ndarray:
    """Score each row's ensemble with each trial of its pool added; NaN for others."""
    numbers, added = np.nonzero(pools[rows])
    extended = picks[rows][numbers]
    extended[np.arange(len(added)), added] += 1
    scores = np.full((len(rows), picks.shape[1]), np.nan)
    scores[numbers, added] = score_distinct(extended, rows[numbers], score_of_mean)
    return scores
