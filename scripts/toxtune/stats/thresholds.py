"""From probabilities to calls of active or not: thresholds, and how good calls are.

A threshold is chosen on the validation set, where Youden's J (1950), the sum of recall
and specificity less 1, is highest; of equal ones the highest. It does not depend on how
rare actives are. What is called with it is scored on the test set.
"""

import numpy as np

CRITERION = "youden"


SCORES = ("precision", "recall", "specificity", "f1", "mcc")


def youden_threshold(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Choose the threshold, one of the probabilities; from it on a molecule is active.

    Parameters
    ----------
    labels
        n_labels, 0 or 1, both there.
    probabilities
        n_labels.
    """
    from sklearn.metrics import roc_curve

    false_positives, recall, thresholds = roc_curve(labels, probabilities)
    # The first one calls nothing active.
    return float(thresholds[1:][np.argmax(recall[1:] - false_positives[1:])])


def decision_scores(labels: np.ndarray, active: np.ndarray) -> dict[str, float]:
    """Score calls by scikit-learn: the names in `SCORES`.

    A precision of no call at all is 0, and so is the MCC where all calls are the same.

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
