"""Metrics of tasks with several classes; laid out as `binary_metrics`."""

import numpy as np

from toxtune.stats.binary_metrics import resampled_roc_auc, roc_auc
from toxtune.stats.metric import Metric, mean_over_classes, ratio
from toxtune.tasks import TaskType


def roc_auc_ovr(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Mean over the classes that occur of the ROC-AUC of one class against the rest."""
    areas = [
        roc_auc(labels == label, probabilities[:, label], 1)
        for label in np.unique(labels).astype(int)
    ]
    return float(np.mean(areas))


def resampled_roc_auc_ovr(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean, over the classes in a resample, of the ROC-AUC of one against the rest."""
    areas = [
        resampled_roc_auc(labels == label, probabilities[:, label], 1, counts)
        for label in range(probabilities.shape[1])
    ]
    return mean_over_classes(np.stack(areas))


def accuracy(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Share of molecules whose most probable class is the measured one."""
    return float(np.mean(labels == probabilities.argmax(axis=1)))


def resampled_accuracy(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Share of molecules whose most probable class is the measured one."""
    right = probabilities.argmax(axis=1) == labels
    return ratio(counts @ right, counts.sum(axis=1))


def f1_macro(labels: np.ndarray, probabilities: np.ndarray, weight: float) -> float:
    """Mean of F1 over the classes."""
    from sklearn.metrics import f1_score

    return f1_score(labels, probabilities.argmax(axis=1), average="macro")


def resampled_f1_macro(
    labels: np.ndarray, probabilities: np.ndarray, weight: float, counts: np.ndarray
) -> np.ndarray:
    """Mean of F1 over the classes that a resample has as label or as prediction."""
    predicted = probabilities.argmax(axis=1)
    scores = []
    for label in range(probabilities.shape[1]):
        both = counts @ ((labels == label) & (predicted == label))
        either = counts @ (labels == label) + counts @ (predicted == label)
        scores.append(ratio(2 * both, either))
    return mean_over_classes(np.stack(scores))


METRICS = {
    "roc_auc_ovr": Metric(
        TaskType.MULTICLASS,
        "maximize",
        "ROC-AUC (one class against the rest)",
        roc_auc_ovr,
        resampled_roc_auc_ovr,
    ),
    "accuracy": Metric(
        TaskType.MULTICLASS, "maximize", "accuracy", accuracy, resampled_accuracy
    ),
    "f1_macro": Metric(
        TaskType.MULTICLASS,
        "maximize",
        "F1 (mean over classes)",
        f1_macro,
        resampled_f1_macro,
    ),
}
