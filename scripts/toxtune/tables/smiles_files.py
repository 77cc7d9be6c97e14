"""SMILES files: a SMILES on each line, then a name, with or without a header line."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from rdkit import Chem, rdBase

from toxtune.errors import UserError
from toxtune.io.csv_rows import COMMA, SEMICOLON, TAB
from toxtune.io.text_lines import MAX_LINE
from toxtune.tables.smiles_column import SMILES, candidates, tell_a_header
from toxtune.tables.table import Table, TableRow
from toxtune.tables.text_files import TextFile

_SUFFIXES = {".smi", ".smiles", ".ism", ".can"}


@dataclass(frozen=True)
class Layout:
    """How the lines of a SMILES file are read.

    Attributes
    ----------
    header
        Names of the columns.
    has_header
        Whether the first line has them.
    separator
        A tab, or ``None`` for any blanks; the last column may have blanks in it.
    """

    header: list[str]
    has_header: bool
    separator: str | None

    def cells(self, line: str) -> list[str]:
        """Take a line apart; columns that it does not have are empty."""
        width = len(self.header)
        if self.separator:
            cells = [cell.strip() for cell in line.split(self.separator)]
        else:
            cells = [cell.strip() for cell in line.split(None, width - 1)]
        return cells + [""] * (width - len(cells))


def find_layout(
    first: str, second: str, name: str, asked: Collection[str]
) -> Layout | None:
    """Tell by its first lines whether a file is a SMILES file.

    Parameters
    ----------
    first, second
        The first two lines that are not blank; empty if there is no second.
    name
        Of the file; ``.smi`` tells that the first line is a molecule, even if RDKit
        cannot read it.
    asked
        Names of columns that tell a header of separated values.
    """
    for sign in (TAB, SEMICOLON, COMMA):
        cells = [cell.strip().strip('"') for cell in first.split(sign)]
        if len(cells) > 1 and tell_a_header(cells, asked):
            return None
    words = first.split()
    if len(words) > 1 and candidates(words) and len(second.split()) != 1:
        return Layout(words, has_header=True, separator=None)
    if candidates([first.strip()]) or first.strip() in asked:
        return None
    is_named = _SUFFIXES & {suffix.lower() for suffix in PurePath(name).suffixes[-2:]}
    if not is_named and not _is_molecule(words[0]):
        return None
    if TAB in first:
        width = max(2, len(first.rstrip("\r\n").split(TAB)))
        others = [f"column_{number}" for number in range(3, width + 1)]
        return Layout([SMILES, "name", *others], has_header=False, separator=TAB)
    return Layout([SMILES, "name"], has_header=False, separator=None)


def smiles_table(text: TextFile, layout: Layout) -> Table:
    """Open a SMILES file."""
    width = len(layout.header)

    def rows() -> Iterator[TableRow]:
        is_header = layout.has_header
        for number, line in enumerate(text.lines(), start=1):
            if not line.strip():
                continue
            if is_header:
                is_header = False
                continue
            cells = layout.cells(line)
            if any(cells[width:]):
                raise UserError(
                    f"{text.name}, line {number}: must have {width} columns like the "
                    f"first line, got {len(cells)}"
                )
            yield TableRow(number, cells[:width])

    described = frozenset() if layout.has_header else frozenset([SMILES, "name"])
    header = (
        "with a header line"
        if layout.has_header
        else f"without a header line; its columns are called {', '.join(layout.header)}"
    )
    note = f"The file is a SMILES file {header}; its text is {text.encoding.name}."
    smiles = "" if layout.has_header else SMILES
    return Table(text.name, layout.header, rows, [note], smiles, described)


def _is_molecule(text: str) -> bool:
    if len(text) > MAX_LINE // 1000 or not text.isascii():
        return False
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    return molecule is not None and molecule.GetNumAtoms() > 0
