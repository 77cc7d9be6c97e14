"""Correct the winner's score for having been selected by it.

The best of many trials looks better on the validation set than it is. Bootstrap bias
correction (BBC-CV; Tsamardinos, Greasidou and Borboudakis 2018, Machine Learning 107,
1895-1922) resamples the molecules of the validation set. In each resample a winner is
selected by the molecules that were drawn (in bag) and scored on those that were not
(out of bag). No molecule serves for both, so the mean of these scores is not
optimistic.

The paper takes the percentiles of the out-of-bag scores for the interval. They are too
wide, since only 0.37 of the molecules are scored each time: `benchmarks/
simulate_selection.py` measures it. The interval here is that of a double bootstrap:
similar searches are simulated, whose true scores are known, each is corrected in the
same way, and the errors of the corrected scores give the bounds (the basic bootstrap
interval; Davison and Hinkley 1997, Bootstrap methods and their application, section
5.2). The true scores of the simulated trials are drawn together by as much as chance
spreads the measured ones (Efron and Morris 1973, Journal of the American Statistical
Association 68, 117-130).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from toxtune.stats.bootstrap import interval
from toxtune.stats.resampled_trials import Resampled, in_blocks

# From scores, n_resamples x n_trials, to the number of each resample's winner.
Rule = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Correction:
    """A winner's score, corrected for its selection.

    What comes from out-of-bag scores is ``None`` where no winner has one.

    Attributes
    ----------
    raw
        The score that it was selected with.
    corrected
        The mean out-of-bag score of the resamples' winners.
    optimism
        ``raw - corrected``: positive where the raw score is higher.
    interval
        Of the corrected score.
    standard_error
        Of the raw score; ``None`` with a single resample.
    out_of_bag
        Percentiles of the out-of-bag scores, which is BBC-CV's interval.
    frequency
        n_trials: the share of resamples in which each trial was the winner.
    chosen_again
        That of the selected trial.
    scored
        Number of resamples whose winner has an out-of-bag score.
    """

    raw: float
    corrected: float | None
    optimism: float | None
    interval: list[float] | None
    standard_error: float | None
    out_of_bag: list[float] | None
    frequency: list[float]
    chosen_again: float
    scored: int

    def to_dict(self) -> dict[str, Any]:
        """Return all but the frequencies of the other trials, for JSON."""
        report = asdict(self)
        del report["frequency"]
        return report


def correct(
    resampled: Resampled, rule: Rule, chosen: int, confidence: float
) -> Correction:
    """Correct the selected trial's score for having been selected.

    Parameters
    ----------
    resampled
        The trials that it was selected from.
    rule
        How it was selected.
    chosen
        Its number.
    confidence
        Level of the interval.
    """
    winners = rule(resampled.in_bag)
    out_of_bag = _scores_of(winners, resampled.out_of_bag)
    n_wins = np.bincount(winners, minlength=len(resampled.full))
    frequency = n_wins / max(1, len(winners))
    raw = resampled.full[chosen]
    corrected = optimism = bounds = None
    if np.isfinite(out_of_bag).any():
        corrected = float(np.nanmean(out_of_bag))
        optimism = float(raw - corrected)
        errors = interval(errors_of_correction(resampled, rule), confidence)
        bounds = errors and [corrected - errors[1], corrected - errors[0]]
    return Correction(
        raw=float(raw),
        corrected=corrected,
        optimism=optimism,
        interval=bounds,
        standard_error=_sd(resampled.in_bag[:, chosen]),
        out_of_bag=interval(out_of_bag, confidence),
        frequency=frequency.tolist(),
        chosen_again=float(frequency[chosen]),
        scored=int(np.isfinite(out_of_bag).sum()),
    )


def errors_of_correction(resampled: Resampled, rule: Rule) -> np.ndarray:
    """Correct simulated searches, and return the error of each corrected score.

    In the simulation, trial ``t`` has the true score ``m[t]`` (see `likely_truths`).
    With the deviations ``d`` in bag and ``e`` out of bag, simulated search ``b``
    measures ``x = m + d[b]`` and selects ``w = rule(x)``. It is corrected as the real
    one is: its resample ``c`` selects ``v[c] = rule(x + d[c])``, whose out-of-bag score
    is ``x[v[c]] + e[c, v[c]]``. The mean of these over ``c``, minus ``m[w]``, is the
    error.

    Parameters
    ----------
    resampled
        The trials.
    rule
        How one of them is selected.

    Returns
    -------
    np.ndarray
        n_resamples: corrected score minus true score of the selected trial.
    """
    deviations = resampled.deviations
    truths = _truths(resampled)
    blocks = in_blocks(deviations.in_bag, len(truths))
    errors = np.empty(len(deviations.in_bag))
    for search, deviation in enumerate(deviations.in_bag):
        scores = truths + deviation
        (chosen,) = rule(scores[np.newaxis])
        winners = np.concatenate([rule(scores + block) for block in blocks])
        out_of_bag = scores[winners] + _scores_of(winners, deviations.out_of_bag)
        errors[search] = np.nanmean(out_of_bag) - truths[chosen]
    return errors


def _truths(resampled: Resampled) -> np.ndarray:
    """Return `likely_truths`; of what is made anew in each resample, corrected scores.

    Its measured score has the optimism in it, which each simulated search adds again.
    """
    remade = resampled.is_remade
    if remade is None or not remade.any():
        return likely_truths(resampled.full, resampled.deviations.in_bag)
    truths = np.nanmean(resampled.out_of_bag, axis=0)
    if not remade.all():
        others = resampled.take(np.flatnonzero(~remade))
        truths[~remade] = likely_truths(others.full, others.deviations.in_bag)
    return truths


def likely_truths(scores: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """Draw scores together by as much as chance has spread them.

    The positive-part estimator: ``mean + max(0, 1 - noise / variance) * (scores -
    mean)``, where the noise is the variance over trials within a resample. What moves
    all trials alike, such as molecules that are hard for all, is no noise.

    Parameters
    ----------
    scores
        n_trials.
    deviations
        n_resamples x n_trials: resampled scores minus `scores`.
    """
    if len(scores) == 1 or not np.ptp(scores):
        return scores
    noise = np.nanmean(np.nanvar(deviations, axis=1, ddof=1))
    kept = max(0.0, 1 - noise / scores.var(ddof=1))
    return scores.mean() + kept * (scores - scores.mean())


def _scores_of(winners: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Pick each resample's winner from n_resamples x n_trials."""
    return scores[np.arange(len(winners)), winners]


def _sd(scores: np.ndarray) -> float | None:
    return float(np.nanstd(scores, ddof=1)) if len(scores) > 1 else None
