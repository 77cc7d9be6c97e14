"""Export a run to Optuna studies, which optuna-dashboard shows.

``python -m toxtune.commands.export_optuna --run tox21 --to study.db``
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from toxtune.errors import UserError
from toxtune.exporting import read_run, write_new
from toxtune.optunastudy import write_studies


def main(arguments: list[str]) -> None:
    """Write the file, and say how to look at it."""
    parser = argparse.ArgumentParser(prog="export_optuna", description=__doc__)
    parser.add_argument("--run", required=True, help="folder below results/")
    parser.add_argument("--to", required=True, type=Path, help="the file to write")
    options = parser.parse_args(arguments)
    run = read_run(options.run)
    write_new(options.to, partial(write_studies, run))
    print(f"{options.to}: {len(run.trials)} trials in {len(run.families)} studies")
    print(f"look at them with: optuna-dashboard sqlite:///{options.to}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
