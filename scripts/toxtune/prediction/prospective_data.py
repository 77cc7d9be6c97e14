"""Labelled molecules that became available after a model was frozen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from toxtune.data.column_settings import ColumnSettings, ReadingSettings, copy_reading
from toxtune.data.curation import Curation, Molecule, curate
from toxtune.data.raw_table import reading_of
from toxtune.data.settling import Measured, Settlement, settle
from toxtune.data.subsets import Subset, as_numbers
from toxtune.errors import UserError
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers, find_own_numbers
from toxtune.tables.smiles_column import SMILES
from toxtune.tables.table import Table
from toxtune.tables.tables import open_table
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
    without_label
        Rows without a label in the model's tasks.
    already_seen
        Rows with a molecule of the training, the validation or the test set.
    labels_cleared, labels_averaged
        Labels of rows that are one molecule, settled as in a dataset.
    tasks_missing
        The model's tasks that the table does not have.
    """

    rows: int
    unparsable: int
    without_label: int
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
    own
        The molecules' own numbers, if the model was trained on such.
    """

    subset: Subset
    rows: list[int]
    exclusions: list[Exclusion]
    counts: ProspectiveCounts
    own: OwnNumbers = field(default_factory=dict)


def read_prospective(
    path: Path,
    metadata: FinalModelMetadata,
    id_column: str | None,
    seen: Mapping[str, str],
    *,
    name: str = "",
    features_files: Mapping[str, str] | None = None,
    reading: ReadingSettings | None = None,
) -> ProspectiveData:
    """Read labelled molecules, and leave out those of the dataset's three sets.

    Parameters
    ----------
    path
        A table. Its columns are matched by name, in any order; tasks may be missing.
    metadata
        The final model's.
    id_column
        The dataset's; the table may do without.
    seen
        Group of each molecule of the training, validation and test set to where it
        is, in words.
    name
        What messages call the file; its path if it is empty.
    features_files
        Name of own features to the file that has them.
    reading
        What the file may not tell of itself.

    Raises
    ------
    UserError
        If the table cannot be understood, no molecule is left, or one is of a class
        that the model does not know.
    """
    name = name or str(path)
    reading = reading or {}
    table = open_table(path, name, reading_of(reading), metadata.tasks)
    header = table.header
    tasks = [task for task in metadata.tasks if task in header]
    if not tasks:
        raise UserError(
            f"{name}: has none of the model's tasks {', '.join(metadata.tasks)}; "
            f"its columns are: {', '.join(header)}"
        )
    columns = _columns(metadata, header, tasks, id_column, reading)
    curation = curate(path, columns, name)
    molecules = [
        molecule for molecule in curation.molecules if molecule.group not in seen
    ]
    if not molecules:
        raise UserError(
            f"{name}: no molecule is left, all {len(curation.molecules)} are in "
            "the training, the validation or the test set; prospective data need "
            "molecules that are in none of them"
        )
    settlement = _settle(molecules, tasks, metadata.task_type)
    # What has lost its labels cannot be scored.
    kept = [row for row in range(len(molecules)) if row not in settlement.lost]
    subset = _subset(molecules, settlement, kept, metadata.tasks)
    if metadata.task_type == TaskType.MULTICLASS:
        _refuse_unknown_classes(name, subset, metadata.outputs_per_task)
    rows = [molecules[row].raw.row for row in kept]
    own = _own_numbers(
        metadata, table, features_files or {}, reading_of(reading).decimal
    )
    return ProspectiveData(
        subset,
        rows=rows,
        own={name: numbers[rows] for name, numbers in own.items()},
        exclusions=in_table_order(
            [*_exclusions(curation, seen), *_settled(molecules, settlement)]
        ),
        counts=ProspectiveCounts(
            rows=curation.counts["rows"],
            unparsable=curation.counts["dropped"],
            without_label=curation.counts["molecules_without_label"],
            already_seen=len(curation.molecules) - len(molecules),
            labels_cleared=settlement.counts["cleared"],
            labels_averaged=settlement.counts["averaged"],
            tasks_missing=[task for task in metadata.tasks if task not in tasks],
        ),
    )


def in_table_order(exclusions: Sequence[Exclusion]) -> list[Exclusion]:
    """Sort exclusions by their rows; those of a row stay in their order."""
    return sorted(exclusions, key=lambda exclusion: exclusion.row)


def _columns(
    metadata: FinalModelMetadata,
    header: Sequence[str],
    tasks: list[str],
    id_column: str | None,
    reading: ReadingSettings,
) -> ColumnSettings:
    """Say how the table's columns are read: as those of the model's dataset were."""
    smiles = metadata.smiles_column
    columns: ColumnSettings = {
        "smiles_column": smiles if smiles in header else SMILES,
        "id_column": id_column if id_column in header else None,
        "part_column": None,
        "tasks": tasks,
        "task_type": metadata.task_type,
        "standardize": metadata.standardize,
        "merge": metadata.merge,
        "labels": metadata.labels.of_tasks(tasks),
        "bounds": metadata.labels.bounds,
    }
    copy_reading(columns, reading)
    return columns


def _own_numbers(
    metadata: FinalModelMetadata,
    table: Table,
    features_files: Mapping[str, str],
    decimal: str | None,
) -> OwnNumbers:
    """Find the numbers of the model's own features for all rows of the table."""
    asked = metadata.own_features
    files = {
        each.name: features_files[each.name]
        for each in asked
        if each.name in features_files
    }
    return find_own_numbers(asked, table, files, "features.NAME.path", decimal)


def _settle(
    molecules: Sequence[Molecule], tasks: list[str], task_type: TaskType
) -> Settlement:
    """Settle labels among the molecules that are scored, as in a set of a dataset."""
    compounds = [molecule.merged_as for molecule in molecules]
    measured = Measured(compounds, tasks, [each.raw.labels for each in molecules])
    return settle(measured, ["prospective"] * len(molecules), task_type)


def _subset(
    molecules: Sequence[Molecule],
    settlement: Settlement,
    rows: Sequence[int],
    all_tasks: list[str],
) -> Subset:
    """Put some molecules with their labels into a table of all of the model's tasks."""
    tasks = settlement.measured.tasks
    labels = np.full((len(rows), len(all_tasks)), np.nan, dtype=np.float32)
    columns = [all_tasks.index(task) for task in tasks]
    labels[:, columns] = as_numbers(settlement.labels, len(tasks))[rows]
    members = [molecules[row] for row in rows]
    return Subset(
        ids=[molecule.raw.id for molecule in members],
        smiles=[molecule.compound.smiles for molecule in members],
        groups=[molecule.group for molecule in members],
        tasks=all_tasks,
        labels=labels,
    )


def _refuse_unknown_classes(name: str, subset: Subset, n_classes: int) -> None:
    for row, task in np.argwhere(subset.labels >= n_classes):
        raise UserError(
            f"{name}: molecule {subset.ids[row]}, column "
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
    return exclusions


def _settled(
    molecules: Sequence[Molecule], settlement: Settlement
) -> Iterator[Exclusion]:
    for change in settlement.changes:
        raw, task = molecules[change.row].raw, settlement.measured.tasks[change.task]
        yield Exclusion(raw.row, raw.id, raw.smiles, change.action, task, change.reason)
