"""How a dataset's table is read. Planning imports this: no RDKit, no NumPy."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from toxtune.tasks import TaskType


class ReadingSettings(TypedDict, total=False):
    """What a file does not tell of itself, see `toxtune.tables.text_files.Reading`."""

    separator: str
    decimal: str
    encoding: str


class ColumnNames(TypedDict):
    """Which columns of the dataset's table are used.

    ``smiles_column`` is a name, or ``smiles`` to find it by its usual names.
    ``part_column`` says in which set a molecule is, or when it was measured. Columns of
    ``not_tasks`` are features where no tasks are named. The names of these settings
    are part of a dataset's id and stay as they were first.
    """

    smiles_column: str
    id_column: str | None
    part_column: str | None
    tasks: list[str]
    not_tasks: NotRequired[list[str]]


class ColumnSettings(ReadingSettings, ColumnNames):
    """How the columns of the dataset's table are read."""

    task_type: TaskType
    standardize: str
    merge: str
    labels: NotRequired[dict[str, Any]]
    bounds: NotRequired[str]
    permute_labels: NotRequired[int]


def copy_reading(to: ReadingSettings, settings: Mapping[str, Any]) -> None:
    """Copy those that the user has set, from the key ``dataset`` or from another."""
    if (separator := settings.get("separator")) is not None:
        to["separator"] = separator
    if (decimal := settings.get("decimal")) is not None:
        to["decimal"] = decimal
    if (encoding := settings.get("encoding")) is not None:
        to["encoding"] = encoding
