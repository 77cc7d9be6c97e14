"""The model that is delivered: which seeds it averages, and what they predict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from toxtune.search.selection_file import Selection

# Of `final.seeds`: predictions are means over the trainings with all seeds.
ALL_SEEDS = "all"


@dataclass(frozen=True, eq=False)
class Delivered:
    """What the final model says of molecules, before any temperature.

    Attributes
    ----------
    values
        n_molecules x n_outputs: means over the seeds.
    spread
        The same shape: standard deviation over the seeds, n - 1 in the divisor; NaN
        for one seed.
    """

    values: np.ndarray
    spread: np.ndarray

    def rows(self, rows: Sequence[int] | np.ndarray) -> "Delivered":
        """Return some molecules."""
        return Delivered(self.values[rows], self.spread[rows])


def deliver(
    selection: Selection, predictions: Mapping[str, np.ndarray], seeds: Sequence[int]
) -> Delivered:
    """Put predictions together as the final model does.

    Parameters
    ----------
    selection
        What was selected.
    predictions
        Family, and ``ensemble``, to n_seeds x n_molecules x n_outputs.
    seeds
        Those of the final model.
    """
    rows = [selection.seeds.index(seed) for seed in seeds]
    return mean_over_seeds(predictions[selection.overall][rows])


def mean_over_seeds(by_seed: np.ndarray) -> Delivered:
    """Average predictions over seeds, which come first, and say how far they spread."""
    by_seed = by_seed.astype(np.float64)
    if len(by_seed) > 1:
        spread = by_seed.std(axis=0, ddof=1)
    else:
        spread = np.full(by_seed.shape[1:], np.nan)
    return Delivered(by_seed.mean(axis=0), spread)


def member_seeds(seeds: Sequence[int], which: str) -> list[int]:
    """Return the seeds whose models are averaged: all, or the lowest.

    The lowest is as good a choice as any that knows no score.
    """
    return sorted(seeds) if which == ALL_SEEDS else [min(seeds)]
