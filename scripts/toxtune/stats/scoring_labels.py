"""What predictions of a validation or test set are scored by."""

from dataclasses import dataclass, field

import numpy as np

from toxtune.stats.task_scales import NO_SCALES, TaskScales


@dataclass(frozen=True)
class ScoringLabels:
    """What predictions of one validation or test set are scored by.

    Attributes
    ----------
    labels
        n_molecules x n_tasks, NaN where not measured.
    positive_weights
        n_tasks, see `toxtune.stats.metrics.class_weights`.
    scales
        The unit of each task in means over tasks.
    """

    labels: np.ndarray
    positive_weights: np.ndarray
    scales: TaskScales = field(default=NO_SCALES, kw_only=True)
