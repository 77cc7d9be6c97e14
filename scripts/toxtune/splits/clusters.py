"""Clusters of molecules that no splitter divides: of one scaffold, alike, or named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem.Scaffolds import MurckoScaffold
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from toxtune.errors import UserError
from toxtune.features.similarity import fingerprints, similarity_blocks

# Each molecule is compared with each: 50,000 take minutes, 500,000 would take hours.
MOST_TO_COMPARE = 50_000


@dataclass(frozen=True)
class Clusters:
    """Which molecules stay together.

    Attributes
    ----------
    noun
        What a cluster is, for messages, such as ``scaffold``.
    numbers
        n_molecules: the number of each molecule's cluster.
    """

    noun: str
    numbers: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How many molecules each cluster has."""
        return np.bincount(self.numbers)

    def take(self, molecules: Sequence[int] | np.ndarray) -> Self:
        """Keep some molecules; clusters are numbered again."""
        _, numbers = np.unique(self.numbers[molecules], return_inverse=True)
        return type(self)(self.noun, numbers)


def by_scaffold(smiles: Sequence[str]) -> Clusters:
    """Find molecules of one Bemis-Murcko scaffold; those without a ring share one."""
    with rdBase.BlockLogs():
        scaffolds = [
            MurckoScaffold.MurckoScaffoldSmiles(mol=Chem.MolFromSmiles(text))
            for text in smiles
        ]
    return Clusters("scaffold", _numbered(scaffolds))


def by_similarity(smiles: Sequence[str], cutoff: float) -> Clusters:
    """Find clusters by Butina's algorithm.

    The molecule with most neighbours becomes the centre of a cluster of all of them; of
    the rest, the one that had most of all molecules as neighbours is the next centre,
    and so on (Butina, J. Chem. Inf. Comput. Sci. 39, 747, 1999). RDKit has it with a
    matrix of all distances; lists of neighbours are the same and need less memory.

    Parameters
    ----------
    smiles
        Of each molecule.
    cutoff
        The Tanimoto distance of ECFP4 up to which two molecules are neighbours.

    Raises
    ------
    UserError
        If there are more than `MOST_TO_COMPARE` molecules.
    """
    if len(smiles) > MOST_TO_COMPARE:
        raise UserError(
            f"split.method: butina compares each molecule with each, at most "
            f"{MOST_TO_COMPARE:,}; write scaffold, got {len(smiles):,} molecules"
        )
    neighbours = _neighbours(smiles, cutoff)
    sizes = np.array([len(near) for near in neighbours])
    # As RDKit does, of equally many neighbours the last first.
    order = np.lexsort((np.arange(len(sizes)), sizes))[::-1]
    cluster_of = np.full(len(smiles), -1)
    for centre in order:
        if cluster_of[centre] < 0:
            near = neighbours[centre]
            cluster_of[near[cluster_of[near] < 0]] = centre
    return Clusters("cluster", _numbered(cluster_of.tolist()))


def by_name(molecules: Sequence[int], names: Sequence[str]) -> Clusters:
    """Find the molecules that share a name, directly or through others.

    Parameters
    ----------
    molecules, names
        The number of the molecule, and the name, of each row; an empty name is none.
    """
    count = max(molecules) + 1
    number = {
        name: count + n for n, name in enumerate(dict.fromkeys(filter(None, names)))
    }
    pairs = [
        (molecule, number[name])
        for molecule, name in zip(molecules, names, strict=True)
        if name
    ]
    size = count + len(number)
    starts, ends = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(pairs)), (starts, ends)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    return Clusters("group", _numbered(component[:count].tolist()))


def _neighbours(smiles: Sequence[str], cutoff: float) -> list[np.ndarray]:
    """List the neighbours of each molecule, itself among them."""
    prints = fingerprints(smiles)
    of: list[np.ndarray] = [np.empty(0, dtype=np.int32)]
    near: list[np.ndarray] = list(of)
    for molecules, start, similarities in similarity_blocks(prints, prints):
        rows, columns = np.nonzero(1 - similarities <= cutoff)
        of.append((rows + molecules.start).astype(np.int32))
        near.append((columns + start).astype(np.int32))
    # A stable sort leaves the neighbours of a molecule in their order.
    order = np.argsort(np.concatenate(of), kind="stable")
    counts = np.bincount(np.concatenate(of), minlength=len(smiles))
    return np.split(np.concatenate(near)[order], np.cumsum(counts)[:-1])


def _numbered(names: Sequence[object]) -> np.ndarray:
    """Return a number for each name, in the order in which they first come."""
    number = {name: n for n, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], dtype=int)
