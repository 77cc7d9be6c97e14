"""The one opening of the test set: stored predictions of every frozen winner."""

from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.data.subsets import read_subset, write_table
from toxtune.features.arrays import load_features
from toxtune.features.definitions import features_files
from toxtune.models.registry import get_family
from toxtune.search.selection_file import read_selection


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
    rows, header = [], []
    for name, winner in sorted(selected.winners.items()):
        family = get_family(name)
        files = features_files(winner.trial.features)
        given = load_features([Path(features) / name for name in files])
        for seed in selected.seeds:
            model = family.load(
                Path(models) / name / f"seed-{seed}.{family.model_format}"
            )
            predicted = model.predict(given)
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
    return {
        family: np.stack(
            [
                own[own["seed"] == seed].iloc[:, 3:].to_numpy(dtype=np.float32)
                for seed in seeds
            ]
        )
        for family, own in table.groupby("family")
    }
