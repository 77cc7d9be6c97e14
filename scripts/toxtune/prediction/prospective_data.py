"""Labelled molecules that became available after a model was frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from toxtune.data.column_settings import ColumnSettings, ReadingSettings, copy_reading
from toxtune.data.curation import Curation, Molecule, curate
from toxtune.data.dataset_files import DatasetColumns, columns_of_later_data
from toxtune.data.raw_table import reading_of
from toxtune.data.settling import Measured, Settlement, settle
from toxtune.data.subsets import Subset, as_numbers
from toxtune.errors import UserError
from toxtune.prediction.exclusions import (
    Exclusion,
    in_table_order,
    of_curation,
    of_settlement,
)
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers, find_own_numbers
from toxtune.tables.table import Table
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading
from toxtune.tasks import TaskType


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
    """The records of a table, and which of them are new to a model and its test.

    Subsets have all of the model's tasks; NaN in tasks that are missing.

    Attributes
    ----------
    records
        All molecules that have a label, with their labels as they were measured.
    rows
        Their rows in the table.
    unreadable
        The rows that have labels and no molecule; their SMILES are as they are written.
    new
        Places among the records of molecules that are new.
    subset
        These molecules, with their labels settled as in a dataset.
    exclusions
        What was left out of them, in the order of the table.
    counts
        What became of all rows.
    own
        The records' own numbers, if a model was trained on such.
    """

    records: Subset
    rows: list[int]
    unreadable: Subset
    new: list[int]
    subset: Subset
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
    """Read labelled molecules, and tell which are in none of the dataset's three sets.

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
    found = columns_of_later_data(
        table, metadata.smiles_column, id_column, metadata.tasks
    )
    tasks, columns = found.tasks, _columns(metadata, found, reading)
    curation = curate(path, columns, name)
    places = [
        place
        for place, molecule in enumerate(curation.molecules)
        if molecule.group not in seen
    ]
    if not places:
        raise UserError(
            f"{name}: no molecule is left, all {len(curation.molecules)} are in "
            "the training, the validation or the test set; prospective data need "
            "molecules that are in none of them"
        )
    molecules = [curation.molecules[place] for place in places]
    settlement = _settle(molecules, tasks, metadata.task_type)
    # What has lost its labels cannot be scored.
    kept = [row for row in range(len(molecules)) if row not in settlement.lost]
    if not kept:
        raise UserError(
            f"{name}: no molecule is left, all {len(molecules)} rows of new molecules "
            "contradict others of the same molecule; prospective data need a new "
            "molecule whose labels agree"
        )
    records = _records(curation, metadata.tasks)
    unreadable = _unreadable(curation, metadata.tasks)
    if metadata.task_type == TaskType.MULTICLASS:
        for part in (records, unreadable):
            _refuse_unknown_classes(name, part, metadata.outputs_per_task)
    new = [places[row] for row in kept]
    rows = [molecule.raw.row for molecule in curation.molecules]
    own = _own_numbers(metadata, table, features_files or {}, reading_of(reading))
    settled = _in_all_tasks(settlement.labels, tasks, metadata.tasks)[kept]
    return ProspectiveData(
        records,
        rows=rows,
        unreadable=unreadable,
        new=new,
        subset=replace(selected(records, new), labels=settled),
        own={name: numbers[rows] for name, numbers in own.items()},
        exclusions=in_table_order(
            [*of_curation(curation, seen), *of_settlement(molecules, settlement)]
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


def selected(subset: Subset, rows: Sequence[int]) -> Subset:
    """Return some molecules of a subset."""
    ids, smiles, groups = (
        [column[row] for row in rows]
        for column in (subset.ids, subset.smiles, subset.groups)
    )
    return Subset(ids, smiles, groups, subset.tasks, subset.labels[list(rows)])


def _columns(
    metadata: FinalModelMetadata, found: DatasetColumns, reading: ReadingSettings
) -> ColumnSettings:
    """Say how the table's columns are read: as those of the model's dataset were."""
    columns: ColumnSettings = {
        "smiles_column": found.smiles,
        "id_column": found.id,
        "part_column": None,
        "tasks": found.tasks,
        "task_type": metadata.task_type,
        "standardize": metadata.standardize,
        "merge": metadata.merge,
        "labels": metadata.labels.of_tasks(found.tasks),
        "bounds": metadata.labels.bounds,
    }
    copy_reading(columns, reading)
    return columns


def _own_numbers(
    metadata: FinalModelMetadata,
    table: Table,
    features_files: Mapping[str, str],
    reading: Reading,
) -> OwnNumbers:
    """Find the numbers of the model's own features for all rows of the table."""
    asked = metadata.own_features
    files = {
        each.name: features_files[each.name]
        for each in asked
        if each.name in features_files
    }
    return find_own_numbers(asked, table, files, "features.NAME.path", reading)


def _settle(
    molecules: Sequence[Molecule], tasks: list[str], task_type: TaskType
) -> Settlement:
    """Settle labels among the molecules that are scored, as in a set of a dataset."""
    compounds = [molecule.merged_as for molecule in molecules]
    measured = Measured(compounds, tasks, [each.raw.labels for each in molecules])
    return settle(measured, ["prospective"] * len(molecules), task_type)


def _records(curation: Curation, all_tasks: list[str]) -> Subset:
    """Put all molecules that have labels into a table of all of the model's tasks."""
    molecules = curation.molecules
    labels = [molecule.raw.labels for molecule in molecules]
    return Subset(
        ids=[molecule.raw.id for molecule in molecules],
        smiles=[molecule.compound.smiles for molecule in molecules],
        groups=[molecule.group for molecule in molecules],
        tasks=all_tasks,
        labels=_in_all_tasks(labels, curation.tasks, all_tasks),
    )


def _unreadable(curation: Curation, all_tasks: list[str]) -> Subset:
    """Do the same with the rows that have labels and no molecule."""
    rows = [
        change.raw
        for change in curation.changes
        if not change.task and any(change.raw.labels)
    ]
    return Subset(
        ids=[raw.id for raw in rows],
        smiles=[raw.smiles for raw in rows],
        # Nobody knows whether two of them are one compound.
        groups=[f"row {raw.row}" for raw in rows],
        tasks=all_tasks,
        labels=_in_all_tasks([raw.labels for raw in rows], curation.tasks, all_tasks),
    )


def _in_all_tasks(
    labels: Sequence[Sequence[str]], tasks: list[str], all_tasks: list[str]
) -> np.ndarray:
    """Return labels of some tasks as those of all; float32, NaN = not measured."""
    numbers = np.full((len(labels), len(all_tasks)), np.nan, dtype=np.float32)
    columns = [all_tasks.index(task) for task in tasks]
    numbers[:, columns] = as_numbers(labels, len(tasks))
    return numbers


def _refuse_unknown_classes(name: str, subset: Subset, n_classes: int) -> None:
    for row, task in np.argwhere(subset.labels >= n_classes):
        raise UserError(
            f"{name}: molecule {subset.ids[row]}, column "
            f"{subset.tasks[task]!r}: the model knows the classes 0 to "
            f"{n_classes - 1}, got {subset.labels[row, task]:.0f}"
        )
