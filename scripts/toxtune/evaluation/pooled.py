"""What the search predicted of the molecules that a trial was scored on."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rdkit import Chem, rdBase

from toxtune.data.subsets import Subset


@dataclass(frozen=True, eq=False)
class PooledPredictions:
    """Molecules, and predictions of them by models that were not trained on them.

    Attributes
    ----------
    molecules
        The validation set; after a cross-validation, those of all folds one after the
        other, in a repeated one once for each repeat.
    predictions
        n_seeds x n_molecules x n_outputs.
    repeats
        How often each molecule is predicted.
    """

    molecules: Subset
    predictions: np.ndarray
    repeats: int = 1

    @property
    def first_repeat(self) -> "PooledPredictions":
        """What was predicted first: further repeats are no further molecules."""
        rows = range(len(self.molecules.ids) // self.repeats)
        once = rows_of(self.molecules, rows)
        return PooledPredictions(once, self.predictions[:, rows])


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


def _canonical(smiles: str) -> str:
    molecule = Chem.MolFromSmiles(smiles)
    return smiles if molecule is None else Chem.MolToSmiles(molecule)


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
