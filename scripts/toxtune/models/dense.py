"""`dense`: a multitask fully connected network in TensorFlow/Keras.

Hidden layers of equal width with dropout, one logit per task. The loss is the mean
binary cross-entropy over the labels that were measured, each positive label weighted
as ``positive_weight`` says. One epoch is one call into the TensorFlow graph; the order
of the molecules in an epoch depends on the seed and the number of the epoch alone.
"""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models import Examples, Fitted
from toxtune.models.hyperparameters import Hyperparameter

LIBRARIES = ("tensorflow", "keras", "numpy")
MODEL_FORMAT = "keras"
RESOURCE = "epochs"
IMPORTS = ("tensorflow", "keras")

HYPERPARAMETERS = {
    "hidden_layers": Hyperparameter(int, 1, "number of hidden layers", 0, 20),
    "neurons": Hyperparameter(int, 64, "neurons in each hidden layer", 1, 65536),
    "activation": Hyperparameter(
        str,
        "relu",
        "activation of the hidden layers",
        choices=("relu", "elu", "selu", "gelu", "silu", "tanh"),
    ),
    "dropout": Hyperparameter(
        float, 0.0, "share of hidden neurons dropped in training", 0.0, 0.99
    ),
    "optimizer": Hyperparameter(
        str, "adam", "optimizer", choices=("adam", "rmsprop", "sgd")
    ),
    "learning_rate": Hyperparameter(float, 0.001, "learning rate", 1e-9, 10.0),
    "weight_decay": Hyperparameter(
        float, 0.0, "decoupled weight decay per step, biases excepted", 0.0, 1.0
    ),
    "batch_size": Hyperparameter(int, 100, "molecules per step", 1),
    "epochs": Hyperparameter(int, 15, "passes over the training part, at most", 1),
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
    ),
}


class DenseModel:
    """A fitted network."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities, n_molecules x n_tasks, float32."""
        blocks = [
            self.network(features[start : start + 4096], training=False).numpy()
            for start in range(0, len(features), 4096)
        ]
        return np.concatenate(blocks)

    def save(self, path: Path) -> None:
        """Write the network in Keras' own format; `path` ends in ``.keras``."""
        self.network.save(path)


def load(path: Path) -> DenseModel:
    """Read a network that `DenseModel.save` wrote."""
    _tensorflow()
    import keras

    return DenseModel(keras.models.load_model(path, compile=False))


def fit(
    train: Examples, valid: Examples, hyperparameters: dict[str, Any], seed: int
) -> Fitted:
    """Train one network.

    Parameters
    ----------
    train, valid
        The training part, and the part whose loss early stopping watches.
    hyperparameters
        A value for each name in `HYPERPARAMETERS`.
    seed
        Decides the initial weights, the order of molecules and the dropout.
    """
    _tensorflow()
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    network, logits = _build(
        train.features.shape[1], train.labels.shape[1], hyperparameters, seed
    )
    weights = _positive_weights(train.labels, hyperparameters["positive_weight"])
    optimizer = _optimizer(hyperparameters, logits.trainable_variables)
    # Whole numbers in the graph have 32 bits: more would wrap round to no molecules.
    batch_size = min(hyperparameters["batch_size"], len(train.features))
    run_epoch = _epoch_function(logits, optimizer, train, weights, batch_size)
    valid_loss = _loss_function(logits, valid, weights)
    curve = _train(
        network, run_epoch, valid_loss, hyperparameters, len(train.features), seed
    )
    stops_early = hyperparameters["patience"] is not None and _is_finite(curve[-1])
    kept = _lowest(curve) if stops_early else curve[-1]
    return Fitted(DenseModel(network), epochs=kept[0], curve=tuple(curve))


def _tensorflow() -> Any:
    """Import TensorFlow, deterministic, with one thread.

    One thread, since trainings run side by side, and so that the number of cores
    changes no result.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    # Results are filed as those of a processor; a GPU would round differently.
    tf.config.set_visible_devices([], "GPU")
    if tf.config.threading.get_intra_op_parallelism_threads() != 1:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    return tf


def _build(
    n_features: int, n_tasks: int, hyperparameters: dict[str, Any], seed: int
) -> tuple[Any, Any]:
    """Return the network that gives probabilities and its part that gives logits."""
    import keras

    inputs = keras.Input((n_features,))
    hidden = inputs
    for layer in range(hyperparameters["hidden_layers"]):
        hidden = keras.layers.Dense(
            hyperparameters["neurons"], activation=hyperparameters["activation"]
        )(hidden)
        if hyperparameters["dropout"] > 0:
            hidden = keras.layers.Dropout(
                hyperparameters["dropout"], seed=1000 * seed + layer
            )(hidden)
    logits = keras.layers.Dense(n_tasks)(hidden)
    probabilities = keras.layers.Activation("sigmoid")(logits)
    return keras.Model(inputs, probabilities), keras.Model(inputs, logits)


def _optimizer(hyperparameters: dict[str, Any], variables: list[Any]) -> Any:
    import keras

    kinds = {
        "adam": keras.optimizers.Adam,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": keras.optimizers.SGD,
    }
    optimizer = kinds[hyperparameters["optimizer"]](
        learning_rate=hyperparameters["learning_rate"],
        weight_decay=hyperparameters["weight_decay"] or None,
    )
    if hyperparameters["weight_decay"]:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    return optimizer


def _positive_weights(labels: np.ndarray, setting: float | str) -> np.ndarray:
    """Weight of a positive label per task, fitted on the training part."""
    if setting != "balanced":
        return np.full(labels.shape[1], setting, dtype=np.float32)
    positives = (labels == 1).sum(axis=0)
    negatives = (labels == 0).sum(axis=0)
    # Where a class is absent there is nothing to balance, and 0 would mean missing.
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1).astype(np.float32)


def _label_tensors(labels: np.ndarray, positive_weights: np.ndarray) -> tuple[Any, Any]:
    """Labels with 0 for the missing ones, and weights with 0 for the missing ones."""
    import tensorflow as tf

    weights = np.where(labels == 1, positive_weights, np.float32(1))
    weights[np.isnan(labels)] = 0
    return tf.constant(np.nan_to_num(labels)), tf.constant(weights, tf.float32)


def _loss(logits: Any, labels: Any, weights: Any) -> Any:
    """Weighted cross-entropy summed over measured labels, over their number."""
    import tensorflow as tf

    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    measured = tf.cast(tf.math.count_nonzero(weights), tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(entropy * weights), measured)


def _epoch_function(
    logits: Any, optimizer: Any, train: Examples, weights: np.ndarray, batch_size: int
) -> Any:
    """Return a graph function: order of the molecules -> mean loss of the steps."""
    import tensorflow as tf

    features = tf.constant(train.features)
    labels, label_weights = _label_tensors(train.labels, weights)
    variables = logits.trainable_variables
    n_steps = math.ceil(len(train.features) / batch_size)

    @tf.function
    def run_epoch(order: Any) -> Any:
        total = tf.constant(0.0)
        for step in tf.range(n_steps):
            rows = order[step * batch_size : (step + 1) * batch_size]
            with tf.GradientTape() as tape:
                loss = _loss(
                    logits(tf.gather(features, rows), training=True),
                    tf.gather(labels, rows),
                    tf.gather(label_weights, rows),
                )
            optimizer.apply(tape.gradient(loss, variables), variables)
            total += loss
        return total / n_steps

    return run_epoch


def _loss_function(logits: Any, valid: Examples, weights: np.ndarray) -> Any:
    """Return a graph function without arguments: the loss of the validation part."""
    import tensorflow as tf

    features = tf.constant(valid.features)
    labels, label_weights = _label_tensors(valid.labels, weights)

    @tf.function
    def valid_loss() -> Any:
        return _loss(logits(features, training=False), labels, label_weights)

    return valid_loss


def _train(
    network: Any,
    run_epoch: Any,
    valid_loss: Any,
    hyperparameters: dict[str, Any],
    n_molecules: int,
    seed: int,
) -> list[tuple[int, float, float]]:
    """Run the epochs; leave in `network` the weights to keep; return the curve."""
    import tensorflow as tf

    patience = hyperparameters["patience"]
    curve: list[tuple[int, float, float]] = []
    best_weights = None
    for epoch in range(1, hyperparameters["epochs"] + 1):
        order = np.random.default_rng([seed, epoch]).permutation(n_molecules)
        losses = run_epoch(tf.constant(order, tf.int32)), valid_loss()
        curve.append((epoch, *(float(loss) for loss in losses)))
        if not _is_finite(curve[-1]):
            return curve
        if patience is None:
            continue
        best_epoch = _lowest(curve)[0]
        if best_epoch == epoch:
            best_weights = network.get_weights()
        if epoch - best_epoch >= patience:
            break
    if best_weights is not None:
        network.set_weights(best_weights)
    return curve


def _is_finite(row: tuple[int, float, float]) -> bool:
    return all(map(math.isfinite, row))


def _lowest(curve: list[tuple[int, float, float]]) -> tuple[int, float, float]:
    """Find the epoch with the lowest validation loss, the earlier one of equals."""
    return min(curve, key=lambda row: (row[2], row[0]))
