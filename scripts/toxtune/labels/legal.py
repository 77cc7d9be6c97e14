"""Labels: what is legal for each type of task, and what can be scored by them."""

from collections.abc import Sequence

import numpy as np

from toxtune.tasks import TaskType

# Classes are numbered from 0; a column with larger numbers has values.
MAX_CLASSES = 20


# Labels are float32 to the models; a larger one would be infinite.
MAX_VALUE = float(np.finfo(np.float32).max)


LEGAL = {
    TaskType.BINARY: "0, 1, a known word for one of two classes, or empty",
    TaskType.MULTICLASS: f"a whole number from 0 to {MAX_CLASSES - 1}, one of 2 to "
    f"{MAX_CLASSES} words, or empty",
    TaskType.REGRESSION: f"a number within ±{MAX_VALUE:.2g}, or empty",
}


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
