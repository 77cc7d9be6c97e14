"""Compact files of features: bits eight to a byte, counts where they are not zero."""

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
    molecules, subset
        Tables of all molecules and of some of them.
    """
    _, rows = read_table(molecules)
    position = {row[0]: number for number, row in enumerate(rows)}
    _, wanted = read_table(subset)
    return take_rows(features, [position[row[0]] for row in wanted])


def join_features(paths: Sequence[Path]) -> Features:
    """Put features of one kind one below the other, in the order of the files."""
    several = [read_features(path) for path in paths]
    starts = np.cumsum([0, *(len(one.values) for one in several)])
    failures = {
        int(start) + row: reason
        for start, one in zip(starts, several, strict=False)
        for row, reason in one.failures.items()
    }
    values = np.concatenate([one.values for one in several])
    return Features(values, several[0].names, failures)
