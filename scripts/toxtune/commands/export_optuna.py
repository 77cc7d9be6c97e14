"""Export a run to Optuna studies, which optuna-dashboard shows.

``python -m toxtune.commands.export_optuna --run tox21 --to study.db``
"""

import argparse
import sys
from pathlib import Path

from toxtune.errors import UserError
from toxtune.export.optuna import write_studies
from toxtune.export.trials import export_run


def main(arguments: list[str]) -> None:
    """Write the file, and say how to look at it."""
    parser = argparse.ArgumentParser(prog="export_optuna", description=__doc__)
    parser.add_argument("--run", required=True, help="folder below results/")
    parser.add_argument("--to", required=True, type=Path, help="the file to write")
    options = parser.parse_args(arguments)
    path = options.to
    run = export_run(options.run, path, write_studies)
    print(f"{path}: {len(run.trials)} trials in {len(run.families)} studies")
    print(f"look at them with: optuna-dashboard sqlite:///{path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
