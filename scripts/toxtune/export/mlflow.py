"""A run as an MLflow experiment: a result, trials, and trainings below them."""

import logging
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from toxtune.errors import UserError
from toxtune.export.trials import (
    COMPLETE,
    FAILED,
    GIVEN_UP,
    ExportedReplicate,
    ExportedRun,
    ExportedTrial,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow takes no more at once.
_MOST_METRICS = 1000
# MLflow shows killed runs like failed ones; a tag says that a trial was given up.
STATUS = {COMPLETE: "FINISHED", GIVEN_UP: "FINISHED", FAILED: "FAILED"}


def artifacts_of(path: Path) -> Path:
    """Return the folder beside a store that has its report and model."""
    return path.with_name(f"{path.name}.artifacts")


def write_store(run: ExportedRun, path: Path, artifacts: Path) -> None:
    """Write an experiment with the run's name into a new SQLite file.

    The MLflow run ``result`` has the scores of what was selected, commit and data as
    tags, and report and final model as artifacts. There is one for each trial besides,
    with its trainings below it. Settings are parameters, scores are metrics. Names of
    test scores start with ``test_``; of the trials only winners, which the tag
    ``winner`` marks, have any.

    Parameters
    ----------
    run
        What is exported.
    path
        The file.
    artifacts
        A folder for report and model, which MLflow will look for there.

    Raises
    ------
    UserError
        If MLflow is not installed, or the folder exists.
    """
    if artifacts.exists():
        raise UserError(f"--to: {artifacts} exists; remove it or name another file")
    # MLflow would report its use to its makers.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    try:
        from mlflow import MlflowClient
    except ImportError:
        raise UserError(
            "MLflow is not installed: .venv/bin/uv pip install --python "
            ".venv/bin/python mlflow-skinny"
        ) from None
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    client = MlflowClient(tracking_uri=f"sqlite:///{path}")
    experiment = client.create_experiment(
        run.name,
        artifact_location=artifacts.resolve().as_uri(),
        tags={"mlflow.note.content": run.note},
    )
    for trial in run.trials:
        _write_trial(client, experiment, trial)
    try:
        _write_result(client, experiment, run)
    except BaseException:
        shutil.rmtree(artifacts, ignore_errors=True)
        raise


def _write_result(client: "MlflowClient", experiment: str, run: ExportedRun) -> None:
    from mlflow.entities import Metric

    ended = _milliseconds(run.ended)
    created = client.create_run(
        experiment,
        start_time=_milliseconds(run.started),
        run_name="result",
        tags={"selected": run.selected, "mlflow.note.content": run.note, **run.origin},
    )
    client.log_batch(
        created.info.run_id,
        metrics=[Metric(name, score, ended, 0) for name, score in run.scores.items()],
    )
    for file in run.files:
        client.log_artifact(created.info.run_id, str(file))
    client.set_terminated(created.info.run_id, end_time=ended)


def _write_trial(client: "MlflowClient", experiment: str, trial: ExportedTrial) -> None:
    from mlflow.entities import Metric, Param

    started, ended = map(_milliseconds, trial.times)
    created = client.create_run(
        experiment,
        start_time=started,
        run_name=f"{trial.family} {trial.id}",
        tags={"trial": trial.id, "outcome": trial.outcome}
        | {name: str(value) for name, value in trial.facts.items()},
    )
    settings = {"family": trial.family, **trial.settings}
    client.log_batch(
        created.info.run_id,
        params=[Param(name, str(value)) for name, value in settings.items()],
        metrics=[Metric(name, score, ended, 0) for name, score in trial.scores.items()],
    )
    for replicate in trial.replicates:
        _write_replicate(client, experiment, created.info.run_id, replicate)
    client.set_terminated(created.info.run_id, STATUS[trial.outcome], end_time=ended)


def _write_replicate(
    client: "MlflowClient", experiment: str, trial: str, replicate: ExportedReplicate
) -> None:
    """Write a training below its trial, with its losses after each epoch."""
    from mlflow.entities import Metric

    ended = _milliseconds(replicate.ended)
    created = client.create_run(
        experiment,
        start_time=_milliseconds(replicate.started),
        run_name=replicate.name,
        tags={"mlflow.parentRunId": trial},
    )
    metrics = [
        Metric(loss, value, ended, epoch)
        for loss, curve in replicate.curve.items()
        for epoch, value in curve.items()
    ]
    for first in range(0, len(metrics), _MOST_METRICS):
        client.log_batch(created.info.run_id, metrics[first : first + _MOST_METRICS])
    client.set_terminated(created.info.run_id, end_time=ended)


def _milliseconds(moment: datetime | None) -> int:
    """Return what MLflow takes for a time; now, where it is not known."""
    return int(1000 * (moment.timestamp() if moment else time.time()))
