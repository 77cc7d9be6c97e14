"""Tables of molecules: molecules.csv, and training, validation and test set.

Every training imports this module: it needs nothing but NumPy.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from toxtune.io.files import whole_file

# ``smiles`` is what features are made of, ``given_smiles`` what the user wrote. No
# group is in two sets; labels are settled within a compound.
KEYS = ["row", "id", "smiles", "group", "compound", "given_smiles"]


# The column of the dataset that the split goes by: names of subsets, or times.
SPLIT_COLUMN = "split_by"


@dataclass(frozen=True)
class Subset:
    """The molecules of one subset, in the order of its file.

    Attributes
    ----------
    ids, smiles, groups
        A string for each molecule.
    tasks
        The names of the tasks.
    labels
        float32, n_molecules x n_tasks; NaN = unmeasured.
    """

    ids: list[str]
    smiles: list[str]
    groups: list[str]
    tasks: list[str]
    labels: np.ndarray


def read_subset(path: Path) -> Subset:
    """Read molecules.csv, or a subset of it.

    Raises
    ------
    ValueError
        If the file does not start with the columns of `KEYS`, or a label is not a
        number.
    """
    header, rows = read_table(path)
    if header[: len(KEYS)] != KEYS:
        raise ValueError(f"{path}: must start with the columns {KEYS}, got {header}")
    last = -1 if header[-1] == SPLIT_COLUMN else None
    tasks = header[len(KEYS) : last]
    return Subset(
        ids=[row[1] for row in rows],
        smiles=[row[2] for row in rows],
        groups=[row[3] for row in rows],
        tasks=tasks,
        labels=as_numbers([row[len(KEYS) : last] for row in rows], len(tasks)),
    )


def as_numbers(labels: Sequence[Sequence[str]], n_tasks: int) -> np.ndarray:
    """Return labels as they are spelled in tables as float32; empty = NaN."""
    numbers = [[float(label) if label else np.nan for label in row] for row in labels]
    return np.array(numbers, dtype=np.float32).reshape(len(labels), n_tasks)


def read_split_column(molecules: Path) -> list[str]:
    """Read the last column of molecules.csv, which the split goes by.

    Raises
    ------
    ValueError
        If it is not there.
    """
    header, rows = read_table(molecules)
    if header[-1] != SPLIT_COLUMN:
        raise ValueError(f"{molecules}: has no column {SPLIT_COLUMN!r}")
    return [row[-1] for row in rows]


def read_table(path: Path, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    """Read a table as it stands: its header and its rows, all strings."""
    with open(path, encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=delimiter)
    return header, rows


def has_rows(path: Path) -> bool:
    """Tell whether a table has a row below its header, without reading the others."""
    with open(path, encoding="utf-8", newline="") as stream:
        return sum(1 for _ in islice(csv.reader(stream), 2)) == 2


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    delimiter: str = ",",
) -> None:
    """Write a table, whole or not at all.

    Names of molecules and SMILES have no control characters, nor may other cells: see
    `toxtune.io.csv_writer` for text of users.
    """
    with whole_file(path) as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
