"""How similar molecules are to others, such as those that a model was trained on.

Bits in common are counted by the product of a sparse matrix (the bits that the queries
have, a fortieth of all) and a dense one: one addition for a bit of a query and a
reference, which a processor does in many lanes. So a core compares some hundred million
pairs a second, in whole numbers, and each division gives what RDKit's does.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from scipy.sparse import csr_matrix

# ECFP4 (Rogers and Hahn 2010), whatever features the models use, so that numbers of
# different runs can be compared.
RADIUS, SIZE = 2, 2048

# Molecules that are compared at a time: what is in use then stays in the caches.
QUERIES, REFERENCES = 256, 4096


def nearest(
    queries: Sequence[str], references: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the most similar reference of each query.

    Parameters
    ----------
    queries, references
        SMILES that RDKit can parse.

    Returns
    -------
    similarities
        n_queries, Tanimoto coefficients: bits in common / bits in either.
    numbers
        n_queries, the reference; of equally similar ones the first.
    """
    found = nearest_neighbours(fingerprints(queries), fingerprints(references))
    similarities, numbers = found
    return similarities[:, 0], numbers[:, 0]


def nearest_neighbours(
    queries: np.ndarray, references: np.ndarray, k: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` most similar references of each query.

    Parameters
    ----------
    queries, references
        As `fingerprints` returns them.
    k
        How many; where there are fewer references, all of them are found.

    Returns
    -------
    similarities
        n_queries x k, Tanimoto coefficients, highest first.
    numbers
        n_queries x k, the references; of equally similar ones the first.

    Raises
    ------
    ValueError
        If there is no reference, or fingerprints differ in length.
    """
    if not len(references):
        raise ValueError("there is no molecule to compare with")
    k = min(k, len(references))
    similarities = np.full((len(queries), k), -1.0)
    numbers = np.zeros((len(queries), k), dtype=np.int64)
    for rows, start, block in similarity_blocks(queries, references):
        near, columns = _highest(block, min(k, block.shape[1]))
        # Those of earlier blocks stand first: of equally similar ones they are kept.
        near = np.concatenate([similarities[rows], near], axis=1)
        columns = np.concatenate([numbers[rows], columns + start], axis=1)
        order = np.argsort(-near, axis=1, kind="stable")[:, :k]
        similarities[rows] = np.take_along_axis(near, order, axis=1)
        numbers[rows] = np.take_along_axis(columns, order, axis=1)
    return similarities, numbers


def similarity_blocks(
    queries: np.ndarray, references: np.ndarray
) -> Iterator[tuple[slice, int, np.ndarray]]:
    """Compare each query with each reference, some of them at a time.

    Parameters
    ----------
    queries, references
        As `fingerprints` returns them.

    Yields
    ------
    rows
        The queries of the block.
    start
        The first of its references.
    similarities
        Tanimoto coefficients, queries x references, at most `QUERIES` x `REFERENCES`.
        The references of one and the same queries come in their order.

    Raises
    ------
    ValueError
        If fingerprints differ in length.
    """
    sizes = _numbers_of_bits(queries), _numbers_of_bits(references)
    for start in range(0, len(references), REFERENCES):
        columns = slice(start, start + REFERENCES)
        # A row for each bit, which has all references side by side.
        dense = np.unpackbits(references[columns], axis=1).T.astype(np.uint16, "C")
        for first in range(0, len(queries), QUERIES):
            rows = slice(first, first + QUERIES)
            bits = csr_matrix(np.unpackbits(queries[rows], axis=1), dtype=np.uint16)
            common = bits @ dense
            either = sizes[0][rows, None] + sizes[1][None, columns] - common
            # As in RDKit, molecules without any bit have nothing in common.
            yield rows, start, common / np.maximum(either, 1)


def fingerprints(smiles: Sequence[str]) -> np.ndarray:
    """Compute the fingerprints that similarities are taken from.

    Returns
    -------
    np.ndarray
        uint8, n_molecules x `SIZE` / 8: eight bits to a byte, the lowest first.
    """
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=SIZE)
    packed = np.zeros((len(smiles), SIZE // 8), dtype=np.uint8)
    for row, text in enumerate(smiles):
        bits = generator.GetFingerprintAsNumPy(Chem.MolFromSmiles(text))
        packed[row] = np.packbits(bits, bitorder="little")
    return packed


def _numbers_of_bits(packed: np.ndarray) -> np.ndarray:
    return np.bitwise_count(packed).sum(axis=1, dtype=np.int32)


def _highest(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `k` highest of each row and their columns; of equal ones the first."""
    rows, found = np.arange(len(values)), []
    left = values if k == 1 else values.copy()
    for _ in range(k):
        columns = left.argmax(axis=1)
        found.append(columns)
        if len(found) < k:
            left[rows, columns] = -1
    numbers = np.stack(found, axis=1)
    return np.take_along_axis(values, numbers, axis=1), numbers
