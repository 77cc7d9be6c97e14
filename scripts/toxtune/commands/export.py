"""Hand the trials of a run to another tool, whose pages show and compare them.

``optuna`` writes a study of all trials and one for each model family, for
optuna-dashboard; ``mlflow`` an experiment, for ``mlflow ui``, with report and final
model. Both are SQLite files.
"""

import argparse
import os
import shlex
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

EXAMPLE = "export optuna --run tox21 --to study.db"
UNDER_MAKE = "make export-... RUN=tox21 TO=study.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("tool", choices=["optuna", "mlflow"], help="who is to read it")
    parser.add_argument("--run", required=True, help="a folder of results/")
    parser.add_argument("--to", required=True, type=Path, help="the file to write")


def main(options: argparse.Namespace) -> int:
    """Write the file, and say how to look at it."""
    # Slow to import, and `--help` has no use for them.
    from toxtune.export.mlflow import artifacts_of, write_store
    from toxtune.export.optuna import write_studies
    from toxtune.export.run import run_named
    from toxtune.export.trials import export_run

    path, name = options.to, run_named(options.run)
    address = shlex.quote(f"sqlite:///{path}")
    if options.tool == "optuna":
        run = export_run(name, path, write_studies)
        print(f"{path}: {len(run.trials)} trials of {len(run.families)} families")
        uses = f"--with optuna=={version('optuna')} optuna-dashboard"
    else:
        artifacts = artifacts_of(path)
        run = export_run(name, path, partial(write_store, artifacts=artifacts))
        print(f"{path}: {len(run.trials)} trials in the experiment {run.name}")
        print(f"{artifacts}: {', '.join(file.name for file in run.files) or 'nothing'}")
        uses = f"mlflow@{version('mlflow-skinny')} ui --backend-store-uri"
    print(f"To look at them: {_uvx()} {uses} {address}")
    return 0


def _uvx() -> str:
    """Name the program that fetches a tool into an environment of its own.

    The pages are no part of what `make` installs: they need a web server.
    """
    beside = Path(sys.executable).with_name("uvx")
    return shlex.quote(os.path.relpath(beside)) if beside.is_file() else "uvx"
