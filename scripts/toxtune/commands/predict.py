"""Predict the molecules of a CSV file with a final model.

``python -m toxtune.commands.predict MODEL molecules.csv predictions.csv``
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from toxtune.errors import UserError
from toxtune.io.files import whole_file


def main(arguments: list[str]) -> None:
    """Write the table with predictions added, whole or not at all."""
    options = _options(arguments)
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


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="predict", description=__doc__)
    parser.add_argument("model", type=Path, help="results/RUN/final.zip")
    parser.add_argument("molecules", type=Path, help="a CSV file with SMILES")
    parser.add_argument("predictions", type=Path, help="the CSV file to write")
    parser.add_argument(
        "--smiles-column", help="default: the name that it had in the dataset"
    )
    return parser.parse_args(arguments)


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


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    # A file's name may be no text.
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        main(sys.argv[1:])
    except (UserError, OSError) as error:
        sys.exit(f"Error: {error}")
