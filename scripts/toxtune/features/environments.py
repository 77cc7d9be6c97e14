"""From the columns of a fingerprint back to the atoms that set them.

An environment is what one column stands for at one place of a molecule: the atoms
around a centre, a pair, a row of four, a path, or a match of a MACCS key. Where RDKit
says which atoms each has, an atom can be masked: its environments are taken out of the
fingerprint (Riniker and Landrum 2013, J. Cheminf. 5, 43; Sheridan 2019, J. Chem. Inf.
Model. 59, 1324). A count goes down by the environments that hold the atom. A bit goes
off if one of them does, as in RDKit's similarity maps, even where another sets it as
well: else a group that a molecule has twice would seem to count for nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from toxtune.features.definitions import Definition
from toxtune.features.featurizers import MAX_COUNT
from toxtune.features.generators import (
    circular_generator,
    pairs_generator,
    paths_generator,
    torsions_generator,
)

# A column and the atoms of one of its environments.
Environment = tuple[int, Sequence[int]]

# From a molecule of RDKit's to its environments.
FindEnvironments = Callable[[Any], Iterable[Environment]]

GENERATORS: dict[str, Callable[..., Any]] = {
    "circular": circular_generator,
    "atom_pairs": pairs_generator,
    "torsions": torsions_generator,
    "paths": paths_generator,
}

MACCS = "maccs"

# Two MACCS keys have no pattern: more than one aromatic ring, or fragment.
AROMATIC_RINGS, FRAGMENTS = 125, 166

# Of a MACCS key's pattern, in a molecule.
_MAX_MATCHES = 100_000


def has_environments(definition: Definition) -> bool:
    """Whether RDKit says which atoms the columns of these features come from.

    It does not of Avalon's fingerprint; and descriptors, ErG and own features are of
    the whole molecule.
    """
    return definition["kind"] in {*GENERATORS, MACCS}


@dataclass(frozen=True)
class Masks:
    """What masking takes out of one molecule's fingerprint.

    Its rows are the molecule as it is; the molecule without each of its atoms, in their
    order; and without all of them.

    Attributes
    ----------
    taken
        n_atoms + 2 x n_features: how many environments of the column are taken out.
    is_count
        Whether the fingerprint has counts; else bits.
    """

    taken: csr_array
    is_count: bool

    def apply(self, values: np.ndarray, rows: slice) -> np.ndarray:
        """Return some of the rows of the masked fingerprint.

        Parameters
        ----------
        values
            n_features: the molecule's fingerprint.
        rows
            Which ones.

        Returns
        -------
        np.ndarray
            n_rows x n_features, of the type of `values`.
        """
        taken = self.taken[rows].toarray()
        if not self.is_count:
            return np.where(taken > 0, 0, values).astype(values.dtype)
        # Counts are kept up to a limit, and those of a large molecule may exceed it.
        left = np.minimum(self.taken[[-1]].toarray() - taken, MAX_COUNT)
        return np.where(taken > 0, left, values).astype(values.dtype)


def find_masks(definition: Definition, smiles: str, n_features: int) -> Masks:
    """Find the environments of each atom of a molecule.

    Parameters
    ----------
    definition
        Of features that have environments, see `has_environments`.
    smiles
        A SMILES that RDKit can parse.
    n_features
        Columns of the fingerprint.
    """
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    n_atoms = molecule.GetNumAtoms()
    rows: list[int] = []
    columns: list[int] = []
    for column, atoms in _finder(definition)(molecule):
        rows += [1 + atom for atom in atoms]
        rows.append(n_atoms + 1)
        columns += [column] * (len(atoms) + 1)
    ones = np.ones(len(rows), dtype=np.int32)
    # Entries of the same place are added up.
    taken = csr_array((ones, (rows, columns)), shape=(n_atoms + 2, n_features))
    return Masks(taken, bool(definition.get("count", False)))


def _finder(definition: Definition) -> FindEnvironments:
    kind = definition["kind"]
    if kind == MACCS:
        return _maccs_environments
    settings = {
        key: value for key, value in definition.items() if key not in {"kind", "count"}
    }
    generator = GENERATORS[kind](**settings)
    return lambda molecule: _of_generator(generator, molecule)


def _of_generator(generator: Any, molecule: Any) -> Iterator[Environment]:
    from rdkit.Chem.rdFingerprintGenerator import AdditionalOutput

    output = AdditionalOutput()
    output.CollectAtomsPerBit()
    generator.GetCountFingerprint(molecule, additionalOutput=output)
    for column, environments in output.GetAtomsPerBit().items():
        for atoms in environments:
            yield column, atoms


def _maccs_environments(molecule: Any) -> Iterator[Environment]:
    """Yield the matches of the keys; of keys that are off as well, which stay off."""
    from rdkit import Chem

    for key, pattern in _maccs_patterns().items():
        for atoms in molecule.GetSubstructMatches(pattern, maxMatches=_MAX_MATCHES):
            yield key, atoms
    rings = molecule.GetRingInfo()
    for atoms, bonds in zip(rings.AtomRings(), rings.BondRings(), strict=True):
        if all(molecule.GetBondWithIdx(bond).GetIsAromatic() for bond in bonds):
            yield AROMATIC_RINGS, atoms
    for atoms in Chem.GetMolFrags(molecule):
        yield FRAGMENTS, atoms


@cache
def _maccs_patterns() -> dict[int, Any]:
    """Map keys to the patterns that RDKit publishes for them."""
    from rdkit import Chem
    from rdkit.Chem.MACCSkeys import smartsPatts

    return {
        key: Chem.MolFromSmarts(smarts)
        for key, (smarts, _) in smartsPatts.items()
        if smarts != "?"
    }
