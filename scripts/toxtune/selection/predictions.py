"""Stored predictions of the validation sets."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset, read_subset
from toxtune.evaluation.ensemble import with_ensemble
from toxtune.evaluation.pooled import PooledPredictions
from toxtune.search.selection_file import Selection
from toxtune.search.trials import replicate_name
from toxtune.splits.training_set import names_of_sets
from toxtune.stats.resampled_trials import Predictions
from toxtune.training.result_files import read_replicate


def read_winners_predictions(
    selection: Selection, valid: Sequence[Path], cross_validated: bool
) -> dict[str, PooledPredictions]:
    """Read the predictions of each family's winner, and of an ensemble of them.

    See `read_pooled`.
    """
    pooled = {
        name: read_pooled(winner.folders, selection.seeds, valid, cross_validated)
        for name, winner in selection.models.items()
    }
    of_one = next(iter(pooled.values()))
    predictions = {name: members.predictions for name, members in pooled.items()}
    return {
        name: replace(of_one, predictions=predicted)
        for name, predicted in with_ensemble(predictions, selection).items()
    }


def read_pooled(
    folders: Mapping[str, str],
    seeds: list[int],
    valid: Sequence[Path],
    cross_validated: bool,
) -> PooledPredictions:
    """Read what a trial predicted for the molecules that it was scored on.

    Parameters
    ----------
    folders
        Name of each replicate of the trial to its folder.
    seeds
        The seeds to read.
    valid
        The validation set of each fold in the order of the folds; one for hold-out.
    cross_validated
        Whether they are folds.
    """
    subsets = [read_subset(path) for path in valid]
    set_names = names_of_sets(len(subsets), cross_validated)
    by_fold = open_predictions(folders, seeds, set_names)
    molecules = replace(
        subsets[0],
        ids=[id for subset in subsets for id in subset.ids],
        smiles=[smiles for subset in subsets for smiles in subset.smiles],
        groups=[group for subset in subsets for group in subset.groups],
        labels=np.concatenate([subset.labels for subset in subsets]),
    )
    stacked = [np.stack(by_seed) for by_seed in by_fold]
    return PooledPredictions(
        molecules, np.concatenate(stacked, axis=1), _count_repeats(subsets)
    )


def _count_repeats(folds: Sequence[Subset]) -> int:
    """Count the folds that have the first molecule: in each repeat it is in one."""
    first = folds[0].ids[0], folds[0].smiles[0]
    return sum(first in zip(fold.ids, fold.smiles, strict=True) for fold in folds)


def open_predictions(
    folders: Mapping[str, str], seeds: list[int], set_names: list[str]
) -> Predictions:
    """Open what a trial's replicates predicted for the molecules they were scored on.

    Parameters
    ----------
    folders
        Name of each replicate to its folder.
    seeds, set_names
        Which replicates: each seed with each training set.

    Raises
    ------
    UserError
        If a file is not what was written.
    """
    by_fold = [
        [Path(folders[replicate_name(seed, name)]) for seed in seeds]
        for name in set_names
    ]
    for folder in itertools.chain.from_iterable(by_fold):
        read_replicate(folder)
    return [OnDisk(by_seed) for by_seed in by_fold]


class OnDisk(Sequence[np.ndarray]):
    """Predictions of replicates, each read when it is used.

    They may be more than fit into memory, and than a process may have open or mapped:
    often 1,024.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def __len__(self) -> int:
        """Return the number of replicates."""
        return len(self._folders)

    def __getitem__(self, number: Any) -> Any:
        """Read what one replicate predicted; n_rows x n_outputs, float32."""
        return np.load(self._folders[number] / "valid_predictions.npy")
