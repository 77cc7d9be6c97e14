"""How much too good the winner's score is, since the winner was chosen by it.

Bootstrap bias correction (BBC-CV; Tsamardinos, Greasidou and Borboudakis 2018, Machine
Learning 107, 1895-1922): molecules are resampled from the validation part; in each
resample a winner is chosen by the molecules that were drawn and scored on those that
were not. No molecule is on both sides, so the mean of these scores is not too good.

The paper takes the percentiles of those scores for the interval. They are too wide,
since so few molecules (0.37 of them) were scored each time: `benchmarks/
simulate_selection.py` measures it. The interval here is the winner's own over
resampled molecules, moved by the optimism (location-shifted bootstrap interval; Noma,
Shinozaki, Iba, Teramukai and Furukawa 2021, Statistics in Medicine 40, 5691-5701).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.bootstrap import interval, mean_over_tasks, resampled_means
from toxtune.scoring import Judged

# Resamples are scored in blocks that fit a processor's cache, twice as fast as at once.
NUMBERS_PER_BLOCK = 2**17

Predictions = Sequence[Sequence[np.ndarray]]
"""Of one trial: for each fold (hold-out is one), for each seed, n_rows x n_outputs."""

Rule = Callable[[np.ndarray], np.ndarray]
"""From scores, n_resamples x n_trials, to the number of each resample's winner."""


@dataclass(frozen=True)
class Fold(Judged):
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
        A key of `toxtune.metrics.METRICS`.
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
    """Trials scored on the molecules of each resample.

    Attributes
    ----------
    scoring
        How they were scored.
    counts
        n_resamples x n_molecules; see `toxtune.bootstrap.resample_counts`.
    predictions
        One for each trial.
    scores
        n_resamples x n_trials, on the molecules that were drawn.
    """

    scoring: Scoring
    counts: np.ndarray
    predictions: Sequence[Predictions]
    scores: np.ndarray

    def standard_errors(self) -> np.ndarray:
        """SD of each trial's score over the resamples; n_trials."""
        return np.nanstd(self.scores, axis=0, ddof=1)

    def only(self, trials: Sequence[int]) -> "Resampled":
        """Keep these trials."""
        predictions = [self.predictions[trial] for trial in trials]
        scores = self.scores[:, trials]
        return Resampled(self.scoring, self.counts, predictions, scores)


def resample(
    scoring: Scoring, counts: np.ndarray, predictions: Sequence[Predictions]
) -> Resampled:
    """Score every trial on every resample that can be scored."""
    scores = np.column_stack([scoring.under(counts, each) for each in predictions])
    known = np.isfinite(scores).any(axis=1)
    return Resampled(scoring, counts[known], predictions, scores[known])


def out_of_bag_scores(resampled: Resampled, winners: np.ndarray) -> np.ndarray:
    """Score each resample's winner on the molecules that were not drawn.

    Parameters
    ----------
    resampled
        The trials.
    winners
        n_resamples, the number of a trial.

    Returns
    -------
    np.ndarray
        n_resamples; NaN where the molecules left have no score.
    """
    scores = np.full(len(winners), np.nan)
    for winner in np.unique(winners):
        won = winners == winner
        left = (resampled.counts[won] == 0).astype(np.float64)
        scores[won] = resampled.scoring.under(left, resampled.predictions[winner])
    return scores


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
    everything = np.ones((1, resampled.counts.shape[1]))
    raw = resampled.scoring.under(everything, resampled.predictions[chosen])[0]
    winners = rule(resampled.scores)
    left = out_of_bag_scores(resampled, winners)
    own = resampled.scores[:, chosen]
    times = np.bincount(winners, minlength=resampled.scores.shape[1])
    frequency = times / max(1, len(winners))
    report = {
        "raw": float(raw),
        "standard_error": _sd(own),
        "frequency": frequency.tolist(),
        "chosen_again": float(frequency[chosen]),
        "scored": int(np.isfinite(left).sum()),
        "out_of_bag": interval(left, confidence),
    }
    if not report["scored"]:
        return {**report, "corrected": None, "optimism": None, "interval": None}
    corrected = np.nanmean(left)
    return {
        **report,
        "corrected": float(corrected),
        "optimism": float(raw - corrected),
        "interval": interval(own - (raw - corrected), confidence),
    }


def _sd(scores: np.ndarray) -> float | None:
    return float(np.nanstd(scores, ddof=1)) if len(scores) > 1 else None
