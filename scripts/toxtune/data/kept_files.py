"""The user's files as rule download_dataset keeps them, with their own names."""

from dataclasses import dataclass
from pathlib import Path

from toxtune.data.known_datasets import RESOURCES
from toxtune.io.integrity import read_written
from toxtune.tables.sources import DEMO, is_address


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


def origins(sources: Path) -> list[str]:
    """Say where the files of the dataset and of its test set, if it has one, came from.

    Raises
    ------
    UserError
        If the record is damaged.
    """
    record = read_written(sources)
    dataset, test = record["source"], record["test_source"]
    return [origin(dataset), *([f"test set: {origin(test)}"] if test else [])]


def origin(source: str) -> str:
    """Say in words where a file came from.

    Examples
    --------
    >>> origin("https://example.org/a.csv")
    'downloaded from https://example.org/a.csv'
    """
    if source == DEMO:
        return "made by toxtune"
    if is_address(source):
        return f"downloaded from {source}"
    if Path(source).resolve().parent == RESOURCES:
        return f"the copy that comes with toxtune (resources/{Path(source).name})"
    return f"copied from {source}"


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
