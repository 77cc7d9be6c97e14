"""The fallback: what stands in place of a prediction that no model can make.

Public boards want an answer for every record, also for one that cannot be read. It is
what is known without looking at the molecule: in a task of classes each class's share
of the training set, in a task of values their mean.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.tasks import TaskType

# Task to the numbers that stand for a model's outputs.
Fallback = Mapping[str, Sequence[float]]


def fit_fallback(
    training: Subset, task_type: TaskType, outputs_per_task: int
) -> dict[str, list[float]]:
    """Take the fallback from the labels of the training set.

    Parameters
    ----------
    training
        What the models were trained on; each task has a label.
    task_type
        Of the tasks.
    outputs_per_task
        Numbers that a model predicts for a task.

    Returns
    -------
    dict
        Task to the mean of its labels: of classes 0 and 1 the share of class 1; of
        several classes the share of each.
    """
    labels = training.labels.astype(np.float64)
    if task_type == TaskType.MULTICLASS:
        # NaN is of no class, and stays missing.
        classes = np.arange(outputs_per_task)
        is_class = np.equal(labels[..., None], classes).astype(np.float64)
        outputs = np.where(np.isnan(labels)[..., None], np.nan, is_class)
    else:
        outputs = labels[..., None]
    means = np.nanmean(outputs, axis=0)
    return dict(zip(training.tasks, means.tolist(), strict=True))


def in_place_of(
    predictions: np.ndarray, rows: Sequence[int], fallback: Fallback
) -> np.ndarray:
    """Put the fallback where predictions mean nothing.

    Parameters
    ----------
    predictions
        n_molecules x n_outputs, tasks after each other.
    rows
        The molecules without a prediction.
    fallback
        Its tasks are in the order of the outputs.
    """
    filled = predictions.copy()
    filled[list(rows)] = outputs_of(fallback)
    return filled


def outputs_of(fallback: Fallback) -> np.ndarray:
    """Return the fallback as a model predicts: n_outputs numbers."""
    return np.concatenate([np.asarray(numbers) for numbers in fallback.values()])
