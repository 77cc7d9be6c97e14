"""Conformal prediction: sets of classes, and intervals of values, with a promise.

Split conformal prediction (Vovk, Gammerman and Shafer 2005, Algorithmic learning in a
random world; Papadopoulos and others 2002). It compares how strange a molecule would be
with a label, a score, with how strange molecules are that the model was not trained on,
the calibration molecules. If the new molecule and those are exchangeable, the set holds
the true label with the confidence that was asked for, whatever the model.

Classes are calibrated one by one (Mondrian; Norinder and others 2014, Journal of
Chemical Information and Modeling 54, 1596), so the promise holds for the rare class as
well. The score of a class is 1 - its probability. That of a value is its error in units
of the spread over the seeds (Papadopoulos and others 2011, Journal of Artificial
Intelligence Research 40, 815), so an interval is wider where they disagree.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

# Scores are compared after rounding, so that equal probabilities that were averaged in
# another order stay equal.
DECIMALS = 6

# 1 - 0.9 is a little less than 0.1.
_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class TaskCalibration:
    """The scores of one task's calibration molecules.

    Attributes
    ----------
    scores
        Sorted, of each class in turn, ``None`` for one that the task does not have; of
        values the only entry.
    offset
        Of values: what is added to the spread, in the unit of the labels. ``None`` for
        classes.
    """

    scores: tuple[np.ndarray | None, ...]
    offset: float | None = None

    @property
    def sizes(self) -> dict[int, int]:
        """How many molecules calibrate each class that the task has."""
        return {
            number: len(scores)
            for number, scores in enumerate(self.scores)
            if scores is not None
        }

    def only(self, classes: Collection[int]) -> "TaskCalibration":
        """Leave out the classes that the task does not have, and another task has."""
        return replace(
            self,
            scores=tuple(
                scores if number in classes else None
                for number, scores in enumerate(self.scores)
            ),
        )


def calibrate_classes(labels: np.ndarray, scores: np.ndarray) -> TaskCalibration:
    """Sort the scores that molecules have with their true class, class by class.

    Parameters
    ----------
    labels
        n_molecules, 0, 1, ...; none is missing.
    scores
        n_molecules x n_classes, see `class_scores`.
    """
    return TaskCalibration(
        tuple(
            np.sort(column[labels == number]) for number, column in enumerate(scores.T)
        )
    )


def class_scores(probabilities: np.ndarray) -> np.ndarray:
    """Return how strange each class would be: n_molecules x n_classes.

    Parameters
    ----------
    probabilities
        n_molecules, of class 1 of two; or n_molecules x n_classes.
    """
    if probabilities.ndim == 1:
        probabilities = np.column_stack([1 - probabilities, probabilities])
    return np.round(1 - probabilities.astype(np.float64), DECIMALS)


def p_values(calibration: TaskCalibration, scores: np.ndarray) -> np.ndarray:
    """Return the share of molecules of each class that are at least as strange.

    The molecule itself counts among them, so no p is 0, and a class without
    calibration molecules has 1: nothing speaks against it. Only a class that the task
    does not have has 0.

    Parameters
    ----------
    calibration
        Of the task.
    scores
        n_molecules x n_classes.

    Returns
    -------
    numpy.ndarray
        n_molecules x n_classes.
    """
    p = np.zeros(scores.shape)
    for number, known in enumerate(calibration.scores):
        if known is not None:
            ranks = np.searchsorted(known, scores[:, number], side="left")
            p[:, number] = (len(known) - ranks + 1) / (len(known) + 1)
    return p


def prediction_sets(p: np.ndarray, confidence: float) -> np.ndarray:
    """Tell which classes are in the set: those whose p exceeds 1 - confidence."""
    return p > 1 - confidence + _SLACK


def calibrate_values(
    labels: np.ndarray, values: np.ndarray, spread: np.ndarray
) -> TaskCalibration:
    """Sort the errors of molecules, in units of `offset` + spread.

    The offset is the mean spread: with the spread alone, models that happen to
    agree would promise to make no error. Where there is no spread (one model) it is the
    mean error, and all intervals are equally wide.

    Parameters
    ----------
    labels, values, spread
        n_molecules: measured, predicted, and the standard deviation over the seeds;
        NaN for one seed.
    """
    errors, spread = np.abs(labels - values), np.nan_to_num(spread)
    offset = next((m for m in (spread.mean(), errors.mean()) if m > 0), 1.0)
    scores = np.sort(np.round(errors / (spread + offset), DECIMALS))
    return TaskCalibration((scores,), float(offset))


def half_widths(
    calibration: TaskCalibration, spread: np.ndarray, confidence: float
) -> np.ndarray:
    """Return half the width of each interval, in the unit of the labels.

    It is infinite where too few molecules calibrate: 90% needs nine.

    Parameters
    ----------
    calibration
        Of the task.
    spread
        n_molecules, as in `calibrate_values`.
    confidence
        With which the interval holds the value.
    """
    (scores,) = calibration.scores
    assert scores is not None
    rank = int(np.ceil((len(scores) + 1) * confidence - _SLACK))
    largest = scores[rank - 1] if rank <= len(scores) else np.inf
    return largest * (np.nan_to_num(spread) + calibration.offset)


def chance_of_so_few(
    covered: int, molecules: int, calibrated: int, confidence: float
) -> float | None:
    """Return the probability that so few sets hold the true label, or fewer.

    Given that the promise holds: of a calibration by `calibrated` molecules, the number
    is beta-binomial (Vovk 2012, Conditional validity of inductive conformal predictors,
    proposition 2a; Marques 2025, Statistics and Probability Letters 219, 110350). It
    has the calibration's own luck in it, which a binomial test forgets. ``None`` for no
    molecules, and where all sets hold all labels: there is nothing to test.
    """
    from scipy.stats import betabinom

    outside = int(np.floor((calibrated + 1) * (1 - confidence) + _SLACK))
    if not molecules or not outside:
        return None
    inside = calibrated + 1 - outside
    return float(betabinom.cdf(covered, molecules, inside, outside))
