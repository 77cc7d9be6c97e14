"""Hand the trials of a run to another tool, whose pages show and compare them.

``optuna`` writes a study for each model family, for optuna-dashboard; ``mlflow`` an
experiment, for ``mlflow ui``. Both are SQLite files.
"""

import argparse
from pathlib import Path

EXAMPLE = "export optuna --run tox21 --to study.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("tool", choices=["optuna", "mlflow"], help="who is to read it")
    parser.add_argument("--run", required=True, help="a folder of results/")
    parser.add_argument("--to", required=True, type=Path, help="the file to write")


def main(options: argparse.Namespace) -> int:
    """Write the file, and say how to look at it."""
    # Slow to import, and `--help` has no use for them.
    from toxtune.export.mlflow import write_store
    from toxtune.export.optuna import write_studies
    from toxtune.export.trials import export_run

    path = options.to
    if options.tool == "optuna":
        run = export_run(options.run, path, write_studies)
        print(f"{path}: {len(run.trials)} trials in {len(run.families)} studies")
        print(f"To look at them: optuna-dashboard sqlite:///{path}")
    else:
        run = export_run(options.run, path, write_store)
        print(f"{path}: {len(run.trials)} trials in the experiment {run.name}")
        print(f"To look at them: mlflow ui --backend-store-uri sqlite:///{path}")
    return 0
