"""What the ensemble predicts: the mean of what its members do, seed by seed."""

from collections.abc import Sequence

import numpy as np

from toxtune.search.selection_file import ENSEMBLE, Selection


def mean_of(members: Sequence[np.ndarray]) -> np.ndarray:
    """Average the predictions of an ensemble's members in double precision; float32.

    Parameters
    ----------
    members
        Arrays of one shape.
    """
    return np.asarray(np.mean(members, axis=0, dtype=np.float64), dtype=np.float32)


def with_ensemble(
    predictions: dict[str, np.ndarray], selection: Selection
) -> dict[str, np.ndarray]:
    """Add what the ensemble predicts to what its members do, if there is one.

    Parameters
    ----------
    predictions
        Family to predictions, n_seeds x n_molecules x n_outputs.
    selection
        The winners, and whether there is an ensemble.
    """
    if not selection.ensemble:
        return predictions
    members = [predictions[family] for family in selection.ensemble.members]
    return {**predictions, ENSEMBLE: mean_of(members)}
