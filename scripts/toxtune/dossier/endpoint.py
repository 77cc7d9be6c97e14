"""Chapter 3: what is predicted, and how good its measurements are."""

from collections.abc import Iterator

from toxtune.dossier.content import Block, Parts, Table, sentence, words
from toxtune.dossier.run_files import FINAL_JSON
from toxtune.dossier.subject import Subject
from toxtune.tasks import TaskType

_CLASS = "n_class_"


def endpoint(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 3 as far as the data tell."""
    yield "3.3", _tasks(subject)
    if left_out := subject.final["tasks_left_out"]:
        rows = [
            [(task,), (subject.files.json(FINAL_JSON, "tasks_left_out", task),)]
            for task in left_out
        ]
        yield "3.3", Table("Tasks that are not predicted", ("task", "reason"), rows)
    yield "3.5", sentence("{}", _variable(subject))
    for text in _quality(subject):
        yield "3.7", text


def _tasks(subject: Subject) -> Table:
    """Return each task with what its labels are called and how many there are."""
    curated = f"{subject.data}/curation.json"
    rows: list[list[Parts]] = []
    for number, task in enumerate(subject.tasks):
        missing = subject.files.json(curated, "tasks", task, "n_missing")
        name = subject.files.json(FINAL_JSON, "tasks", number)
        row = [(name,), _labels(subject, task), _measured(subject, task), (missing,)]
        rows.append(row)
    header = ["task", "labels", "measured", "not measured"]
    return Table("Tasks, in the curated table", header, rows)


def _labels(subject: Subject, task: str) -> Parts:
    if subject.task_type == TaskType.REGRESSION:
        return ("values",)
    if task in subject.classes:
        named = subject.files.json(FINAL_JSON, "labels", "classes", task)
        return words("classes 0, 1, ... are called {}", named)
    return ("class 1 against 0" if _is_binary(subject) else "classes 0, 1, ...",)


def _measured(subject: Subject, task: str) -> Parts:
    """Say how many rows of the curated table have which label."""
    curated = f"{subject.data}/curation.json"
    counts = subject.files.content(curated)["tasks"][task]
    template = {
        TaskType.BINARY: "{} of class 1, {} of class 0",
        TaskType.MULTICLASS: ", ".join(
            f"{{}} of class {number}"
            for number in sorted(
                int(name.removeprefix(_CLASS))
                for name in counts
                if name.startswith(_CLASS)
            )
        ),
        TaskType.REGRESSION: "{} values"
        + (" from {} to {}" if "lowest" in counts else ""),
    }[subject.task_type]
    names = sorted((name for name in counts if name != "n_missing"), key=_order)
    values = (subject.files.json(curated, "tasks", task, name) for name in names)
    return words(template, *values)


def _order(name: str) -> tuple[int, int]:
    """Sort the counts of a task as the sentence about them has them."""
    if name.startswith(_CLASS):
        return (0, int(name.removeprefix(_CLASS)))
    return (
        ("n_positive", "n_negative", "n_measured", "lowest", "highest").index(name),
        0,
    )


def _variable(subject: Subject) -> str:
    return {
        TaskType.BINARY: "Modelled is the probability of class 1 of each task.",
        TaskType.MULTICLASS: "Modelled is the probability of each class of each task.",
        TaskType.REGRESSION: "Modelled is the value of each task, as the table has it.",
    }[subject.task_type]


def _quality(subject: Subject) -> Iterator[Block]:
    files, recipe = subject.files, f"{subject.split}/split.json"
    label = files.content(recipe)["labels"]
    names = (
        "compounds_with_several_rows",
        "compounds_with_conflicts",
        "measured",
        "cleared",
        "averaged",
    )
    if all(name in label for name in names):
        yield sentence(
            "Compounds in several rows: {}; of them with labels that contradict each "
            "other: {}. Labels: {}; cleared for that: {}, averaged: {}.",
            *(files.json(recipe, "labels", name) for name in names),
        )
    for number, _ in enumerate(files.content(recipe)["warnings"]):
        yield sentence("{}", files.json(recipe, "warnings", number))
    curated = f"{subject.data}/curation.json"
    for number, _ in enumerate(files.content(curated)["warnings"]):
        yield sentence("{}", files.json(curated, "warnings", number))


def _is_binary(subject: Subject) -> bool:
    return subject.task_type == TaskType.BINARY
