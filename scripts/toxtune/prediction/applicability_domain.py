"""The applicability domain: molecules about as similar to the training set as usual.

A molecule is in the domain if its Tanimoto similarity (ECFP4) to the nearest training
molecule reaches the lowest `PERCENTILE` percent of the same similarities of validation
molecules. Farther out, the validation scores say nothing about a prediction.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.distinct import each_once
from toxtune.features.similarity import RADIUS, SIZE, nearest

PERCENTILE = 5
# Each is compared with each training molecule. The 5th percentile of so many is one
# between 4.7 and 5.3 of all.
MOST_COMPARED = 20_000


@dataclass(frozen=True)
class ApplicabilityDomain:
    """Where the scores of a model say something about its predictions.

    Attributes
    ----------
    min_similarity
        Lowest similarity to the nearest training molecule that is in the domain.
    percentile
        The percentile of the validation molecules' similarities that it is.
    fingerprint
        Definition of the fingerprints that are compared.
    """

    min_similarity: float
    percentile: float = PERCENTILE
    fingerprint: Mapping[str, Any] = field(
        default_factory=lambda: {"kind": "circular", "radius": RADIUS, "size": SIZE}
    )

    def contains(self, similarity: np.ndarray) -> np.ndarray:
        """Tell which similarities to the training set are in the domain."""
        return similarity >= self.min_similarity

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ApplicabilityDomain":
        """Make a domain of what `to_dict` returned."""
        return cls(
            values["min_similarity"], values["percentile"], values["fingerprint"]
        )


def fit_domain(train: Sequence[Subset], valid: Sequence[Subset]) -> ApplicabilityDomain:
    """Take the domain from the similarities of validation to training molecules.

    Parameters
    ----------
    train, valid
        Training and validation set of each fold in the same order; one of each for
        hold-out. Of a validation set with more than `MOST_COMPARED` molecules, so many
        are drawn.
    """
    # A molecule counts once, however many rows it has.
    similarities = [
        nearest(_compared(each_once(validation).smiles), training.smiles)[0]
        for training, validation in zip(train, valid, strict=True)
    ]
    lowest = np.percentile(np.concatenate(similarities), PERCENTILE)
    return ApplicabilityDomain(min_similarity=float(lowest))


def _compared(smiles: list[str]) -> list[str]:
    """Draw those whose similarities are computed, if there are too many."""
    if len(smiles) <= MOST_COMPARED:
        return smiles
    logging.info(
        "The applicability domain is taken from %s of %s validation molecules, drawn "
        "at random",
        f"{MOST_COMPARED:,}",
        f"{len(smiles):,}",
    )
    drawn = np.random.default_rng(0).choice(len(smiles), MOST_COMPARED, replace=False)
    return [smiles[row] for row in np.sort(drawn)]
