"""Stored predictions of the training and the test set by all winners."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import read_subset, write_table
from toxtune.evaluation.ensemble import with_ensemble
from toxtune.features.arrays import load_features
from toxtune.features.definitions import features_files
from toxtune.models.registry import get_family
from toxtune.search.selection_file import Selection, read_selection


def predict_test(
    selection: str, models: str, test: str, features: str, predictions: str
) -> None:
    """Predict the test set with all winners, their ensemble and seeds; write one table.

    Parameters
    ----------
    selection
        Path of ``selection.json``.
    models
        Folder with ``{name of the model}/seed-{seed}.{format}``.
    test
        The test set.
    features
        Folder of its features, scaled as those that the models were trained on.
    predictions
        CSV to write: family (or ``ensemble``), seed, id, then the probability or value
        of each task; of several classes a column each, such as ``task=2``.
    """
    selected = read_selection(Path(selection))
    subset = read_subset(Path(test))
    predicted = {
        name: _predict(selected, name, Path(models), Path(features))
        for name in sorted(selected.models)
    }
    n_outputs = next(iter(predicted.values())).shape[-1]
    rows: list[list[Any]] = []
    for family, by_seed in with_ensemble(predicted, selected).items():
        for seed, values in zip(selected.seeds, by_seed, strict=True):
            # As text, float32 has a shortest spelling that reads back exactly.
            rows += [
                [family, seed, id, *row]
                for id, row in zip(subset.ids, values.astype(str), strict=True)
            ]
    header = column_names(subset.tasks, n_outputs)
    write_table(Path(predictions), ["family", "seed", "id", *header], rows)


def _predict(
    selection: Selection, name: str, models: Path, features: Path
) -> np.ndarray:
    """Predict with a model of the selection: n_seeds x n_molecules x n_outputs."""
    trial = selection.models[name].trial
    family, files = get_family(trial.family), features_files(trial.features)
    arrays = load_features([features / file for file in files])
    paths = [
        models / name / f"seed-{seed}.{family.model_format}" for seed in selection.seeds
    ]
    return np.stack([family.load(path).predict(arrays) for path in paths])


def column_names(tasks: list[str], n_outputs: int) -> list[str]:
    """Name the columns of predictions: the tasks, or each task's classes."""
    n_classes = n_outputs // len(tasks)
    if n_classes == 1:
        return tasks
    return [f"{task}={number}" for task in tasks for number in range(n_classes)]


def read_test_predictions(path: Path, seeds: list[int]) -> dict[str, np.ndarray]:
    """Read the predictions of each family, and of the ensemble if there is one.

    Returns
    -------
    dict
        Family or ``ensemble`` to n_seeds x n_molecules x n_outputs, float32.
    """
    table = pd.read_csv(path, dtype={"id": str})
    predictions = {}
    for family, rows in table.groupby("family"):
        by_seed = [rows[rows["seed"] == seed].iloc[:, 3:] for seed in seeds]
        predictions[family] = np.stack(
            [columns.to_numpy(dtype=np.float32) for columns in by_seed]
        )
    return predictions


def read_train_predictions(models: Path, selection: Selection) -> dict[str, np.ndarray]:
    """Read what the winners predict of their training set, from beside the models.

    Returns
    -------
    dict
        Family, or ``ensemble``, to predictions, n_seeds x n_molecules x n_outputs.
    """
    predictions = {}
    for name, winner in selection.models.items():
        ending = get_family(winner.trial.family).model_format
        predictions[name] = np.stack(
            [
                np.load(models / name / f"seed-{seed}.{ending}.train.npy")
                for seed in selection.seeds
            ]
        )
    return with_ensemble(predictions, selection)
