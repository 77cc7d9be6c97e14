"""Labelled molecules that became available after a model was frozen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.curation import Curation, curate
from toxtune.data.raw_table import read_lines
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.tasks import TaskType

EXCLUSION_COLUMNS = ["row", "id", "smiles", "action", "task", "reason"]


@dataclass(frozen=True)
class ProspectiveData:
    """Molecules that a model has not seen, and what was left out.

    Attributes
    ----------
    part
        The molecules, with the model's tasks; NaN in those that lack.
    rows
        Their rows in the table.
    exclusions
        Rows of `EXCLUSION_COLUMNS`, as in ``curation.tsv``.
    counts
        ``rows``, ``unparsable``, ``already_seen``, ``labels_cleared``,
        ``labels_averaged``; and ``tasks_missing``, their names.
    """

    subset: Subset
    rows: list[int]
    exclusions: list[list[Any]]
    counts: dict[str, Any]


def read_prospective(
    path: Path, card: dict[str, Any], id_column: str | None, seen: dict[str, str]
) -> ProspectiveData:
    """Read labelled molecules, and leave out those that a model has seen.

    Parameters
    ----------
    path
        A CSV file. Its columns are matched by name, in any order; tasks may lack.
    card
        The final model's.
    id_column
        The dataset's; need not be there.
    seen
        Group of each molecule of train and valid to where it is, in words.

    Raises
    ------
    UserError
        If the table cannot be understood, no molecule is left, or one is of a class
        that the model does not know.
    """
    header, _ = read_lines(path)
    tasks = [task for task in card["tasks"] if task in header]
    if not tasks:
        raise UserError(
            f"{path.name}: has none of the model's tasks {', '.join(card['tasks'])}; "
            f"its columns are: {', '.join(header)}"
        )
    columns = {
        "smiles_column": card["smiles_column"],
        "id_column": id_column if id_column in header else None,
        "part_column": None,
        "tasks": tasks,
        "task_type": card["task_type"],
    }
    curation = curate(path, columns)
    new = [one for one in curation.molecules if one.group not in seen]
    if not new:
        raise UserError(
            f"{path.name}: no molecule is left, all {len(curation.molecules)} are in "
            "train or valid"
        )
    subset = Subset(
        ids=[one.raw.id for one in new],
        smiles=[one.raw.smiles for one in new],
        groups=[one.group for one in new],
        tasks=card["tasks"],
        labels=_labels([one.raw.labels for one in new], tasks, card["tasks"]),
    )
    if card["task_type"] == TaskType.MULTICLASS:
        _refuse_unknown_classes(path, subset, card["n_outputs"] // len(card["tasks"]))
    return ProspectiveData(
        subset,
        rows=[one.raw.row for one in new],
        exclusions=_exclusions(curation, seen),
        counts=_counts(curation, new, card, tasks),
    )


def _labels(rows: list[list[str]], tasks: list[str], all_tasks: list[str]) -> Any:
    """n_molecules x n_tasks, in the model's order, float32."""
    labels = np.full((len(rows), len(all_tasks)), np.nan, dtype=np.float32)
    for number, task in enumerate(tasks):
        own = [float(row[number]) if row[number] else np.nan for row in rows]
        labels[:, all_tasks.index(task)] = own
    return labels


def _refuse_unknown_classes(path: Path, subset: Subset, n_classes: int) -> None:
    for row, task in np.argwhere(subset.labels >= n_classes):
        raise UserError(
            f"{path.name}: molecule {subset.ids[row]}, column "
            f"{subset.tasks[task]!r}: the "
            f"model knows the classes 0 to {n_classes - 1}, got "
            f"{subset.labels[row, task]:.0f}"
        )


def _exclusions(curation: Curation, seen: dict[str, str]) -> list[list[Any]]:
    rows = [
        [c.raw.row, c.raw.id, c.raw.smiles, c.action, c.task, c.reason]
        for c in curation.changes
    ]
    rows += [
        [one.raw.row, one.raw.id, one.raw.smiles, "left out", "", seen[one.group]]
        for one in curation.molecules
        if one.group in seen
    ]
    return sort_exclusions(rows)


def sort_exclusions(exclusions: list[list[Any]]) -> list[list[Any]]:
    """Put rows of `EXCLUSION_COLUMNS` into the order of the table."""
    return sorted(exclusions, key=lambda row: row[0])


def _counts(
    curation: Curation, new: list[Any], card: dict[str, Any], tasks: list[str]
) -> dict[str, Any]:
    return {
        "rows": curation.counts["rows"],
        "unparsable": curation.counts["dropped"],
        "already_seen": len(curation.molecules) - len(new),
        "labels_cleared": curation.counts["labels_cleared"],
        "labels_averaged": curation.counts["labels_averaged"],
        "tasks_missing": [task for task in card["tasks"] if task not in tasks],
    }
