"""RDKit's generators of fingerprints, as the kinds of features set them up."""

from typing import Any


def circular_generator(
    radius: int,
    size: int,
    use_features: bool = False,
    include_chirality: bool = False,
) -> Any:
    """Make the fingerprint of `toxtune.features.featurizers.circular`."""
    from rdkit.Chem.rdFingerprintGenerator import (
        GetMorganFeatureAtomInvGen,
        GetMorganGenerator,
    )

    return GetMorganGenerator(
        radius=radius,
        fpSize=size,
        atomInvariantsGenerator=GetMorganFeatureAtomInvGen() if use_features else None,
        includeChirality=include_chirality,
    )


def pairs_generator(size: int, include_chirality: bool = False) -> Any:
    """Make the fingerprint of `toxtune.features.featurizers.atom_pairs`."""
    from rdkit.Chem.rdFingerprintGenerator import GetAtomPairGenerator

    return GetAtomPairGenerator(
        fpSize=size, includeChirality=include_chirality, countSimulation=False
    )


def torsions_generator(size: int, include_chirality: bool = False) -> Any:
    """Make the fingerprint of `toxtune.features.featurizers.torsions`."""
    from rdkit.Chem.rdFingerprintGenerator import GetTopologicalTorsionGenerator

    return GetTopologicalTorsionGenerator(
        fpSize=size, includeChirality=include_chirality, countSimulation=False
    )


def paths_generator(size: int) -> Any:
    """Make the fingerprint of `toxtune.features.featurizers.paths`."""
    from rdkit.Chem.rdFingerprintGenerator import GetRDKitFPGenerator

    return GetRDKitFPGenerator(fpSize=size)
