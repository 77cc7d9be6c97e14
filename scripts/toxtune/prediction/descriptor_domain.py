"""A second applicability domain: molecules whose properties are not extreme.

The leverage of a molecule says how far it lies from the middle of the training set, in
units of how the training molecules spread, in a few properties that a chemist knows
(size, lipophilicity, polarity, ...). It is the domain of QSAR's Williams plot (Tropsha,
Gramatica and Gombar 2003, QSAR & Combinatorial Science 22, 69; Sahigara and others
2012, Molecules 17, 4791), and sees what similarity of fingerprints does not: a molecule
three times as large as any, made of known parts. The usual bound of 3 x (properties +
1) / molecules is one for linear models; here it is the leverage that all but 5% of the
validation molecules keep below, as for similarity.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from toxtune.data.subsets import Subset
from toxtune.evaluation.distinct import first_rows, structures
from toxtune.prediction.applicability_domain import PERCENTILE

PROPERTIES: dict[str, Callable[[Any], float]] = {
    "molecular weight": rdMolDescriptors.CalcExactMolWt,
    "logP": lambda molecule: rdMolDescriptors.CalcCrippenDescriptors(molecule)[0],
    "polar surface": rdMolDescriptors.CalcTPSA,
    "donors": rdMolDescriptors.CalcNumHBD,
    "acceptors": rdMolDescriptors.CalcNumHBA,
    "rotatable bonds": rdMolDescriptors.CalcNumRotatableBonds,
    "rings": rdMolDescriptors.CalcNumRings,
    "aromatic rings": rdMolDescriptors.CalcNumAromaticRings,
    "sp3 carbons": rdMolDescriptors.CalcFractionCSP3,
    "heteroatoms": rdMolDescriptors.CalcNumHeteroatoms,
}


@dataclass(frozen=True)
class DescriptorDomain:
    """Which molecules are like the training set in their properties.

    Attributes
    ----------
    max_leverage
        Highest leverage that is in the domain.
    means
        Of each of `PROPERTIES` in the training set.
    precision
        Inverse of their scatter matrix (sums of products of deviations); rows.
    molecules
        Number of training molecules.
    """

    max_leverage: float
    means: list[float]
    precision: list[list[float]]
    molecules: int

    def leverage(self, properties: np.ndarray) -> np.ndarray:
        """Return 1/n + the squared distance from the middle: n_molecules.

        `properties` is what `properties_of` returns.
        """
        distances = properties - np.array(self.means)
        squares = ((distances @ np.array(self.precision)) * distances).sum(axis=1)
        return 1 / self.molecules + squares

    def contains(self, leverage: np.ndarray) -> np.ndarray:
        """Tell which leverages are in the domain."""
        return leverage <= self.max_leverage

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "DescriptorDomain":
        """Make a domain of what ``final.json`` holds."""
        return cls(**values)


def fit_descriptor_domain(
    train: Sequence[Subset], valid: Sequence[Subset]
) -> DescriptorDomain:
    """Take the middle from the training molecules, the bound from validation molecules.

    A molecule counts once, however many rows it has. Of several folds, all training
    molecules make the middle of the domain, and the bound is of each fold's validation
    molecules among its training molecules. These are fewer, and a leverage is the
    larger the fewer there are: so it is scaled by how many.

    Parameters
    ----------
    train, valid
        Training and validation set of each fold in the same order; one of each for
        hold-out.
    """
    everyone = {smiles for subset in (*train, *valid) for smiles in subset.smiles}
    known = dict(zip(everyone, properties_of(list(everyone)), strict=True))

    def properties(subsets: Sequence[Subset]) -> np.ndarray:
        smiles = [smiles for subset in subsets for smiles in subset.smiles]
        groups = [group for subset in subsets for group in subset.groups]
        rows = first_rows(structures(smiles, groups))
        return np.array([known[smiles[row]] for row in rows])

    whole = _of_training(properties(train))
    leverages = []
    for training, validation in zip(train, valid, strict=True):
        middle = _of_training(properties([training]))
        share = middle.molecules / whole.molecules
        leverages.append(share * middle.leverage(properties([validation])))
    highest = np.percentile(np.concatenate(leverages), 100 - PERCENTILE)
    return DescriptorDomain(
        float(highest), whole.means, whole.precision, whole.molecules
    )


def properties_of(smiles: Sequence[str]) -> np.ndarray:
    """Compute `PROPERTIES` of molecules that RDKit can parse: n_molecules x n."""
    with rdBase.BlockLogs():
        molecules = map(Chem.MolFromSmiles, smiles)
        rows = [[of(molecule) for of in PROPERTIES.values()] for molecule in molecules]
    return np.array(rows, dtype=np.float64).reshape(len(smiles), len(PROPERTIES))


def _of_training(values: np.ndarray) -> DescriptorDomain:
    deviations = values - values.mean(axis=0)
    # A property that all training molecules share has no inverse, and no say.
    precision = np.linalg.pinv(deviations.T @ deviations, hermitian=True)
    return DescriptorDomain(
        np.inf, values.mean(axis=0).tolist(), precision.tolist(), len(values)
    )
