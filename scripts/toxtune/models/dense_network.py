"""The layers of `dense` and its optimizer, by the hyperparameters."""

from typing import Any

from toxtune.models.dense_heads import Head
from toxtune.models.hyperparameters import Hyperparameters


def build(
    n_features: int, head: Head, hyperparameters: Hyperparameters, seed: int
) -> tuple[Any, Any]:
    """Return the network that gives predictions, and its layers up to the head."""
    import keras

    inputs = keras.Input((n_features,))
    hidden = inputs
    if hyperparameters["input_dropout"] > 0:
        hidden = keras.layers.Dropout(
            hyperparameters["input_dropout"], seed=1000 * seed + 999
        )(hidden)
    for layer, width in enumerate(widths(hyperparameters)):
        hidden = _hidden_layer(hidden, width, hyperparameters, 1000 * seed + layer)
    outputs = keras.layers.Dense(head.n_outputs)(hidden)
    return keras.Model(inputs, head.finish(outputs)), keras.Model(inputs, outputs)


def widths(hyperparameters: Hyperparameters) -> list[int]:
    """Return the neurons of each hidden layer."""
    equal = [hyperparameters["neurons"]] * hyperparameters["hidden_layers"]
    return hyperparameters["widths"] or equal


def _hidden_layer(
    inputs: Any, width: int, hyperparameters: Hyperparameters, seed: int
) -> Any:
    """Return a hidden layer's output, after normalization, activation and dropout.

    With ``selu`` the layers keep mean 0 and variance 1, for which it takes the first
    weights and the dropout that Klambauer et al. 2017 (Self-normalizing neural
    networks) derive.
    """
    import keras

    activation = hyperparameters["activation"]
    is_selu = activation == "selu"
    layer = {"kernel_initializer": "lecun_normal"} if is_selu else {}
    if hyperparameters["normalization"] == "batch":
        hidden = keras.layers.Dense(width, **layer)(inputs)
        hidden = keras.layers.BatchNormalization()(hidden)
        hidden = keras.layers.Activation(activation)(hidden)
    else:
        hidden = keras.layers.Dense(width, activation=activation, **layer)(inputs)
    if hyperparameters["dropout"] > 0:
        dropout = keras.layers.AlphaDropout if is_selu else keras.layers.Dropout
        hidden = dropout(hyperparameters["dropout"], seed=seed)(hidden)
    return hidden


def make_optimizer(
    hyperparameters: Hyperparameters, variables: list[Any], steps_per_epoch: int
) -> Any:
    """Make the optimizer of these variables."""
    import keras

    optimizers = {
        "adam": keras.optimizers.Adam,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": keras.optimizers.SGD,
    }
    name = hyperparameters["optimizer"]
    momentum = {} if name == "adam" else {"momentum": hyperparameters["momentum"]}
    optimizer = optimizers[name](
        learning_rate=_learning_rate(hyperparameters, steps_per_epoch),
        weight_decay=hyperparameters["weight_decay"] or None,
        **momentum,
    )
    if hyperparameters["weight_decay"]:
        # Gamma and beta are those of a normalization.
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(variables)
    return optimizer


def _learning_rate(hyperparameters: Hyperparameters, steps_per_epoch: int) -> Any:
    """Return the learning rate, or what gives that of a step."""
    from keras.optimizers import schedules

    rate = hyperparameters["learning_rate"]
    rising = hyperparameters["warmup_epochs"] * steps_per_epoch
    if hyperparameters["schedule"] == "cosine":
        falling = max(hyperparameters["epochs"] * steps_per_epoch - rising, 1)
        return schedules.CosineDecay(
            rate / max(rising, 1),
            falling,
            warmup_target=rate if rising else None,
            warmup_steps=rising,
        )
    if rising:
        return schedules.PolynomialDecay(rate / rising, rising, rate)
    return rate
