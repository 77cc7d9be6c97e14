"""Sets that a column of the dataset names."""

from dataclasses import replace

import numpy as np

from toxtune.splits.assignment import NAMES, SUBSETS, Assignment
from toxtune.splits.rows import Rows
from toxtune.splits.set_words import read_sets, what_words_mean
from toxtune.splits.settings import SplitSettings
from toxtune.splits.splitters import Molecules, split_by_shares

# Where a column names no validation set, this share of the molecules of its training
# set becomes one, as 0.1 beside 0.8 would, drawn with this seed.
VALID_SHARE, SEED = 1 / 9, 0


def split_by_column(rows: Rows, settings: SplitSettings) -> Assignment:
    """Take the sets as a column names them; draw a validation set if it has none."""
    sets = read_sets(rows, settings.column)
    notes, warnings = what_words_mean(rows.column, settings.column)
    assigned = Assignment(sets, [], notes=notes, warnings=warnings)
    assigned = assigned.without(_in_later_sets(sets, rows.group_of_row))
    if "valid" in sets or "train" not in sets:
        return assigned
    return _with_valid(rows, assigned, settings.column)


def _in_later_sets(sets: list[str], group_of_row: list[int]) -> dict[int, str]:
    """Say of which rows the molecule is in a later set as well.

    These are left out, so that a given test set stays as it is, and so does a
    validation set beside the training set.
    """
    latest: dict[int, str] = {}
    for group, name in zip(group_of_row, sets, strict=True):
        latest[group] = max(name, latest.get(group, name), key=SUBSETS.index)
    return {
        row: f"the {NAMES[latest[group]]} has the same molecule"
        for row, (group, name) in enumerate(zip(group_of_row, sets, strict=True))
        if latest[group] != name
    }


def _with_valid(rows: Rows, assigned: Assignment, name: str) -> Assignment:
    """Draw molecules of the training set for a validation set."""
    trained = sorted(
        {
            group
            for group, subset in zip(rows.group_of_row, assigned.subsets, strict=True)
            if subset == "train"
        }
    )
    # A random draw looks at nothing but their number.
    shown = Molecules([""] * len(trained), np.zeros((len(trained), 1), dtype=bool))
    _, drawn = split_by_shares("random", [1 - VALID_SHARE, VALID_SHARE], SEED, shown)
    valid = {trained[number] for number in drawn}
    note = (
        f"Column {name!r} names no validation set: {len(valid)} of the "
        f"{len(trained)} molecules of its training set were drawn for one at random "
        f"with seed {SEED}; another split.method with the same split.column chooses "
        "otherwise."
    )
    subsets = [
        "valid" if subset == "train" and group in valid else subset
        for group, subset in zip(rows.group_of_row, assigned.subsets, strict=True)
    ]
    return replace(assigned, subsets=subsets, notes=[*assigned.notes, note])
