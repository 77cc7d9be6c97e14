"""What a final model says of molecules, and what can say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from toxtune.prediction.evidence import Evidence, Support
from toxtune.prediction.inputs import Inputs
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers

NOTHING: OwnNumbers = MappingProxyType({})


@dataclass(frozen=True)
class Prediction:
    """What a final model says of some molecules.

    Attributes
    ----------
    values
        n_molecules x n_outputs, see `toxtune.models.base.Model`: means over the
        members, of binary tasks with the temperature applied.
    spread
        n_molecules x n_outputs: standard deviation over the members, each once, n - 1
        in the divisor; NaN for a single member.
    similarity
        n_molecules: Tanimoto similarity (ECFP4) to the nearest training molecule.
    failures
        Row of a molecule that has no features to the reason; its values mean nothing.
    support
        What backs the predictions; ``None`` where they are none of the model's.
    """

    values: np.ndarray
    spread: np.ndarray
    similarity: np.ndarray
    failures: dict[int, str]
    support: Support | None = None


class Predictor(Protocol):
    """What `toxtune.prediction.final_model.FinalModel` is to others."""

    @property
    def metadata(self) -> FinalModelMetadata:
        """What the model is."""

    @property
    def evidence(self) -> Evidence:
        """What backs its predictions."""

    def inputs_of(self, smiles: Sequence[str]) -> Inputs:
        """Compute what predicting standardized molecules takes."""

    def predict_inputs(self, inputs: Inputs, own: OwnNumbers = NOTHING) -> Prediction:
        """Predict what was computed of them."""

    def blocks_of(
        self, inputs: Inputs, own: OwnNumbers = NOTHING
    ) -> tuple[dict[str, np.ndarray], dict[int, str]]:
        """Return what the members see, by name of features; and failures."""

    def predict_blocks(self, blocks: Mapping[str, np.ndarray]) -> np.ndarray:
        """Predict with each member."""

    def mean_of_members(self, members: np.ndarray) -> np.ndarray:
        """Average over the members."""

    def calibrated(self, values: np.ndarray) -> np.ndarray:
        """Apply the temperatures."""

    def in_domain(self, similarity: np.ndarray) -> np.ndarray:
        """Tell which molecules are in the applicability domain."""
