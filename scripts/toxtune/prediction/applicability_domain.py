"""The domain of a model: molecules about as similar to its training set as others were.

A molecule is in the domain if its Tanimoto similarity (ECFP4) to the nearest training
molecule is at least `PERCENTILE` percent of the validation molecules' similarities to
theirs. Farther out, the validation scores say nothing about a prediction.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rdkit import DataStructs

from toxtune.data.subsets import Subset
from toxtune.features.similarity import nearest

PERCENTILE = 5


def domain_threshold(train: Sequence[Subset], valid: Sequence[Subset]) -> float:
    """Return the lowest similarity that is in the domain.

    Parameters
    ----------
    train, valid
        The parts of each fold in the same order; one of each for hold-out.
    """
    similarities = [
        nearest(judged.smiles, fitted.smiles)[0]
        for fitted, judged in zip(train, valid, strict=True)
    ]
    return float(np.percentile(np.concatenate(similarities), PERCENTILE))


def pack_fingerprints(fingerprints: Sequence[Any]) -> np.ndarray:
    """Put RDKit's bit vectors into an array: n_molecules x n_bytes, uint8."""
    rows = (bytes.fromhex(DataStructs.BitVectToFPSText(one)) for one in fingerprints)
    return np.array([np.frombuffer(row, dtype=np.uint8) for row in rows])


def unpack_fingerprints(packed: np.ndarray) -> list[Any]:
    """Make bit vectors of what `pack_fingerprints` returned."""
    return [DataStructs.CreateFromFPSText(row.tobytes().hex()) for row in packed]
