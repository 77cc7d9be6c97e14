"""Types of task: what a label is, and what a model predicts for it."""

from enum import StrEnum


class TaskType(StrEnum):
    """What the labels of a dataset are: 0 and 1, several classes, or values."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


CLASSIFICATION = (TaskType.BINARY, TaskType.MULTICLASS)
