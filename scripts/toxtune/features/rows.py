"""Features of some of the molecules, and of several subsets together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toxtune.data.subsets import read_table
from toxtune.features.arrays import Features, read_features


def take_rows(features: Features, rows: Sequence[int]) -> Features:
    """Return the features of some of the molecules, in the order of `rows`."""
    failures = {
        number: features.failures[row]
        for number, row in enumerate(rows)
        if row in features.failures
    }
    return Features(features.values[rows], features.names, failures)


def take_molecules(features: Features, molecules: Path, subset: Path) -> Features:
    """Return the features of the molecules of a subset.

    Parameters
    ----------
    features
        Of all molecules.
    molecules
        Table of all molecules in the same order: ``assignment.tsv``, which has no
        labels, or a subset that another one is a part of.
    subset
        Table of some of them.
    """
    delimiter = "\t" if molecules.suffix == ".tsv" else ","
    _, rows = read_table(molecules, delimiter)
    position = {row[0]: number for number, row in enumerate(rows)}
    _, wanted = read_table(subset)
    return take_rows(features, [position[row[0]] for row in wanted])


def join_features(paths: Sequence[Path]) -> Features:
    """Join features of the molecules of several files, in the order of the files."""
    tables = [read_features(path) for path in paths]
    starts = np.cumsum([0, *(len(table.values) for table in tables)])
    failures = {
        int(start) + row: reason
        for start, table in zip(starts, tables, strict=False)
        for row, reason in table.failures.items()
    }
    values = np.concatenate([table.values for table in tables])
    return Features(values, tables[0].names, failures)
