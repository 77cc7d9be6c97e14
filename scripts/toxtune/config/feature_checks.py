"""Checks of features, of a configuration's and of a final model's."""

from collections import Counter
from collections.abc import Iterable

from toxtune.config.schema import SCHEMA, read_schema, schema_faults
from toxtune.config.sections import DatasetSection
from toxtune.features.definitions import (
    OWN,
    DefinedFeatures,
    Definition,
    definitions_of,
    features_name,
)
from toxtune.features.featurizers import FEATURIZERS
from toxtune.text import did_you_mean, shown


def feature_faults(features: DefinedFeatures) -> list[str]:
    """List what is wrong with definitions of features, a line each."""
    schema = read_schema(SCHEMA)["properties"]["features"]
    found = schema_faults({"properties": {"features": schema}}, {"features": features})
    return found or list(check_features(features))


def check_features(features: DefinedFeatures) -> Iterable[str]:
    """Yield what is wrong with definitions of features, a line each."""
    for name, definition in features.items():
        if isinstance(definition, list):
            yield from _check_list(f"features.{name}", definition, features)
        else:
            yield from _check_definition(f"features.{name}", definition)


def _check_definition(key: str, definition: Definition) -> Iterable[str]:
    kind = definition["kind"]
    settings = OWN[kind] if kind in OWN else FEATURIZERS[kind].settings
    known = ["kind", *settings]
    missing = [name for name in settings if settings[name] and name not in definition]
    for name in definition:
        if name not in known:
            yield (
                f"{key}: unknown key {name!r}{did_you_mean(name, known)}; known for "
                f"{kind} are {', '.join(known)}"
            )
    if missing:
        names = ", ".join(map(repr, missing))
        yield f"{key}: needs the key {names}, got {', '.join(definition)}"


def _check_list(key: str, names: list[str], features: DefinedFeatures) -> Iterable[str]:
    single = [name for name in features if isinstance(features[name], dict)]
    for number, name in enumerate(names):
        if name not in features:
            yield (
                f"{key}[{number}]: must be defined under features, "
                f"which has {', '.join(single)}, got {name!r}"
            )
        elif name not in single:
            yield (
                f"{key}[{number}]: must not be a list itself, write the names that "
                f"{name} lists, got {name!r}"
            )
    seen: dict[str, str] = {}
    for name in filter(single.__contains__, names):
        first = seen.setdefault(features_name(*definitions_of(features, name)), name)
        if first != name:
            yield f"{key}: {first} and {name} are the same features, got {shown(names)}"


def check_own_columns(
    features: DefinedFeatures, dataset: DatasetSection
) -> Iterable[str]:
    """Refuse a column that is given twice, and a task among the features.

    A model would read what it is to predict.
    """
    for name, setting in features.items():
        columns = [] if isinstance(setting, list) else setting.get("columns", [])
        stripped = Counter(column.strip() for column in columns)
        if twice := [column for column, count in stripped.items() if count > 1]:
            yield (
                f"features.{name}.columns: must differ, not in blanks around them "
                f"alone, got {', '.join(twice)} more than once"
            )
        if both := sorted({task.strip() for task in dataset["tasks"]} & {*stripped}):
            yield (
                f"features.{name}.columns: a task of dataset.tasks must be no feature, "
                f"got {', '.join(both)}"
            )
