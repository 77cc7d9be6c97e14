"""The model families. A new family is one module and one line here.

A family's module declares, without importing anything heavy at the top:

- ``HYPERPARAMETERS``: name to `Hyperparameter`;
- ``LIBRARIES``: the distributions whose versions decide what a training gives;
- ``IMPORTS``: what is slow to import and a warm trainer imports beforehand;
- ``MODEL_FORMAT``: the ending of a saved model's file;
- ``fit(train, valid, hyperparameters, seed) -> Fitted``;
- ``load(path) -> Model``.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np

MODULES = {
    "dense": "toxtune.models.dense",
    "random_forest": "toxtune.models.random_forest",
}


@dataclass(frozen=True)
class Examples:
    """What a model is fitted on, or judged by.

    Attributes
    ----------
    features
        n_molecules x n_features, float32.
    labels
        n_molecules x n_tasks, float32; NaN where a label was not measured.
    """

    features: np.ndarray
    labels: np.ndarray


class Model(Protocol):
    """A fitted model."""

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities, n_molecules x n_tasks, float32."""

    def save(self, path: Path) -> None:
        """Write the model to `path`."""


@dataclass(frozen=True)
class Fitted:
    """The outcome of one training.

    Attributes
    ----------
    model
        The fitted model.
    epochs
        Passes over the training part that the model has seen; ``None`` where the
        family has no epochs.
    curve
        One row per epoch: epoch, training loss, validation loss.
    """

    model: Model
    epochs: int | None = None
    curve: tuple[tuple[int, float, float], ...] = ()


def family_module(family: str) -> ModuleType:
    """Import the module of a family by its name."""
    return import_module(MODULES[family])
