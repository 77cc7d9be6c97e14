"""A run as an MLflow experiment, one MLflow run per trial."""

import logging
import os
import time
from pathlib import Path

from toxtune.errors import UserError
from toxtune.export.trials import (
    COMPLETE,
    FAILED,
    GIVEN_UP,
    NOTE,
    ExportedRun,
    ExportedTrial,
)

# MLflow shows what is killed as what is failed; that a trial was given up, a tag says.
STATUS = {COMPLETE: "FINISHED", GIVEN_UP: "FINISHED", FAILED: "FAILED"}


def write_store(run: ExportedRun, path: Path) -> None:
    """Write an experiment with the run's name into a new SQLite file.

    Settings are parameters; scores are metrics, those of the test set, of winners
    alone, by names that start with ``test_``. The tag ``winner`` marks the winners.

    Raises
    ------
    UserError
        If MLflow is not installed.
    """
    # It would tell its makers of each use.
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


def _write_trial(
    client: "MlflowClient",  # noqa: F821
    experiment: str,
    trial: ExportedTrial,
) -> None:
    from mlflow.entities import Metric, Param

    # When a trial was trained is not known, how long is.
    now = int(1000 * time.time())
    made = client.create_run(
        experiment,
        start_time=now - int(1000 * trial.facts["seconds"]),
        run_name=f"{trial.family} {trial.id}",
        tags={"trial": trial.id, "outcome": trial.outcome}
        | {name: str(value) for name, value in trial.facts.items()},
    )
    settings = {"family": trial.family, **trial.settings}
    client.log_batch(
        made.info.run_id,
        params=[Param(name, str(value)) for name, value in settings.items()],
        metrics=[Metric(name, score, now, 0) for name, score in trial.scores.items()],
    )
    client.set_terminated(made.info.run_id, STATUS[trial.outcome], end_time=now)
