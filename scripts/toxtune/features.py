"""Molecular representations.

A definition is a mapping with a ``kind`` and that kind's settings; its name says all of
it, so that equal features share a file and different ones never do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def features_name(definition: dict[str, Any]) -> str:
    """Spell a definition as a file name, such as ``circular-radius-2-size-1024``."""
    settings = [
        f"{key}-{definition[key]}" for key in sorted(definition) if key != "kind"
    ]
    return "-".join([definition["kind"], *settings])


def featurize(definition: dict[str, Any], smiles: list[str]) -> np.ndarray:
    """Compute features of molecules.

    Parameters
    ----------
    definition
        ``kind`` and settings.
    smiles
        SMILES that RDKit can parse, as curation leaves them.

    Returns
    -------
    np.ndarray
        n_molecules x n_features, uint8.
    """
    from rdkit import Chem

    settings = {key: value for key, value in definition.items() if key != "kind"}
    molecules = [Chem.MolFromSmiles(text) for text in smiles]
    return KINDS[definition["kind"]](molecules, **settings)


def circular(molecules: list[Any], radius: int, size: int) -> np.ndarray:
    """Extended-connectivity fingerprints (Rogers and Hahn 2010), folded to `size` bits.

    The same bits as DeepChem's ``CircularFingerprint``, without DeepChem's import,
    which costs more than the work.
    """
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    generator = GetMorganGenerator(radius=radius, fpSize=size)
    return np.array(
        [generator.GetFingerprintAsNumPy(molecule) for molecule in molecules],
        dtype=np.uint8,
    ).reshape(len(molecules), size)


KINDS: dict[str, Callable[..., np.ndarray]] = {"circular": circular}
