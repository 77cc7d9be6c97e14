"""The training loop of `dense`: epochs, learning curve, early stopping, saved states.

One epoch is one call into the TensorFlow graph; the order of the molecules in an epoch
depends on the seed and the number of the epoch alone.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models import Examples


class Training:
    """A network, its optimizer and its learning curve: all that it takes to go on.

    Attributes
    ----------
    network
        Its variables include the states of the dropout layers' generators.
    optimizer
        Built for the network's weights.
    curve
        One row per epoch so far: epoch, training loss, validation loss.
    """

    def __init__(self, network: Any, optimizer: Any) -> None:
        self.network = network
        self.optimizer = optimizer
        self.curve: list[tuple[int, float, float]] = []

    def save(self, path: Path) -> None:
        """Write the state in NumPy's ``.npz`` format, whatever `path` ends in."""
        arrays = [variable.numpy() for variable in self._variables()]
        with open(path, "wb") as stream:
            np.savez(stream, *arrays, curve=self.curve)

    def restore(self, path: Path) -> None:
        """Go back to a state that `save` wrote."""
        with np.load(path, allow_pickle=False) as saved:
            for number, variable in enumerate(self._variables()):
                variable.assign(saved[f"arr_{number}"])
            rows = saved["curve"].tolist()
        self.curve = [(int(epoch), train, valid) for epoch, train, valid in rows]

    def run(
        self,
        run_epoch: Callable[[int], Any],
        valid_loss: Callable[[], Any],
        epochs: int,
        patience: int | None,
    ) -> None:
        """Train until `epochs` are done, a loss is not finite or patience ends.

        With `patience`, the network goes back to its weights of `kept_epoch`.

        Parameters
        ----------
        run_epoch
            Does the epoch of a number and returns its training loss.
        valid_loss
            Returns the validation loss.
        epochs
            Passes over the training part, those of a restored state among them.
        patience
            Epochs to wait for a lower validation loss; ``None``: no early stopping.
        """
        best_weights = None
        while len(self.curve) < epochs and self._goes_on(patience):
            epoch = len(self.curve) + 1
            self.curve.append((epoch, float(run_epoch(epoch)), float(valid_loss())))
            if patience is not None and self.kept_epoch(patience) == epoch:
                best_weights = self.network.get_weights()
        if best_weights is not None and self._is_finite():
            self.network.set_weights(best_weights)

    def kept_epoch(self, patience: int | None) -> int:
        """Return the epoch whose weights count.

        The last one; with `patience`, the one with the lowest validation loss, the
        earlier of equals, unless training diverged.
        """
        if patience is None or not self._is_finite():
            return len(self.curve)
        return min(self.curve, key=lambda row: (row[2], row[0]))[0]

    def _goes_on(self, patience: int | None) -> bool:
        waited = len(self.curve) - self.kept_epoch(patience) if self.curve else 0
        return self._is_finite() and (patience is None or waited < patience)

    def _is_finite(self) -> bool:
        return not self.curve or all(map(math.isfinite, self.curve[-1]))

    def _variables(self) -> list[Any]:
        return [*self.network.variables, *self.optimizer.variables]


def epoch_function(
    logits: Any,
    optimizer: Any,
    train: Examples,
    positive_weights: np.ndarray,
    batch_size: int,
    seed: int,
) -> Callable[[int], Any]:
    """Return a function: number of an epoch -> mean loss of the steps."""
    import tensorflow as tf

    features = tf.constant(train.features)
    labels, weights = label_tensors(train.labels, positive_weights)
    variables = logits.trainable_variables
    n_molecules = len(train.features)
    n_steps = math.ceil(n_molecules / batch_size)

    @tf.function
    def run_steps(order: Any) -> Any:
        total = tf.constant(0.0)
        for step in tf.range(n_steps):
            rows = order[step * batch_size : (step + 1) * batch_size]
            with tf.GradientTape() as tape:
                loss = masked_loss(
                    logits(tf.gather(features, rows), training=True),
                    tf.gather(labels, rows),
                    tf.gather(weights, rows),
                )
            optimizer.apply(tape.gradient(loss, variables), variables)
            total += loss
        return total / n_steps

    def run_epoch(epoch: int) -> Any:
        order = np.random.default_rng([seed, epoch]).permutation(n_molecules)
        return run_steps(tf.constant(order, tf.int32))

    return run_epoch


def loss_function(
    logits: Any, valid: Examples, positive_weights: np.ndarray
) -> Callable[[], Any]:
    """Return a graph function without arguments: the loss of the validation part."""
    import tensorflow as tf

    features = tf.constant(valid.features)
    labels, weights = label_tensors(valid.labels, positive_weights)

    @tf.function
    def valid_loss() -> Any:
        return masked_loss(logits(features, training=False), labels, weights)

    return valid_loss


def label_tensors(labels: np.ndarray, positive_weights: np.ndarray) -> tuple[Any, Any]:
    """Labels with 0 for the missing ones, and weights with 0 for the missing ones."""
    import tensorflow as tf

    weights = np.where(labels == 1, positive_weights, np.float32(1))
    weights[np.isnan(labels)] = 0
    return tf.constant(np.nan_to_num(labels)), tf.constant(weights, tf.float32)


def masked_loss(logits: Any, labels: Any, weights: Any) -> Any:
    """Weighted cross-entropy summed over measured labels, over their number."""
    import tensorflow as tf

    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
    measured = tf.cast(tf.math.count_nonzero(weights), tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(entropy * weights), measured)
