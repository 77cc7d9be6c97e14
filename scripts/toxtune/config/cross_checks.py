"""Checks of a configuration that no schema can make: of one section beside another."""

from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from toxtune.config.layers import Layer
from toxtune.config.presets import NO_PRESET, read_preset
from toxtune.config.schema import ROOT
from toxtune.config.searches import searched_spaces
from toxtune.config.sections import (
    DatasetSection,
    FinalSection,
    ObjectiveSection,
    ProspectiveSection,
    SearchSection,
    TestSection,
)
from toxtune.errors import UserError
from toxtune.features.definitions import (
    OWN,
    DefinedFeatures,
    Definition,
    definitions_of,
    features_name,
)
from toxtune.features.featurizers import FEATURIZERS
from toxtune.io.text_lines import is_encoding
from toxtune.labels.legal import MAX_CLASSES, MAX_VALUE
from toxtune.labels.tasks import label_words
from toxtune.labels.words import plain
from toxtune.search.schedule import BUDGETS
from toxtune.search.space import SpaceSection, read_space
from toxtune.splits.dates import NUMBER, is_pattern
from toxtune.splits.settings import (
    HOLDOUT,
    NESTED,
    NO_REFIT,
    SplitSection,
    ValidationSection,
)
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean, shown


def _check_objective(objective: ObjectiveSection) -> Iterable[str]:
    metric, direction = objective["metric"], objective["direction"]
    expected = METRICS[metric].direction
    if direction != expected:
        yield (
            f"objective.direction: {metric} is better when it is "
            f"{'higher' if expected == 'maximize' else 'lower'}; write {expected} or "
            f"leave it out, got {direction!r}"
        )
    if "scale" in objective and not METRICS[metric].has_unit:
        with_unit = [name for name, known in METRICS.items() if known.has_unit]
        yield (
            f"objective.scale: is for {' and '.join(with_unit)}, whose scores have the "
            f"unit of the labels; leave it out, got {objective['scale']!r}"
        )


def _check_stratified(
    split: SplitSection, objective: ObjectiveSection
) -> Iterable[str]:
    task_type = METRICS[objective["metric"]].task_type
    if split["method"] == "stratified" and task_type == TaskType.REGRESSION:
        yield (
            "split.method: stratified is for classes, and objective.metric "
            f"{objective['metric']} is for values; write random, scaffold or butina"
        )


def _check_source(dataset: DatasetSection) -> Iterable[str]:
    source = dataset["source"]
    if dataset["sha256"] is None and (isinstance(source, list) or "://" in source):
        yield (
            "dataset.sha256: must be given, since dataset.source is not one local "
            "file; it is the SHA-256 of the uncompressed file, got null"
        )


def _check_encoding(dataset: DatasetSection) -> Iterable[str]:
    encoding = dataset["encoding"]
    if encoding is not None and not is_encoding(encoding):
        yield (
            "dataset.encoding: must be the name of a text encoding, such as "
            f"windows-1251 or mac-roman, got {shown(encoding)}"
        )


def _check_labels(
    dataset: DatasetSection, objective: ObjectiveSection
) -> Iterable[str]:
    """Refuse classes that tasks of the objective do not have, and words said twice."""
    task_type = METRICS[objective["metric"]].task_type
    highest = {TaskType.BINARY: 1, TaskType.MULTICLASS: MAX_CLASSES - 1}.get(task_type)
    for key, words in label_words("dataset.labels", dataset["labels"]):
        for word, to in words.items():
            is_class = isinstance(to, int) and to in range((highest or 0) + 1)
            if highest is not None and to is not None and not is_class:
                yield (
                    f"{key}: {shown(word)} must be a class from 0 to {highest}, as "
                    f"objective.metric {objective['metric']} has it, or null, got {to}"
                )
            elif to is not None and not abs(to) <= MAX_VALUE:
                yield (
                    f"{key}: {shown(word)} must be a number within ±{MAX_VALUE:.2g}, "
                    f"or null, got {to}"
                )
        if len({plain(word) for word in words}) < len(words):
            yield f"{key}: words must differ not in case alone, got {', '.join(words)}"


def _check_split(split: SplitSection) -> Iterable[str]:
    method, fractions = split["method"], split["fractions"]
    if method in {"column", "time", "group"} and split["column"] is None:
        yield f"split.column: split.method {method} needs a column's name, got null"
    told = split["date_format"]
    if told is not None and told != NUMBER and not is_pattern(told):
        yield (
            "split.date_format: must be number, or a pattern such as %d/%m/%Y in the "
            f"signs of Python's strptime, each at most once, got {shown(told)}"
        )
    if fractions is not None and abs(sum(fractions.values()) - 1) > 1e-9:
        total = round(sum(fractions.values()), 9)
        yield (
            f"split.fractions: must sum to 1, got {shown(fractions)}, which sum to "
            f"{total:g}"
        )


def _check_searches(
    preset: str,
    models: list[str],
    search: SearchSection,
    objective: ObjectiveSection,
) -> Iterable[str]:
    """Refuse two searches, of which only one would be made.

    Merging hides who wrote what, but the spaces that config.yaml and a preset have are
    known: they give way, and no others do.
    """
    shipped = Layer.read(ROOT / "config.yaml").values
    ready = read_preset({"preset": preset, "objective": objective})
    written: dict[str, object] = {}
    if preset != NO_PRESET:
        written["preset"] = preset
    if models:
        written["models"] = models
    if search["spaces"] and not _are_shipped(search["spaces"], shipped, ready):
        written["search.spaces"] = search["spaces"]
    if not models and not search["spaces"]:
        yield "search.spaces: needs at least one entry, unless models has one, got []"
    if len(written) > 1:
        first = next(iter(written))
        yield (
            f"{first}: only one of preset, models and search.spaces is searched, and "
            f"{' and '.join(written)} are written; take out the others (`preset: "
            "none`, `models: []`, `search: {spaces: []}`), got "
            f"{shown(written[first])}"
        )


def _are_shipped(
    spaces: list[SpaceSection], shipped: dict[str, Any], ready: Layer | None
) -> bool:
    """Whether spaces are a preset's, or config.yaml's beside no other search there."""
    if ready is not None and spaces == ready.values["search"]["spaces"]:
        return True
    has_other = shipped.get("preset", NO_PRESET) != NO_PRESET or shipped.get("models")
    return not has_other and spaces == shipped["search"].get("spaces")


def _check_spaces(
    models: list[str],
    spaces: list[SpaceSection],
    features: DefinedFeatures,
    objective: ObjectiveSection,
) -> Iterable[str]:
    task_type = METRICS[objective["metric"]].task_type
    for key, space in searched_spaces(models, spaces):
        try:
            read_space(space, list(features), key, task_type)
        except UserError as error:
            yield from str(error).splitlines()


def _check_budgets(search: SearchSection) -> Iterable[str]:
    """Refuse settings of single spaces that the strategy has no use for."""
    strategy = search["strategy"]
    for number, space in enumerate(search["spaces"]):
        for key, value in space.items():
            if key in BUDGETS and key not in strategy:
                yield (
                    f"search.spaces[{number}].{key}: search.strategy "
                    f"{strategy['name']} has no such setting; leave it out, "
                    f"got {shown(value)}"
                )


def _check_search_budget(search: SearchSection) -> Iterable[str]:
    """Refuse a budget where scores decide what is trained."""
    name = search["strategy"]["name"]
    if search["budget"] is not None and name not in {"grid", "random", "sobol"}:
        yield (
            "search.budget: is for grid, random and sobol, whose trials are known "
            f"before any is trained; {name} has settings of its own for that, so "
            "leave it out"
        )


def _check_validation(
    validation: ValidationSection, split: SplitSection, dataset: DatasetSection
) -> Iterable[str]:
    method, column = split["method"], split["column"]
    scheme, repeats = validation["scheme"], validation["repeats"]
    if scheme == HOLDOUT:
        return
    if method in {"column", "time"}:
        others = "random, stratified, scaffold or butina"
        if method == "column":
            others += ", which keep the column's test set"
        yield (
            f"validation.scheme: split.method {method} gives no folds; write holdout, "
            f"or let split.method be {others}; got {scheme!r}"
        )
    if method == "scaffold" and not split["seeds"] and repeats > 1:
        yield (
            "validation.repeats: scaffold without seeds gives the same folds each "
            f"time; write 1, or split.seeds such as [0], got {repeats}"
        )
    of_test = column if method != "group" else None
    if scheme == NESTED and (of_test or dataset["test_source"]):
        yield (
            "validation.scheme: nested tests every molecule once; leave out "
            "split.column and dataset.test_source, or write cross_validation; "
            "got 'nested'"
        )


def _check_test_source(dataset: DatasetSection, split: SplitSection) -> Iterable[str]:
    source, column = dataset["test_source"], split["column"]
    if source is not None and split["method"] == "group":
        yield (
            "dataset.test_source: split.method group chooses the test set by groups; "
            f"write null, or another split.method, got {source!r}"
        )
    elif source is not None and (split["method"] in {"column", "time"} or column):
        yield (
            "dataset.test_source: the test set cannot come from split.column as well; "
            f"write split.column null and another split.method, got {source!r}"
        )


def _check_final(final: FinalSection, validation: ValidationSection) -> Iterable[str]:
    refit, scheme = final["refit"], validation["scheme"]
    if refit != NO_REFIT and scheme != HOLDOUT:
        yield (
            f"final.refit: with validation.scheme {scheme} the winners are trained on "
            f"all molecules but the test set anyway; write none, got {refit!r}"
        )


def _check_prospective(prospective: list[ProspectiveSection]) -> Iterable[str]:
    names = [data["name"] for data in prospective]
    if len(set(names)) < len(names):
        yield f"prospective: names must differ, got {', '.join(names)}"


def _check_resamples(test: TestSection) -> Iterable[str]:
    """Refuse an interval that would end beyond the lowest and the highest score."""
    resamples, confidence = test["resamples"], test["confidence"]
    # The k-th smallest of n scores is the quantile k / (n + 1).
    needed = ceil(2 / (1 - confidence) - 1 - 1e-6)
    if resamples < needed:
        yield (
            f"test.resamples: must be ≥ {needed} for intervals of test.confidence "
            f"{confidence:g}, which fewer scores do not reach; write {needed} or more, "
            f"or a lower test.confidence, got {resamples}"
        )


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


def _check_own_columns(
    features: DefinedFeatures, dataset: DatasetSection
) -> Iterable[str]:
    """Refuse a task among the features: a model would read what it is to predict."""
    for name, setting in features.items():
        columns = [] if isinstance(setting, list) else setting.get("columns", [])
        stripped = {column.strip() for column in columns}
        if both := sorted(stripped & {task.strip() for task in dataset["tasks"]}):
            yield (
                f"features.{name}.columns: a task of dataset.tasks must be no feature, "
                f"got {', '.join(both)}"
            )


# The list of spaces, which is checked whatever else is wrong with the search.
SPACES = "search.spaces"
# Each check with the sections that it reads; it is made where these obey the schema.
CHECKS: list[tuple[tuple[str, ...], Callable[..., Iterable[str]]]] = [
    (("dataset",), _check_source),
    (("dataset",), _check_encoding),
    (("objective",), _check_objective),
    (("preset", "models", "search", "objective"), _check_searches),
    (("search",), _check_budgets),
    (("search",), _check_search_budget),
    (("models", SPACES, "features", "objective"), _check_spaces),
    (("dataset", "objective"), _check_labels),
    (("split",), _check_split),
    (("split", "objective"), _check_stratified),
    (("validation", "split", "dataset"), _check_validation),
    (("dataset", "split"), _check_test_source),
    (("final", "validation"), _check_final),
    (("prospective",), _check_prospective),
    (("test",), _check_resamples),
    (("features",), check_features),
    (("features", "dataset"), _check_own_columns),
]
