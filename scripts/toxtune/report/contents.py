"""What a report shows, in order. Snakemake imports it: nothing heavy here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from toxtune.tasks import TaskType

FOLDER = Path(__file__).resolve().parents[3] / "report"


@dataclass(frozen=True)
class Entry:
    """A figure of the report.

    Attributes
    ----------
    name
        Of the figure's file, its caption in ``report/``, and its element on the page.
    title
        What it shows.
    section
        The section of the page that it is in.
    task_types
        The types of tasks that it is for.
    """

    name: str
    title: str
    section: str
    task_types: tuple[TaskType, ...] = tuple(TaskType)


ENTRIES = (
    Entry("trials", "Score of every trial", "Search"),
    Entry("space", "Settings and scores", "Search"),
    Entry("importance", "Importance of the hyperparameters", "Search"),
    Entry("dependence", "Score by hyperparameter", "Search"),
    Entry("learning_curves", "Learning curves", "Search"),
    Entry("frequency", "How often each trial is selected", "Search"),
    Entry("failures", "Failed trials", "Search"),
    Entry("tasks", "Scores per task", "Test"),
    Entry("optimism", "Optimism of the selection", "Test"),
    Entry("comparison", "Families compared", "Test"),
    Entry("roc", "ROC curves", "Test", (TaskType.BINARY,)),
    Entry("pr", "Precision and recall", "Test", (TaskType.BINARY,)),
    Entry("calibration", "Calibration", "Test", (TaskType.BINARY,)),
    Entry("confusion", "Predicted and true classes", "Test", (TaskType.MULTICLASS,)),
    Entry("values", "Predicted and measured values", "Test", (TaskType.REGRESSION,)),
    Entry("similarity_scores", "Score by similarity to the training set", "Test"),
    Entry("similarity", "Similarity of test to training molecules", "Test"),
    Entry("map", "Map of the molecules", "Molecules"),
    Entry("coverage", "Single predictions: the promise, and what held", "Molecules"),
    Entry("domain", "Errors in and out of the domain", "Molecules"),
    Entry("labels", "Labels of each task", "Molecules"),
    Entry("cost", "Time and memory", "Cost"),
)


def entries(task_type: TaskType) -> list[Entry]:
    """Return the figures of a report about tasks of one type."""
    return [entry for entry in ENTRIES if task_type in entry.task_types]


def page_hash(names: str = "*") -> str:
    """Hash template, style, captions and tables, which the code's hash leaves out.

    `names` is a pattern, for those that need some of them alone.
    """
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob(names)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
