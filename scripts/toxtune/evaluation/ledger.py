"""The ledger: every distinct selection that has opened a test set.

There is one for each file that test sets are taken from. Its lines name the molecules
that were looked at, so that openings of test sets that overlap are known as such.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.identity import short_id

# Of a line: the groups of the molecules that were looked at.
MOLECULES = "molecules"


@dataclass(frozen=True)
class Opened:
    """A test set, as the ledger knows it.

    Attributes
    ----------
    dataset, split
        Their ids.
    groups
        The groups of its molecules.
    """

    dataset: str
    split: str
    groups: frozenset[str]

    def in_line(self) -> dict[str, Any]:
        """Return what a line of the ledger says of it."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            MOLECULES: sorted(self.groups),
        }

    def shared_with(self, line: dict[str, Any]) -> int:
        """Count the molecules that a line's opening looked at.

        All, where the line does not name them.
        """
        molecules = line.get(MOLECULES)
        if not isinstance(molecules, list):
            return len(self.groups)
        return len(self.groups.intersection(map(str, molecules)))

    def is_own(self, line: dict[str, Any]) -> bool:
        """Tell whether a line's opening had the same settings of data and split."""
        return (line.get("dataset"), line.get("split")) == (self.dataset, self.split)


def opening_id(selection: str, store_keys: Iterable[str]) -> str:
    """Name what opens the test set: a selection, and its models by their store keys.

    The same winners, trained by other code or with other libraries, are other models:
    scoring them is another opening.
    """
    return short_id({"selection": selection, "models": sorted(store_keys)})


def record_opening(ledger: Path, line: dict[str, Any]) -> None:
    """Append `line`, unless its selection has opened this test set before.

    Parameters
    ----------
    ledger
        One file per source of test sets; lines are only ever added.
    line
        JSON values; ``selection`` is what makes it distinct.
    """
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with open(ledger, "a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        text = stream.read()
        if line["selection"] in {opening["selection"] for opening in _lines(text)}:
            return
        # A line that a crash cut short is ended, not continued.
        start = "\n" if text and not text.endswith("\n") else ""
        stream.write(f"{start}{json.dumps(line, sort_keys=True)}\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_openings(ledger: Path) -> list[dict[str, Any]]:
    """Read the ledger's lines, oldest first; none if the test set was never opened."""
    return _lines(ledger.read_text("utf-8")) if ledger.is_file() else []


def read_openings_of(
    ledger: Path, test_set: Opened, siblings: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Read the openings of a test set and of those that share molecules with it.

    Parameters
    ----------
    ledger
        Of the test set's source. The ledger that toxtune 0.2 kept for the split alone
        is read as well, if it lies beside it.
    test_set
        Which one.
    siblings
        Run of each other split of the configuration to the split's id; see
        `looks_of_siblings`. Those looks do not count.

    Returns
    -------
    openings
        Lines, oldest first: ``shared`` counts the molecules in place of their names,
        and ``own`` tells whether settings of data and split were the same.
    """
    former = ledger.with_name(f"{test_set.dataset}-{test_set.split}.jsonl")
    own = {"dataset": test_set.dataset, "split": test_set.split}
    lines = [{**line, **own} for line in read_openings(former)]
    known = {line["selection"] for line in lines}
    lines += [line for line in read_openings(ledger) if line["selection"] not in known]
    left_out = looks_of_siblings(lines, test_set.dataset, siblings or {})
    return [
        {
            **{key: value for key, value in line.items() if key != MOLECULES},
            "shared": shared,
            "own": test_set.is_own(line),
        }
        for number, line in enumerate(lines)
        if number not in left_out and (shared := test_set.shared_with(line))
    ]


def siblings_of(run: str, splits: Mapping[str, str]) -> dict[str, str]:
    """Return the other splits of a run's configuration: run to the split's id."""
    return {name: split for name, split in splits.items() if name != run}


def looks_of_siblings(
    lines: Sequence[Mapping[str, Any]], dataset: str, siblings: Mapping[str, str]
) -> set[int]:
    """Find the lines that are part of one and the same look as a run's own.

    They are the last of each other split of its configuration, whichever of them comes
    first. A split is known by its id: a selection that looks again has no second line,
    and its run may have had another name before.

    Parameters
    ----------
    lines
        Of a ledger, oldest first.
    dataset
        Id of the run's dataset.
    siblings
        Run of each other split to the split's id.

    Returns
    -------
    set
        Their numbers, from 0.
    """
    last = {}
    for number, line in enumerate(lines):
        # At first, lines of prospective data named the run alone.
        split = line.get("split", siblings.get(str(line.get("run"))))
        is_sibling = split in siblings.values()
        if is_sibling and line.get("dataset", dataset) == dataset:
            last[split] = number
    return set(last.values())


def _lines(text: str) -> list[dict[str, Any]]:
    lines = []
    for text_of_line in text.splitlines():
        try:
            line = json.loads(text_of_line)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and "selection" in line:
            lines.append(line)
    return lines
