"""Chapter 7: what the model predicts of molecules that it was not selected by."""

from collections.abc import Iterator
from pathlib import Path

from toxtune.config.ledger_file import ledger_file
from toxtune.data.subsets import read_subset
from toxtune.dossier.content import Block, Parts, Table, Value, sentence
from toxtune.dossier.robustness import interval
from toxtune.dossier.sets import attached, balance, decisions
from toxtune.dossier.subject import TEST, Subject
from toxtune.evaluation.coverage import ALL_CLASSES
from toxtune.evaluation.ledger import Opened, read_openings_of
from toxtune.report.markdown import out_of_markdown
from toxtune.report.words import SET_NAMES, UNBOUNDED, method_of_split
from toxtune.splits.settings import NO_REFIT
from toxtune.tasks import TaskType
from toxtune.text import shown as spelled

_PROMISE = "0.9"
# Too few validation molecules bound no interval.
_UNBOUNDED = {"inf": UNBOUNDED}
_WARNINGS, _BULLET = "## Warnings", "- "


def external(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 7."""
    yield "7.1", sentence("It is kept with the project: {}.", subject.test_set)
    for number, block in attached(subject.test_set, ("7.2", "7.3", "7.4")):
        yield number, block
    yield (
        "7.5",
        sentence(
            "The test set has {} molecules.",
            subject.files.json(TEST, "molecules", "test"),
        ),
    )
    yield "7.5", balance(subject, subject.test_set, "Labels of the test set")
    for block in _design(subject):
        yield "7.6", block
    for block in _predictivity(subject):
        yield "7.7", block
    for block in _prospective(subject):
        yield "7.7", block
    yield "7.8", _representative(subject)
    yield "7.9", _honesty(subject)
    for warning in _warnings(subject):
        yield "7.9", sentence("Warning: {}", warning)


def _design(subject: Subject) -> Iterator[Block]:
    files, split = subject.files, subject.settings_of_split
    recipe = f"{subject.split}/split.json"
    method = method_of_split(split)
    sets = ["train", "test"] if subject.folds else ["train", "valid", "test"]
    sizes = ", ".join(f"{SET_NAMES[name]} {{}}" for name in sets)
    yield sentence(
        f"{{}}, before any modelling. Molecules: {sizes}. No two sets share a "
        "molecule, by the connectivity of its InChIKey.",
        f"{method[:1].upper()}{method[1:]}",
        *(files.json(recipe, "sets", name, "molecules") for name in sets),
    )
    names = sorted(set(split) - {"method", "sha256"})
    if names:
        template = ", ".join(f"{name} {{}}" for name in names)
        yield sentence(
            f"Settings of the split: {template}.",
            *(_as_yaml(files.json("provenance.json", "split", name)) for name in names),
        )
    yield sentence(
        "The graph of jobs closes the test set: no job before the recorded selection "
        "has it among its inputs. Times that it was opened, ever: {}. Counted are "
        "distinct selections, also those of other configurations whose test sets share "
        "molecules with it.",
        _openings(subject),
    )


def _as_yaml(value: Value) -> Value:
    return Value(value.value, value.source, spelled(value.value))


def _openings(subject: Subject) -> Value:
    """Count the openings of the test set in the ledger."""
    ledger = ledger_file(subject.files.content("provenance.json")["dataset"])
    chosen = subject.selection
    groups = frozenset(read_subset(Path(subject.test_set)).groups)
    siblings = subject.files.json("provenance.json", "siblings").value
    opened = read_openings_of(
        Path(ledger), Opened(chosen.dataset, chosen.split, groups), siblings
    )
    where = {
        "dataset": chosen.dataset,
        "split": chosen.split,
        "not": sorted(siblings.values()),
    }
    return subject.files.computed(ledger, len(opened), {"openings": where})


def _predictivity(subject: Subject) -> Iterator[Block]:
    if table := _delivered(subject):
        yield table
    yield _by_task(subject)
    if subject.task_type == TaskType.BINARY:
        yield decisions(subject, "test")
    if table := _coverage(subject):
        yield table


def _delivered(subject: Subject) -> Table | None:
    """Return the scores of the very model, by all metrics."""
    files = subject.files
    wanted = (subject.final["refit"], subject.averaged)
    variants = files.content(TEST)["variants"].get(subject.overall, [])
    rows: list[list[Parts]] = []
    for metric in subject.metrics:
        for number, each in enumerate(variants):
            if (each["refit"], each["averaged"], each["metric"]) == (*wanted, metric):
                at = (TEST, "variants", subject.overall, number)
                score = (files.json(*at, "score"),)
                bounds = interval(files, *at, "interval")
                rows.append([(subject.title(metric),), score, bounds])
    if not rows:
        return None
    what = "The delivered model"
    if not subject.averaged:
        what = "Models such as the delivered one, with single seeds, on average"
    header = ("metric", "test set", f"{subject.level().shown} interval")
    note = "Mean over tasks. The interval is a bootstrap over test molecules."
    return Table(f"{what}, on the test set", header, rows, note)


def _by_task(subject: Subject) -> Table:
    files, level = subject.files, subject.level().shown
    rows: list[list[Parts]] = []
    for task in (None, *subject.tasks):
        where: tuple[str, ...] = ("mean",) if task is None else ("tasks", task)
        at = (TEST, "families", subject.overall, subject.metric, *where)
        cells: list[Parts] = [
            (files.json(*at, "test"),),
            interval(files, *at, "test_interval"),
        ]
        for metric in subject.metrics[1:]:
            other = (TEST, "families", subject.overall, metric, *where)
            cells.append((files.json(*other, "test"),))
        rows.append([("all tasks, mean" if task is None else task,), *cells])
    header = ["task", subject.title(subject.metric), f"{level} interval"]
    header += [subject.title(metric) for metric in subject.metrics[1:]]
    note = "Mean over single training seeds."
    if subject.task_type == TaskType.BINARY:
        note += " The accuracies cut at one half; the table below at the thresholds."
    if subject.final["refit"] != NO_REFIT:
        note += " Before the refit."
    return Table("Each task, on the test set", header, rows, note + subject.own_units)


def _coverage(subject: Subject) -> Table | None:
    """Return how many prediction sets or intervals hold the truth."""
    files, name = subject.files, "coverage.tsv"
    is_regression = subject.task_type == TaskType.REGRESSION
    columns = ["molecules", "covered", "coverage", "width" if is_regression else "one"]
    rows: list[list[Parts]] = []
    for row in files.rows(name):
        is_shown = (row["class"] == ALL_CLASSES) == is_regression
        kept = (subject.final["refit"], _PROMISE)
        if not is_shown or (row["refit"], row["confidence"]) != kept:
            continue
        where = {key: row[key] for key in ("refit", "task", "class", "confidence")}
        cells = [
            (files.cell(name, column, _UNBOUNDED.get(row[column]), **where) or "none",)
            for column in columns
        ]
        kind = () if is_regression else ((row["class"],),)
        rows.append([(row["task"],), *kind, *cells])
    if not rows:
        return None
    last = "median width" if is_regression else "sets of one class"
    header = ["task", *([] if is_regression else ["true class"]), "molecules"]
    header += ["hold the truth", "share", last]
    what = "intervals" if is_regression else "sets"
    note = (
        f"Conformal prediction {what}, calibrated by validation molecules. The promise "
        "is 90%, and holds for molecules like those."
    )
    return Table(f"Prediction {what} that promise 90%", header, rows, note)


def _prospective(subject: Subject) -> Iterator[Block]:
    """Yield what the model scored on data that came later, each data set in turn."""
    folder = subject.files.folder / "prospective"
    for path in sorted(folder.glob("*.json")):
        name, files = f"prospective/{path.name}", subject.files
        # Those of an earlier selection stay where the configuration names them no more.
        if files.content(name).get("selection") != subject.selection.id:
            continue
        at = (name, "scores", files.json(name, "overall").value)
        rows: list[list[Parts]] = [
            [
                (subject.title(metric),),
                (files.json(*at, metric, "mean", "score"),),
                interval(files, *at, metric, "mean", "interval"),
            ]
            for metric in subject.metrics
        ]
        yield sentence(
            "Data that came after the selection ({}, SHA-256 {}): {} new molecules "
            "were scored, of {} rows; the share in the domain is {}. Times that they "
            "were looked at: {}.",
            files.json(name, "name"),
            files.json(name, "sha256"),
            files.json(name, "molecules"),
            files.json(name, "rows"),
            files.json(name, "in_domain"),
            files.json(name, "openings"),
        )
        level = files.json(name, "confidence").value
        header = ("metric", "new molecules", f"{100 * level:g}% interval")
        yield Table(f"The delivered model on {path.stem}", header, rows)


def _representative(subject: Subject) -> Block:
    files = subject.files
    return sentence(
        "Of the test molecules, {} are in the domain of structures and {} are not; {} "
        "are in that of properties and {} are not. similarity.tsv has the nearest "
        "training molecule of each.",
        *(
            files.cell("domain.tsv", column, method=method)
            for method in ("similarity", "leverage")
            for column in ("molecules_in", "molecules_out")
        ),
    )


def _warnings(subject: Subject) -> Iterator[Value]:
    """Yield the warnings of the summary."""
    files, name = subject.files, "summary.md"
    if not files.has(name):
        return
    lines = files.path(name).read_text("utf-8").splitlines()
    if _WARNINGS not in lines:
        return
    start = lines.index(_WARNINGS) + 1
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("#"):
            return
        if line.startswith(_BULLET):
            text = out_of_markdown(line.removeprefix(_BULLET))
            yield files.computed(name, text, {"line": number})


def _honesty(subject: Subject) -> Block:
    at = ("provenance.json", "dataset")
    if "test_sha256" in subject.files.content(at[0])[at[1]]:
        return sentence(
            "The test set is a file of its own (SHA-256 {}). The model was chosen "
            "without it.",
            subject.files.json(*at, "test_sha256"),
        )
    return sentence(
        "The test set was split off the same data, so it tests no other laboratory. "
        "How far its chemistry is from the training set, the split decides (7.6). The "
        "model was chosen without it."
    )
