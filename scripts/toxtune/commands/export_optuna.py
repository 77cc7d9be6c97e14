"""Export a run to Optuna studies, which optuna-dashboard shows.

``python -m toxtune.commands.export_optuna --run tox21 --to study.db``
"""

import sys

from toxtune.errors import UserError
from toxtune.export.optuna import write_studies
from toxtune.export.trials import export


def main(arguments: list[str]) -> None:
    """Write the file, and say how to look at it."""
    run, path = export(arguments, "export_optuna", __doc__, write_studies)
    print(f"{path}: {len(run.trials)} trials in {len(run.families)} studies")
    print(f"look at them with: optuna-dashboard sqlite:///{path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
