"""A run as an MLflow experiment, one MLflow run per trial."""

import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from toxtune.errors import UserError
from toxtune.export.trials import (
    COMPLETE,
    FAILED,
    GIVEN_UP,
    NOTE,
    ExportedRun,
    ExportedTrial,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow shows killed runs like failed ones; a tag says that a trial was given up.
STATUS = {COMPLETE: "FINISHED", GIVEN_UP: "FINISHED", FAILED: "FAILED"}


def write_store(run: ExportedRun, path: Path) -> None:
    """Write an experiment with the run's name into a new SQLite file.

    Settings are parameters and scores are metrics. Only winners have test scores, whose
    names start with ``test_``. The tag ``winner`` marks the winners.

    Raises
    ------
    UserError
        If MLflow is not installed.
    """
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
        # Trials have no artifacts; MLflow would make a folder in the working directory.
        artifact_location=path.parent.resolve().as_uri(),
        tags={"mlflow.note.content": NOTE},
    )
    for trial in run.trials:
        _write_trial(client, experiment, trial)


def _write_trial(client: "MlflowClient", experiment: str, trial: ExportedTrial) -> None:
    from mlflow.entities import Metric, Param

    # The time of the training is not known, only how long it took.
    now = int(1000 * time.time())
    created = client.create_run(
        experiment,
        start_time=now - int(1000 * trial.seconds),
        run_name=f"{trial.family} {trial.id}",
        tags={"trial": trial.id, "outcome": trial.outcome}
        | {name: str(value) for name, value in trial.facts.items()},
    )
    settings = {"family": trial.family, **trial.settings}
    client.log_batch(
        created.info.run_id,
        params=[Param(name, str(value)) for name, value in settings.items()],
        metrics=[Metric(name, score, now, 0) for name, score in trial.scores.items()],
    )
    client.set_terminated(created.info.run_id, STATUS[trial.outcome], end_time=now)
