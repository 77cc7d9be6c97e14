"""What the search predicted of the molecules that a trial was scored on."""

from dataclasses import dataclass

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.evaluation.distinct import rows_of


@dataclass(frozen=True, eq=False)
class PooledPredictions:
    """Molecules, and predictions of them by models that were not trained on them.

    Attributes
    ----------
    molecules
        The validation set; after a cross-validation, those of all folds one after the
        other, in a repeated one once for each repeat.
    predictions
        n_seeds x n_molecules x n_outputs.
    repeats
        How often each molecule is predicted.
    """

    molecules: Subset
    predictions: np.ndarray
    repeats: int = 1

    @property
    def first_repeat(self) -> "PooledPredictions":
        """What was predicted first: further repeats are no further molecules."""
        rows = range(len(self.molecules.ids) // self.repeats)
        once = rows_of(self.molecules, rows)
        return PooledPredictions(once, self.predictions[:, rows])
