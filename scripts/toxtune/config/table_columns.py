"""Columns that a configuration asks of its tables, looked for before any job."""

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from toxtune.config.own_features import feature_columns
from toxtune.config.sections import Config, DatasetSection
from toxtune.data.column_settings import ColumnNames
from toxtune.errors import UserError
from toxtune.tables.sources import is_here, local_path

if TYPE_CHECKING:
    from toxtune.data.dataset_files import DatasetColumns
    from toxtune.tables.table import Table

_Found = TypeVar("_Found")


def column_faults(config: Config) -> list[str]:
    """List what the dataset's and later tables lack, so that a plan can refuse.

    No more than headers are read. Tables that are not here yet, and SD files, are left
    to the jobs that read them.
    """
    dataset = config["dataset"]
    later = {
        f"prospective[{number}].source": data["source"]
        for number, data in enumerate(config["prospective"])
    }
    sources = [dataset["source"], dataset["test_source"], *later.values()]
    if not any(map(is_here, sources)):
        return []
    # RDKit is slow to import, and a plan of a dataset that is fetched needs none.
    from toxtune.data.dataset_files import (
        asked_columns,
        columns_of_dataset,
        columns_of_later_data,
        columns_of_test_set,
    )

    names = _column_names(config)
    asked = asked_columns(names)
    has_test = dataset["test_source"] is not None
    of_dataset = partial(columns_of_dataset, columns=names, has_test=has_test)
    try:
        found = _look("dataset.source", dataset["source"], dataset, asked, of_dataset)
    except UserError as error:
        return [str(error)]
    tasks = found.tasks if found else names["tasks"]
    # Where nothing says what the tasks are, nothing can be asked of the other tables.
    if not tasks:
        return []
    of_test_set = partial(columns_of_test_set, columns=names, tasks=tasks)
    of_later_data = partial(
        columns_of_later_data,
        smiles_column=found.smiles if found else names["smiles_column"],
        id_column=names["id_column"],
        tasks=tasks,
    )
    key, source = "dataset.test_source", dataset["test_source"]
    looks = [partial(_look, key, source, dataset, asked, of_test_set)]
    for key, source in later.items():
        find = partial(_with_key, key, of_later_data)
        looks.append(partial(_look, key, source, dataset, tasks, find))
    faults = []
    for look in looks:
        try:
            look()
        except UserError as error:
            faults.append(str(error))
    return faults


def _column_names(config: Config) -> ColumnNames:
    dataset = config["dataset"]
    return {
        "smiles_column": dataset["smiles_column"],
        "id_column": dataset["id_column"],
        "part_column": config["split"]["column"],
        "tasks": dataset["tasks"],
        "not_tasks": feature_columns(config["features"]),
    }


def _look(
    key: str,
    source: str | list[str] | None,
    dataset: DatasetSection,
    asked: Collection[str],
    find: "Callable[[Table], DatasetColumns]",
) -> "DatasetColumns | None":
    """Find the columns of a table, if it is here and has a header."""
    from toxtune.data.raw_table import reading_of
    from toxtune.tables.tables import open_header

    if not is_here(source):
        return None
    path, reading = local_path(source), reading_of(dataset)
    table = _with_key(key, partial(open_header, path, source, reading, asked))
    return find(table) if table else None


def _with_key(key: str, step: Callable[..., _Found], *arguments: Any) -> _Found:
    """Take a step, and name the key where it ends in an error that does not."""
    try:
        return step(*arguments)
    except UserError as error:
        raise UserError(f"{key}: {error}") from None
