"""A run as other tools know it: trials with settings, scores and an outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.errors import UserError
from toxtune.evaluation.evaluation_file import MetricScores, read_evaluation
from toxtune.export.run import SearchedRun, read_search
from toxtune.stats.metrics import Objective, metrics_of

COMPLETE, GIVEN_UP, FAILED = "complete", "given up", "failed"


NOTE = (
    "The winners were chosen by the scores named valid_*. Scores named test_* are "
    "those of the winners alone, on the test set; choose nothing by them."
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
        over the seeds; for a winner also ``test_{metric}``. Missing scores are left
        out.
    seeds
        The number of seeds that it was trained with.
    seconds
        The time of all its trainings.
    status
        ``ok``, or how it failed.
    winner
        ``overall`` or ``family`` for a winner.
    """

    id: str
    family: str
    settings: dict[str, Any]
    outcome: str
    scores: dict[str, float]
    seeds: int
    seconds: float
    status: str
    winner: str | None

    @property
    def facts(self) -> dict[str, int | float | str]:
        """What other tools show beside settings and scores."""
        facts: dict[str, int | float | str] = {
            "seeds": self.seeds,
            "seconds": self.seconds,
            "status": self.status,
        }
        return facts | {"winner": self.winner} if self.winner else facts


@dataclass(frozen=True)
class ExportedRun:
    """A run: its name, its objective, and its trials."""

    name: str
    objective: Objective
    trials: list[ExportedTrial]

    @property
    def families(self) -> list[str]:
        """The families, sorted."""
        return sorted({trial.family for trial in self.trials})


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
    run = read_exported_run(run_name)
    write_new(destination, partial(write, run))
    return run


def read_exported_run(name: str) -> ExportedRun:
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
    run = read_search(
        name,
        selection=folder / "selection.json",
        specs=folder / "trials.json",
        trials=folder / "trials.tsv",
        cost=folder / "cost.tsv",
    )
    # A search alone leaves the test set closed: then there is no such file.
    evaluation = folder / "test.json"
    tested = read_evaluation(evaluation).families if evaluation.is_file() else {}
    seconds = run.cost.groupby("trial")["seconds"].sum()
    trials = [
        _exported_trial(run, row, tested, float(seconds[row["trial"]]))
        for row in run.trials.to_dict("records")
    ]
    return ExportedRun(name, run.selection.objective, trials)


def write_new(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file, which appears whole or not at all.

    Raises
    ------
    UserError
        If `path` exists.
    """
    if path.exists():
        raise UserError(f"--to: {path} exists; remove it or name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _exported_trial(
    run: SearchedRun,
    row: Mapping[str, Any],
    tested: Mapping[str, Mapping[str, MetricScores]],
    seconds: float,
) -> ExportedTrial:
    """Put together a row of ``trials.tsv``, the trial itself, and its test scores."""
    trial = run.trained[row["trial"]].trial
    scores: dict[str, float | None] = {}
    winner = None
    for metric in metrics_of(run.task_type):
        scores[f"valid_{metric}"] = row[f"{metric}_mean"]
        scores[f"valid_{metric}_sd"] = row[f"{metric}_sd"]
    if run.winners[trial.family] == trial.id:
        is_overall = run.selection.overall == trial.family
        winner = "overall" if is_overall else "family"
        for metric, tested_scores in tested.get(trial.family, {}).items():
            scores[f"test_{metric}"] = tested_scores.mean.test
    return ExportedTrial(
        id=trial.id,
        family=trial.family,
        settings={"features": trial.features, **trial.hyperparameters},
        outcome=_outcome(row, len(run.seeds)),
        scores={
            name: float(score)
            for name, score in scores.items()
            if score is not None and np.isfinite(score)
        },
        seeds=int(row["seeds"]),
        seconds=seconds,
        status=row["status"],
        winner=winner,
    )


def _outcome(row: Mapping[str, Any], n_seeds: int) -> str:
    if row["status"] != "ok":
        return FAILED
    return COMPLETE if row["seeds"] == n_seeds else GIVEN_UP
