"""Words for the labels of molecules, and for what is predicted of them."""

from toxtune.prediction.label_reading import names_of_classes
from toxtune.report.run import Run
from toxtune.report.words import decimals_for, format_score
from toxtune.tasks import TaskType

_BINARY = ("inactive", "active")


def class_words(run: Run, task: str, n_classes: int = 2) -> list[str]:
    """Name the classes of a task; those of binary tasks are inactive and active."""
    unnamed = _BINARY if run.task_type == TaskType.BINARY else ()
    return names_of_classes(run.class_names.get(task, unnamed), n_classes)


def in_words(run: Run, task: str, label: float) -> str:
    """Write a label, or what is predicted: a class by its name, a value as a number."""
    if run.task_type == TaskType.REGRESSION:
        return format_score(label, decimals_of(run, task))
    number = int(label)
    return class_words(run, task, number + 1)[number]


def decimals_of(run: Run, task: str) -> int:
    """Return how many decimals tell the values of a task apart."""
    if run.molecules is None:
        return 3
    labels = run.molecules.labels
    of_task = labels[(labels["task"] == task) & (labels["subset"] == "train")]
    return max(decimals_for(float(of_task["sd"].iloc[0])) - 1, 0)


def name_of_class(run: Run, number: int) -> str:
    """Name a class over all tasks: by its word if all tasks have the same for it."""
    words = {class_words(run, task, number + 1)[number] for task in run.tasks}
    return words.pop() if len(words) == 1 else f"class {number}"
