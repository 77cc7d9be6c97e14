"""Checks of a configuration that no schema can make: of one section beside another."""

from collections.abc import Callable, Iterable
from math import ceil

from toxtune.config.feature_checks import check_features, check_own_columns
from toxtune.config.search_checks import (
    check_budgets,
    check_search_budget,
    check_searches,
    check_spaces,
)
from toxtune.config.sections import (
    DatasetSection,
    FinalSection,
    ObjectiveSection,
    ProspectiveSection,
    TestSection,
)
from toxtune.io.text_lines import is_encoding
from toxtune.labels.legal import MAX_CLASSES, MAX_VALUE
from toxtune.labels.tasks import label_words
from toxtune.labels.words import plain
from toxtune.splits.dates import NUMBER, is_pattern
from toxtune.splits.settings import (
    HOLDOUT,
    NESTED,
    NO_REFIT,
    SplitSection,
    ValidationSection,
    draws_sets,
)
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType
from toxtune.text import shown


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


def _check_validation(
    validation: ValidationSection, split: SplitSection, dataset: DatasetSection
) -> Iterable[str]:
    method, column = split["method"], split["column"]
    scheme, repeats = validation["scheme"], validation["repeats"]
    if scheme == HOLDOUT:
        return
    if not draws_sets(method):
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
    elif source is not None and (not draws_sets(split["method"]) or column):
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
    for name in names:
        if (longer := f"{name}.exclusions") in names:
            yield (
                f"prospective: {longer} and {name} would both write {longer}.tsv; give "
                f"one of them another name, got {', '.join(names)}"
            )


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


# The list of spaces, which is checked whatever else is wrong with the search.
SPACES = "search.spaces"
# Each check with the sections that it reads; it is made where these obey the schema.
CHECKS: list[tuple[tuple[str, ...], Callable[..., Iterable[str]]]] = [
    (("dataset",), _check_source),
    (("dataset",), _check_encoding),
    (("objective",), _check_objective),
    (("preset", "models", "search", "objective"), check_searches),
    (("search",), check_budgets),
    (("search",), check_search_budget),
    (("models", SPACES, "features", "objective"), check_spaces),
    (("dataset", "objective"), _check_labels),
    (("split",), _check_split),
    (("split", "objective"), _check_stratified),
    (("validation", "split", "dataset"), _check_validation),
    (("dataset", "split"), _check_test_source),
    (("final", "validation"), _check_final),
    (("prospective",), _check_prospective),
    (("test",), _check_resamples),
    (("features",), check_features),
    (("features", "dataset"), check_own_columns),
]
