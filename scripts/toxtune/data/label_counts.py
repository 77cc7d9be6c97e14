"""Counts of each task's labels in each set, and of what curation changed."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.settling import AVERAGED, CLEARED
from toxtune.data.subsets import Subset, read_table
from toxtune.tasks import TaskType

KEYS = ["task", "subset", "molecules", "measured", "missing", "cleared", "averaged"]
# Of the labels of a task of values.
_PERCENTILES = {"low": 5, "lower": 25, "median": 50, "upper": 75, "high": 95}


def count_labels(
    subsets: Mapping[str, Subset],
    changes: Mapping[tuple[str, str, str], int],
    task_type: TaskType,
) -> pd.DataFrame:
    """Count the labels of each task in each set that has molecules.

    Parameters
    ----------
    subsets
        Training, validation and test set by name.
    changes
        As `count_changes` returns them.
    task_type
        The type of the tasks.

    Returns
    -------
    pandas.DataFrame
        `KEYS`: ``missing`` have no label, the ``cleared`` ones among them because
        measurements of one compound contradict each other; ``averaged`` ones are means
        of several. Then ``class_0``, ``class_1`` and so on; or of values ``low``,
        ``lower``, ``median``, ``upper``, ``high`` (percentiles 5, 25, 50, 75 and 95),
        ``mean`` and ``sd``.
    """
    filled = {name: subset for name, subset in subsets.items() if subset.ids}
    n_classes = _n_classes(filled.values(), task_type)
    rows = []
    for number, task in enumerate(next(iter(filled.values())).tasks):
        for name, subset in filled.items():
            column = subset.labels[:, number].astype(np.float64)
            labels = column[~np.isnan(column)]
            row: dict[str, Any] = {
                "task": task,
                "subset": name,
                "molecules": len(column),
                "measured": len(labels),
                "missing": len(column) - len(labels),
                "cleared": changes.get((task, name, CLEARED), 0),
                "averaged": changes.get((task, name, AVERAGED), 0),
            }
            if task_type == TaskType.REGRESSION:
                row |= _span(labels)
            else:
                counts = np.bincount(labels.astype(int), minlength=n_classes)
                row |= {f"class_{k}": int(count) for k, count in enumerate(counts)}
            rows.append(row)
    return pd.DataFrame(rows)


def count_changes(settled: Path) -> dict[tuple[str, str, str], int]:
    """Count the rows of ``settled.tsv``: task, set and action to their number."""
    return Counter(
        (row["task"], row["subset"], row["action"]) for row in _rows(settled)
    )


def cleared_labels(settled: Path, subset: str) -> dict[str, set[str]]:
    """Map tasks to the ids of a set's molecules whose labels contradict each other."""
    ids: dict[str, set[str]] = {}
    for row in _rows(settled):
        if row["subset"] == subset and row["action"] == CLEARED:
            ids.setdefault(row["task"], set()).add(row["id"])
    return ids


def _rows(settled: Path) -> list[dict[str, str]]:
    header, rows = read_table(settled, delimiter="\t")
    return [dict(zip(header, row, strict=True)) for row in rows]


def _n_classes(subsets: Any, task_type: TaskType) -> int:
    if task_type == TaskType.REGRESSION:
        return 0
    highest = [np.nanmax(s.labels, initial=1.0) for s in subsets]
    return int(max(highest)) + 1


def _span(labels: np.ndarray) -> dict[str, float | None]:
    names = [*_PERCENTILES, "mean", "sd"]
    if not len(labels):
        return dict.fromkeys(names)
    found = [*np.percentile(labels, list(_PERCENTILES.values()))]
    found += [labels.mean(), labels.std()]
    # To six digits: labels are kept as 32-bit numbers.
    return {
        name: float(f"{value:.6g}") for name, value in zip(names, found, strict=True)
    }
