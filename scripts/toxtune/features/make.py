"""The features of a subset, whatever their kind."""

from collections.abc import Sequence
from pathlib import Path

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.subsets import read_subset
from toxtune.features.arrays import Features
from toxtune.features.compute import featurize
from toxtune.features.definitions import Definition, is_own
from toxtune.features.own import own_features


def make_features(
    definition: Definition,
    subset: Path,
    raw: Sequence[Path],
    columns: ColumnSettings,
    workers: int = 1,
) -> Features:
    """Compute features of a subset's molecules, or read those of the user's own.

    Parameters
    ----------
    definition
        What they are.
    subset
        The table of the molecules.
    raw, columns
        For own features, see `toxtune.features.own.own_features`.
    workers
        Processes that compute.
    """
    if is_own(definition):
        return own_features(definition, subset, raw, columns)
    return featurize(definition, read_subset(subset).smiles, workers)
