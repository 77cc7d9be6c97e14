"""Labels: what is legal for each type of task, and what can be scored by them."""

from collections.abc import Iterable, Sequence

import numpy as np

from toxtune.tasks import TaskType

# Whole numbers below this are taken for classes where they are looked at for it.
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
    """Spell a label as molecules.csv has it; empty: missing; ``None``: illegal."""
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


def detect_kind(labels: Iterable[str]) -> str:
    """Tell what labels look like: 0 and 1, few whole numbers from 0 on, or values."""
    known = {label for label in labels if label}
    for task_type in (TaskType.BINARY, TaskType.MULTICLASS):
        if all(read_label(label, task_type) is not None for label in known):
            return task_type
    return TaskType.REGRESSION


def scorable(labels: np.ndarray) -> np.ndarray:
    """Which tasks have two different labels, or more; n_tasks, bool."""
    known = ~np.isnan(labels)
    low = np.where(known, labels, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, labels, -np.inf).max(axis=0, initial=-np.inf)
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
    of_group: dict[str, list[str]] = {}
    for group, row in zip(groups, labels, strict=True):
        known = of_group.setdefault(group, [""] * len(row))
        of_group[group] = [old or new for old, new in zip(known, row, strict=True)]
    names = list(of_group)
    order = np.random.default_rng(seed).permutation(len(names))
    given = {
        name: of_group[names[other]] for name, other in zip(names, order, strict=True)
    }
    return [given[group] for group in groups]
