"""What the search predicted of the molecules that a trial was scored on."""

from dataclasses import dataclass, replace

import numpy as np

from toxtune.data.subsets import Subset


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
        n_rows = len(self.molecules.ids) // self.repeats
        once = replace(
            self.molecules,
            ids=self.molecules.ids[:n_rows],
            smiles=self.molecules.smiles[:n_rows],
            groups=self.molecules.groups[:n_rows],
            labels=self.molecules.labels[:n_rows],
        )
        return PooledPredictions(once, self.predictions[:, :n_rows])
