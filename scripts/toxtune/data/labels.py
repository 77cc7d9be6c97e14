"""Labels: what is legal for each type of task, and what can be scored by them."""

from collections.abc import Iterable, Sequence

import numpy as np

from toxtune.tasks import TaskType

# Classes are numbered from 0; a column with larger numbers has values.
MAX_CLASSES = 20


# Labels are float32 to the models; a larger one would be infinite.
MAX_VALUE = float(np.finfo(np.float32).max)


LEGAL = {
    TaskType.BINARY: "0, 1 or empty",
    TaskType.MULTICLASS: f"a whole number from 0 to {MAX_CLASSES - 1}, or empty",
    TaskType.REGRESSION: f"a number within ±{MAX_VALUE:.2g}, or empty",
}


_MISSING = {"", "na", "nan"}


def read_label(text: str, task_type: TaskType) -> str | None:
    """Return a label as it is written to molecules.csv.

    Empty stands for a missing label, ``None`` for an illegal one.

    Examples
    --------
    >>> read_label("1.0", TaskType.BINARY), read_label("NaN", TaskType.BINARY)
    ('1', '')
    >>> read_label("2", TaskType.BINARY) is None
    True
    """
    if text.strip().lower() in _MISSING:
        return ""
    try:
        # Python takes 1_000 for a number; in a table it is a slip.
        number = float(text.replace("_", "?"))
    except ValueError:
        return None
    if task_type == TaskType.REGRESSION:
        return repr(number) if abs(number) <= MAX_VALUE else None
    highest = 1 if task_type == TaskType.BINARY else MAX_CLASSES - 1
    legal = 0 <= number <= highest and number.is_integer()
    return str(int(number)) if legal else None


def detect_task_type(labels: Iterable[str]) -> TaskType:
    """Tell what labels look like: 0 and 1, a few whole numbers from 0, or values."""
    measured = {label for label in labels if label}
    for task_type in (TaskType.BINARY, TaskType.MULTICLASS):
        if all(read_label(label, task_type) is not None for label in measured):
            return task_type
    return TaskType.REGRESSION


def scorable(labels: np.ndarray) -> np.ndarray:
    """Tell which tasks have two or more different labels.

    Parameters
    ----------
    labels
        n_molecules x n_tasks; NaN = not measured.

    Returns
    -------
    np.ndarray
        n_tasks, bool.
    """
    measured = ~np.isnan(labels)
    low = np.where(measured, labels, np.inf).min(axis=0, initial=np.inf)
    high = np.where(measured, labels, -np.inf).max(axis=0, initial=-np.inf)
    return low < high


def permute_labels(
    groups: Sequence[str], labels: Sequence[Sequence[str]], seed: int
) -> list[list[str]]:
    """Give each molecule the labels of another, drawn at random.

    A molecule's labels of all tasks go together, measured and missing: the classes stay
    as rare, the tasks as correlated, the rows of a molecule alike; the structures say
    nothing any more.

    Parameters
    ----------
    groups
        The molecule of each row.
    labels
        n_rows x n_tasks; empty = not measured. Rows of one molecule agree where both
        are measured.
    seed
        Of the permutation.
    """
    labels_of: dict[str, list[str]] = {}
    for group, row in zip(groups, labels, strict=True):
        earlier = labels_of.setdefault(group, [""] * len(row))
        labels_of[group] = [old or new for old, new in zip(earlier, row, strict=True)]
    names = list(labels_of)
    order = np.random.default_rng(seed).permutation(len(names))
    permuted = {
        name: labels_of[names[other]] for name, other in zip(names, order, strict=True)
    }
    return [permuted[group] for group in groups]
