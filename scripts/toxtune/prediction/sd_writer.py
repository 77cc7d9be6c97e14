"""Predictions as an SD file: the molecules, with all columns as data fields.

The records of an SD file keep the structures that they have, with their coordinates;
structures of SMILES get two-dimensional coordinates. Where predictions are explained, a
record has the structure that was predicted, since the contributions, which RDKit reads
as properties of atoms, are of its atoms. A molecule that cannot be read is
a record without atoms, whose field ``problem`` has the reason.
"""

from collections.abc import Sequence

from rdkit import Chem, rdBase
from rdkit.Chem import rdCoordGen, rdDepictor

from toxtune.molecules.smiles import parse_smiles
from toxtune.prediction.explanation_columns import atom_lists, atoms_column
from toxtune.prediction.molecule_table import Chunk
from toxtune.prediction.row_predictor import PredictedRows
from toxtune.prediction.writer import Written, made_of

_END = "$$$$"


# After the line with a title: no program, no comment, no atoms.
_NOTHING = "\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END"


class SdWriter:
    """Writes a record for each row."""

    def __init__(self, written: Written) -> None:
        self._written = written
        table = written.table.table
        # What the reader of an SD file has made of structures is in the structures.
        made = table.described if table.has_structures else frozenset()
        self._kept = [n for n, name in enumerate(table.header) if name not in made]
        # The reader puts the titles after the SMILES.
        self._title = 1 if table.has_structures and len(made) > 1 else None
        predictor = written.predictor
        columns = [table.header[n] for n in self._kept]
        # Lists of atoms have a spelling of their own.
        lists = set(map(atoms_column, predictor.model.metadata.tasks))
        if not predictor.explains:
            lists = set()
        said = predictor.columns
        self._said = [n for n, name in enumerate(said) if name not in lists]
        self._names = field_names([*columns, *(said[n] for n in self._said)])

    def write(self, chunk: Chunk, predicted: PredictedRows) -> None:
        """Write some rows."""
        blocks = self._structures(chunk, predicted)
        cells = self._written.predictor.rows(predicted)
        for number, (row, block) in enumerate(zip(chunk, blocks, strict=True)):
            title = "" if self._title is None else row.cells[self._title]
            values = [
                *(row.cells[n] for n in self._kept),
                *(cells[number][n] for n in self._said),
            ]
            fields = dict(zip(self._names, values, strict=True))
            if explanation := predicted.explanation_of(number):
                fields |= atom_lists(explanation)
                block = title + block[block.find("\n") :] if block else ""
            self._written.stream.write(block or title + _NOTHING)
            self._written.stream.write("\n")
            for name, value in fields.items():
                self._written.stream.write(f">  <{name}>\n{field_value(value)}\n\n")
            self._written.stream.write(f"{_END}\n")

    def _structures(self, chunk: Chunk, predicted: PredictedRows) -> list[str]:
        """Return the structures: as given, or made of SMILES."""
        has_structures = self._written.table.table.has_structures
        smiles = self._written.table.smiles(chunk)
        explained = {
            number: explanation.parent_smiles
            for number in range(len(chunk))
            if (explanation := predicted.explanation_of(number))
        }
        wanted = explained if has_structures else dict(enumerate(smiles)) | explained
        made = made_of(self._written.makers, list(wanted.values()))
        given = {number: row.structure for number, row in enumerate(chunk)}
        blocks = given | dict(zip(wanted, made, strict=True))
        return [blocks[number] for number in range(len(chunk))]

    def end(self) -> None:
        """Do nothing: all is written."""


def field_names(columns: Sequence[str]) -> list[str]:
    r"""Name the data fields: a line each, none twice, and none empty.

    Examples
    --------
    >>> field_names(["a\nb", "a b", ""])
    ['a b', 'a b_2', 'column_3']
    """
    names: list[str] = []
    for number, column in enumerate(columns, start=1):
        name = plain = " ".join(column.split()) or f"column_{number}"
        while name in names:
            name = f"{plain}_{number}"
        names.append(name)
    return names


def field_value(text: str) -> str:
    """Spell a value so that it ends neither its field nor its record."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(f" {line}" if line.startswith(_END) else line for line in lines)


def structures_of(smiles: Sequence[str]) -> list[str]:
    """Write molecules as SD files do, with two-dimensional coordinates.

    A text that cannot be read has an empty one.
    """
    with rdBase.BlockLogs():
        return [_structure_of(text) for text in smiles]


def _structure_of(smiles: str) -> str:
    molecule, _ = parse_smiles(smiles)
    if molecule is None:
        return ""
    # RDKit raises many classes, whose only common base is this one.
    try:
        _leave_open(molecule)
        rdDepictor.Compute2DCoords(molecule)
        written = Chem.MolToMolBlock(molecule)
        # Atoms of a cage may lie on each other, so that a centre of theirs has no hand.
        if not _is_read_as(written, molecule):
            rdCoordGen.AddCoords(molecule)
            written = Chem.MolToMolBlock(molecule)
        return written.rstrip("\n")
    except Exception:
        return ""


def _leave_open(molecule: Chem.Mol) -> None:
    """Say that nobody knows the side of a double bond: in a plane, each has one."""
    for info in Chem.FindPotentialStereo(molecule):
        is_bond = info.type == Chem.StereoType.Bond_Double
        if is_bond and info.specified == Chem.StereoSpecified.Unspecified:
            bond = molecule.GetBondWithIdx(info.centeredOn)
            bond.SetStereo(Chem.BondStereo.STEREOANY)


def _is_read_as(block: str, molecule: Chem.Mol) -> bool:
    found: Chem.Mol | None = Chem.MolFromMolBlock(block)
    return found is not None and Chem.MolToSmiles(found) == Chem.MolToSmiles(molecule)
