"""A run as other tools know it: trials with settings, scores and an outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.errors import UserError
from toxtune.io.integrity import read_written
from toxtune.io.tsv import read_tsv
from toxtune.search.selection_file import Selection, read_selection
from toxtune.stats.metrics import metrics_of

COMPLETE, GIVEN_UP, FAILED = "complete", "given up", "failed"


NOTE = (
    "Scores named valid_* chose the winners. Scores named test_* are those of the "
    "frozen winners alone, on the test set; choose nothing by them."
)


@dataclass(frozen=True)
class ExportedTrial:
    """One trial of a run.

    Attributes
    ----------
    id, family
        As in ``trials.tsv``.
    settings
        ``features`` and every hyperparameter, typed.
    outcome
        ``complete``; ``given up`` by a search before it had all seeds; ``failed``.
    scores
        ``valid_{metric}``, the mean over seeds and tasks, and ``valid_{metric}_sd``
        over the seeds; of a winner ``test_{metric}`` as well. None that is missing.
    facts
        ``seeds`` (their number), ``seconds`` and ``status``; of a winner ``winner``,
        which is ``overall`` or ``family``.
    """

    id: str
    family: str
    settings: dict[str, Any]
    outcome: str
    scores: dict[str, float]
    facts: dict[str, Any]


@dataclass(frozen=True)
class ExportedRun:
    """A run: its name, the metric and direction of its objective, and its trials."""

    name: str
    metric: str
    direction: str
    trials: list[ExportedTrial]

    @property
    def families(self) -> list[str]:
        """The families, sorted."""
        return sorted({trial.family for trial in self.trials})


def read_run(name: str) -> ExportedRun:
    """Read a run from its folder below ``results/``.

    Raises
    ------
    UserError
        If there is no such run, or it has no selection yet.
    """
    folder = Path("results") / name
    if not (folder / "selection.json").is_file():
        raise UserError(
            f"--run: {folder} has no selection.json; name a finished run, or one of "
            f"its splits, such as {name}/split-0"
        )
    selection = read_selection(folder / "selection.json")
    specs = read_written(folder / "trials.json")
    # It is not there after a search alone, which leaves the test set closed.
    scored = folder / "test.json"
    tested = read_written(scored)["families"] if scored.is_file() else {}
    seconds = read_tsv(folder / "cost.tsv").groupby("trial")["seconds"].sum()
    trials = [
        _trial(row, specs[row["trial"]]["trial"], selection, tested, seconds)
        for row in read_tsv(folder / "trials.tsv").to_dict("records")
    ]
    objective = selection.objective
    return ExportedRun(name, objective.metric, objective.direction, trials)


def export_run(
    run_name: str, destination: Path, write: Callable[[ExportedRun, Path], None]
) -> ExportedRun:
    """Read a run and write it to a new file.

    Parameters
    ----------
    run_name
        Folder of the run below ``results/``.
    destination
        The new file; it appears whole or not at all.
    write
        Writes a run to a file.

    Raises
    ------
    UserError
        If there is no such run, or the file exists.
    """
    run = read_run(run_name)
    write_new(destination, partial(write, run))
    return run


def write_new(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file, which appears whole or not at all.

    Raises
    ------
    UserError
        If there is something at `path`.
    """
    if path.exists():
        raise UserError(f"--to: {path} is there already; remove it or name another")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.unfinished")
    beside.unlink(missing_ok=True)
    try:
        write(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _trial(
    row: dict[str, Any],
    trial: dict[str, Any],
    selection: Selection,
    tested: dict[str, Any],
    seconds: Any,
) -> ExportedTrial:
    family, id = trial["family"], trial["id"]
    scores, facts = {}, {"seeds": int(row["seeds"]), "status": row["status"]}
    facts["seconds"] = float(seconds[id])
    for metric in metrics_of(selection.objective.task_type):
        scores[f"valid_{metric}"] = row[f"{metric}_mean"]
        scores[f"valid_{metric}_sd"] = row[f"{metric}_sd"]
    if selection.winners[family].trial.id == id:
        facts["winner"] = "overall" if selection.overall == family else "family"
        for metric, report in tested.get(family, {}).items():
            scores[f"test_{metric}"] = report["mean"]["test"]
    known = {
        name: float(score)
        for name, score in scores.items()
        if score is not None and np.isfinite(score)
    }
    settings = {"features": trial["features"], **trial["hyperparameters"]}
    outcome = _outcome(row, len(selection.seeds))
    return ExportedTrial(id, family, settings, outcome, known, facts)


def _outcome(row: dict[str, Any], n_seeds: int) -> str:
    if row["status"] != "ok":
        return FAILED
    return COMPLETE if row["seeds"] == n_seeds else GIVEN_UP
