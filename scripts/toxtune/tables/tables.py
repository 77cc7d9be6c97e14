"""Read any table of molecules: separated values, an SD file or a SMILES file.

The format is recognised by content; what cannot be decided is asked for.
"""

from collections.abc import Collection
from itertools import islice
from pathlib import Path

from toxtune.errors import UserError
from toxtune.tables.sd_files import is_sd_file, sd_table
from toxtune.tables.separated_values import first_lines, separated_table
from toxtune.tables.smiles_files import find_layout, smiles_table
from toxtune.tables.table import Table
from toxtune.tables.text_files import Reading, TextFile, open_text


def open_table(
    path: Path,
    name: str = "",
    reading: Reading = Reading(),  # noqa: B008 (it is frozen)
    asked: Collection[str] = (),
) -> Table:
    """Recognise how a file is to be read, and read its header.

    Parameters
    ----------
    path
        The file; gzip is recognised.
    name
        What messages call it; the path if it is empty.
    reading
        What to do where the file does not tell.
    asked
        Names of columns that somebody asks for; they tell a header.

    Raises
    ------
    UserError
        If it cannot be read, is something else, or cannot be decided.
    """
    text = open_text(path, name or str(path), reading)
    if _has_structures(text):
        return sd_table(text)
    return _table_of_lines(text, reading, asked)


def open_header(
    path: Path, name: str, reading: Reading, asked: Collection[str] = ()
) -> Table | None:
    """Open a table as `open_table` does, unless its header takes all of the file.

    That of an SD file does, which may be large: None.

    Raises
    ------
    UserError
        As `open_table`.
    """
    text = open_text(path, name, reading)
    return None if _has_structures(text) else _table_of_lines(text, reading, asked)


def _has_structures(text: TextFile) -> bool:
    return is_sd_file(list(islice(text.lines(), 4)), text.name)


def _table_of_lines(text: TextFile, reading: Reading, asked: Collection[str]) -> Table:
    lines = [line for line in first_lines(text) if line.strip()]
    if not lines:
        raise UserError(f"{text.name}: has no rows")
    if layout := find_layout(lines, text.name, asked):
        return smiles_table(text, layout)
    return separated_table(text, reading, asked)
