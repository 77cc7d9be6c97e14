"""Tasks that a split's training set cannot teach, which are left out by name."""

from collections.abc import Mapping, Sequence

import numpy as np

from toxtune.errors import UserError
from toxtune.labels.legal import scorable

NO_LABEL_LEFT = "no label in the tasks that are left"


def tasks_left_out(tasks: Sequence[str], labels: np.ndarray) -> dict[str, str]:
    """Return the tasks without two different labels, each with the reason.

    Nothing can be learned of them: a model would predict the same of all molecules.

    Parameters
    ----------
    tasks
        Their names.
    labels
        n_molecules x n_tasks, of the training set; NaN = not measured.
    """
    able = scorable(labels)
    return {
        task: _reason(column[~np.isnan(column)])
        for task, column, is_able in zip(tasks, labels.T, able, strict=True)
        if not is_able
    }


def _reason(measured: np.ndarray) -> str:
    if not len(measured):
        return "no molecule of the training set has a label"
    if len(measured) == 1:
        return f"the training set has a single label, {measured[0]:g}"
    return f"all {len(measured):,} labels of the training set are {measured[0]:g}"


def left_out_warnings(left_out: Mapping[str, str]) -> list[str]:
    """Say which tasks are left out, a sentence for each reason."""
    tasks_of: dict[str, list[str]] = {}
    for task, reason in left_out.items():
        tasks_of.setdefault(reason, []).append(task)
    return [_warning(tasks, reason) for reason, tasks in tasks_of.items()]


def _warning(tasks: list[str], reason: str) -> str:
    names = ", ".join(tasks)
    if len(tasks) == 1:
        return f"Task {names} is left out: {reason}. No model is made for it."
    return f"Tasks {names} are left out: {reason}. No model is made for them."


def refuse_if_none_is_left(
    tasks: Sequence[str], left_out: Mapping[str, str], advice: str
) -> None:
    """Refuse a split of which no task can be learned.

    Parameters
    ----------
    tasks
        All of them.
    left_out
        See `tasks_left_out`.
    advice
        How to split in another way.

    Raises
    ------
    UserError
        If none is left; with the reason for each of the first.
    """
    if len(left_out) < len(tasks):
        return
    first = list(left_out.items())[:3]
    reasons = "; ".join(f"{task}: {reason}" for task, reason in first)
    more = f"; and {len(tasks) - 3} other tasks" if len(tasks) > 3 else ""
    raise UserError(
        "split: no task is left, since each needs two different labels in the "
        f"training set ({reasons}{more}). If the table lists one class alone, an empty "
        'cell being the other, write dataset.labels: {"": 0}; if one class is rare, '
        f"{advice}"
    )


def without_label(labels: np.ndarray, subsets: Sequence[str]) -> dict[int, str]:
    """Return the rows of sets that have no label in the tasks that are left.

    Parameters
    ----------
    labels
        n_rows x n_tasks, of the tasks that are left.
    subsets
        The set of each row; empty for a row in none.
    """
    empty = np.isnan(labels).all(axis=1)
    return {
        row: NO_LABEL_LEFT
        for row, subset in enumerate(subsets)
        if subset and empty[row]
    }
