"""How much too good the winner's score is, since the winner was chosen by it.

Bootstrap bias correction (BBC-CV; Tsamardinos, Greasidou and Borboudakis 2018, Machine
Learning 107, 1895-1922): molecules are resampled from the validation set; in each
resample a winner is chosen by the molecules that were drawn and scored on those that
were not. No molecule is on both sides, so the mean of these scores is not too good.

The paper takes the percentiles of those scores for the interval. They are too wide,
since so few molecules (0.37 of them) were scored each time: `benchmarks/
simulate_selection.py` measures it. The interval here is a double bootstrap's: searches
like this one are simulated, whose truth is known, each is corrected in the same way,
and the errors of the corrected scores give the bounds (the basic bootstrap interval;
Davison and Hinkley 1997, Bootstrap methods and their application, section 5.2). In
them the trials' truths are nearer to each other than their scores are, by as much as
chance spreads scores (Efron and Morris 1973, Journal of the American Statistical
Association 68, 117-130).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from toxtune.stats.bootstrap import interval, mean_over_tasks, resampled_means
from toxtune.stats.metrics import ScoringLabels

# Resamples are scored in blocks that fit a processor's cache, twice as fast as at once.
NUMBERS_PER_BLOCK = 2**17


Predictions = Sequence[Sequence[np.ndarray]]


"""Of one trial: for each fold (hold-out is one), for each seed, n_rows x n_outputs."""


Rule = Callable[[np.ndarray], np.ndarray]


"""From scores, n_resamples x n_trials, to the number of each resample's winner."""


@dataclass(frozen=True)
class Fold(ScoringLabels):
    """What predictions of one training set are judged by, and whose rows they are.

    Attributes
    ----------
    molecules
        n_rows: the number of each row's molecule, its column in resampled counts.
    """

    molecules: np.ndarray


@dataclass(frozen=True)
class Scoring:
    """How validation predictions become one score.

    Attributes
    ----------
    metric
        A key of `toxtune.stats.metrics.METRICS`.
    folds
        One for hold-out.
    """

    metric: str
    folds: Sequence[Fold]

    def under(self, counts: np.ndarray, predictions: Predictions) -> np.ndarray:
        """Mean over folds and seeds of the mean over tasks, for each row of counts.

        A task that lost a class in a fold is left out there, a fold that lost all tasks
        altogether; NaN where nothing is left.

        Parameters
        ----------
        counts
            n_resamples x n_molecules.
        predictions
            Of one trial.
        """
        by_fold = [
            np.mean([self._means(fold, counts, seed) for seed in seeds], axis=0)
            for fold, seeds in zip(self.folds, predictions, strict=True)
        ]
        return mean_over_tasks(np.stack(by_fold, axis=-1))

    def _means(
        self, fold: Fold, counts: np.ndarray, predictions: np.ndarray
    ) -> np.ndarray:
        size = max(1, NUMBERS_PER_BLOCK // max(1, len(fold.molecules)))
        blocks = np.split(counts, range(size, len(counts), size))
        means = [
            resampled_means(
                self.metric,
                fold.labels,
                predictions,
                fold.positive_weights,
                block[:, fold.molecules],
            )[1]
            for block in blocks
        ]
        return np.concatenate(means)


@dataclass(frozen=True)
class Resampled:
    """Trials scored on the molecules of each resample, and on those that it left.

    Attributes
    ----------
    scores
        n_resamples x n_trials, on the molecules that were drawn.
    left
        n_resamples x n_trials, on those that were not; NaN where they have no score.
    whole
        n_trials, on all molecules.
    """

    scores: np.ndarray
    left: np.ndarray
    whole: np.ndarray

    def standard_errors(self) -> np.ndarray:
        """SD of each trial's score over the resamples; n_trials."""
        return np.nanstd(self.scores, axis=0, ddof=1)

    def only(self, trials: Sequence[int]) -> "Resampled":
        """Keep these trials."""
        return Resampled(
            self.scores[:, trials], self.left[:, trials], self.whole[trials]
        )

    def scores_left(self, winners: np.ndarray) -> np.ndarray:
        """Score each resample's winner on the molecules that were not drawn."""
        return self.left[np.arange(len(winners)), winners]


def resample(
    scoring: Scoring, counts: np.ndarray, predictions: Sequence[Predictions]
) -> Resampled:
    """Score every trial on every resample that can be scored.

    Parameters
    ----------
    scoring
        How they are scored.
    counts
        n_resamples x n_molecules; see `toxtune.stats.bootstrap.resample_counts`.
    predictions
        One for each trial.
    """
    scores = np.column_stack([scoring.under(counts, each) for each in predictions])
    known = np.isfinite(scores).any(axis=1)
    not_drawn = (counts[known] == 0).astype(np.float64)
    left = [scoring.under(not_drawn, each) for each in predictions]
    everything = np.ones((1, counts.shape[1]))
    whole = [scoring.under(everything, each)[0] for each in predictions]
    return Resampled(scores[known], np.column_stack(left), np.array(whole))


def correct(
    resampled: Resampled, rule: Rule, chosen: int, confidence: float
) -> dict[str, Any]:
    """Correct the chosen trial's score for having been chosen.

    Parameters
    ----------
    resampled
        The trials that it was chosen from.
    rule
        How it was chosen.
    chosen
        Its number.
    confidence
        Level of the interval.

    Returns
    -------
    dict
        ``raw``, the score that it was chosen with; ``corrected``; ``optimism``, the
        difference, positive where the raw score is higher; ``interval``, of the
        corrected score; ``standard_error`` of the raw score; ``out_of_bag``, the
        percentiles of BBC-CV; ``frequency``, of each trial, how often it was the
        winner; ``chosen_again``, that of the chosen trial; ``scored``, the number of
        resamples whose winner could be scored. Where there is none, what comes from
        them is ``None``.
    """
    raw = resampled.whole[chosen]
    winners = rule(resampled.scores)
    left = resampled.scores_left(winners)
    times = np.bincount(winners, minlength=len(resampled.whole))
    frequency = times / max(1, len(winners))
    report = {
        "raw": float(raw),
        "standard_error": _sd(resampled.scores[:, chosen]),
        "frequency": frequency.tolist(),
        "chosen_again": float(frequency[chosen]),
        "scored": int(np.isfinite(left).sum()),
        "out_of_bag": interval(left, confidence),
    }
    if not report["scored"]:
        return {**report, "corrected": None, "optimism": None, "interval": None}
    corrected = np.nanmean(left)
    low, high = interval(errors_of_correction(resampled, rule), confidence)
    return {
        **report,
        "corrected": float(corrected),
        "optimism": float(raw - corrected),
        "interval": [float(corrected - high), float(corrected - low)],
    }


def errors_of_correction(resampled: Resampled, rule: Rule) -> np.ndarray:
    """Correct simulated searches, and tell by how much each corrected score errs.

    The scores of a simulated search are the truths and what one resample adds to
    them; its resamples add to its scores what the resamples here add to theirs.

    Parameters
    ----------
    resampled
        The trials.
    rule
        How one of them is chosen.

    Returns
    -------
    np.ndarray
        n_resamples: corrected score less the truth of the chosen trial.
    """
    drawn = resampled.scores - resampled.whole
    left = replace(resampled, left=resampled.left - resampled.whole)
    truths = likely_truths(resampled.whole, drawn)
    chosen = rule(truths + drawn)
    errors = np.empty(len(drawn))
    for search, scores in enumerate(truths + drawn):
        winners = rule(scores + drawn)
        corrected = np.nanmean(scores[winners] + left.scores_left(winners))
        errors[search] = corrected - truths[chosen[search]]
    return errors


def likely_truths(scores: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """Draw scores together by as much as chance spread them (positive-part).

    What moves all trials alike, such as molecules that are hard for all, spreads
    nothing.

    Parameters
    ----------
    scores
        n_trials.
    deviations
        n_resamples x n_trials: what a resample adds to the scores.
    """
    if len(scores) == 1 or not np.ptp(scores):
        return scores
    noise = np.nanmean(np.nanvar(deviations, axis=1, ddof=1))
    kept = max(0.0, 1 - noise / scores.var(ddof=1))
    return scores.mean() + kept * (scores - scores.mean())


def _sd(scores: np.ndarray) -> float | None:
    return float(np.nanstd(scores, ddof=1)) if len(scores) > 1 else None
