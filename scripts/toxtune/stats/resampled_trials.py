"""Scores of all trials of a search on the same resampled molecules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from toxtune.stats.bootstrap import mean_over_tasks, resampled_scores
from toxtune.stats.scoring_labels import ScoringLabels

# What fits a processor's cache: twice as fast as at once.
NUMBERS_PER_BLOCK = 2**17

# A score's SD on all molecules, by that on molecules that a resample has not drawn.
NOT_DRAWN = np.exp(-1)
NOT_DRAWN_TO_ALL = np.sqrt(NOT_DRAWN / (1 - NOT_DRAWN))

# Of one trial: for each fold (hold-out is one), for each seed, n_rows x n_outputs.
Predictions = Sequence[Sequence[np.ndarray]]


@dataclass(frozen=True)
class Fold(ScoringLabels):
    """What predictions of one validation set are scored by, and whose rows they are.

    Attributes
    ----------
    molecules
        n_rows: the number of each row's molecule, its column in resampled counts.
    """

    molecules: np.ndarray


@dataclass(frozen=True)
class Scoring:
    """How a trial's validation predictions become one score.

    Attributes
    ----------
    metric
        A key of `toxtune.stats.metrics.METRICS`.
    folds
        One for hold-out.
    """

    metric: str
    folds: Sequence[Fold]

    def resampled_scores(
        self, counts: np.ndarray, predictions: Predictions
    ) -> np.ndarray:
        """Mean over folds and seeds of the mean over tasks, for each resample.

        A task that lost a class in a fold, and a fold that lost all tasks, are taken to
        differ from their score on all molecules as the others do; see
        `mean_over_parts`. NaN where nothing is left.

        Parameters
        ----------
        counts
            n_resamples x n_molecules.
        predictions
            Of one trial.

        Returns
        -------
        np.ndarray
            n_resamples.
        """
        by_fold = self._by_fold(counts, predictions)
        on_all = np.ones((1, counts.shape[1]))
        return mean_over_parts(by_fold, lambda: self._by_fold(on_all, predictions))

    def _by_fold(self, counts: np.ndarray, predictions: Predictions) -> np.ndarray:
        """Mean over seeds of the mean over tasks; n_resamples x n_folds."""
        by_fold = [
            np.mean([self._means(fold, counts, seed) for seed in seeds], axis=0)
            for fold, seeds in zip(self.folds, predictions, strict=True)
        ]
        return np.stack(by_fold, axis=-1)

    def _means(
        self, fold: Fold, counts: np.ndarray, predictions: np.ndarray
    ) -> np.ndarray:
        by_task = self._by_task(fold, counts, predictions)
        on_all = np.ones((1, counts.shape[1]))
        return mean_over_parts(
            by_task, lambda: self._by_task(fold, on_all, predictions)
        )

    def _by_task(
        self, fold: Fold, counts: np.ndarray, predictions: np.ndarray
    ) -> np.ndarray:
        """Score one fold and seed, in the units of the mean; n_resamples x n_tasks."""
        scores = [
            resampled_scores(
                self.metric,
                fold.labels,
                predictions,
                fold.positive_weights,
                block[:, fold.molecules],
            )
            for block in in_blocks(counts, len(fold.molecules))
        ]
        return np.concatenate(scores) / fold.scales.of(self.metric)


@dataclass(frozen=True)
class Deviations:
    """By how much resampled scores differ from the scores on all molecules.

    Attributes
    ----------
    in_bag, out_of_bag
        n_resamples x n_trials.
    """

    in_bag: np.ndarray
    out_of_bag: np.ndarray


@dataclass(frozen=True)
class Resampled:
    """Scores of trials on resampled molecules.

    Attributes
    ----------
    in_bag
        n_resamples x n_trials, on the molecules that were drawn.
    out_of_bag
        n_resamples x n_trials, on those that were not; NaN where they have no score.
    full
        n_trials, on all molecules.
    counts
        n_resamples x n_molecules: how often each molecule was drawn.
    is_remade
        n_trials: whether it is made anew in each resample, as an ensemble is; ``None``
        if none is.
    """

    in_bag: np.ndarray
    out_of_bag: np.ndarray
    full: np.ndarray
    counts: np.ndarray
    is_remade: np.ndarray | None = None

    @property
    def deviations(self) -> Deviations:
        """Resampled scores minus scores on all molecules.

        What is made anew in each resample fits the molecules that were drawn: its
        in-bag scores are too high, and too much alike. They are moved to where those of
        new searches are, above the truth by the optimism, and spread as far as scores
        on molecules that it was not fitted to. The SD of these, on the 1 / e of the
        molecules that are not drawn, is taken to all molecules as Nadeau and Bengio do
        (2003, Machine Learning 52, 239-281).
        """
        in_bag, out_of_bag = self.in_bag - self.full, self.out_of_bag - self.full
        if self.is_remade is not None:
            spread = NOT_DRAWN_TO_ALL * np.nanstd(out_of_bag, axis=0)
            centred = in_bag - np.nanmean(in_bag, axis=0)
            found = np.nanstd(in_bag, axis=0)
            # Where all resamples score the same there is nothing to spread.
            scale = np.divide(spread, found, out=np.ones_like(found), where=found > 0)
            as_new = centred * scale - np.nanmean(out_of_bag, axis=0)
            in_bag = np.where(self.is_remade, as_new, in_bag)
        return Deviations(in_bag, out_of_bag)

    def standard_errors(self) -> np.ndarray:
        """SD of each trial's score over the resamples; n_trials."""
        return np.nanstd(self.in_bag, axis=0, ddof=1)

    def take(self, trials: np.ndarray) -> "Resampled":
        """Keep the trials with these numbers."""
        return replace(
            self,
            in_bag=self.in_bag[:, trials],
            out_of_bag=self.out_of_bag[:, trials],
            full=self.full[trials],
            is_remade=None if self.is_remade is None else self.is_remade[trials],
        )


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

    def scores(counts: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [scoring.resampled_scores(counts, trial) for trial in predictions]
        )

    in_bag = scores(counts)
    scored = np.isfinite(in_bag).any(axis=1)
    counts = counts[scored]
    everything = np.ones((1, counts.shape[1]))
    return Resampled(
        in_bag=in_bag[scored],
        out_of_bag=scores(not_drawn(counts)),
        full=scores(everything)[0],
        counts=counts,
    )


def mean_over_parts(scores: np.ndarray, on_all: Callable[[], np.ndarray]) -> np.ndarray:
    """Mean over tasks, or over folds, some of which a resample may have lost.

    Were they left out, a resample without the hard task would have the mean of the
    easy ones. So what is lost is taken to differ from its score on all molecules by as
    much as the others differ from theirs, on average.

    Parameters
    ----------
    scores
        n_resamples x n_parts; NaN where a part is lost.
    on_all
        Returns 1 x n_parts, the scores on all molecules; NaN of a part that never has
        one, and is in no mean. Called only if something is lost.

    Returns
    -------
    np.ndarray
        n_resamples; NaN where all is lost.
    """
    means = mean_over_tasks(scores)
    some_are_lost = np.isnan(scores).any(axis=1) & np.isfinite(means)
    if some_are_lost.any():
        full = on_all()
        differences = scores[some_are_lost] - full
        means[some_are_lost] = mean_over_tasks(full) + mean_over_tasks(differences)
    return means


def in_blocks(resamples: np.ndarray, numbers_each: int) -> list[np.ndarray]:
    """Cut resamples, the rows, into blocks with so many numbers for each row."""
    size = max(1, NUMBERS_PER_BLOCK // max(1, numbers_each))
    return np.split(resamples, range(size, len(resamples), size))


def not_drawn(counts: np.ndarray) -> np.ndarray:
    """Count each molecule once that a resample has not drawn; shape as `counts`."""
    return (counts == 0).astype(np.float64)
