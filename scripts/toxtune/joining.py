"""Train and valid as one training set, for the refit of a model that is frozen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toxtune.arrays import Features, read_features
from toxtune.parts import read_table, write_table


def join_parts(parts: Sequence[Path], train: Path, valid: Path) -> None:
    """Write the molecules of all parts to `train`; `valid` gets the header alone."""
    tables = [read_table(part) for part in parts]
    header = tables[0][0]
    write_table(train, header, [row for _, rows in tables for row in rows])
    write_table(valid, header, [])


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
