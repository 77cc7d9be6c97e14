"""What a verification has checked, and what does not hold."""

import filecmp
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from toxtune.errors import UserError

TEXT = {".csv", ".tsv", ".json", ".jsonl"}


@dataclass
class Findings:
    """Checks by kind, and a line for each that failed.

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

    def expect(self, kind: str, path: Path, holds: bool, rule: str) -> bool:
        """Count a check; write down the rule that a file breaks."""
        self._count(kind, "" if holds else f"{path}: {rule}")
        return holds

    @contextmanager
    def attempt(self, kind: str, path: Path) -> Iterator[None]:
        """Take whatever is raised for a fault of a file.

        A damaged file raises whatever its reader raises: there is no narrower class.
        """
        try:
            yield
        except UserError as error:
            self._count(kind, str(error))
        except Exception as error:
            reason = " ".join(str(error).split())
            self._count(
                kind, f"{path}: cannot be checked: {type(error).__name__}: {reason}"
            )

    def _count(self, kind: str, fault: str) -> None:
        self.checked[kind] += 1
        # Splits share a dataset, whose fault is one.
        if fault and fault not in self.faults:
            self.faults.append(fault)


@dataclass(frozen=True)
class Rebuild:
    """A folder in which a run's files are made anew, under the paths that they have.

    Each is made of others that were made anew, so that a damaged file is found once,
    and not again in all that follows from it.
    """

    folder: Path
    findings: Findings

    def path(self, path: str | Path) -> Path:
        """Return where the file is that is made anew."""
        return self.folder / path

    def paths(self, paths: Sequence[str]) -> list[Path]:
        """Return where the files are that are made anew."""
        return [self.path(path) for path in paths]

    def check(
        self, kind: str, rule: str, outputs: Sequence[str], make: Callable[[], None]
    ) -> bool:
        """Make files anew, and expect the bytes that there are.

        Parameters
        ----------
        kind
            What to count the files as.
        rule
            What they must be, in words.
        outputs
            Their paths.
        make
            Makes them in this folder.
        """
        if all(self.path(output).is_file() for output in outputs):
            # Splits share a dataset.
            return True
        made = False
        with self.findings.attempt(kind, Path(outputs[0])):
            make()
            made = True
        return made and all([self.same(kind, rule, Path(output)) for output in outputs])

    def same(self, kind: str, rule: str, path: Path) -> bool:
        """Expect that a file has the bytes of the one that was made anew."""
        made = self.path(path)
        if not path.is_file():
            return self.findings.expect(kind, path, False, "is missing")
        holds = filecmp.cmp(path, made, shallow=False)
        if not holds and path.suffix == ".zip" and _same_entries(path, made):
            self.findings.notes.append(f"{path}: the same content, packed otherwise")
            holds = True
        where = "" if holds else _first_difference(path, made)
        return self.findings.expect(kind, path, holds, f"{rule}{where}")


def _same_entries(path: Path, made: Path) -> bool:
    """Compare what is in zip files: libraries differ in how they pack."""
    try:
        packed = [zipfile.ZipFile(one) for one in (path, made)]
        contents = [
            {name: archive.read(name) for name in archive.namelist()}
            for archive in packed
        ]
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error):
        return False
    return contents[0] == contents[1]


def _first_difference(path: Path, made: Path) -> str:
    """Say in which line two texts begin to differ; nothing of other files."""
    if path.suffix not in TEXT:
        return ""
    lines = zip_longest(*(one.read_bytes().split(b"\n") for one in (path, made)))
    number = next(n for n, (one, other) in enumerate(lines, start=1) if one != other)
    return f"; line {number} is another"
