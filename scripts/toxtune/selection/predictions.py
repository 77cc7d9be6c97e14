"""A winner's validation predictions, of a cross-validation all folds together."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from toxtune.data.subsets import Subset, read_subset
from toxtune.search.trials import replicate_name
from toxtune.splits.training_set import names_of_sets
from toxtune.stats.resampled_trials import Predictions
from toxtune.training.result_files import read_replicate


def read_pooled(
    folders: dict[str, str], seeds: list[int], valid: list[Path], cross_validated: bool
) -> tuple[Subset, np.ndarray]:
    """Read the molecules that a winner was judged by, and what the search predicted.

    Parameters
    ----------
    folders
        Of its replicates, by their names.
    valid
        The judging part of each fold in the order of the folds; one for hold-out.

    Returns
    -------
    part
        The molecules; those of the folds one after the other, in a repeated
        cross-validation once for each time.
    predictions
        n_seeds x n_molecules x n_outputs; each by a model that had not seen it.
    """
    subsets = [read_subset(path) for path in valid]
    set_names = names_of_sets(len(subsets), cross_validated)
    by_fold = open_predictions(folders, seeds, set_names)
    predictions = np.concatenate([np.stack(seeds) for seeds in by_fold], axis=1)
    subset = replace(
        subsets[0],
        ids=[id for subset in subsets for id in subset.ids],
        smiles=[smiles for subset in subsets for smiles in subset.smiles],
        groups=[group for subset in subsets for group in subset.groups],
        labels=np.concatenate([subset.labels for subset in subsets]),
    )
    return subset, predictions


def open_predictions(
    folders: dict[str, str], seeds: list[int], set_names: list[str]
) -> Predictions:
    """Open what the replicates of one trial predicted for the molecules judging them.

    Parameters
    ----------
    folders
        Name of the replicate to its folder, as in ``trials.json``.

    Raises
    ------
    UserError
        If a file is not what was written.
    """
    return [
        [_open(Path(folders[replicate_name(seed, name)])) for seed in seeds]
        for name in set_names
    ]


def _open(folder: Path) -> np.ndarray:
    read_replicate(folder)
    return np.load(folder / "valid_predictions.npy", mmap_mode="r")
