"""Add a final model's predictions to a table of molecules.

The new table has all columns of the old one. It is a CSV file, an SD file, or a page of
HTML that shows the molecules. A molecule that cannot be predicted stays in it, and the
column `problem` says why.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

from toxtune.errors import UserError
from toxtune.io.csv_rows import SEPARATORS
from toxtune.prediction.output_formats import OutputFormat, format_of

if TYPE_CHECKING:
    from toxtune.prediction.molecule_table import Chunk

EXAMPLE = "predict results/tox21/final.zip molecules.csv predictions.csv"
UNDER_MAKE = "make predict MODEL=results/tox21/final.zip IN=molecules.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "model", type=Path, metavar="MODEL", help="results/RUN/final.zip"
    )
    parser.add_argument(
        "molecules",
        type=Path,
        metavar="IN",
        help="a table with SMILES, an SD file or a SMILES file",
    )
    parser.add_argument(
        "predictions",
        type=Path,
        metavar="OUT",
        nargs="?",
        help="the file to write; default: IN's name with .predictions.csv, here",
    )
    parser.add_argument(
        "--format",
        choices=[each.value for each in OutputFormat],
        help="what to write; default: by OUT's ending, else csv",
    )
    parser.add_argument(
        "--smiles-column", metavar="NAME", help="default: as in the model's dataset"
    )
    parser.add_argument(
        "--features-file",
        metavar="NAME=PATH",
        action="append",
        default=[],
        type=_named_file,
        help="a file with numbers of your own that the model was trained on",
    )
    parser.add_argument(
        "--separator", choices=SEPARATORS, help="where the table's header does not tell"
    )
    parser.add_argument(
        "--decimal", choices=[".", ","], help="where numbers of your own do not tell"
    )
    parser.add_argument(
        "--encoding", metavar="NAME", help="of a table that is not UTF-8"
    )
    parser.add_argument(
        "--confidence",
        type=_share,
        default=0.9,
        metavar="P",
        help="of prediction sets and intervals: how many hold the true label (0.9)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say which atoms each prediction comes from; for some hundred molecules",
    )
    parser.add_argument(
        "--fallback",
        action="store_true",
        help="answer for every row: with the mean of the training set where there is "
        "no prediction",
    )


def predict_command() -> int:
    """Do what ``toxtune-predict`` says, as it is called where toxtune is installed."""
    from toxtune.commands.cli import main as run

    return run(["predict", *sys.argv[1:]])


def main(options: argparse.Namespace) -> int:
    """Write the table with predictions added, whole or not at all.

    Raises
    ------
    UserError
        If it cannot be done, or no molecule could be predicted.
    """
    written_as = format_of(options.predictions, options.format)
    destination = options.predictions
    if destination is None:
        destination = Path(f"{options.molecules.stem}.predictions.{written_as}")
    # Slow to import, and `--help` has no use for it.
    from toxtune.prediction.molecule_table import OPTIONS
    from toxtune.prediction.predict_table import predict_file

    counts = predict_file(
        model=options.model,
        source=options.molecules,
        destination=destination,
        smiles_column=options.smiles_column,
        features_files=_once(options.features_file),
        reading=replace(
            OPTIONS,
            separator=SEPARATORS.get(options.separator),
            decimal=options.decimal,
            encoding=options.encoding,
        ),
        fallback=options.fallback,
        confidence=options.confidence,
        explain=options.explain,
        written_as=written_as,
        show_progress=_with_progress,
    )
    print(" ".join(counts.notes))
    answered = ", answered with the training set's mean" if options.fallback else ""
    print(
        f"{destination}: {counts.rows:,} rows, "
        f"{counts.problems:,} without a prediction{answered} (column `problem`)"
    )
    for task, reason in counts.tasks_left_out.items():
        print(f"Task {task} is not predicted, since it could not be learned: {reason}.")
    if counts.problems == counts.rows:
        raise UserError(
            f"{destination}: no row has a prediction, see its column "
            f"`problem`; the SMILES were taken from the column "
            f"{counts.smiles_column!r} of {options.molecules}, and --smiles-column "
            "NAME (make predict: SMILES_COLUMN=NAME) names another"
        )
    return 0


def _share(text: str) -> float:
    """Read a number between 0 and 1."""
    try:
        share = float(text)
    except ValueError:
        share = nan
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(
            f"must be a number between 0 and 1, such as 0.9, got {text!r}"
        )
    return share


def _once(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Map names to paths; refuse a name that is given twice."""
    files: dict[str, str] = {}
    for name, path in named:
        if name in files:
            raise UserError(
                f"--features-file: {name} must have one file, got {files[name]} and "
                f"{path}; leave one"
            )
        files[name] = path
    return files


def _named_file(text: str) -> tuple[str, str]:
    """Take ``NAME=PATH`` apart."""
    name, sign, path = text.partition("=")
    if not (name and sign and path):
        raise argparse.ArgumentTypeError(f"must be NAME=PATH, got {text!r}")
    return name, path


def _with_progress(chunks: "Iterable[Chunk]", total: int) -> "Iterator[Chunk]":
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
