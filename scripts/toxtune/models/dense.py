"""`dense`: a multitask fully connected network in TensorFlow/Keras.

Hidden layers with dropout, then one output layer for all tasks. With ``selu`` it is a
self-normalising network. The loss is a mean over
the measured labels: of the cross-entropy for classes, where ``positive_weight`` weights
the positive labels, and of the squared error of the scaled values for regression.
"""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.dense_heads import Head, make_head
from toxtune.models.dense_loop import Training, epoch_function, loss_function
from toxtune.models.dense_network import build, make_optimizer, widths
from toxtune.models.devices import import_tensorflow
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.tasks import TaskType

HYPERPARAMETERS = {
    "hidden_layers": Hyperparameter(int, 1, "number of hidden layers", 0, 20),
    "neurons": Hyperparameter(int, 64, "neurons in each hidden layer", 1, 65536),
    "widths": Hyperparameter(
        int,
        None,
        "neurons of each hidden layer, the first one first, such as [1024, 256]; "
        "null: as hidden_layers and neurons say",
        1,
        65536,
        optional=True,
        many=True,
    ),
    "activation": Hyperparameter(
        str,
        "relu",
        "activation of the hidden layers; selu: a self-normalising network, with "
        "LeCun-normal first weights and alpha dropout",
        choices=("relu", "elu", "selu", "gelu", "silu", "tanh"),
    ),
    "dropout": Hyperparameter(
        float, 0.0, "share of hidden neurons dropped in training", 0.0, 0.99
    ),
    "input_dropout": Hyperparameter(
        float, 0.0, "share of features dropped in training", 0.0, 0.99
    ),
    "normalization": Hyperparameter(
        str,
        "none",
        "of each hidden layer's sums before the activation, over the batch",
        choices=("none", "batch"),
    ),
    "optimizer": Hyperparameter(
        str, "adam", "optimizer", choices=("adam", "rmsprop", "sgd")
    ),
    "learning_rate": Hyperparameter(float, 0.001, "learning rate", 1e-9, 10.0),
    "schedule": Hyperparameter(
        str,
        "constant",
        "of the learning rate, step by step; cosine: it falls to 0 at the last epoch",
        choices=("constant", "cosine"),
    ),
    "warmup_epochs": Hyperparameter(
        int, 0, "epochs in which the learning rate rises to its full value", 0
    ),
    "momentum": Hyperparameter(
        float, 0.0, "momentum of sgd and rmsprop; adam has its own", 0.0, 0.99
    ),
    "weight_decay": Hyperparameter(
        float, 0.0, "decoupled weight decay per step, biases excepted", 0.0, 1.0
    ),
    "batch_size": Hyperparameter(int, 100, "molecules per step", 1),
    "epochs": Hyperparameter(int, 15, "passes over the training set, at most", 1),
    "patience": Hyperparameter(
        int,
        None,
        "stop after so many epochs without a lower validation loss and go back to "
        "the lowest; null: no early stopping",
        1,
        optional=True,
    ),
    "positive_weight": Hyperparameter(
        float,
        1.0,
        "weight of a positive label; balanced: negatives / positives of the task",
        1e-6,
        1e6,
        choices=("balanced",),
        task_types=(TaskType.BINARY,),
    ),
}

# MoleculeNet (Wu et al. 2018; its preset for classification is one layer of 1500,
# dropout 0.5, learning rate 0.001, 10 epochs, and for regression two of 1000, dropout
# 0.25, learning rate 0.0008, 50 epochs) and DeepTox (Mayr et al. 2016: 1024 neurons and
# more, one to four layers). 30 epochs are many for Tox21 and few for a small dataset.
SPACE: dict[str, list[Any]] = {
    "hidden_layers": [1, 2, 3],
    "neurons": [512, 1024],
    "dropout": [0.25, 0.5],
    "learning_rate": [3.0e-4, 1.0e-3],
    "epochs": [30],
}


class DenseModel:
    """A fitted network."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return predictions, see `toxtune.models.base.Model`."""
        blocks = [
            self.network(
                features[start : start + 4096].astype(np.float32), training=False
            ).numpy()
            for start in range(0, len(features), 4096)
        ]
        return np.concatenate(blocks)

    def save(self, path: Path) -> None:
        """Write the network in Keras' own format; `path` ends in ``.keras``."""
        self.network.save(path)


def load(path: Path) -> DenseModel:
    """Read a network that `DenseModel.save` wrote."""
    import_tensorflow(CPU)
    import keras

    return DenseModel(keras.models.load_model(path, compile=False))


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count fewer weights and biases as simpler."""
    sizes = [n_features, *widths(hyperparameters), n_outputs]
    return (sum((n + 1) * m for n, m in itertools.pairwise(sizes)),)


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Train one network; the seed decides weights, order of molecules and dropout.

    Raises
    ------
    ValueError
        If patience is given without a validation set; or if a state is given together
        with patience or a cosine schedule, or with fewer epochs than it has.
    """
    epochs, patience = hyperparameters["epochs"], hyperparameters["patience"]
    if patience is not None and valid is None:
        raise ValueError("patience: must be null without a validation set")
    # Integers in the graph have 32 bits; a larger batch would overflow.
    batch_size = min(hyperparameters["batch_size"], len(train.features))
    training, outputs, head = _begin(train, hyperparameters, batch_size, seed, device)
    if state is not None:
        _restore(training, state, hyperparameters)
    training.run(
        epoch_function(outputs, training.optimizer, train, head, batch_size, seed),
        loss_function(outputs, valid, head),
        epochs,
        patience,
    )
    save_state = _can_resume(hyperparameters) and valid is not None
    return Fitted(
        DenseModel(training.network),
        epochs=training.kept_epoch(patience),
        curve=tuple(training.curve),
        save_state=training.save if save_state else None,
    )


def _begin(
    train: Examples,
    hyperparameters: Hyperparameters,
    batch_size: int,
    seed: int,
    device: str,
) -> tuple[Training, Any, Head]:
    """Return a network before its first epoch, its layers up to the head, the head."""
    import_tensorflow(device)
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    head = make_head(train, hyperparameters["positive_weight"])
    network, outputs = build(train.features.shape[1], head, hyperparameters, seed)
    optimizer = make_optimizer(
        hyperparameters,
        outputs.trainable_variables,
        steps_per_epoch=math.ceil(len(train.features) / batch_size),
    )
    return Training(network, optimizer), outputs, head


def _can_resume(hyperparameters: Hyperparameters) -> bool:
    """Whether a training with fewer epochs begins as one with more does.

    Early stopping keeps the last weights alone, and a cosine knows its end.
    """
    is_constant = hyperparameters["schedule"] == "constant"
    return is_constant and hyperparameters["patience"] is None


def _restore(training: Training, state: Path, hyperparameters: Hyperparameters) -> None:
    """Put a saved state into `training`, if it may resume from that."""
    if not _can_resume(hyperparameters):
        raise ValueError(
            "patience: must be null, and schedule constant, where a training resumes "
            "from a saved state"
        )
    training.restore(state)
    epochs = hyperparameters["epochs"]
    if len(training.curve) > epochs:
        raise ValueError(
            f"epochs: must be ≥ {len(training.curve)}, which the saved state has "
            f"already, got {epochs}"
        )


FAMILY = Family(
    name="dense",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="epochs",
    libraries=("tensorflow", "keras", "numpy"),
    imports=("tensorflow", "keras"),
    model_format="keras",
    fit=fit,
    load=load,
    complexity=complexity,
    uses_gpu=True,
)
