"""A run as other tools know it: trials with settings, scores and an outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from toxtune.errors import UserError
from toxtune.evaluation.evaluation_file import MetricScores, read_evaluation
from toxtune.export.run import SearchedRun, read_search
from toxtune.io.files import read_json
from toxtune.io.tsv import read_tsv
from toxtune.stats.metrics import Objective, metrics_of

# What people want beside the trials.
_FILES = ("report.html", "final.zip")
COMPLETE, GIVEN_UP, FAILED = "complete", "given up", "failed"


_NOTE = (
    # Both pages read it as Markdown, where a bare * begins emphasis.
    "The winners were chosen by scores whose names begin with `valid_`. Those that "
    "begin with `test_` are of the winners alone, on the test set; choose nothing by "
    "them."
)


@dataclass(frozen=True)
class ExportedReplicate:
    """One training of a trial.

    Attributes
    ----------
    name
        Such as ``seed-0``.
    started, ended
        When, as far as the times of its files say; None without files, and where
        nobody knows how long it took.
    curve
        Name of each loss, such as ``valid_loss``, to a number for each epoch (or for
        each tree, whatever the family counts), from 1.
    """

    name: str
    started: datetime | None
    ended: datetime | None
    curve: dict[str, dict[int, float]]


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
    replicates
        Its trainings.
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
    replicates: list[ExportedReplicate]

    @property
    def started(self) -> datetime | None:
        """When its first training began, if that is known."""
        return min((r.started for r in self.replicates if r.started), default=None)

    @property
    def ended(self) -> datetime | None:
        """When its last training ended, if that is known."""
        return max((r.ended for r in self.replicates if r.ended), default=None)

    @property
    def times(self) -> tuple[datetime, datetime]:
        """When it began and ended; as if it had ended now, where that is not known."""
        ended = self.ended or datetime.now().astimezone()
        return self.started or ended - timedelta(seconds=self.seconds), ended

    @property
    def mean_curve(self) -> dict[int, float]:
        """The validation loss after each epoch that all its trainings reached."""
        curves = [each.curve.get("valid_loss", {}) for each in self.replicates]
        common = set.intersection(*map(set, curves)) if curves else set()
        return {step: fmean(curve[step] for curve in curves) for step in sorted(common)}

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
    """A run: its name, its objective, its trials, and what became of it.

    Attributes
    ----------
    name, objective, trials
        Of the run.
    selected
        What was selected overall: a family, or the ensemble.
    scores
        ``valid_{metric}`` and, if the test set is open, ``test_{metric}`` of that.
    origin
        What identifies code and data: commit, checksum of the dataset, the split.
    files
        The report and the final model, as far as they are there.
    scaled
        The metrics whose means over tasks are in SDs of the training labels.
    """

    name: str
    objective: Objective
    trials: list[ExportedTrial]
    selected: str
    scores: dict[str, float]
    origin: dict[str, str]
    files: list[Path]
    scaled: list[str]

    @property
    def note(self) -> str:
        """What a reader must know of the scores."""
        if not self.scaled:
            return _NOTE
        return (
            f"{_NOTE} Means over tasks of {' and '.join(self.scaled)} are in SDs of "
            "each task's training labels."
        )

    @property
    def started(self) -> datetime | None:
        """When the first of its trainings began, if that is known."""
        return min((t.started for t in self.trials if t.started), default=None)

    @property
    def ended(self) -> datetime | None:
        """When the last of its trainings ended, if that is known."""
        return max((t.ended for t in self.trials if t.ended), default=None)

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
        If there is no such run, the file exists, or its path has a ``?``.
    """
    if "?" in str(destination):
        raise UserError(
            f"--to: {destination}: has a ?, behind which the address of a database has "
            "its options; take another name"
        )
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
    return ExportedRun(
        name=name,
        objective=run.selection.objective,
        trials=trials,
        selected=run.selection.overall,
        scores=_scores_of(tested.get(run.selection.overall, {})),
        origin=_origin(folder / "provenance.json"),
        files=[folder / file for file in _FILES if (folder / file).is_file()],
        scaled=_scaled_metrics(run.selection.objective, folder / "scores.tsv"),
    )


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
        scores=_known(scores),
        seeds=int(row["seeds"]),
        seconds=seconds,
        status=row["status"],
        winner=winner,
        replicates=[
            _exported_replicate(name, Path(folder))
            for name, folder in run.trained[row["trial"]].folders.items()
        ],
    )


def _exported_replicate(name: str, folder: Path) -> ExportedReplicate:
    cost, curve = folder / "cost.json", folder / "learning_curve.tsv"
    started = ended = None
    seconds = read_json(cost)["seconds"] if cost.is_file() else None
    if seconds is not None:
        # Files of a store keep the time at which their training wrote them.
        ended = datetime.fromtimestamp(cost.stat().st_mtime).astimezone()
        started = ended - timedelta(seconds=seconds)
    losses = read_tsv(curve).set_index("epoch") if curve.is_file() else pd.DataFrame()
    return ExportedReplicate(
        name,
        started,
        ended,
        {
            str(loss): {
                int(epoch): float(value)
                for epoch, value in losses[loss].items()
                if np.isfinite(value)
            }
            for loss in losses
        },
    )


def _scores_of(scores: Mapping[str, MetricScores]) -> dict[str, float]:
    """Return what is known of a model: the names say on which set."""
    found = {}
    for metric, of_metric in scores.items():
        found[f"valid_{metric}"] = of_metric.mean.valid
        found[f"test_{metric}"] = of_metric.mean.test
    return _known(found)


def _scaled_metrics(objective: Objective, scores: Path) -> list[str]:
    n_tasks = read_tsv(scores)["task"].nunique()
    names = metrics_of(objective.task_type)
    return [name for name in names if objective.divides(name, n_tasks)]


def _known(scores: Mapping[str, float | None]) -> dict[str, float]:
    return {
        name: float(score)
        for name, score in scores.items()
        if score is not None and np.isfinite(score)
    }


def _origin(provenance: Path) -> dict[str, str]:
    if not provenance.is_file():
        return {}
    content = read_json(provenance)
    facts = {
        "commit": content["git"]["commit"],
        "dataset_sha256": content["dataset"]["sha256"],
        "split_sha256": content["split"]["sha256"],
    }
    return {name: fact for name, fact in facts.items() if fact}


def _outcome(row: Mapping[str, Any], n_seeds: int) -> str:
    if row["status"] != "ok":
        return FAILED
    return COMPLETE if row["seeds"] == n_seeds else GIVEN_UP
