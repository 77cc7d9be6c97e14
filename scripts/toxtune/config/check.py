"""Reading and checking a configuration, before any job."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toxtune.config.defaults import with_defaults
from toxtune.config.overlay import overlaid, read_overlay
from toxtune.config.plain_values import refuse_unplain
from toxtune.config.schema import SCHEMAS, read_schema, schema_faults
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError
from toxtune.features.definitions import features_name
from toxtune.features.featurizers import FEATURIZERS
from toxtune.search.schedule import BUDGETS
from toxtune.splits.settings import HOLDOUT, NESTED, NO_REFIT
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType

ROOT = SCHEMAS.parent


SCHEMA = SCHEMAS / "config.schema.yaml"


def load_config(paths: Iterable[Path]) -> dict[str, Any]:
    """Read configuration files, each laid over the ones before; check and complete.

    Mappings are merged, everything else is replaced, as Snakemake does it.
    """
    config: dict[str, Any] = {}
    for path in paths:
        config = overlaid(config, read_overlay(Path(path)))
    return complete_config(config)


def complete_config(config: dict[str, Any]) -> dict[str, Any]:
    """Check a configuration, and return a copy with nothing left out.

    Raises
    ------
    UserError
        One line per fault, each with key, rule and value.
    """
    refuse_unplain(config, "config")
    schema = read_schema(SCHEMA)
    completed = with_defaults(schema, config)
    faults = schema_faults(schema, completed)
    if not faults:
        _complete_from_library(completed)
        faults = list(_cross_checks(completed))
    if faults:
        raise UserError("\n".join(faults))
    return completed


def _complete_from_library(config: dict[str, Any]) -> None:
    """Fill in what a metric and a known dataset bring with them."""
    objective, dataset = config["objective"], config["dataset"]
    objective.setdefault("direction", METRICS[objective["metric"]].direction)
    source = dataset["source"]
    known = KNOWN_DATASETS.get(source) if isinstance(source, str) else None
    if known:
        dataset["source"] = list(known.sources)
        dataset["sha256"] = dataset["sha256"] or known.sha256
        dataset["id_column"] = dataset["id_column"] or known.id_column


def feature_faults(features: dict[str, Any]) -> list[str]:
    """List what is wrong with definitions of features, a line each."""
    schema = read_schema(SCHEMA)["properties"]["features"]
    found = schema_faults({"properties": {"features": schema}}, {"features": features})
    return found or list(_check_features(features))


def _cross_checks(config: dict[str, Any]) -> Iterable[str]:
    yield from _check_source(config["dataset"])
    yield from _check_split(config["split"])
    yield from _check_models(config)
    yield from _check_budgets(config["search"])
    yield from _check_validation(config)
    yield from _check_test_source(config)
    yield from _check_final(config)
    yield from _check_features(config["features"])
    objective = config["objective"]
    task_type = METRICS[objective["metric"]].task_type
    if config["split"]["method"] == "stratified" and task_type != TaskType.BINARY:
        yield (
            "split.method: stratified is for binary tasks, and objective.metric "
            f"{objective['metric']} is for {task_type} ones; write random or scaffold"
        )
    expected = METRICS[objective["metric"]].direction
    if objective["direction"] != expected:
        yield (
            f"objective.direction: {objective['metric']} is better when it is "
            f"{'higher' if expected == 'maximize' else 'lower'}; write {expected}, "
            f"got {objective['direction']!r}"
        )


def _check_source(dataset: dict[str, Any]) -> Iterable[str]:
    source = dataset["source"]
    if dataset["sha256"] is None and (isinstance(source, list) or "://" in source):
        yield (
            "dataset.sha256: must be given, since dataset.source is not one local "
            "file; it is the SHA-256 of the uncompressed CSV, got None"
        )


def _check_split(split: dict[str, Any]) -> Iterable[str]:
    method, fractions = split["method"], split["fractions"]
    if method in {"column", "time"} and split["column"] is None:
        yield f"split.column: split.method {method} needs a column's name, got None"
    if fractions is not None and abs(sum(fractions.values()) - 1) > 1e-9:
        total = round(sum(fractions.values()), 9)
        yield f"split.fractions: must sum to 1, got {fractions}, which sum to {total:g}"


def _check_models(config: dict[str, Any]) -> Iterable[str]:
    """Refuse two searches of which only one would be made.

    Merging hides who wrote what, but the spaces that config.yaml ships are known: those
    give way to ``models``, and no others.
    """
    models, spaces = config["models"], config["search"]["spaces"]
    if not models and not spaces:
        yield "search.spaces: needs at least one entry, unless models has one, got []"
    if models and spaces:
        shipped = read_overlay(ROOT / "config.yaml")
        if shipped.get("models") or spaces != shipped["search"].get("spaces"):
            yield (
                "models: only one of models and search.spaces is searched, and both "
                "are written; add `search: {spaces: []}` or `models: []`, "
                f"got {models}"
            )


def _check_budgets(search: dict[str, Any]) -> Iterable[str]:
    """Refuse settings of single spaces that the strategy has no use for."""
    strategy = search["strategy"]
    for number, space in enumerate(search["spaces"]):
        for key in BUDGETS:
            if key in space and key not in strategy:
                yield (
                    f"search.spaces[{number}].{key}: search.strategy "
                    f"{strategy['name']} has no such setting; leave it out, "
                    f"got {space[key]}"
                )


def _check_validation(config: dict[str, Any]) -> Iterable[str]:
    method, column = config["split"]["method"], config["split"]["column"]
    scheme, repeats = (config["validation"][key] for key in ("scheme", "repeats"))
    if scheme == HOLDOUT:
        return
    if method in {"column", "time"}:
        yield (
            f"validation.scheme: split.method {method} gives no folds; write holdout, "
            f"or let split.method be random, stratified or scaffold; got {scheme!r}"
        )
    if method == "scaffold" and repeats > 1:
        yield (
            "validation.repeats: scaffold gives the same folds each time; write 1, "
            f"got {repeats}"
        )
    if scheme == NESTED and (column or config["dataset"]["test_source"]):
        yield (
            "validation.scheme: nested tests every molecule once; leave out "
            "split.column and dataset.test_source, or write cross_validation; "
            "got 'nested'"
        )


def _check_test_source(config: dict[str, Any]) -> Iterable[str]:
    source = config["dataset"]["test_source"]
    method, column = config["split"]["method"], config["split"]["column"]
    if source is not None and (method in {"column", "time"} or column):
        yield (
            "dataset.test_source: the test set cannot come from split.column as well; "
            f"write split.column null and another split.method, got {source!r}"
        )


def _check_final(config: dict[str, Any]) -> Iterable[str]:
    refit, scheme = config["final"]["refit"], config["validation"]["scheme"]
    if refit != NO_REFIT and scheme != HOLDOUT:
        yield (
            f"final.refit: with validation.scheme {scheme} the winners are trained on "
            f"all molecules but the test set anyway; write none, got {refit!r}"
        )
    names = [one["name"] for one in config["prospective"]]
    if len(set(names)) < len(names):
        yield f"prospective: names must differ, got {', '.join(names)}"


def _check_features(features: dict[str, Any]) -> Iterable[str]:
    for name, spelled in features.items():
        if isinstance(spelled, list):
            yield from _check_list(f"features.{name}", spelled, features)
        else:
            yield from _check_definition(f"features.{name}", spelled)


def _check_definition(key: str, definition: dict[str, Any]) -> Iterable[str]:
    kind = definition["kind"]
    settings = FEATURIZERS[kind].settings
    unknown = [name for name in definition if name not in {"kind", *settings}]
    missing = [name for name in settings if settings[name] and name not in definition]
    if unknown:
        names, known = ", ".join(map(repr, unknown)), ", ".join(["kind", *settings])
        yield f"{key}: unknown key {names}; known for {kind} are {known}"
    if missing:
        names = ", ".join(map(repr, missing))
        yield f"{key}: needs the key {names}, got {', '.join(definition)}"


def _check_list(key: str, names: list[str], features: dict[str, Any]) -> Iterable[str]:
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
        first = seen.setdefault(features_name(features[name]), name)
        if first != name:
            yield f"{key}: {first} and {name} are the same features, got {names}"
