"""Splitting by time: what was measured last is the test set."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from toxtune.errors import UserError
from toxtune.splits.assignment import NAMES, SUBSETS, Assignment
from toxtune.splits.checks import unlike_shares
from toxtune.splits.rows import Rows
from toxtune.splits.settings import SplitSettings
from toxtune.splits.times import Times, read_times

KNOWN_BEFORE = "the molecule was measured before, in an earlier set"


def split_by_time(rows: Rows, settings: SplitSettings) -> Assignment:
    """Assign rows to train, valid and test in the order of time.

    A group belongs to the set of its earliest row, since it was known from then on.
    Later rows of it that are beyond that set are left out, so that labels of the later
    sets are of molecules that were new. Groups of one time are never in two sets: a
    boundary moves on to the next later time, and back where a set would be empty.

    Parameters
    ----------
    rows
        With a column of times.
    settings
        ``fractions`` of the groups, ``column`` and ``date_format``.

    Raises
    ------
    UserError
        If a time cannot be read, or there are fewer times than sets.
    """
    times = read_times(rows, settings)
    moments = times.moments
    earliest: dict[int, Any] = {}
    for row, moment in moments.items():
        group = rows.group_of_row[row]
        earliest[group] = min(moment, earliest.get(group, moment))
    starts = _starts(sorted(earliest.values()), settings)
    subset_of_group = {g: _subset(time, starts) for g, time in earliest.items()}
    subsets, left_out = [], {}
    for row, group in enumerate(rows.group_of_row):
        subset = ""
        if row not in moments:
            left_out[row] = f"no date in column {settings.column!r}"
        elif subset_of_group[group] != _subset(moments[row], starts):
            left_out[row] = KNOWN_BEFORE
        else:
            subset = subset_of_group[group]
        subsets.append(subset)
    notes = _notes(rows, times, subsets, settings)
    warnings = unlike_shares(subset_of_group, settings.fractions)
    return Assignment(subsets, [], left_out, notes, warnings)


def _starts(times: list[Any], settings: SplitSettings) -> dict[str, Any]:
    """Return when the validation and the test set begin; `times` are sorted."""
    different = sorted(set(times))
    if len(different) < len(SUBSETS):
        raise UserError(
            f"split.column: {settings.column!r} must have three different times at "
            f"least, since molecules of one time stay together, got {len(different)}"
        )
    fractions = settings.fractions
    valid = bisect_left(different, _start(times, fractions["train"]))
    # A time is left for each set, where many molecules of one would leave none.
    valid = min(max(valid, 1), len(different) - 2)
    share = fractions["train"] + fractions["valid"]
    test = bisect_left(different, _start(times, share))
    test = min(max(test, valid + 1), len(different) - 1)
    return {"valid": different[valid], "test": different[test]}


def _start(times: list[Any], share: float) -> Any:
    """Return the first time after a share of the groups; if there is none, the last."""
    position = round(share * len(times))
    while 0 < position < len(times) and times[position] == times[position - 1]:
        position += 1
    return times[min(position, len(times) - 1)]


def _subset(time: Any, starts: Mapping[str, Any]) -> str:
    for subset in ("test", "valid"):
        if time >= starts[subset]:
            return subset
    return "train"


def _notes(
    rows: Rows, times: Times, subsets: list[str], settings: SplitSettings
) -> list[str]:
    """Say what the times were taken for, and where the sets begin."""
    begins = []
    for name in SUBSETS:
        if members := [row for row, subset in enumerate(subsets) if subset == name]:
            first = min(members, key=times.moments.__getitem__)
            begins.append(f"the {NAMES[name]} begins with {rows.column[first].strip()}")
    return [f"Column {settings.column!r} has {times.kind}; {', '.join(begins)}."]
