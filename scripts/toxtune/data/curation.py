"""Curate a dataset: drop what is no molecule, and tell what is one compound."""

import logging
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.kept_files import UserFile
from toxtune.data.raw_table import RawRow, RawTable, read_raw
from toxtune.data.settling import Measured, settle
from toxtune.data.shared_ids import about_shared_ids
from toxtune.data.subsets import KEYS, SPLIT_COLUMN, write_table
from toxtune.errors import UserError
from toxtune.io.csv_rows import TAB
from toxtune.io.csv_writer import write_csv
from toxtune.io.files import write_json
from toxtune.labels.column import Bounds
from toxtune.labels.legal import permute_labels
from toxtune.molecules.compound_notes import compound_notes
from toxtune.molecules.compounds import Merge, Standardize
from toxtune.molecules.reactions import refuse_reactions
from toxtune.molecules.smiles import Compound, merged_as
from toxtune.molecules.watched_rdkit import read_compounds
from toxtune.tasks import TaskType
from toxtune.text import looks_like_formula, shown

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Molecule:
    """A row that stays.

    Attributes
    ----------
    raw
        The row as it was read.
    compound
        What the molecule is.
    merged_as
        Rows that share it are one compound: their labels are settled.
    """

    raw: RawRow
    compound: Compound
    merged_as: str

    @property
    def group(self) -> str:
        """What no two sets share."""
        return self.compound.group


@dataclass(frozen=True)
class Change:
    """A dropped row (`task` is empty), or what else was done, and why."""

    raw: RawRow
    action: str
    task: str
    reason: str


@dataclass(frozen=True)
class Curation:
    """The curated molecules, what was changed, and the counts of both."""

    tasks: list[str]
    molecules: list[Molecule]
    changes: list[Change]
    counts: dict[str, Any]


def curate(
    path: Path,
    columns: ColumnSettings,
    name: str = "",
    test: UserFile | None = None,
    workers: int = 1,
) -> Curation:
    """Curate the dataset in the file `path`.

    Parameters
    ----------
    path
        The file as downloaded.
    columns
        Names of columns, see `toxtune.data.raw_table.read_raw`.
    name, test
        What messages call the file, and the file of the test set, if it has one.
    workers
        Processes that share the work; any number of them gives the same.

    Raises
    ------
    UserError
        If the file cannot be understood, or no molecule or no label is left.
    """
    table = read_raw(path, columns, name, test)
    tasks, rows = table.tasks, table.rows
    refuse_reactions(
        (raw.smiles for raw in rows), f"{name or path}, column {table.smiles_column!r}"
    )
    kept, dropped = _read_compounds(rows, columns, workers)
    if not kept:
        first = dropped[0]
        raise UserError(
            f"{name or path}: no molecule is left: RDKit can parse none of the "
            f"{len(rows)} SMILES in column {table.smiles_column!r}, such as "
            f"{shown(first.raw.smiles)} ({first.raw.where}: {first.reason})"
        )
    molecules, unlabelled = _drop_unlabelled(kept)
    # The key is there in the control alone: other datasets had their ids before it.
    if "permute_labels" in columns:
        molecules = _permuted(molecules, tasks, columns)
    if not molecules:
        raise UserError(
            f"{name or path}: no label is left in the tasks {', '.join(tasks)}"
        )
    # Sorting is stable, so that tasks stay in the file's order, too.
    changes = dropped + unlabelled + _dropped_bounds(table, columns)
    changes = sorted(changes, key=lambda change: change.raw.row)
    counts = _count(molecules, dropped)
    counts["rows"] = len(rows)
    counts["molecules_without_label"] = len(unlabelled)
    counts["task_type"] = columns["task_type"]
    counts["tasks"] = _count_labels(tasks, molecules, columns["task_type"])
    counts |= _words_of_tasks(table)
    notes = compound_notes([m.compound for m in molecules], Merge(columns["merge"]))
    ids, groups = [m.raw.id for m in molecules], [m.group for m in molecules]
    warnings = [*table.warnings, *about_shared_ids(columns["id_column"], ids, groups)]
    counts |= {"notes": [*table.notes, *notes], "warnings": warnings}
    return Curation(tasks, molecules, changes, counts)


def write_curation(
    curation: Curation, with_subset: bool, molecules: Path, changes: Path, counts: Path
) -> None:
    """Write molecules.csv, curation.tsv and curation.json.

    `with_subset` adds the column that the split goes by to molecules.csv, as the last.
    """
    header = [*KEYS, *curation.tasks, *([SPLIT_COLUMN] if with_subset else [])]
    rows = (
        [*_keys(molecule), *molecule.raw.labels]
        + ([molecule.raw.subset] if with_subset else [])
        for molecule in curation.molecules
    )
    write_table(molecules, header, rows)
    rows = (
        [c.raw.row, c.raw.id, c.raw.smiles, c.action, c.task, c.reason]
        for c in curation.changes
    )
    header = ["row", "id", "smiles", "action", "task", "reason"]
    write_csv(changes, header, rows, TAB)
    write_json(counts, curation.counts)


def log_report(counts: dict[str, Any]) -> None:
    """Log what the curation did, and the tasks that cannot be learnt."""
    logger.info(
        "%(rows)d rows, %(dropped)d dropped, %(molecules_without_label)d without a "
        "label: %(molecules)d molecules in %(groups)d groups, "
        "%(groups_with_several_rows)d of which have several rows; %(compounds)d "
        "compounds",
        counts,
    )
    logger.info("The tasks are %s, as objective.metric says", counts["task_type"])
    for note in counts["notes"]:
        logger.info("%s", note)
    for warning in counts["warnings"]:
        logger.warning("Warning: %s", warning)
    for task, labels in counts["tasks"].items():
        logger.info(
            "%s: %s", task, ", ".join(f"{n} {key}" for key, n in labels.items())
        )


def warn_of_formulas(curation: Curation) -> None:
    """Warn of text that a spreadsheet takes for a formula.

    It is written as it came: an id that was changed would match nothing.
    """
    texts = [*curation.tasks, *(molecule.raw.id for molecule in curation.molecules)]
    for change in curation.changes:
        texts += [change.raw.id, change.raw.smiles]
    if suspicious := sorted(set(filter(looks_like_formula, texts))):
        logger.warning(
            "Warning: %d names, ids or SMILES begin with = + - or @, such as %s; a "
            "spreadsheet takes that for a formula: import these columns as text",
            len(suspicious),
            shown(suspicious[0]),
        )


def _keys(molecule: Molecule) -> list[object]:
    """Return the cells of `toxtune.data.subsets.KEYS`."""
    raw, smiles = molecule.raw, molecule.compound.smiles
    return [raw.row, raw.id, smiles, molecule.group, molecule.merged_as, raw.smiles]


def _read_compounds(
    rows: list[RawRow], columns: ColumnSettings, workers: int
) -> tuple[list[Molecule], list[Change]]:
    standardize, merge = Standardize(columns["standardize"]), Merge(columns["merge"])
    kept, dropped = [], []
    readings = read_compounds([raw.smiles for raw in rows], standardize, workers)
    for raw, (compound, reason) in zip(rows, readings, strict=True):
        if compound is None:
            dropped.append(Change(raw, "dropped", "", raw.problem or reason))
        else:
            kept.append(Molecule(raw, compound, merged_as(compound, merge)))
    return kept, dropped


def _drop_unlabelled(molecules: list[Molecule]) -> tuple[list[Molecule], list[Change]]:
    """Leave out molecules that no task can learn from, nor be scored on."""
    kept, dropped = [], []
    for molecule in molecules:
        if any(molecule.raw.labels):
            kept.append(molecule)
        else:
            dropped.append(Change(molecule.raw, "dropped", "", "no label in any task"))
    return kept, dropped


def _dropped_bounds(table: RawTable, columns: ColumnSettings) -> list[Change]:
    """List the labels such as ``<5`` that were left out."""
    if columns.get("bounds") != Bounds.DROP:
        return []
    return [
        Change(table.rows[row], "label dropped", task, f"the bound {cell.strip()}")
        for task, column in table.columns.items()
        for row, cell in column.bounds.items()
    ]


def _words_of_tasks(table: RawTable) -> dict[str, Any]:
    """Return the tasks' own names of classes, their words, and how many bounds."""
    columns = table.columns.items()
    return {
        "classes": {task: read.classes for task, read in columns if read.classes},
        "words": {task: read.words for task, read in columns if read.words},
        "bounds": {task: len(read.bounds) for task, read in columns if read.bounds},
    }


def _permuted(
    molecules: list[Molecule], tasks: list[str], columns: ColumnSettings
) -> list[Molecule]:
    """Give each compound the labels of another."""
    compounds = [molecule.merged_as for molecule in molecules]
    measured = Measured(compounds, tasks, [each.raw.labels for each in molecules])
    # What is drawn is a label of each compound, whose rows are alike then.
    settled = settle(measured, ["all"] * len(molecules), columns["task_type"])
    permuted = permute_labels(compounds, settled.labels, columns["permute_labels"])
    return [
        replace(molecule, raw=replace(molecule.raw, labels=labels))
        for molecule, labels in zip(molecules, permuted, strict=True)
    ]


def _count(molecules: list[Molecule], dropped: list[Change]) -> dict[str, Any]:
    sizes = Counter(molecule.group for molecule in molecules)
    return {
        "dropped": len(dropped),
        "molecules": len(molecules),
        "groups": len(sizes),
        "groups_with_several_rows": sum(size > 1 for size in sizes.values()),
        "compounds": len({molecule.merged_as for molecule in molecules}),
    }


def _count_labels(
    tasks: list[str], molecules: list[Molecule], task_type: TaskType
) -> dict[str, dict[str, float]]:
    """Count each task's labels: each class, or all values with their range."""
    counted = {}
    counts: dict[str, float]
    for index, task in enumerate(tasks):
        labels = Counter(molecule.raw.labels[index] for molecule in molecules)
        missing = labels.pop("", 0)
        if task_type == TaskType.BINARY:
            counts = {"n_positive": labels["1"], "n_negative": labels["0"]}
        elif task_type == TaskType.REGRESSION:
            values = sorted(map(float, labels))
            span = {"lowest": values[0], "highest": values[-1]} if values else {}
            counts = {"n_measured": labels.total(), **span}
        else:
            counts = {
                f"n_class_{label}": labels[label] for label in sorted(labels, key=int)
            }
        counted[task] = {**counts, "n_missing": missing}
    return counted
