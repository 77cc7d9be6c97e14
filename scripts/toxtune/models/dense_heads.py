"""The output end of `dense` for each type of task: last layers, targets and loss.

Every loss is summed over the measured labels and divided by their number, so that a
missing label has no gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.models.base import Examples, n_classes
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Head:
    """What differs between the types of task.

    Attributes
    ----------
    n_outputs
        Neurons of the last layer.
    finish
        From the last layer's outputs to predictions, as Keras layers.
    targets
        From labels, n_molecules x n_tasks with NaN, to the targets of the loss and
        their weights, 0 where a label is missing; two tensors.
    loss
        From outputs, targets and weights to the mean loss.
    """

    n_outputs: int
    finish: Callable[[Any], Any]
    targets: Callable[[np.ndarray], tuple[Any, Any]]
    loss: Callable[[Any, Any, Any], Any]


def make_head(train: Examples, positive_weight: float | str) -> Head:
    """Make the head for a training set, on which its scales and weights are fitted."""
    n_tasks = train.labels.shape[1]
    if train.task_type == TaskType.BINARY:
        return _binary(positive_weights(train.labels, positive_weight))
    if train.task_type == TaskType.MULTICLASS:
        return _multiclass(n_tasks, n_classes(train.labels))
    if train.task_type == TaskType.REGRESSION:
        return _regression(train.labels)
    raise ValueError(f"there is no task type {train.task_type}")


def positive_weights(labels: np.ndarray, setting: float | str) -> np.ndarray:
    """Return the weight of a positive label per task, fitted on the training set."""
    if setting != "balanced":
        return np.full(labels.shape[1], setting, dtype=np.float32)
    positives = (labels == 1).sum(axis=0)
    negatives = (labels == 0).sum(axis=0)
    # Where a class is absent there is nothing to balance, and 0 would mean missing.
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1).astype(np.float32)


def _binary(weights_of_positives: np.ndarray) -> Head:
    """Logits; cross-entropy, in which positive labels are weighted by task."""
    import keras
    import tensorflow as tf

    return Head(
        n_outputs=len(weights_of_positives),
        finish=keras.layers.Activation("sigmoid"),
        targets=lambda labels: _tensors(
            labels, np.where(labels == 1, weights_of_positives, np.float32(1))
        ),
        loss=lambda outputs, targets, weights: _mean(
            tf.nn.sigmoid_cross_entropy_with_logits(targets, outputs), weights
        ),
    )


def _multiclass(n_tasks: int, n_classes: int) -> Head:
    """Logits of each task's classes side by side; cross-entropy of their softmax."""
    import keras
    import tensorflow as tf

    def finish(outputs: Any) -> Any:
        by_task = keras.layers.Reshape((n_tasks, n_classes))(outputs)
        return keras.layers.Flatten()(keras.layers.Softmax()(by_task))

    def loss(outputs: Any, targets: Any, weights: Any) -> Any:
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
            tf.cast(targets, tf.int32), tf.reshape(outputs, (-1, n_tasks, n_classes))
        )
        return _mean(entropy, weights)

    return Head(
        n_outputs=n_tasks * n_classes,
        finish=finish,
        targets=lambda labels: _tensors(labels, np.ones_like(labels)),
        loss=loss,
    )


def _regression(train_labels: np.ndarray) -> Head:
    """Values scaled by the training set; squared error of the scaled ones."""
    import keras
    import tensorflow as tf

    center, scale = _center_and_scale(train_labels)
    return Head(
        n_outputs=train_labels.shape[1],
        finish=keras.layers.Rescaling(scale.tolist(), center.tolist()),
        targets=lambda labels: _tensors(
            (labels - center) / scale, np.ones_like(labels)
        ),
        loss=lambda outputs, targets, weights: _mean(
            tf.math.squared_difference(outputs, targets), weights
        ),
    )


def _center_and_scale(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation per task; 0 and 1 where there is nothing to scale."""
    measured = ~np.isnan(labels)
    count = np.maximum(measured.sum(axis=0), 1)
    center = np.where(measured, labels, 0).sum(axis=0, dtype=np.float64) / count
    variance = np.where(measured, (labels - center) ** 2, 0).sum(axis=0) / count
    scale = np.where(variance > 0, np.sqrt(variance), 1)
    return center.astype(np.float32), scale.astype(np.float32)


def _tensors(targets: np.ndarray, weights: np.ndarray) -> tuple[Any, Any]:
    """Make tensors; a missing target is 0, and so is its weight."""
    import tensorflow as tf

    weights = np.where(np.isnan(targets), 0, weights)
    return (
        tf.constant(np.nan_to_num(targets), tf.float32),
        tf.constant(weights, tf.float32),
    )


def _mean(losses: Any, weights: Any) -> Any:
    """Weighted sum over the measured labels, over their number."""
    import tensorflow as tf

    measured = tf.cast(tf.math.count_nonzero(weights), tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(losses * weights), measured)
