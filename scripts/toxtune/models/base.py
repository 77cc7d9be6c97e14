"""What every model family declares, takes and gives.

A family is a module of this package, which imports nothing heavy at the top and ends
with ``FAMILY = Family(...)``, and a line in `registry.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.tasks import TaskType

# What a model is trained on: the processor, or a GPU.
CPU, GPU = "cpu", "gpu"


@dataclass(frozen=True)
class Examples:
    """Molecules that a model is fitted or evaluated on.

    Attributes
    ----------
    features
        n_molecules x n_features: uint8 (bits or counts) or float32.
    labels
        n_molecules x n_tasks, float32; NaN where a label was not measured.
    task_type
        What the labels are; classes are 0, 1, 2 and so on.
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

        n_molecules x n_tasks: probabilities of the positive class, or values. With
        more than two classes, n_molecules x (n_tasks x n_classes): the probability of
        each class.
        """

    def save(self, path: Path) -> None:
        """Write the model to `path`."""


# A row per epoch: its number, training loss, validation loss if there is one.
Curve = tuple[tuple[int, float, float | None], ...]


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
        Losses by epoch; empty where the family has no epochs.
    save_state
        Writes to a path what a longer training can resume from; ``None`` where none
        can.
    """

    model: Model
    epochs: int | None = None
    curve: Curve = ()
    save_state: Callable[[Path], None] | None = None


class Fit(Protocol):
    """Trains one model of a family."""

    def __call__(
        self,
        train: Examples,
        valid: Examples | None,
        hyperparameters: Hyperparameters,
        seed: int,
        state: Path | None = None,
        device: str = CPU,
    ) -> Fitted:
        """Train one model; the same arguments give the same bytes.

        Parameters
        ----------
        train
            The training set. Missing labels count for nothing.
        valid
            The validation set, which a family may watch to stop early; ``None`` where
            every molecule that may be trained on is in `train`.
        hyperparameters
            A value for each name that the family declares.
        seed
            Decides all that is drawn at random.
        state
            What `Fitted.save_state` wrote after the same training with less of the
            family's resource. To resume from it gives, bit for bit, what the whole
            training gives.
        device
            ``cpu``, or ``gpu`` for a family that uses one.
        """


class Complexity(Protocol):
    """Tells how complex a family's model is, for the one-standard-error rule."""

    def __call__(
        self, hyperparameters: Hyperparameters, n_features: int, n_outputs: int
    ) -> tuple[float, ...]:
        """Return numbers to compare in order; the simpler model has the smaller ones.

        Parameters
        ----------
        hyperparameters
            A value for each name that the family declares.
        n_features, n_outputs
            Columns of the features and of the predictions.
        """


@dataclass(frozen=True, kw_only=True)
class Family:
    """A model family.

    Attributes
    ----------
    name
        What configurations and paths call it.
    task_types
        The types of tasks that it can learn.
    hyperparameters
        What it declares, by name.
    space
        Hyperparameter to a list of values; searched where a configuration names none.
    resource
        The hyperparameter that counts training effort, if a training with more of it
        can resume from one with less; else ``None``.
    libraries
        Distributions whose versions decide the result of a training.
    imports
        Modules that are slow to import; a server imports them once for all trainings.
    model_format
        The ending of a saved model's file, which is a zip file of some kind.
    fit
        Trains a model.
    load
        Reads a model that `Model.save` wrote. The file may come from a stranger:
        reading it must run none of its code.
    complexity
        Ranks the models by simplicity.
    uses_gpu
        Whether it can be trained on a GPU.
    """

    name: str
    task_types: tuple[TaskType, ...]
    hyperparameters: dict[str, Hyperparameter]
    space: dict[str, list[Any]]
    resource: str | None
    libraries: tuple[str, ...]
    imports: tuple[str, ...]
    model_format: str
    fit: Fit
    load: Callable[[Path], Model]
    complexity: Complexity
    uses_gpu: bool = False
