"""A model family of one's own: the labels of the most similar training molecules.

The example of docs/own_families.md. From the folder of toxtune it is
``family: examples.nearest_neighbours``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.tasks import TaskType

HYPERPARAMETERS = {
    "neighbours": Hyperparameter(int, 5, "molecules that are averaged", 1),
    "share": Hyperparameter(
        float, 0.9, "share of the features that are compared, drawn by the seed", 0.1, 1
    ),
}
SPACE: dict[str, list[Any]] = {"neighbours": [3, 5, 10], "share": [0.5, 0.9]}
# Added to each similarity, so that a molecule like no other has an answer too.
NOTHING_ALIKE = 1e-6


class NearestNeighbours:
    """Training molecules by the columns that are compared, and their labels."""

    def __init__(
        self,
        features: np.ndarray,
        labels: np.ndarray,
        columns: np.ndarray,
        neighbours: int,
    ) -> None:
        self.features, self.labels = features.astype(np.float64), labels
        self.columns, self.neighbours = columns, neighbours

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return weighted means of the labels, n_molecules x n_tasks."""
        # Molecule by molecule: a product of matrices may round by their shapes.
        compared = features[:, self.columns]
        return np.array([self._means(row) for row in compared], dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write arrays; reading them runs no code."""
        with open(path, "wb") as stream:
            np.savez(
                stream,
                features=self.features,
                labels=self.labels,
                columns=self.columns,
                neighbours=self.neighbours,
            )

    def _means(self, row: np.ndarray) -> list[float]:
        """Weight by Tanimoto similarity, with minimum and maximum for counts."""
        row = row.astype(np.float64)
        both = np.minimum(self.features, row).sum(axis=1)
        either = np.maximum(self.features, row).sum(axis=1)
        weights = both / np.maximum(either, 1) + NOTHING_ALIKE
        return [self._mean(weights, labels) for labels in self.labels.T]

    def _mean(self, weights: np.ndarray, labels: np.ndarray) -> float:
        known = np.flatnonzero(~np.isnan(labels))
        if len(known) == 0:
            return 0.0
        nearest = known[np.argsort(-weights[known], kind="stable")[: self.neighbours]]
        return float(np.average(labels[nearest], weights=weights[nearest]))


def load(path: Path) -> NearestNeighbours:
    """Read a saved model."""
    with np.load(path, allow_pickle=False) as saved:
        return NearestNeighbours(
            saved["features"],
            saved["labels"],
            saved["columns"],
            int(saved["neighbours"]),
        )


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count more neighbours as simpler."""
    return (-hyperparameters["neighbours"],)


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Remember the training molecules that have labels."""
    n_features = train.features.shape[1]
    size = max(1, round(hyperparameters["share"] * n_features))
    columns = np.random.default_rng(seed).permutation(n_features)[:size]
    rows = ~np.isnan(train.labels).all(axis=1)
    return Fitted(
        NearestNeighbours(
            train.features[rows][:, columns],
            train.labels[rows],
            columns,
            hyperparameters["neighbours"],
        )
    )


FAMILY = Family(
    name=__name__,
    task_types=(TaskType.BINARY, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource=None,
    libraries=("numpy",),
    imports=(),
    model_format="npz",
    fit=fit,
    load=load,
    complexity=complexity,
)

# For `python -m toxtune check-family`, on twenty molecules.
CHECKS = {
    # Settings of a training of a second at most.
    "quick": {"neighbours": 3},
    # Settings that learn the training molecules by heart.
    "thorough": {"neighbours": 1},
    # Of each hyperparameter, values that change what the quick settings predict.
    "other_values": {"neighbours": [1, 7], "share": [0.5]},
    # Settings from simple to complex.
    "simpler_first": [{"neighbours": 9}, {"neighbours": 3}],
}
