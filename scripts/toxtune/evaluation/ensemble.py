"""What the ensemble predicts: the mean of what its members do, seed by seed."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from toxtune.search.selection_file import ENSEMBLE, Selection

T = TypeVar("T")


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
    """Return what the winners predict and, if there is one, the ensemble.

    Parameters
    ----------
    predictions
        Name of each model of the selection to predictions, n_seeds x n_molecules x
        n_outputs.
    selection
        The winners, and whether there is an ensemble.
    """
    winners = {family: predictions[family] for family in selection.winners}
    if not selection.ensemble:
        return winners
    members = repeated(predictions, selection.ensemble.members)
    return {**winners, ENSEMBLE: mean_of(members)}


def repeated(values: Mapping[str, T], counts: Mapping[str, int]) -> list[T]:
    """List the members of an ensemble, each as often as it counts in the mean."""
    return [values[name] for name, count in counts.items() for _ in range(count)]
