"""SMILES files: a SMILES on each line, then a name, with or without a header line.

Tables whose columns are separated by blanks are read alike.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rdkit import Chem, rdBase

from toxtune.errors import UserError
from toxtune.io.csv_rows import SEPARATORS, TAB
from toxtune.io.text_lines import MAX_LINE
from toxtune.tables.smiles_column import SMILES, candidates, tell_a_header
from toxtune.tables.sources import format_suffix
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
    hint
        What the file may have been meant to be: a sentence, or empty.
    """

    header: list[str]
    has_header: bool
    separator: str | None
    hint: str = ""

    def cells(self, line: str) -> list[str]:
        """Take a line apart; columns that it does not have are empty."""
        width = len(self.header)
        if self.separator:
            cells = [cell.strip() for cell in line.split(self.separator)]
        else:
            cells = [cell.strip() for cell in line.split(None, width - 1)]
        return cells + [""] * (width - len(cells))


def find_layout(
    lines: Sequence[str], name: str, asked: Collection[str]
) -> Layout | None:
    """Tell by its first lines whether blanks separate a file's columns.

    Parameters
    ----------
    lines
        The first lines that are not blank; at least one.
    name
        Of the file; ``.smi`` tells that the first line is a molecule, even if RDKit
        cannot read it.
    asked
        Names of columns that tell a header of separated values.
    """
    first, *others = lines
    for sign in _separating(lines):
        cells = [cell.strip().strip('"') for cell in first.split(sign)]
        if len(cells) > 1 and tell_a_header(cells, asked):
            return None
    words = first.split()
    if (
        len(words) > 1
        and candidates(words)
        and not _may_be_separated(lines)
        and not (others and len(others[0].split()) == 1)
    ):
        return Layout(words, has_header=True, separator=None)
    if candidates([first.strip()]) or first.strip() in asked:
        return None
    if format_suffix(name) not in _SUFFIXES and not _is_molecule(words[0]):
        if not _has_even_columns(lines):
            return None
        return Layout(words, has_header=True, separator=None)
    if TAB in first:
        width = max(2, len(first.rstrip("\r\n").split(TAB)))
        more = [f"column_{number}" for number in range(3, width + 1)]
        return Layout([SMILES, "name", *more], has_header=False, separator=TAB)
    return Layout([SMILES, "name"], False, separator=None, hint=_hint(lines))


def _separating(lines: Sequence[str]) -> list[str]:
    """List the signs of the first line that may separate columns.

    A name of a column may have a sign in it, such as a comma, that no other line has.
    """
    first, *others = lines
    return [
        sign
        for sign in SEPARATORS.values()
        if sign in first and any(sign in line for line in others or [first])
    ]


def _may_be_separated(lines: Sequence[str]) -> bool:
    """Whether a sign separates columns, or a quote of the first line is not closed."""
    return bool(_separating(lines)) or lines[0].count('"') % 2 == 1


def _has_even_columns(lines: Sequence[str]) -> bool:
    """Whether blanks alone make columns: as many words, more than one, on each line."""
    if _may_be_separated(lines):
        return False
    counts = {len(line.split()) for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts != {1}


def _hint(lines: Sequence[str]) -> str:
    """Say how the words behind a SMILES become columns, if they look like columns."""
    width = len(lines[0].split())
    if width < 3 or not _has_even_columns(lines):
        return ""
    return (
        f"Each line has {width} words; all behind the first are its name. If they are "
        f"columns, write a line with {width} names above them, such as "
        f"`{' '.join(['smiles', 'name', 'value', *['more'] * (width - 3)])}`."
    )


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
            words = line.split()
            if layout.separator is None and 1 < len(words) < width:
                raise UserError(
                    f"{text.name}, line {number}: must have {width} columns like the "
                    f"header, separated by blanks, got {len(words)}"
                )
            yield TableRow(number, cells[:width])

    described = frozenset() if layout.has_header else frozenset([SMILES, "name"])
    note = (
        "The table's columns are separated by blanks; its text is "
        f"{text.encoding.name}."
        if layout.has_header
        else "The file is a SMILES file without a header line; its columns are called "
        f"{', '.join(layout.header)}; its text is {text.encoding.name}."
    )
    notes = [note, *filter(None, [layout.hint])]
    smiles = "" if layout.has_header else SMILES
    return Table(text.name, layout.header, rows, notes, smiles, described)


def _is_molecule(text: str) -> bool:
    if len(text) > MAX_LINE // 1000 or not text.isascii():
        return False
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    return molecule is not None and molecule.GetNumAtoms() > 0
