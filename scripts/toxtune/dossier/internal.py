"""Fields 6.1 to 6.7: the training set, and how well the model remembers it."""

from collections.abc import Iterator
from pathlib import Path

from toxtune.dossier.content import Block, Parts, Table, Value, sentence
from toxtune.dossier.run_files import FINAL, FINAL_JSON
from toxtune.dossier.sets import attached, balance
from toxtune.dossier.subject import TEST, Subject
from toxtune.splits.settings import NO_REFIT
from toxtune.tasks import TaskType

_OF_CLASSES = (
    " Sensitivity and specificity were not computed for it; 6.12 and 7.7 have them for "
    "the other sets."
)


def internal(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill the fields."""
    files, train = subject.files, f"{subject.trained_on}/train.csv"
    is_refit = subject.final["refit"] != NO_REFIT
    of_both = ", those of the validation set among them" if is_refit else ""
    yield (
        "6.1",
        sentence(
            "It is with the model: training.csv in {} has ids, SMILES and labels.",
            files.path(FINAL).as_posix(),
        ),
    )
    for number, block in attached(train, ("6.2", "6.3", "6.4")):
        yield number, block
    yield (
        "6.5",
        sentence(
            f"The training set has {{}} molecules{of_both}.",
            files.json(FINAL_JSON, "training_molecules"),
        ),
    )
    yield "6.5", balance(subject, train, "Labels of the training set")
    for block in _preprocessing(subject):
        yield "6.6", block
    for block in _fit(subject):
        yield "6.7", block


def _preprocessing(subject: Subject) -> Iterator[Block]:
    files = subject.files
    curated, sources = f"{subject.data}/curation.json", f"{subject.data}/sources.json"
    yield sentence(
        "The table has {} rows (SHA-256 {}; source: {}). Dropped: {}, which leaves {} "
        "molecules, {} compounds.",
        files.json(curated, "rows"),
        files.json("provenance.json", "dataset", "sha256"),
        _without_folders(files.json(sources, "source")),
        *(files.json(curated, name) for name in ("dropped", "molecules", "compounds")),
    )
    for number, _ in enumerate(files.content(curated)["notes"]):
        yield sentence("{}", files.json(curated, "notes", number))
    recipe = f"{subject.split}/split.json"
    for number, _ in enumerate(files.content(recipe)["notes"]):
        yield sentence("{}", files.json(recipe, "notes", number))
    for reason in files.content(recipe)["left_out"]:
        number_of_rows = files.json(recipe, "left_out", reason)
        yield sentence("Rows in no set: {} ({}).", number_of_rows, reason)
    yield sentence(
        "Labels of one compound that contradict each other were settled inside each "
        f"set, never across sets: {subject.split}/settled.tsv lists every one. Raw and "
        "processed data are both kept."
    )


def _without_folders(source: Value) -> Value:
    """Show a path by its last name: folders of a machine are nobody's business."""
    text = str(source.value)
    shown = text if "://" in text else Path(text).name
    return Value(source.value, source.source, shown)


def _fit(subject: Subject) -> Iterator[Block]:
    files, overall = subject.files, subject.overall
    rows: list[list[Parts]] = []
    for task in (None, *subject.tasks):
        at = ("mean",) if task is None else ("tasks", task)
        cells = [
            (files.json(TEST, "families", overall, metric, *at, "train"),)
            for metric in subject.metrics
        ]
        rows.append([("all tasks, mean" if task is None else task,), *cells])
    header = ["task", *(subject.title(metric) for metric in subject.metrics)]
    yield Table(
        "Training set, mean over training seeds",
        header,
        rows,
        "Scores of the molecules that the model was fitted to: how well it remembers, "
        "and not how well it predicts."
        + ("" if subject.final["refit"] == NO_REFIT else " Before the refit.")
        + subject.own_units
        + _OF_CLASSES * (subject.task_type == TaskType.BINARY),
    )
