"""Export a run to an MLflow store, which ``mlflow ui`` shows.

``python -m toxtune.commands.export_mlflow --run tox21 --to mlflow.db``
"""

import argparse
import sys
from pathlib import Path

from toxtune.errors import UserError
from toxtune.export.mlflow import write_store
from toxtune.export.trials import export_run


def main(arguments: list[str]) -> None:
    """Write the file, and say how to look at it."""
    parser = argparse.ArgumentParser(prog="export_mlflow", description=__doc__)
    parser.add_argument("--run", required=True, help="folder below results/")
    parser.add_argument("--to", required=True, type=Path, help="the file to write")
    options = parser.parse_args(arguments)
    path = options.to
    run = export_run(options.run, path, write_store)
    print(f"{path}: {len(run.trials)} trials in the experiment {run.name}")
    print(f"look at it with: mlflow ui --backend-store-uri sqlite:///{path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
