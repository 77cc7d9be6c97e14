"""Stored predictions of the training and the test set by all winners."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import read_subset, write_table
from toxtune.features.arrays import load_features
from toxtune.features.definitions import features_files
from toxtune.models.registry import get_family
from toxtune.search.selection_file import Selection, read_selection


def predict_test(
    selection: str, models: str, test: str, features: str, predictions: str
) -> None:
    """Predict the test set with all winners and seeds, and write one table.

    Parameters
    ----------
    selection
        Path of ``selection.json``.
    models
        Folder with ``{family}/seed-{seed}.{format}``.
    test
        The test set.
    features
        Folder of its features, scaled as those that the models were trained on.
    predictions
        CSV to write: family, seed, id, then the probability or value of each task; of
        several classes a column each, such as ``task=2``.
    """
    selected = read_selection(Path(selection))
    subset = read_subset(Path(test))
    rows: list[list[Any]] = []
    header: list[str] = []
    for name, winner in sorted(selected.winners.items()):
        family = get_family(name)
        files = features_files(winner.trial.features)
        arrays = load_features([Path(features) / file for file in files])
        for seed in selected.seeds:
            model = family.load(
                Path(models) / name / f"seed-{seed}.{family.model_format}"
            )
            predicted = model.predict(arrays)
            header = column_names(subset.tasks, predicted.shape[1])
            # As text, float32 has a shortest spelling that reads back exactly.
            rows += [
                [name, seed, id, *row]
                for id, row in zip(subset.ids, predicted.astype(str), strict=True)
            ]
    write_table(Path(predictions), ["family", "seed", "id", *header], rows)


def column_names(tasks: list[str], n_outputs: int) -> list[str]:
    """Name the columns of predictions: the tasks, or each task's classes."""
    n_classes = n_outputs // len(tasks)
    if n_classes == 1:
        return tasks
    return [f"{task}={number}" for task in tasks for number in range(n_classes)]


def read_test_predictions(path: Path, seeds: list[int]) -> dict[str, np.ndarray]:
    """Read each family's predictions: n_seeds x n_molecules x n_outputs, float32."""
    table = pd.read_csv(path, dtype={"id": str})
    predictions = {}
    for family, rows in table.groupby("family"):
        by_seed = [rows[rows["seed"] == seed].iloc[:, 3:] for seed in seeds]
        predictions[family] = np.stack(
            [columns.to_numpy(dtype=np.float32) for columns in by_seed]
        )
    return predictions


def read_train_predictions(models: Path, selection: Selection) -> dict[str, np.ndarray]:
    """Read what each winner predicts of its training set, from beside the models.

    Returns
    -------
    dict
        Family to predictions, n_seeds x n_molecules x n_outputs.
    """
    predictions = {}
    for name in selection.winners:
        ending = get_family(name).model_format
        predictions[name] = np.stack(
            [
                np.load(models / name / f"seed-{seed}.{ending}.train.npy")
                for seed in selection.seeds
            ]
        )
    return predictions
