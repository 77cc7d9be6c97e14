"""Assign molecules to training, validation and test set, by groups.

Equal molecules are a group, and no group is in two sets. In a cross-validation the
training set is cut into folds, in place of a validation set.
"""

from pathlib import Path

from toxtune.data.subsets import Subset
from toxtune.splits.assignment import Assignment
from toxtune.splits.by_column import split_by_column
from toxtune.splits.by_splitter import split_by_method
from toxtune.splits.by_time import split_by_time
from toxtune.splits.rows import read_rows_to_split
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


def assign(
    molecules: Path, subset: Subset, settings: SplitSettings, task_type: TaskType
) -> Assignment:
    """Assign each row of molecules.csv to a set, and those of ``train`` to folds.

    Parameters
    ----------
    molecules
        The curated molecules.
    subset
        The same, with the labels that a splitter is shown.
    settings
        How they are split.
    task_type
        Of the tasks.

    Raises
    ------
    UserError
        If the column cannot be understood, or the method cannot fill the sets.
    """
    rows = read_rows_to_split(molecules, subset, bool(settings.column))
    if settings.method == "column":
        return split_by_column(rows, settings)
    if settings.method == "time":
        return split_by_time(rows, settings)
    return split_by_method(rows, settings, task_type)
