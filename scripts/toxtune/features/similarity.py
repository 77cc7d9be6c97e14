"""How similar molecules are to those that a model was trained on."""

from collections.abc import Sequence

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

# ECFP4 (Rogers and Hahn 2010), whatever features the models use, so that numbers of
# different runs can be compared.
RADIUS, SIZE = 2, 2048


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
    return most_similar(fingerprints(queries), fingerprints(references))


def most_similar(
    queries: Sequence[DataStructs.ExplicitBitVect],
    references: Sequence[DataStructs.ExplicitBitVect],
) -> tuple[np.ndarray, np.ndarray]:
    """Do what `nearest` does, given fingerprints."""
    rows = (
        np.array(DataStructs.BulkTanimotoSimilarity(query, references))
        for query in queries
    )
    found = [(row.max(), row.argmax()) for row in rows]
    similarities, numbers = zip(*found, strict=True) if found else ((), ())
    return np.array(similarities, dtype=np.float64), np.array(numbers, dtype=np.int64)


def fingerprints(smiles: Sequence[str]) -> list[DataStructs.ExplicitBitVect]:
    """Compute the fingerprints that similarities are taken from."""
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=SIZE)
    return [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in smiles]
