"""From probabilities to active or inactive: thresholds, and scores of the decisions.

The threshold is the one with the highest Youden's J (1950: recall + specificity - 1) on
the validation set; among equal ones, the highest. It does not depend on how rare
actives are. Decisions made with it are scored on the test set.
"""

import numpy as np

from toxtune.stats.conformal import DECIMALS

CRITERION = "youden"

SCORES = ("precision", "recall", "specificity", "f1", "mcc")


def rounded(probabilities: np.ndarray | float) -> np.ndarray:
    """Round probabilities as they are compared.

    Equal ones that were averaged in another order, or stored in 32 bits, stay equal, so
    that they are called the same.
    """
    return np.round(np.asarray(probabilities, dtype=np.float64), DECIMALS)


def is_active(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Tell which probabilities reach the threshold."""
    return rounded(probabilities) >= rounded(threshold)


def likeliest(probabilities: np.ndarray) -> np.ndarray:
    """Return the likeliest of the classes, which come last; of equal ones the first."""
    return rounded(probabilities).argmax(axis=-1)


def youden_threshold(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Choose the threshold, one of the rounded probabilities.

    A molecule with this probability or a higher one is called active, see `is_active`.

    Parameters
    ----------
    labels
        n_labels, 0 or 1; both must occur.
    probabilities
        n_labels.
    """
    from sklearn.metrics import roc_curve

    found = roc_curve(labels, rounded(probabilities))
    false_positives, recall, thresholds = found
    # The first threshold calls nothing active.
    return float(thresholds[1:][np.argmax(recall[1:] - false_positives[1:])])


def decision_scores(labels: np.ndarray, active: np.ndarray) -> dict[str, float]:
    """Score decisions by scikit-learn; returns the names in `SCORES`.

    Precision is 0 where nothing is called active; MCC is 0 where all decisions are the
    same.

    Parameters
    ----------
    labels
        n_labels, 0 or 1.
    active
        n_labels, bool.
    """
    from sklearn.metrics import (
        matthews_corrcoef,
        precision_recall_fscore_support,
        recall_score,
    )

    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, active, average="binary", zero_division=0
    )
    specificity = recall_score(labels, active, pos_label=0)
    mcc = matthews_corrcoef(labels, active)
    values = (precision, recall, specificity, f1, mcc)
    return {name: float(value) for name, value in zip(SCORES, values, strict=True)}
