"""How a dataset's table is read. Planning imports this: no RDKit, no NumPy."""

from typing import Any, NotRequired, TypedDict

from toxtune.tasks import TaskType


class ColumnSettings(TypedDict):
    """How the columns of the dataset's table are read.

    ``smiles_column`` is a name, or ``smiles`` to find it by its usual names.
    ``part_column`` says in which set a molecule is, or when it was measured. The last
    three say what a file does not tell, see `toxtune.data.text_files.Reading`. The
    names of these settings are part of a dataset's id and stay as they were first.
    """

    smiles_column: str
    id_column: str | None
    part_column: str | None
    tasks: list[str]
    task_type: TaskType
    standardize: str
    merge: str
    labels: NotRequired[dict[str, Any]]
    bounds: NotRequired[str]
    permute_labels: NotRequired[int]
    separator: NotRequired[str]
    decimal: NotRequired[str]
    encoding: NotRequired[str]
