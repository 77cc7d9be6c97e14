"""What chapters 6 and 7 both say of a set of molecules."""

from collections.abc import Iterator

from toxtune.dossier.content import Block, Parts, Table, sentence
from toxtune.dossier.run_files import FINAL_JSON
from toxtune.dossier.subject import Subject
from toxtune.report.words import SET_NAMES
from toxtune.tasks import TaskType


def attached(table: str, numbers: tuple[str, str, str]) -> Iterator[tuple[str, Block]]:
    """Say what is known of each molecule: structure, descriptors, labels."""
    structure, descriptors, labels = numbers
    yield (
        structure,
        sentence(
            "SMILES: yes, as given and standardized. InChI: its key alone. Formula: it "
            "follows from the SMILES. Chemical names, CAS numbers, MOL files: no; ids "
            "are those of the dataset. All in {}.",
            table,
        ),
    )
    yield (
        descriptors,
        sentence(
            "All: in {}, rows as in the table; they can be computed again from the "
            "SMILES.",
            table.removesuffix(".csv") + "/",
        ),
    )
    yield labels, sentence("All: the columns of {} with the names of the tasks.", table)


def balance(subject: Subject, table: str, title: str) -> Table:
    """Count the labels of each task in a set."""
    rows: list[list[Parts]] = []
    for number, task in enumerate(subject.tasks):
        name = subject.files.json(FINAL_JSON, "tasks", number)
        rows.append([(name,), *_counts(subject, table, task)])
    return Table(title, ["task", *_header(subject), "not measured"], rows)


def decisions(subject: Subject, subset: str) -> Table:
    """Return how the classes fare that the thresholds make of the probabilities."""
    files = subject.files
    columns = ("threshold", "recall", "specificity", "precision", "mcc")
    rows: list[list[Parts]] = []
    for task in ("mean", *subject.tasks):
        where = {"family": subject.overall, "subset": subset, "task": task}
        cells = [
            (files.cell("decisions.tsv", column, **where) or "none",)
            for column in columns
        ]
        rows.append([("all tasks, mean" if task == "mean" else task,), *cells])
    header = ("task", "threshold", "sensitivity", "specificity", "precision", "MCC")
    note = (
        "1 - sensitivity is the rate of false negatives, 1 - specificity that of false "
        "positives. Mean over single training seeds, whose thresholds were fitted to "
        "their validation predictions; that of their mean is in 4.2."
    )
    return Table(f"Classes, {SET_NAMES[subset]}", header, rows, note)


def _header(subject: Subject) -> list[str]:
    if subject.task_type == TaskType.REGRESSION:
        return ["measured"]
    return [f"class {number}" for number in range(_n_classes(subject))]


def _counts(subject: Subject, table: str, task: str) -> list[Parts]:
    missing = subject.files.count(table, **{task: ""})
    if subject.task_type == TaskType.REGRESSION:
        return [(subject.files.count_others(table, **{task: ""}),), (missing,)]
    labels = [str(number) for number in range(_n_classes(subject))]
    counts = [subject.files.count(table, **{task: label}) for label in labels]
    return [(count,) for count in (*counts, missing)]


def _n_classes(subject: Subject) -> int:
    if subject.task_type == TaskType.BINARY:
        return 2
    n_outputs: int = subject.final["n_outputs"]
    return n_outputs // len(subject.tasks)
