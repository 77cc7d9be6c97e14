"""Numbers, intervals, times and lists as the report words them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Any

import pandas as pd

from toxtune.stats.metrics import METRICS

# Of means over tasks, where `Evaluation.is_scaled`.
SCALED_IN_WORDS = "errors divided by the SD of the task's training labels"

IN_OWN_UNIT = "Each task's errors are in the unit of its labels."

# What a set lacks that has no score of a task: classes or values that differ.
WITHOUT_A_SCORE = "no two different labels"

# What stands behind the name of a simple model in a table.
BASELINE = "baseline"

# Of an interval that is infinitely wide.
UNBOUNDED = "unbounded"

SET_NAMES = {"train": "training set", "valid": "validation set", "test": "test set"}


@dataclass(frozen=True)
class Facts:
    """Where numbers are from.

    Attributes
    ----------
    sets
        ``train``, ``valid`` or ``test``, in the order of the figure.
    everything
        The sets with their sizes, the split, the seeds, what was averaged over.
    remark
        What is true of these numbers alone.
    """

    sets: tuple[str, ...] = ()
    everything: str = ""
    remark: str = ""

    def __str__(self) -> str:
        """Say all of it."""
        return "; ".join(part for part in (self.everything, self.remark) if part)

    @property
    def short(self) -> str:
        """Name the sets, where the rest of what is the same for all is said once."""
        names = listed([SET_NAMES[subset] for subset in self.sets])
        return "; ".join(part for part in (names, self.remark) if part)


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


def decimals_for(size: float | None) -> int:
    """Return how many decimals show numbers of about this size well.

    Three at least below 10, so that errors look like other scores; four digits else.

    >>> [decimals_for(size) for size in (0.68, 12.3, 1234.5, 0.05, 0.0004)]
    [3, 2, 0, 4, 6]
    """
    if size is None or not isfinite(size) or size == 0:
        return 3
    place = floor(log10(abs(size)))
    return max(3 - place, 0) if place >= 0 else max(2 - place, 3)


def decimals_of(metric: str, score: float | None, *, is_scaled: bool = False) -> int:
    """Return how many decimals a score by a metric is written with.

    Errors in the unit of the labels may be large or small; those of means over tasks
    that are divided by SDs (`is_scaled`), and all other scores, are not.
    """
    has_unit = METRICS[metric].has_unit and not is_scaled
    return decimals_for(score) if has_unit else 3


def format_score(value: float | None, decimals: int = 3) -> str:
    """Write a score with so many decimals; ``none`` where there is none.

    >>> format_score(0.87654), format_score(1234.5, 0), format_score(None)
    ('0.877', '1,234', 'none')
    """
    return "none" if value is None or pd.isna(value) else f"{value:,.{decimals}f}"


def format_interval(
    bounds: tuple[float | None, float | None] | None, decimals: int = 3
) -> str:
    """Write an interval with so many decimals; ``none`` where there is none.

    >>> format_interval((0.7, 0.8123))
    '0.700 to 0.812'
    """
    if bounds is None or any(bound is None or pd.isna(bound) for bound in bounds):
        return "none"
    return " to ".join(format_score(bound, decimals) for bound in bounds)


def listed(words: Sequence[str]) -> str:
    """Join words with commas and an ``and``.

    >>> listed(["dense", "ridge", "random_forest"])
    'dense, ridge and random_forest'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def first_of(words: Sequence[str], most: int) -> str:
    """List the first of many words, and say how many more there are.

    >>> first_of(["dense", "ridge", "random_forest"], 2)
    'dense, ridge and 1 more'
    """
    named, more = ", ".join(words[:most]), len(words) - most
    return f"{named} and {more} more" if more > 0 else named


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "task"), counted(1200, "task")
    ('1 task', '1,200 tasks')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def notes(*sentences: str) -> str:
    """Join what there is to say, where some of it may be empty.

    >>> notes("One trial failed.", "", "Two are a sample.")
    'One trial failed. Two are a sample.'
    """
    return " ".join(filter(None, sentences))


def times(number: int) -> str:
    """Say how often.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if number == 1 else f"{number:,} times"
