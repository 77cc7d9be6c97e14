"""What errors are divided by before they are averaged over tasks.

An error in the unit of the labels says nothing beside one in another unit: the mean of
both is the error of the task with the larger numbers. So errors of several tasks are
averaged in units of the standard deviation (SD) of each task's training labels. An
error of 1 is then about that of a model that knows nothing but their mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toxtune.stats.metrics import METRICS, Objective, metrics_of


@dataclass(frozen=True)
class TaskScales:
    """The unit of each task in a mean over tasks.

    Attributes
    ----------
    sds
        n_tasks, the SD of each task's training labels, NaN where these do not differ;
        ``None`` where nothing is divided.
    """

    sds: np.ndarray | None = None

    def of(self, metric: str) -> np.ndarray | float:
        """Return what the tasks' scores by a metric are divided by, n_tasks or 1.

        A task with NaN has no part in the mean.
        """
        if self.sds is None or not METRICS[metric].has_unit:
            return 1.0
        return self.sds


# Scores are averaged as they are.
NO_SCALES = TaskScales()


def task_scales(train_labels: Sequence[np.ndarray], objective: Objective) -> TaskScales:
    """Return the units of tasks that the training labels give.

    Parameters
    ----------
    train_labels
        n_molecules x n_tasks, NaN where not measured: those of the training set. Of a
        cross-validation those of each fold, which together hold each molecule equally
        often: all folds have one unit, that of the split's training set.
    objective
        Whose `scale` decides, also for other metrics. A single task is never divided.
    """
    n_tasks = train_labels[0].shape[1]
    names = metrics_of(objective.task_type)
    if not any(objective.divides(name, n_tasks) for name in names):
        return NO_SCALES
    labels = np.concatenate(train_labels).astype(np.float64)
    sds = np.full(n_tasks, np.nan)
    for task, column in enumerate(labels.T):
        measured = column[~np.isnan(column)]
        if len(measured) and np.ptp(measured) > 0:
            sds[task] = measured.std()
    return TaskScales(sds)
