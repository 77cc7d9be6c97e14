"""The user's files as rule download_dataset keeps them, with their own names."""

from dataclasses import dataclass
from pathlib import Path

from toxtune.io.integrity import read_written


@dataclass(frozen=True)
class UserFile:
    """A file that was kept, and what the user calls it."""

    path: Path
    name: str


@dataclass(frozen=True)
class KeptFiles:
    """The dataset's file, and that of the test set if it has one of its own."""

    dataset: UserFile
    test: UserFile | None


def kept_files(raw: Path, raw_test: Path, sources: Path) -> KeptFiles:
    """Name files by the record of where they came from.

    Raises
    ------
    UserError
        If the record is damaged.
    """
    record = read_written(sources)
    test = record["test_source"]
    return KeptFiles(
        UserFile(raw, record["source"]),
        None if test is None else UserFile(raw_test, test),
    )
