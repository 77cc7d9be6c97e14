"""Finding the column with the SMILES."""

import re
from collections.abc import Collection, Sequence

from rdkit import Chem, rdBase

from toxtune.errors import UserError
from toxtune.io.csv_rows import SEPARATORS

# The usual name, which also stands for "find it".
SMILES = "smiles"

_OTHER_NAMES = {"structure", "structures", "mol", "mols", "molecule", "smi", "drug"}


def candidates(header: Sequence[str]) -> list[str]:
    """Return the columns that most look like the one with the SMILES, by their names.

    ``smiles``, else that in any case, else a name of SMILES such as
    ``canonical_smiles``, else ``structure``, ``mol`` and the like.

    Examples
    --------
    >>> candidates(["ID", "Canonical SMILES", "structure"])
    ['Canonical SMILES']
    """
    for fits in (_is_exact, _is_plain, _is_of_smiles, _is_other):
        if found := list(dict.fromkeys(name for name in header if fits(name))):
            return found
    return []


def tell_a_header(cells: Sequence[str], asked: Collection[str]) -> bool:
    """Whether one of the cells names a column that has the SMILES or is asked for.

    A cell that could be taken apart once more names none.
    """
    whole = [cell for cell in cells if not set(cell) & set(SEPARATORS.values())]
    return bool(candidates(whole) or set(cells) & set(asked))


def _is_exact(name: str) -> bool:
    return name == SMILES


def _is_plain(name: str) -> bool:
    return name.lower() == SMILES


def _is_of_smiles(name: str) -> bool:
    return "smiles" in re.split(r"[^a-z]+", name.lower()) or name.lower().endswith(
        "smiles"
    )


def _is_other(name: str) -> bool:
    return name.lower() in _OTHER_NAMES


def find_smiles_column(
    header: Sequence[str], named: str, file: str, setting: str
) -> str:
    """Return the column with the SMILES.

    Parameters
    ----------
    header
        Names of the columns.
    named
        The column's name as the user has it; `SMILES` or empty to find it.
    file
        Name of the file, for messages.
    setting
        What the user writes before the column's name, for messages.

    Raises
    ------
    UserError
        If there is none, or there are several that it could be.
    """
    if named and header.count(named) == 1:
        return named
    if named and named in header:
        raise UserError(
            f"{file}: column names must differ, repeated: {named}, which has the SMILES"
        )
    if named and named != SMILES:
        return _in_other_case(header, named, file, setting)
    found = candidates(header)
    if not found and len(header) == 1:
        found = list(header)
    if len(found) == 1 and header.count(found[0]) == 1:
        return found[0]
    if found:
        raise UserError(
            f"{file}: several columns could be the one with the SMILES: "
            f"{', '.join(found)}; choose one, such as {setting}{found[0]}"
        )
    raise UserError(
        f"{file}: has no column {SMILES!r}, nor one of another usual name for SMILES; "
        f"write {setting}NAME; its columns are: {', '.join(header)}"
        f"{without_header(header)}"
    )


def _in_other_case(header: Sequence[str], named: str, file: str, setting: str) -> str:
    alike = [name for name in header if name.lower() == named.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    raise UserError(
        f"{file}: has no column {named!r} ({setting.strip(' :')}); its columns are: "
        f"{', '.join(header)}"
    )


def without_header(header: Sequence[str]) -> str:
    """Say so if a molecule stands among the names of the columns.

    Examples
    --------
    >>> without_header(["id", "CCO"])
    '; CCO is a molecule: write a line with the names of the columns above it'
    >>> without_header(["CN", "NO", "ID", "CAS"])
    ''
    """
    with rdBase.BlockLogs():
        for name in header:
            molecule = Chem.MolFromSmiles(name) if len(name) > 2 else None
            if molecule is not None and molecule.GetNumAtoms() > 2:
                return (
                    f"; {name} is a molecule: write a line with the names of the "
                    "columns above it"
                )
    return ""
