"""What a verification has checked, and what does not hold."""

import filecmp
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from types import TracebackType

from toxtune.errors import UserError

TEXT = {".csv", ".html", ".json", ".jsonl", ".md", ".svg", ".tsv"}
# Of a number, on another host: processors round differently.
TOLERANCE = 1e-5
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass
class Findings:
    """Checks by category, and a line for each that failed.

    Attributes
    ----------
    checked
        Kind to the number of checks.
    faults
        ``file: rule``, for what does not hold.
    notes
        What could not be checked, or holds with a reservation.
    """

    checked: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def expect(self, category: str, path: Path, holds: bool, rule: str) -> bool:
        """Count a check, and record the rule if the file breaks it."""
        self.count(category, "" if holds else f"{path}: {rule}")
        return holds

    def attempt(self, category: str, path: Path) -> "Attempt":
        """Record whatever is raised within a ``with`` block as a fault of a file."""
        return Attempt(self, category, path)

    def count(self, category: str, fault: str) -> None:
        """Count a check; record its fault, if it has one."""
        self.checked[category] += 1
        # Splits share a dataset: its fault is recorded once.
        if fault and fault not in self.faults:
            self.faults.append(fault)


@dataclass(frozen=True)
class Attempt:
    """A block of code whose errors are faults of a file.

    A damaged file raises whatever its reader raises: there is no narrower class.
    """

    findings: Findings
    category: str
    path: Path

    def __enter__(self) -> None:
        """Begin; there is nothing to prepare."""

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Record an error, and go on behind the block."""
        if not isinstance(error, Exception):
            return False
        fault = str(error)
        if not isinstance(error, UserError):
            reason = f"{type(error).__name__}: {' '.join(fault.split())}"
            fault = f"{self.path}: cannot be checked: {reason}"
        self.findings.count(self.category, fault)
        return True


@dataclass(frozen=True)
class Rebuild:
    """A folder in which a run's files are made again, under the paths that they have.

    Each is made of other rebuilt files. So a damaged file is one fault, and causes none
    in the files that follow from it.
    """

    folder: Path
    findings: Findings

    def path(self, path: str | Path) -> Path:
        """Return where a file is rebuilt."""
        return self.folder / path

    def paths(self, paths: Sequence[str]) -> list[Path]:
        """Return where files are rebuilt."""
        return [self.path(path) for path in paths]

    def check(
        self, category: str, rule: str, outputs: Sequence[str], make: Callable[[], None]
    ) -> bool:
        """Rebuild files, and expect the bytes that they have.

        Parameters
        ----------
        category
            What to count the files as.
        rule
            What they must be, in words.
        outputs
            Their paths.
        make
            Makes them in this folder.
        """
        if all(self.path(output).is_file() for output in outputs):
            # Splits share a dataset: it is checked once.
            return True
        made = False
        with self.findings.attempt(category, Path(outputs[0])):
            make()
            made = True
        if not made:
            return False
        # A list: each file is compared, also after one that differs.
        same = [self.same(category, rule, Path(output)) for output in outputs]
        return all(same)

    def same(self, category: str, rule: str, path: Path, *, exact: bool = True) -> bool:
        """Expect that a file has the bytes of the rebuilt one, or its numbers.

        Parameters
        ----------
        category, rule, path
            See `check`.
        exact
            Whether bytes must be the same. If not, numbers of a text may differ by
            `TOLERANCE` of their size.
        """
        made = self.path(path)
        if not path.is_file():
            return self.findings.expect(category, path, False, "is missing")
        holds = filecmp.cmp(path, made, shallow=False)
        holds = holds or (not exact and _same_numbers(path, made))
        if not holds and path.suffix == ".zip" and _same_entries(path, made):
            self.findings.notes.append(
                f"{path}: the same content, compressed differently"
            )
            holds = True
        where = "" if holds else _first_difference(path, made)
        return self.findings.expect(category, path, holds, f"{rule}{where}")


def _same_numbers(path: Path, made: Path) -> bool:
    """Compare two texts, in which numbers may differ a little."""
    texts = [file.read_text("utf-8", "replace") for file in (path, made)]
    if _NUMBER.sub("", texts[0]) != _NUMBER.sub("", texts[1]):
        return False
    numbers = [map(float, _NUMBER.findall(text)) for text in texts]
    return all(
        math.isclose(number, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for number, other in zip(*numbers, strict=True)
    )


def _same_entries(path: Path, made: Path) -> bool:
    """Compare the contents of zip files, since libraries compress differently."""
    try:
        archives = [zipfile.ZipFile(file) for file in (path, made)]
        contents = [
            {name: archive.read(name) for name in archive.namelist()}
            for archive in archives
        ]
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error):
        return False
    return contents[0] == contents[1]


def _first_difference(path: Path, made: Path) -> str:
    """Say in which line two texts begin to differ; of other files, say nothing."""
    if path.suffix not in TEXT:
        return ""
    lines = zip_longest(*(file.read_bytes().split(b"\n") for file in (path, made)))
    number = next(n for n, (old, new) in enumerate(lines, start=1) if old != new)
    return f"; line {number} differs"
