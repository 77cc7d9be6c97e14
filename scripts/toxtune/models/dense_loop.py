"""The training loop of `dense`: epochs, learning curve, early stopping, saved states.

One epoch is one call into the TensorFlow graph; the order of the molecules in an epoch
depends on the seed and the number of the epoch alone.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import Examples
from toxtune.models.dense_heads import Head


class Training:
    """A network, its optimizer and its learning curve: all that it takes to resume.

    Attributes
    ----------
    network
        Its variables include the states of the dropout layers' generators.
    optimizer
        Built for the network's weights.
    curve
        One row per epoch so far: epoch, training loss, validation loss, which is
        ``None`` without a validation set.
    """

    def __init__(self, network: Any, optimizer: Any) -> None:
        self.network = network
        self.optimizer = optimizer
        self.curve: list[tuple[int, float, float | None]] = []

    def save(self, path: Path) -> None:
        """Write the state in NumPy's ``.npz`` format, whatever `path` ends in."""
        arrays = [variable.numpy() for variable in self._variables()]
        with open(path, "wb") as stream:
            np.savez(stream, *arrays, curve=np.array(self.curve, dtype=float))

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
        valid_loss: Callable[[], float | None],
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
            Passes over the training set, including those of a restored state.
        patience
            Epochs to wait for a lower validation loss; ``None``: no early stopping.
        """
        best_weights = None
        while len(self.curve) < epochs and self._goes_on(patience):
            epoch = len(self.curve) + 1
            self.curve.append((epoch, float(run_epoch(epoch)), valid_loss()))
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
        last = self.curve[-1] if self.curve else ()
        return all(math.isfinite(number) for number in last if number is not None)

    def _variables(self) -> list[Any]:
        return [*self.network.variables, *self.optimizer.variables]


def epoch_function(
    network: Any,
    optimizer: Any,
    train: Examples,
    head: Head,
    batch_size: int,
    seed: int,
) -> Callable[[int], Any]:
    """Return a function: number of an epoch -> mean loss of the steps."""
    import tensorflow as tf

    features = tf.constant(train.features)
    targets, weights = head.targets(train.labels)
    variables = network.trainable_variables
    n_molecules = len(train.features)
    n_steps = math.ceil(n_molecules / batch_size)

    # AutoGraph would take 0.2 s to analyse this code.
    @tf.function(autograph=False)
    def run_steps(order: Any) -> Any:
        def run_step(step: Any, total: Any) -> tuple[Any, Any]:
            rows = order[step * batch_size : (step + 1) * batch_size]
            with tf.GradientTape() as tape:
                loss = head.loss(
                    network(
                        tf.cast(tf.gather(features, rows), tf.float32), training=True
                    ),
                    tf.gather(targets, rows),
                    tf.gather(weights, rows),
                )
            optimizer.apply(tape.gradient(loss, variables), variables)
            return step + 1, total + loss

        start = (tf.constant(0), tf.constant(0.0))
        _, total = tf.while_loop(lambda step, _: step < n_steps, run_step, start)
        return total / n_steps

    def run_epoch(epoch: int) -> Any:
        order = np.random.default_rng([seed, epoch]).permutation(n_molecules)
        return run_steps(tf.constant(order, tf.int32))

    return run_epoch


def loss_function(
    network: Any, valid: Examples | None, head: Head
) -> Callable[[], float | None]:
    """Return a function without arguments: the loss of the validation set, if any."""
    import tensorflow as tf

    if valid is None:
        return lambda: None
    features = tf.constant(valid.features)
    targets, weights = head.targets(valid.labels)

    @tf.function(autograph=False)
    def valid_loss() -> Any:
        outputs = network(tf.cast(features, tf.float32), training=False)
        return head.loss(outputs, targets, weights)

    return lambda: float(valid_loss())
