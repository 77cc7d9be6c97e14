"""What a report shows, in order. Read while Snakemake parses: nothing heavy here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "report"


@dataclass(frozen=True)
class Entry:
    """A figure of the report.

    Attributes
    ----------
    name
        Of the figure's file, of its caption in ``report/``, and of its place in the
        page.
    title
        What it shows.
    section
        What it is listed under.
    """

    name: str
    title: str
    section: str


ENTRIES = (
    Entry("trials", "Score of every trial", "Search"),
    Entry("space", "Settings and scores", "Search"),
    Entry("importance", "Importance of the hyperparameters", "Search"),
    Entry("dependence", "Score by hyperparameter", "Search"),
    Entry("learning_curves", "Learning curves", "Search"),
    Entry("failures", "Failed trials", "Search"),
    Entry("tasks", "Scores per task", "Test"),
    Entry("roc", "ROC curves", "Test"),
    Entry("pr", "Precision and recall", "Test"),
    Entry("calibration", "Calibration", "Test"),
    Entry("cost", "Time and memory", "Cost"),
)


def titles() -> dict[str, str]:
    """Return what each figure shows."""
    return {entry.name: entry.title for entry in ENTRIES}


def page_hash() -> str:
    """Hash the template, style and captions, which the hash of code leaves out."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
