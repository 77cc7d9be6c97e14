"""Two models' ROC-AUC on the same molecules: the test of DeLong et al. (1988).

DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837-845; the placements are
computed from ranks (Sun and Xu 2014, IEEE Signal Processing Letters 21, 1389-1393).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Placements:
    """What each molecule contributes to a ROC-AUC.

    Attributes
    ----------
    positives
        For each positive, the share of negatives that score lower; a tie counts one
        half.
    negatives
        For each negative, the share of positives that score higher.
    """

    positives: np.ndarray
    negatives: np.ndarray

    @property
    def roc_auc(self) -> float:
        """The area itself."""
        return float(self.positives.mean())

    @property
    def variance(self) -> float:
        """Variance of the area, or of a difference between areas."""
        return sum(
            float(values.var(ddof=1)) / len(values)
            for values in (self.positives, self.negatives)
        )

    def __sub__(self, other: "Placements") -> "Placements":
        """Subtract molecule by molecule; its area is the difference of the areas."""
        return Placements(
            self.positives - other.positives, self.negatives - other.negatives
        )


def placements(labels: np.ndarray, scores: np.ndarray) -> Placements:
    """Place each molecule among those of the other class.

    With several seeds, placements are means over seeds, and so is their area.

    Parameters
    ----------
    labels
        n_molecules, 0 or 1; both must occur.
    scores
        n_seeds x n_molecules.
    """
    from scipy.stats import rankdata

    positive = labels == 1
    n_positives, n_negatives = positive.sum(), (~positive).sum()
    ranks = rankdata(scores, axis=1)
    ranks_among_positives = rankdata(scores[:, positive], axis=1)
    ranks_among_negatives = rankdata(scores[:, ~positive], axis=1)
    below = (ranks[:, positive] - ranks_among_positives) / n_negatives
    above = 1 - (ranks[:, ~positive] - ranks_among_negatives) / n_positives
    return Placements(below.mean(axis=0), above.mean(axis=0))


def p_value(difference: Placements) -> float | None:
    """Two-sided p value of the hypothesis that two areas are equal.

    ``None`` where a class has a single molecule, and so no variance. 1 for models that
    place every molecule alike.
    """
    from scipy.stats import norm

    if min(len(difference.positives), len(difference.negatives)) < 2:
        return None
    if difference.variance == 0:
        return 1.0 if difference.roc_auc == 0 else 0.0
    z = abs(difference.roc_auc) / np.sqrt(difference.variance)
    return float(2 * norm.sf(z))


def holm(p_values: list[float | None]) -> list[float | None]:
    """Correct p values for the number of tests (Holm 1979); ``None`` is no test.

    Examples
    --------
    The smallest of three counts three times, the next twice; none overtakes another:

    >>> holm([0.03, 0.01, None, 0.04])
    [0.06, 0.03, None, 0.06]
    """
    tested = sorted((p, number) for number, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, number) in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * p))
        corrected[number] = largest
    return corrected
