"""Export a run to an MLflow store, which ``mlflow ui`` shows.

``python -m toxtune.commands.export_mlflow --run tox21 --to mlflow.db``
"""

import sys

from toxtune.errors import UserError
from toxtune.export.mlflow import write_store
from toxtune.export.trials import export


def main(arguments: list[str]) -> None:
    """Write the file, and say how to look at it."""
    run, path = export(arguments, "export_mlflow", __doc__, write_store)
    print(f"{path}: {len(run.trials)} trials in the experiment {run.name}")
    print(f"look at it with: mlflow ui --backend-store-uri sqlite:///{path}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
