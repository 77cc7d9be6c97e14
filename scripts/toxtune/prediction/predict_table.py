"""From a table with SMILES to the same table with predictions, chunk by chunk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from toxtune.errors import UserError
from toxtune.io.destination import refuse_destination
from toxtune.io.files import whole_file
from toxtune.prediction.final_model import opened
from toxtune.prediction.inputs import LIMIT_SECONDS, input_readers, useful_workers
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.molecule_table import (
    OPTIONS,
    Chunk,
    MoleculeTable,
    read_molecules,
)
from toxtune.prediction.output_formats import OutputFormat
from toxtune.prediction.own_numbers import OwnNumbers, find_own_numbers, refuse_both
from toxtune.prediction.page_writer import (
    PageWriter,
    WithDiscs,
    drawings_of,
    refuse_too_many,
)
from toxtune.prediction.prediction import NOTHING
from toxtune.prediction.row_predictor import RowPredictor, prediction_columns
from toxtune.prediction.sd_writer import SdWriter, structures_of
from toxtune.prediction.support_columns import CONFIDENCE
from toxtune.prediction.writer import CsvWriter, Makers, Writer, Written
from toxtune.tables.sources import local_path
from toxtune.tables.table import Table
from toxtune.tables.text_files import Reading
from toxtune.text import decimals_of_share

NO_FILES: Mapping[str, str] = MappingProxyType({})


WRITERS: Mapping[OutputFormat, Callable[[Written], Writer]] = {
    OutputFormat.CSV: CsvWriter,
    OutputFormat.HTML: PageWriter,
    OutputFormat.SDF: SdWriter,
}


# What a file has of each molecule beside the table's columns.
MAKERS: Mapping[OutputFormat, Callable[[Sequence[str]], list[str]]] = {
    OutputFormat.HTML: drawings_of,
    OutputFormat.SDF: structures_of,
}


# How many tasks the terminal tells the thresholds of.
MOST_THRESHOLDS = 3


@dataclass(frozen=True)
class PredictionCounts:
    """What was written.

    Attributes
    ----------
    rows, problems
        How many there are, and how many of them have no prediction.
    tasks_left_out
        Tasks of the dataset that the model does not predict, with the reason.
    notes
        What was taken for what in the table, and whether a folder was made: sentences
        for people.
    smiles_column
        Where the SMILES were.
    """

    rows: int
    problems: int
    tasks_left_out: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    smiles_column: str = ""


def show_nothing(chunks: Iterable[Chunk], n_rows: int) -> Iterable[Chunk]:
    """Yield the chunks, without a word on how far they are."""
    return chunks


def predict_file(
    *,
    model: Path,
    source: Path,
    destination: Path,
    smiles_column: str | None = None,
    reading: Reading = OPTIONS,
    features_files: Mapping[str, str] = NO_FILES,
    fallback: bool = False,
    confidence: float = CONFIDENCE,
    explain: bool = False,
    written_as: OutputFormat = OutputFormat.CSV,
    show_progress: Callable[[Iterable[Chunk], int], Iterable[Chunk]] = show_nothing,
) -> PredictionCounts:
    """Write the rows of a table with their predictions, whole or not at all.

    Parameters
    ----------
    model
        The final model.
    source
        A table with SMILES, an SD file or a SMILES file.
    destination
        The file to write.
    smiles_column
        The column with the SMILES; ``None`` for its name in the dataset, or another
        usual one.
    reading
        What to do where the table does not tell how it is to be read.
    features_files
        Name of own features of the model's to a file that has them.
    fallback
        Whether rows without a prediction get the fallback.
    confidence
        Of prediction sets and intervals.
    explain
        Whether to say which atoms the predictions come from.
    written_as
        What kind of file it is.
    show_progress
        Gets the chunks of rows and the number of rows; yields the chunks.

    Raises
    ------
    UserError
        If model or table cannot be read, the table is too long for a page, or the
        destination is no place for a file, or one of the files that are read.
    """
    refuse_destination(
        destination, [source, model, *map(local_path, features_files.values())]
    )
    is_new_folder = not destination.parent.exists()
    with opened(model) as packed:
        # Before the models are loaded, which takes seconds.
        table = read_molecules(
            source, packed.metadata.smiles_column, smiles_column, reading
        )
        _refuse_taken_names(table.table, packed.metadata, explain)
        if written_as == OutputFormat.HTML:
            refuse_too_many(table.n_rows, source)
        refuse_both(packed.metadata.own_features, table.table, features_files)
        own = find_own_numbers(
            packed.metadata.own_features,
            table.table,
            features_files,
            "--features-file NAME=PATH",
            reading,
        )
        # They are forked before the models bring threads.
        with (
            input_readers(packed.metadata, table.n_rows) as readers,
            _makers(written_as, table.n_rows) as makers,
        ):
            final_model = packed.load()
            with whole_file(destination) as stream:
                predictor = RowPredictor(
                    final_model, readers, confidence, fallback, explain
                )
                writer = WRITERS[written_as](Written(stream, table, predictor, makers))
                chunks = show_progress(table.chunks(), table.n_rows)
                problems = write_predictions(predictor, table, writer, chunks, own)
    left_out = final_model.metadata.tasks_left_out
    notes = [*table.notes, *_thresholds_in_words(packed.metadata)]
    if is_new_folder:
        notes.append(f"The folder {destination.parent} is new.")
    return PredictionCounts(
        table.n_rows, problems, left_out, notes, table.smiles_column
    )


def _thresholds_in_words(metadata: FinalModelMetadata) -> list[str]:
    """Say from which probability on a molecule is called what; of a few tasks."""
    called = [
        f"{task} is called {metadata.labels.class_names(task, 2)[1]} from "
        f"{fitted.threshold:.{decimals_of_share(fitted.threshold, 2)}f} on"
        for task, fitted in metadata.thresholds.items()
        if fitted.threshold is not None
    ]
    if not called:
        return []
    if (more := len(called) - MOST_THRESHOLDS) > 1:
        called[MOST_THRESHOLDS:] = [f"and {more:,} more tasks by their thresholds"]
    return [f"{', '.join(called)}."]


def _makers(written_as: OutputFormat, n_rows: int) -> Makers:
    """Start what makes drawings or structures; nothing where the file has neither."""
    make = MAKERS.get(written_as)
    if make is None:
        return Makers(list, 0, LIMIT_SECONDS)
    # What the children need is imported before they fork.
    make([WithDiscs("C")])
    return Makers(make, useful_workers(n_rows), LIMIT_SECONDS)


def _refuse_taken_names(
    table: Table, metadata: FinalModelMetadata, explain: bool
) -> None:
    new_columns = prediction_columns(metadata, explain)
    if taken := [name for name in new_columns if name in table.header]:
        raise UserError(
            f"{table.name}: has a column {taken[0]!r} of its own; rename it"
        )


def write_predictions(
    predictor: RowPredictor,
    table: MoleculeTable,
    writer: Writer,
    chunks: Iterable[Chunk],
    own: OwnNumbers = NOTHING,
) -> int:
    """Write the rows with their predictions; return how many have a problem.

    `own` has the own numbers of all rows.
    """
    n_problems = start = 0
    for chunk in chunks:
        end = start + len(chunk)
        of_chunk = {name: numbers[start:end] for name, numbers in own.items()}
        start = end
        predicted = predictor.predict(table.smiles(chunk), of_chunk)
        for number, row in enumerate(chunk):
            # The file's own reason says more than that there is no SMILES.
            if row.problem and not row.cells[table.smiles_index]:
                predicted.problems[number] = row.problem
        writer.write(chunk, predicted)
        n_problems += sum(map(bool, predicted.problems))
    writer.end()
    return n_problems
