"""Own features of a configuration: looked for, and completed by what a plan knows."""

from collections.abc import Collection, Sequence
from typing import cast

from toxtune.config.sections import Config, DatasetSection
from toxtune.errors import UserError
from toxtune.features.definitions import (
    COLUMNS,
    FILE,
    DefinedFeatures,
    Definition,
    is_own,
)
from toxtune.tables.sources import hash_of_source, is_here, local_path, uncompressed


def planned_features(config: Config) -> DefinedFeatures:
    """Return ``features`` of a checked configuration, the user's own ones completed.

    These get their name, files the name of their column with ids, and the SHA-256 of
    their content, which is part of what features are.

    Raises
    ------
    UserError
        If there is no such file, it cannot be read, or the dataset has no ids for it.
    """
    planned: DefinedFeatures = {}
    for name, setting in config["features"].items():
        is_single = not isinstance(setting, list)
        if is_single and is_own(cast(Definition, setting)):
            planned[name] = _completed(name, cast(Definition, setting), config)
        else:
            planned[name] = setting
    return planned


def own_feature_faults(config: Config, tasks: Collection[str]) -> list[str]:
    """List the columns of own features that tables lack, so that a plan can refuse.

    No more than headers are read. Tables that are not here yet, and SD files, are left
    to the jobs that read them.

    Parameters
    ----------
    config
        A configuration that is sound otherwise.
    tasks
        Names of the tasks, as far as they are known; no file may have them among the
        features.
    """
    own = [
        (name, setting)
        for name, setting in config["features"].items()
        if not isinstance(setting, list) and is_own(setting)
    ]
    later = [data["source"] for data in config["prospective"]]
    faults = []
    for name, setting in own:
        if setting["kind"] == FILE:
            faults += _faults_of_file(name, setting, config["dataset"], tasks, later)
        else:
            sources = [config["dataset"]["source"], config["dataset"]["test_source"]]
            for source in filter(is_here, [*sources, *later]):
                faults += _faults_of_table(name, setting, source, config["dataset"])
    return faults


def _faults_of_file(
    name: str,
    definition: Definition,
    dataset: DatasetSection,
    tasks: Collection[str],
    later: Sequence[str],
) -> list[str]:
    # NumPy and what reads tables are slow to import, and most plans need neither.
    from toxtune.data.raw_table import reading_of
    from toxtune.features.keyed_numbers import names_of_columns
    from toxtune.features.numbers import refuse_tasks

    path, key = definition["path"], f"features.{name}"
    # Without ids the features are refused, see `planned_features`.
    if dataset["id_column"] is None or not is_here(path):
        return []
    id_column = definition.get("id_column", dataset["id_column"])
    columns = [column.strip() for column in definition.get("columns", [])]
    try:
        names = names_of_columns(path, id_column, columns, key, reading_of(dataset))
        refuse_tasks(names, tasks, f"{key}: {path}")
    except UserError as error:
        return [str(error)]
    faults = []
    for source in filter(is_here, later):
        faults += _faults_of_later_table(name, path, names, source, dataset)
    return faults


def _faults_of_later_table(
    name: str, path: str, columns: list[str], source: str, dataset: DatasetSection
) -> list[str]:
    """Look for the ids that a file is joined by, or for all that it would tell."""
    from toxtune.data.raw_table import reading_of
    from toxtune.features.numbers import column_index, lacking
    from toxtune.tables.tables import open_header

    id_column = str(dataset["id_column"])
    asked_by = f"dataset.id_column, by which features.{name} are found in {path}"
    try:
        table = open_header(
            local_path(source), source, reading_of(dataset), [id_column]
        )
        if table is not None and lacking(table, columns):
            column_index(table, id_column, asked_by)
    except UserError as error:
        return [str(error)]
    return []


def _faults_of_table(
    name: str, definition: Definition, source: str, dataset: DatasetSection
) -> list[str]:
    from toxtune.data.raw_table import reading_of
    from toxtune.features.numbers import column_index
    from toxtune.tables.tables import open_header

    columns = [column.strip() for column in definition["columns"]]
    faults = []
    try:
        table = open_header(local_path(source), source, reading_of(dataset), columns)
    except UserError as error:
        return [str(error)]
    if table is None:
        return []
    for column in columns:
        try:
            column_index(table, column, f"features.{name}.columns")
        except UserError as error:
            faults.append(str(error))
    return faults


def feature_columns(features: DefinedFeatures) -> list[str]:
    """Name the columns of the dataset's table that are features; sorted."""
    return sorted(
        {
            column.strip()
            for setting in features.values()
            if not isinstance(setting, list) and setting["kind"] == COLUMNS
            for column in setting["columns"]
        }
    )


def _completed(name: str, definition: Definition, config: Config) -> Definition:
    completed: Definition = {**definition, "name": name}
    if "columns" in definition:
        completed["columns"] = sorted(
            column.strip() for column in definition["columns"]
        )
    if definition["kind"] == FILE:
        key = f"features.{name}.path"
        of_dataset = config["dataset"]["id_column"]
        # Numbered rows would be joined with ids that look the same.
        if of_dataset is None:
            raise UserError(
                f"{key}: {definition['path']} is joined by ids; write "
                "dataset.id_column: NAME, the column of the dataset that has them"
            )
        completed["id_column"] = definition.get("id_column", of_dataset)
        completed["sha256"] = hash_of_source(definition["path"], key, uncompressed)
    return completed
