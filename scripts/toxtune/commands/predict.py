"""Add a final model's predictions to a table of molecules, a CSV file with SMILES.

The new table has all columns of the old one. A molecule that cannot be predicted stays
in it, and the column `problem` says why.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from toxtune.errors import UserError
from toxtune.io.files import whole_file

EXAMPLE = "predict results/tox21/final.zip molecules.csv predictions.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "model", type=Path, metavar="MODEL", help="results/RUN/final.zip"
    )
    parser.add_argument(
        "molecules", type=Path, metavar="IN", help="a CSV file with SMILES"
    )
    parser.add_argument(
        "predictions", type=Path, metavar="OUT", help="the CSV file to write"
    )
    parser.add_argument(
        "--smiles-column", metavar="NAME", help="default: as in the model's dataset"
    )


def main(options: argparse.Namespace) -> int:
    """Write the table with predictions added, whole or not at all."""
    # Slow to import, and `--help` has no use for them.
    from toxtune.prediction.final_model import load
    from toxtune.prediction.predict_table import read_molecules, write_predictions

    if options.predictions.resolve() == options.molecules.resolve():
        raise UserError(
            f"{options.predictions}: is the file that is read; name another"
        )
    if options.predictions.is_dir():
        raise UserError(f"{options.predictions}: is a folder; name a file to write")
    model = load(options.model)
    column = options.smiles_column or model.card["smiles_column"]
    molecules = read_molecules(options.molecules, column)
    with whole_file(options.predictions) as stream:
        chunks = _with_progress(molecules.chunks(), molecules.count)
        n_problems = write_predictions(model, molecules, stream, chunks)
    print(
        f"{options.predictions}: {molecules.count:,} rows, "
        f"{n_problems:,} without a prediction (column `problem`)"
    )
    return 0


def _with_progress(
    chunks: Iterator[list[list[str]]], total: int
) -> Iterator[list[list[str]]]:
    """Yield the chunks, and show on standard error how far they are."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = [*Progress.get_default_columns()[:-1], MofNCompleteColumn()]
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True)
    ) as progress:
        task = progress.add_task("Predicting", total=total)
        for chunk in chunks:
            yield chunk
            progress.advance(task, len(chunk))
