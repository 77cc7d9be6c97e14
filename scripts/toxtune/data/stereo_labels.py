"""Whether the labels of stereoisomers differ, so that features should, too."""

from collections import defaultdict

import numpy as np

from toxtune.data.settling import Settlement
from toxtune.data.subsets import as_numbers
from toxtune.molecules.smiles import GROUP_LETTERS
from toxtune.tasks import TaskType

# Measurements of one value scatter; this much of all labels' SD is more than that.
_SDS_APART = 1.0


def contrasting_stereoisomers(settlement: Settlement, task_type: TaskType) -> int:
    """Count compounds whose label differs from that of a stereoisomer.

    Classes differ if they are not the same, values if they are more than an SD of the
    task's labels apart. The test set is not looked at.

    Parameters
    ----------
    settlement
        The labels.
    task_type
        Of the tasks.
    """
    rows = [n for n, name in enumerate(settlement.subsets) if name not in {"", "test"}]
    tasks = settlement.measured.tasks
    labels = as_numbers([settlement.labels[row] for row in rows], len(tasks))
    isomers: dict[str, dict[str, int]] = defaultdict(dict)
    for place, row in enumerate(rows):
        compound = settlement.measured.compounds[row]
        isomers[compound[:GROUP_LETTERS]][compound] = place
    limits = np.zeros(len(tasks))
    if task_type == TaskType.REGRESSION:
        measured = [column[~np.isnan(column)] for column in labels.T]
        limits = np.array(
            [_SDS_APART * each.std() if len(each) else 0 for each in measured]
        )
    return sum(
        _count(labels[list(places.values())], limits)
        for places in isomers.values()
        if len(places) > 1
    )


def _count(labels: np.ndarray, limits: np.ndarray) -> int:
    """Count rows that differ from another in some task; NaN differs from nothing."""
    apart = np.abs(labels[:, None] - labels[None]) > limits
    return int(apart.any(axis=(1, 2)).sum())
