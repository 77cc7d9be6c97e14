"""Labelled molecules that became available after a model was frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toxtune.data.curation import Curation, Molecule, curate
from toxtune.data.raw_table import ColumnSettings, read_lines
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.tasks import TaskType

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Exclusion:
    """A molecule, or one of its labels, that does not count; as in ``curation.tsv``.

    Attributes
    ----------
    row
        Row in the table.
    id, smiles
        Of the molecule.
    action
        What was done with it.
    task
        The task of the label; empty where all of the row is meant.
    reason
        Why, in words.
    """

    row: int
    id: str
    smiles: str
    action: str
    task: str
    reason: str


@dataclass(frozen=True)
class ProspectiveCounts:
    """What became of the rows of a table.

    Attributes
    ----------
    rows
        All of them.
    unparsable
        Rows whose SMILES RDKit cannot parse.
    already_seen
        Rows with a molecule of the training, the validation or the test set.
    labels_cleared, labels_averaged
        Labels of rows that are one molecule, settled as in a dataset.
    tasks_missing
        The model's tasks that the table does not have.
    """

    rows: int
    unparsable: int
    already_seen: int
    labels_cleared: int
    labels_averaged: int
    tasks_missing: list[str]


@dataclass(frozen=True)
class ProspectiveData:
    """Molecules that are new to a model and its test, and what was left out.

    Attributes
    ----------
    subset
        The molecules, with all of the model's tasks; NaN in tasks that are missing.
    rows
        Their rows in the table.
    exclusions
        What was left out, in the order of the table.
    counts
        What became of all rows.
    """

    subset: Subset
    rows: list[int]
    exclusions: list[Exclusion]
    counts: ProspectiveCounts


def read_prospective(
    path: Path,
    metadata: FinalModelMetadata,
    id_column: str | None,
    seen: Mapping[str, str],
) -> ProspectiveData:
    """Read labelled molecules, and leave out those of the dataset's three sets.

    Parameters
    ----------
    path
        A CSV file. Its columns are matched by name, in any order; tasks may be missing.
    metadata
        The final model's.
    id_column
        The dataset's; the table may do without.
    seen
        Group of each molecule of the training, validation and test set to where it
        is, in words.

    Raises
    ------
    UserError
        If the table cannot be understood, no molecule is left, or one is of a class
        that the model does not know.
    """
    header, _ = read_lines(path)
    tasks = [task for task in metadata.tasks if task in header]
    if not tasks:
        raise UserError(
            f"{path.name}: has none of the model's tasks {', '.join(metadata.tasks)}; "
            f"its columns are: {', '.join(header)}"
        )
    columns: ColumnSettings = {
        "smiles_column": metadata.smiles_column,
        "id_column": id_column if id_column in header else None,
        "part_column": None,
        "tasks": tasks,
        "task_type": metadata.task_type,
        "standardize": metadata.standardize,
        "merge": metadata.merge,
    }
    curation = curate(path, columns)
    molecules = [
        molecule for molecule in curation.molecules if molecule.group not in seen
    ]
    if not molecules:
        raise UserError(
            f"{path.name}: no molecule is left, all {len(curation.molecules)} are in "
            "the training, the validation or the test set; prospective data need "
            "molecules that are in none of them"
        )
    subset = _subset(molecules, tasks, metadata.tasks)
    if metadata.task_type == TaskType.MULTICLASS:
        _refuse_unknown_classes(path, subset, metadata.outputs_per_task)
    return ProspectiveData(
        subset,
        rows=[molecule.raw.row for molecule in molecules],
        exclusions=_exclusions(curation, seen),
        counts=ProspectiveCounts(
            rows=curation.counts["rows"],
            unparsable=curation.counts["dropped"],
            already_seen=len(curation.molecules) - len(molecules),
            labels_cleared=curation.counts["labels_cleared"],
            labels_averaged=curation.counts["labels_averaged"],
            tasks_missing=[task for task in metadata.tasks if task not in tasks],
        ),
    )


def in_table_order(exclusions: Sequence[Exclusion]) -> list[Exclusion]:
    """Sort exclusions by their rows; those of a row stay in their order."""
    return sorted(exclusions, key=lambda exclusion: exclusion.row)


def _subset(
    molecules: Sequence[Molecule], tasks: list[str], all_tasks: list[str]
) -> Subset:
    """Put molecules with labels of `tasks` into a table of all of the model's tasks."""
    labels = np.full((len(molecules), len(all_tasks)), np.nan, dtype=np.float32)
    for number, task in enumerate(tasks):
        texts = [molecule.raw.labels[number] for molecule in molecules]
        values = [float(text) if text else np.nan for text in texts]
        labels[:, all_tasks.index(task)] = values
    return Subset(
        ids=[molecule.raw.id for molecule in molecules],
        smiles=[molecule.compound.smiles for molecule in molecules],
        groups=[molecule.group for molecule in molecules],
        tasks=all_tasks,
        labels=labels,
    )


def _refuse_unknown_classes(path: Path, subset: Subset, n_classes: int) -> None:
    for row, task in np.argwhere(subset.labels >= n_classes):
        raise UserError(
            f"{path.name}: molecule {subset.ids[row]}, column "
            f"{subset.tasks[task]!r}: the model knows the classes 0 to "
            f"{n_classes - 1}, got {subset.labels[row, task]:.0f}"
        )


def _exclusions(curation: Curation, seen: Mapping[str, str]) -> list[Exclusion]:
    exclusions = [
        Exclusion(
            change.raw.row,
            change.raw.id,
            change.raw.smiles,
            change.action,
            change.task,
            change.reason,
        )
        for change in curation.changes
    ]
    exclusions += [
        Exclusion(
            molecule.raw.row,
            molecule.raw.id,
            molecule.raw.smiles,
            action=LEFT_OUT,
            task="",
            reason=seen[molecule.group],
        )
        for molecule in curation.molecules
        if molecule.group in seen
    ]
    return in_table_order(exclusions)
