"""Which rows are of one molecule: each counts once, however many it has."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from rdkit import Chem, rdBase

from toxtune.data.subsets import Subset


def structures(smiles: Sequence[str], groups: Sequence[Hashable]) -> list[str]:
    """Name what is drawn in each row: rows of one name are of one molecule.

    The name is the canonical SMILES where others may be equal to it, else the text.

    Parameters
    ----------
    smiles
        As in the table, where one molecule may be written in several ways.
    groups
        Of each row what equal molecules have in common.

    Examples
    --------
    >>> structures(["OCC", "CCO", "OCCC"], ["g", "g", "h"])
    ['CCO', 'CCO', 'OCCC']
    """
    rows = Counter(groups)
    with rdBase.BlockLogs():
        return [
            _canonical(text) if rows[group] > 1 else text
            for text, group in zip(smiles, groups, strict=True)
        ]


def first_rows(names: Sequence[str]) -> list[int]:
    """Return the first row of each molecule: further ones are no further molecules.

    `names` are those of `structures`.
    """
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, row)
    return list(rows.values())


def each_once(molecules: Subset) -> Subset:
    """Return the first row of each molecule."""
    names = structures(molecules.smiles, molecules.groups)
    return rows_of(molecules, first_rows(names))


def rows_of(molecules: Subset, rows: Sequence[int]) -> Subset:
    """Return some molecules."""
    return replace(
        molecules,
        ids=[molecules.ids[row] for row in rows],
        smiles=[molecules.smiles[row] for row in rows],
        groups=[molecules.groups[row] for row in rows],
        labels=molecules.labels[rows],
    )


def _canonical(smiles: str) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    return smiles if molecule is None else Chem.MolToSmiles(molecule)
