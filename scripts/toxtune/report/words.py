"""Numbers, intervals, times and lists as the report words them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from toxtune.evaluation.evaluation_file import Interval

# Of means over tasks, where `Evaluation.is_scaled`.
SCALED_IN_WORDS = "errors divided by the SD of the task's training labels"

SET_NAMES = {"train": "training set", "valid": "validation set", "test": "test set"}


def method_of_split(split: Mapping[str, Any]) -> str:
    """Name the method of a split, with what it went by.

    >>> method_of_split({"method": "random"})
    'random split'
    >>> method_of_split({"method": "butina", "cutoff": 0.65})
    'split by clusters (Butina, distance 0.65)'
    >>> method_of_split({"method": "group", "column": "series"})
    'split by groups (series)'
    """
    method = split["method"]
    if method == "butina":
        return f"split by clusters (Butina, distance {split['cutoff']:g})"
    by = {"group": "groups", "time": "time", "column": "column"}
    if method in by:
        return f"split by {by[method]} ({split['column']})"
    return f"{method} split"


def members_in_words(members: Mapping[str, int]) -> str:
    """Name the members of an ensemble, and how often each counts.

    >>> members_in_words({"dense": 2, "dense-3": 1, "random_forest": 1})
    '2 × dense, dense-3 and random_forest'
    """
    return listed(
        [name if count == 1 else f"{count} × {name}" for name, count in members.items()]
    )


def format_score(value: float | None) -> str:
    """Write a score with three decimals; ``none`` where there is none.

    >>> format_score(0.87654), format_score(None)
    ('0.877', 'none')
    """
    return "none" if value is None or pd.isna(value) else f"{value:.3f}"


def format_error(value: float | None) -> str:
    """Write an error in the unit of its task, which may be large or small.

    >>> format_error(0.00012345), format_error(1234.5), format_error(None)
    ('0.0001234', '1234', 'none')
    """
    return "none" if value is None or pd.isna(value) else f"{value:.4g}"


def format_interval(
    bounds: Interval | None, written: Callable[[float | None], str] = format_score
) -> str:
    """Write an interval, its bounds by `written`; ``none`` where there is none.

    >>> format_interval((0.7, 0.8123))
    '0.700 to 0.812'
    """
    return "none" if bounds is None else " to ".join(map(written, bounds))


def format_duration(seconds: float) -> str:
    """Write a time in the unit that suits it.

    >>> format_duration(5), format_duration(300), format_duration(9000)
    ('5 s', '5.0 min', '2.5 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def listed(words: Sequence[str]) -> str:
    """Join words with commas and an ``and``.

    >>> listed(["dense", "ridge", "random_forest"])
    'dense, ridge and random_forest'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "task"), counted(1200, "task")
    ('1 task', '1,200 tasks')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def times(number: int) -> str:
    """Say how often.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if number == 1 else f"{number:,} times"
