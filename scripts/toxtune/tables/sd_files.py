"""SD files: molecules with their properties, which become columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem, rdBase

from toxtune.errors import UserError
from toxtune.io.text_lines import MAX_LINE
from toxtune.molecules.smiles import MAX_ATOMS
from toxtune.tables.smiles_column import SMILES
from toxtune.tables.sources import format_suffix
from toxtune.tables.table import Table, TableRow, column_name
from toxtune.tables.text_files import TextFile

# The fourth line of a molecule: numbers of atoms and bonds, and the version.
_COUNTS = re.compile(r"[ \d]{6}.*V[23]000\s*")

_PROPERTY = re.compile(r">[^<]*<(.*)>[^>]*")

_END = "$$$$"

_SUFFIXES = {".sdf", ".sd", ".mol"}


MAX_PROPERTIES = 10_000


@dataclass(frozen=True)
class Record:
    """A molecule of an SD file.

    Attributes
    ----------
    line
        Where it begins.
    block
        The lines of its structure.
    properties
        Name to value; a value over several lines has line ends in it.
    """

    line: int
    block: list[str]
    properties: dict[str, str]

    @property
    def title(self) -> str:
        """The first line of the structure."""
        return self.block[0].strip() if self.block else ""


def is_sd_file(beginning: list[str], name: str) -> bool:
    """Tell by the first four lines, or the name, whether a file is an SD file."""
    has_counts = len(beginning) == 4 and bool(_COUNTS.fullmatch(beginning[3]))
    return has_counts or format_suffix(name) in _SUFFIXES


def sd_table(text: TextFile) -> Table:
    """Open an SD file: read it once, for the names of its properties.

    Raises
    ------
    UserError
        If a record has more than `MAX_LINE` characters, or the file more than
        `MAX_PROPERTIES` properties.
    """
    names: dict[str, None] = {}
    has_titles = False
    for record in read_records(text):
        names.update(dict.fromkeys(record.properties))
        has_titles = has_titles or bool(record.title)
        if len(names) > MAX_PROPERTIES:
            raise UserError(
                f"{text.name}, line {record.line}: must have at most "
                f"{MAX_PROPERTIES:,} different properties, this file has more"
            )
    smiles = _free_name(SMILES, names)
    title = [_free_name("title", names)] if has_titles else []

    def rows() -> Iterator[TableRow]:
        for record in read_records(text):
            written, problem = _smiles_of(record)
            cells = [written, *([record.title] if title else [])]
            cells += [record.properties.get(name, "") for name in names]
            structure = "" if problem else "\n".join(record.block)
            yield TableRow(record.line, cells, problem, structure)

    note = (
        f"The file is an SD file, in {text.encoding.name}; its {len(names)} properties "
        f"are columns, and the SMILES of its structures are in the column {smiles!r}"
        + (f", their first lines in {title[0]!r}." if title else ".")
    )
    return Table(
        name=text.name,
        header=[smiles, *title, *names],
        read=rows,
        notes=[note],
        smiles_column=smiles,
        described=frozenset([smiles, *title]),
        has_structures=True,
    )


def read_records(text: TextFile) -> Iterator[Record]:
    """Take an SD file apart into its records.

    Raises
    ------
    UserError
        If one has more than `MAX_LINE` characters.
    """
    lines: list[str] = []
    first, size = 1, 0
    for number, line in enumerate(text.lines(), start=1):
        size += len(line)
        if size > MAX_LINE:
            raise UserError(
                f"{text.name}, line {first}: a molecule must have at most "
                f"{MAX_LINE:,} characters, this one has more"
            )
        if line.startswith(_END):
            yield _record(first, lines)
            lines, first, size = [], number + 1, 0
        else:
            lines.append(line.rstrip("\r\n"))
    # A file of one molecule may have no end.
    if any(line.strip() for line in lines):
        yield _record(first, lines)


def _record(first: int, lines: list[str]) -> Record:
    """Tell structure and properties apart: each begins with > and ends blank."""
    start = next((n for n, line in enumerate(lines) if line.startswith("M  END")), None)
    if start is None:
        start = next(
            (n for n, line in enumerate(lines[4:], start=3) if line.startswith(">")),
            len(lines) - 1,
        )
    properties: dict[str, list[str]] = {}
    values: list[str] | None = None
    for line in lines[start + 1 :]:
        if values is None and line.startswith(">"):
            found = _PROPERTY.fullmatch(line.strip())
            name = column_name(found.group(1) if found else line[1:])
            values = properties.setdefault(name, [])
        elif not line.strip():
            values = None
        elif values is not None:
            values.append(line)
    return Record(
        first,
        lines[: start + 1],
        {name: "\n".join(value).strip() for name, value in properties.items() if name},
    )


def _smiles_of(record: Record) -> tuple[str, str]:
    """Return the SMILES and no problem, or an empty one and a problem."""
    with rdBase.BlockLogs():
        molecule: Chem.Mol | None = Chem.MolFromMolBlock("\n".join(record.block))
        if molecule is None:
            return "", "RDKit cannot read the structure"
        if molecule.GetNumAtoms() == 0:
            return "", "no structure"
        if molecule.GetNumAtoms() > MAX_ATOMS:
            return "", f"more than {MAX_ATOMS:,} atoms"
        return Chem.MolToSmiles(molecule), ""


def _free_name(name: str, taken: dict[str, None]) -> str:
    """Return a name that no property has, in any case."""
    others = {other.lower() for other in taken}
    while name in others:
        name = f"{name}_of_structure"
    return name
