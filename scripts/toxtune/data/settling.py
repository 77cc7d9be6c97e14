"""Settling labels: the rows of one compound, in one set, get one label per task.

Never across sets: what a training row says changes no label of the test set. A test set
that is given, or the later part of a split by time, stays as it was measured.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from toxtune.data.subsets import KEYS, SPLIT_COLUMN, read_table, write_table
from toxtune.tasks import TaskType

CLEARED, AVERAGED = "label cleared", "label averaged"

# From this share of changed labels on, people should know.
MANY = 0.1


@dataclass(frozen=True)
class Measured:
    """Labels as they were measured.

    Attributes
    ----------
    compounds
        Of each row; rows that share it are one compound.
    tasks
        Their names.
    labels
        n_rows x n_tasks, as molecules.csv has them; empty = not measured.
    """

    compounds: list[str]
    tasks: list[str]
    labels: list[list[str]]


@dataclass(frozen=True)
class SettledLabel:
    """A label that is no longer the measured one.

    Attributes
    ----------
    row
        Its place among the rows.
    task
        Number of its task.
    action
        `CLEARED` or `AVERAGED`.
    label
        What it is now.
    reason
        Why, in words.
    """

    row: int
    task: int
    action: str
    label: str
    reason: str


@dataclass(frozen=True)
class Settlement:
    """What became of measured labels.

    Attributes
    ----------
    measured
        The labels before.
    subsets
        The set of each row; empty for a row in none, whose labels stay.
    changes
        The labels that have changed, in the order of rows and tasks.
    """

    measured: Measured
    subsets: Sequence[str]
    changes: list[SettledLabel]

    @cached_property
    def labels(self) -> list[list[str]]:
        """The labels now, n_rows x n_tasks."""
        labels = [list(row) for row in self.measured.labels]
        for change in self.changes:
            labels[change.row][change.task] = change.label
        return labels

    @property
    def lost(self) -> dict[int, str]:
        """The rows that have no label any more, each with the reason."""
        return {
            row: "labels of one compound contradict each other"
            for row in sorted({change.row for change in self.changes})
            if not any(self.labels[row])
        }

    @property
    def counts(self) -> dict[str, int]:
        """How many labels the sets had, what became of them, and of which compounds."""
        members = [row for row, subset in enumerate(self.subsets) if subset]
        rows_of: dict[str, int] = defaultdict(int)
        for row in members:
            rows_of[self.measured.compounds[row]] += 1
        changed = [self.measured.compounds[change.row] for change in self.changes]
        return {
            "measured": sum(
                bool(label) for row in members for label in self.measured.labels[row]
            ),
            "cleared": sum(change.action == CLEARED for change in self.changes),
            "averaged": sum(change.action == AVERAGED for change in self.changes),
            "changed_in_test": sum(
                self.subsets[change.row] == "test" for change in self.changes
            ),
            "compounds_with_several_rows": sum(n > 1 for n in rows_of.values()),
            "compounds_with_conflicts": len(set(changed)),
        }

    @property
    def warnings(self) -> list[str]:
        """Say, if it is so, that many labels are no longer the measured ones."""
        counts = self.counts
        changed = counts["cleared"] + counts["averaged"]
        if changed <= MANY * counts["measured"]:
            return []
        done = "averaged" if counts["averaged"] else "cleared"
        return [
            f"{changed:,} of {counts['measured']:,} labels are not as they were "
            f"measured, {counts['changed_in_test']:,} of them in the test set: "
            f"{counts['compounds_with_conflicts']:,} compounds have several rows with "
            f"different labels, which were {done} (settled.tsv lists them)."
        ]


def read_measured(molecules: Path) -> Measured:
    """Read the labels of molecules.csv."""
    header, rows = read_table(molecules)
    last = -1 if header[-1] == SPLIT_COLUMN else None
    compound = KEYS.index("compound")
    return Measured(
        compounds=[row[compound] for row in rows],
        tasks=header[len(KEYS) : last],
        labels=[row[len(KEYS) : last] for row in rows],
    )


def settle(
    measured: Measured,
    subsets: Sequence[str],
    task_type: TaskType,
    as_measured: Collection[str] = (),
) -> Settlement:
    """Give the rows of a compound, in each set, one label per task.

    Where they differ, a class becomes missing, and a value the mean of the compound's
    in that set.

    Parameters
    ----------
    measured
        The labels.
    subsets
        The set of each row; empty for a row in none.
    task_type
        Of the tasks.
    as_measured
        Sets whose labels stay, even where rows of one compound differ.
    """
    rows_of: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(subsets, measured.compounds, strict=True)):
        rows_of[key].append(row)
    changes = [
        change
        for (subset, compound), rows in rows_of.items()
        if subset and subset not in as_measured and len(rows) > 1
        for change in _settle_compound(compound, rows, measured, task_type)
    ]
    in_order = sorted(changes, key=lambda change: (change.row, change.task))
    return Settlement(measured, subsets, in_order)


def _settle_compound(
    compound: str, rows: list[int], measured: Measured, task_type: TaskType
) -> Iterator[SettledLabel]:
    for task in range(len(measured.tasks)):
        labels = {row: label for row in rows if (label := measured.labels[row][task])}
        if len(set(labels.values())) > 1:
            action, settled, reason = _settled(labels, task_type)
            reason = f"compound {compound} has {reason}"
            for row in labels:
                yield SettledLabel(row, task, action, settled, reason)


def _settled(labels: Mapping[int, str], task_type: TaskType) -> tuple[str, str, str]:
    """Return what is done to unequal labels, what they become, and why."""
    if task_type != TaskType.REGRESSION:
        return CLEARED, "", f"both {' and '.join(sorted(set(labels.values())))}"
    values = sorted(map(float, labels.values()))
    reason = f"{len(values)} values from {values[0]} to {values[-1]}"
    return AVERAGED, repr(fmean(values)), reason


def write_settled(path: Path, molecules: Path, settlement: Settlement) -> None:
    """Write settled.tsv: each label that is not as it was measured.

    `molecules` is the molecules.csv that the labels are of.
    """
    header, rows = read_table(molecules)
    named = [header.index(name) for name in ("row", "id", "given_smiles")]
    lines: list[list[Any]] = [
        [
            *(rows[change.row][index] for index in named),
            settlement.subsets[change.row],
            settlement.measured.tasks[change.task],
            settlement.measured.labels[change.row][change.task],
            change.label,
            change.action,
            change.reason,
        ]
        for change in settlement.changes
    ]
    columns = ["row", "id", "smiles", "subset", "task", "measured", "label"]
    write_table(path, [*columns, "action", "reason"], lines, delimiter="\t")
