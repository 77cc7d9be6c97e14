"""Columns that a configuration asks of its tables, looked for before any job."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from toxtune.config.own_features import feature_columns
from toxtune.config.sections import Config, DatasetSection
from toxtune.data.column_settings import ColumnNames
from toxtune.errors import UserError
from toxtune.tables.sources import is_here, local_path

if TYPE_CHECKING:
    from toxtune.data.dataset_files import DatasetColumns
    from toxtune.tables.table import Table


class FoundColumns(NamedTuple):
    """What the headers of a configuration's tables tell.

    Attributes
    ----------
    faults
        What the tables lack, a line each.
    tasks
        Names of the tasks; none where only a table tells them that is not read here.
    """

    faults: list[str]
    tasks: list[str]


def find_columns(config: Config) -> FoundColumns:
    """Look for columns of the dataset's and later tables, so that a plan can refuse.

    No more than headers are read. Tables that are not here yet, and SD files, are left
    to the jobs that read them.
    """
    dataset = config["dataset"]
    later = {
        f"prospective[{number}].source": data["source"]
        for number, data in enumerate(config["prospective"])
    }
    sources = [dataset["source"], dataset["test_source"], *later.values()]
    names = _column_names(config)
    if not any(map(is_here, sources)):
        return FoundColumns([], names["tasks"])
    try:
        found = _find_in_dataset(dataset, names)
    except UserError as error:
        return FoundColumns([str(error)], [])
    tasks = found.tasks if found else names["tasks"]
    # Where nothing says what the tasks are, nothing can be asked of the other tables.
    if not tasks:
        return FoundColumns([], [])
    smiles = found.smiles if found else names["smiles_column"]
    of_later: ColumnNames = {**names, "smiles_column": smiles, "tasks": tasks}
    checks = [partial(_check_test_set, dataset, names, tasks)]
    checks += [
        partial(_check_later_data, key, source, dataset, of_later)
        for key, source in later.items()
    ]
    faults = []
    for check in checks:
        try:
            check()
        except UserError as error:
            faults.append(str(error))
    return FoundColumns(faults, tasks)


def _column_names(config: Config) -> ColumnNames:
    dataset = config["dataset"]
    return {
        "smiles_column": dataset["smiles_column"],
        "id_column": dataset["id_column"],
        "part_column": config["split"]["column"],
        "tasks": [task.strip() for task in dataset["tasks"]],
        "not_tasks": feature_columns(config["features"]),
    }


def _find_in_dataset(
    dataset: DatasetSection, names: ColumnNames
) -> "DatasetColumns | None":
    # RDKit is slow to import, and a plan of a dataset that is fetched needs none.
    from toxtune.data.dataset_files import asked_columns, columns_of_dataset

    source, has_test = dataset["source"], dataset["test_source"] is not None
    table = _open("dataset.source", source, dataset, asked_columns(names))
    return columns_of_dataset(table, names, has_test) if table else None


def _check_test_set(
    dataset: DatasetSection, names: ColumnNames, tasks: list[str]
) -> None:
    from toxtune.data.dataset_files import asked_columns, columns_of_test_set

    key, source = "dataset.test_source", dataset["test_source"]
    if table := _open(key, source, dataset, asked_columns(names)):
        columns_of_test_set(table, names, tasks)


def _check_later_data(
    key: str, source: str, dataset: DatasetSection, names: ColumnNames
) -> None:
    from toxtune.data.dataset_files import columns_of_later_data

    tasks = names["tasks"]
    if table := _open(key, source, dataset, tasks):
        with _named(key):
            columns_of_later_data(
                table, names["smiles_column"], names["id_column"], tasks
            )


def _open(
    key: str,
    source: str | list[str] | None,
    dataset: DatasetSection,
    asked: Collection[str],
) -> "Table | None":
    """Open a table if it is here and has a header."""
    from toxtune.data.raw_table import reading_of
    from toxtune.tables.tables import open_header

    if not is_here(source):
        return None
    with _named(key):
        return open_header(local_path(source), source, reading_of(dataset), asked)


@contextmanager
def _named(key: str) -> Iterator[None]:
    """Name the key in an error that does not."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{key}: {error}") from None
