"""The run that a dossier is of: found, finished, and of one piece."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.dossier.content import Value
from toxtune.dossier.run_files import FINAL, FINAL_JSON, RunFiles
from toxtune.errors import UserError
from toxtune.io.files import files_below
from toxtune.report.several_splits import refuse_several_splits
from toxtune.search.selection_file import Selection, read_selection
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import ALL, WHOLE
from toxtune.stats.metrics import METRICS, Objective, metrics_of
from toxtune.tasks import TaskType
from toxtune.text import did_you_mean, shown

RESULTS = Path("results")
TEST = "test.json"
# What a finished run has, in the order in which it is written.
_NEEDED = (
    "trials.tsv",
    "scores.tsv",
    "optimism.json",
    TEST,
    "coverage.tsv",
    "domain.tsv",
    "similarity.tsv",
    FINAL,
    "provenance.json",
)


@dataclass(frozen=True)
class Subject:
    """A finished run.

    Attributes
    ----------
    files
        Reads its files.
    selection
        What was selected.
    """

    files: RunFiles
    selection: Selection

    @property
    def objective(self) -> Objective:
        """What ranked the trials."""
        return self.selection.objective

    @property
    def task_type(self) -> TaskType:
        """The type of the tasks."""
        return self.objective.task_type

    @property
    def metric(self) -> str:
        """The metric that ranked the trials."""
        return self.objective.metric

    @property
    def metrics(self) -> list[str]:
        """All metrics, the one that ranked the trials first."""
        others = [each for each in metrics_of(self.task_type) if each != self.metric]
        return [self.metric, *others]

    @property
    def overall(self) -> str:
        """The model that was selected: a family's winner, or the ensemble."""
        return self.selection.overall

    @property
    def tasks(self) -> list[str]:
        """The tasks that are predicted."""
        tasks: list[str] = self.files.content(FINAL_JSON)["tasks"]
        return tasks

    @property
    def final(self) -> dict[str, Any]:
        """The content of ``final.json``."""
        content: dict[str, Any] = self.files.content(FINAL_JSON)
        return content

    @property
    def data(self) -> str:
        """The folder of the dataset."""
        return f"data/{self.selection.dataset}"

    @property
    def split(self) -> str:
        """The folder of the split."""
        return f"{self.data}/{self.selection.split}"

    @property
    def trained_on(self) -> str:
        """The folder of what the final model was trained on."""
        is_refit = self.final["refit"] != NO_REFIT
        return f"{self.split}/{ALL if is_refit else WHOLE}"

    @property
    def test_set(self) -> str:
        """Path of the molecules of the test set."""
        return f"{self.split}/{WHOLE}/test.csv"

    @property
    def settings_of_split(self) -> dict[str, Any]:
        """Its settings."""
        settings: dict[str, Any] = self.files.content("provenance.json")["split"]
        return settings

    @property
    def folds(self) -> bool:
        """Whether the trials were scored fold by fold."""
        return "cross_validation" in self.settings_of_split

    @property
    def averaged(self) -> bool:
        """Whether predictions are means over all seeds of the search."""
        return {member["seed"] for member in self.final["members"]} == set(
            self.selection.seeds
        )

    @property
    def classes(self) -> dict[str, list[str]]:
        """Task to what its classes are called, where they have names."""
        named: dict[str, list[str]] = self.final["labels"]["classes"]
        return named

    def title(self, metric: str) -> str:
        """Name the mean of a metric over the tasks, with its unit where it has one."""
        return METRICS[metric].title + (" / SD" if self._is_scaled(metric) else "")

    @property
    def own_units(self) -> str:
        """What a table says in which means alone are divided by SDs; else empty."""
        if not any(map(self._is_scaled, self.metrics)):
            return ""
        return " Errors of single tasks are in the task's own unit."

    def _is_scaled(self, metric: str) -> bool:
        sds = self.files.content(TEST).get("task_sds")
        return bool(sds) and METRICS[metric].has_unit

    def level(self) -> Value:
        """Return the level of the intervals."""
        value = self.files.json(TEST, "confidence")
        return Value(value.value, value.source, f"{100 * value.value:g}%")


def read_subject(run: str) -> Subject:
    """Find a run, and read what it selected.

    Raises
    ------
    UserError
        If there is no such run, it is not finished, or its files do not belong
        together.
    """
    folder = RESULTS / run
    if not _is_inside(run) or not folder.is_dir():
        nearest = did_you_mean(run, runs()) or f"; there are {', '.join(runs()[:10])}"
        raise UserError(f"{folder}: there is no such run{nearest if runs() else ''}")
    path = folder / "selection.json"
    parts = [each for each in runs() if each.startswith(f"{run}/")]
    refuse_several_splits(folder, parts, "model", is_whole=path.is_file())
    if not path.is_file():
        raise UserError(
            f"{folder}: has no selection.json: the search is not finished; `make run` "
            "goes on with it"
        )
    files = RunFiles(run)
    missing = [name for name in _NEEDED if not files.has(name)]
    if TEST in missing:
        raise UserError(
            f"{folder}: has no {TEST}: the test set is not open yet, and a model that "
            "was not tested has no dossier; `make run` goes on"
        )
    if missing:
        raise UserError(
            f"{folder}: has no {missing[0]}: the run is not finished; `make run` goes "
            "on"
        )
    subject = Subject(files, read_selection(path))
    _check_pieces(subject)
    return subject


def runs() -> list[str]:
    """List the runs that have selected a model."""
    return sorted(
        path.parent.relative_to(RESULTS).as_posix()
        for path in files_below(RESULTS, "selection.json")
    )


def _is_inside(run: str) -> bool:
    """Tell whether a name leads into the folder of the results, as it is spelled."""
    parts = Path(run).parts
    return bool(parts) and not os.path.isabs(run) and ".." not in parts


def _check_pieces(subject: Subject) -> None:
    """Refuse files of different selections, and data that are not there."""
    files, expected = subject.files, subject.selection.id
    for name in (TEST, "optimism.json", FINAL_JSON):
        found = files.json(name, "selection").value
        if found != expected:
            raise UserError(
                f"{files.path(FINAL if name == FINAL_JSON else name)}: is of the "
                f"selection {shown(found)}, but selection.json is {expected}; `make "
                "run` brings them together"
            )
    needed = [
        f"{subject.data}/curation.json",
        f"{subject.data}/sources.json",
        f"{subject.split}/split.json",
        f"{subject.trained_on}/train.csv",
        subject.test_set,
    ]
    for name in needed:
        if not files.has(name):
            raise UserError(f"{name}: is missing; `make run` makes it again")
