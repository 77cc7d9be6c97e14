"""What every model family gives and takes.

A family is a module of this package and a line in `registry.py`. The module declares,
without importing anything heavy at the top:

- ``HYPERPARAMETERS``: name to `Hyperparameter`;
- ``LIBRARIES``: the distributions whose versions decide what a training gives;
- ``IMPORTS``: what is slow to import and a warm trainer imports beforehand;
- ``MODEL_FORMAT``: the ending of a saved model's file;
- ``TASK_TYPES``: the kinds of tasks (`toxtune.tasks`) that it can learn;
- ``RESOURCE``: the hyperparameter that counts training effort and by which a training
  can go on, or ``None``;
- ``SPACE``: hyperparameter to a list of values, tried where a configuration names none;
- ``fit(train, valid, hyperparameters, seed, state=None) -> Fitted``, where `state` is
  what `Fitted.save_state` wrote after the same training with less of the resource; what
  comes out is, bit for bit, what comes out without; `valid` is ``None`` where all
  molecules that may be trained on are in `train`;
- ``load(path) -> Model``;
- ``complexity(hyperparameters, n_features, n_outputs)``: a tuple of numbers, smaller
  for what is simpler, for the choice within one standard error
  (`toxtune.selection.rules`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Examples:
    """What a model is fitted on, or judged by.

    Attributes
    ----------
    features
        n_molecules x n_features: uint8 (bits or counts) or float32.
    labels
        n_molecules x n_tasks, float32; NaN where a label was not measured.
    task_type
        What the labels are, see `toxtune.tasks`; classes are 0, 1, 2 and so on.
    """

    features: np.ndarray
    labels: np.ndarray
    task_type: TaskType = TaskType.BINARY


def n_classes(train_labels: np.ndarray) -> int:
    """Return the number of classes, of all tasks together; all occur in training."""
    return int(np.nanmax(train_labels, initial=1)) + 1


class Model(Protocol):
    """A fitted model."""

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return predictions of molecules, float32.

        n_molecules x n_tasks: probabilities of the positive class, or values. Of
        several classes the probabilities of each, n_molecules x (n_tasks x n_classes).
        """

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
        Passes over the training set that the model has seen; ``None`` where the
        family has no epochs.
    curve
        One row per epoch: epoch, training loss, validation loss, which is ``None``
        without a validation set.
    save_state
        Writes to a path all that `fit` needs to go on; ``None`` where it cannot.
    """

    model: Model
    epochs: int | None = None
    curve: tuple[tuple[int, float, float | None], ...] = ()
    save_state: Callable[[Path], None] | None = None
