"""The layers of the network and its learning rate: what they are in numbers."""

import numpy as np
import pytest

from helpers.families import TRAIN, VALID, fit, predicted, with_defaults
from toxtune.models.base import CPU
from toxtune.models.dense_heads import make_head
from toxtune.models.dense_network import build, make_optimizer
from toxtune.models.devices import import_tensorflow
from toxtune.prediction.keras_file import check_network

SELF_NORMALIZING = {
    "hidden_layers": 6,
    "neurons": 512,
    "activation": "selu",
    "dropout": 0.1,
}


def hidden_activations(hyperparameters, training):
    """Return mean and variance after each hidden layer, of inputs with 0 and 1."""
    import_tensorflow(CPU)
    import keras

    keras.utils.set_random_seed(0)
    settings = with_defaults("dense", hyperparameters)
    network, _ = build(256, make_head(TRAIN, 1.0), settings, seed=0)
    kind = "Dropout" if settings["dropout"] else "Dense"
    layers = [one for one in network.layers if type(one).__name__.endswith(kind)]
    spy = keras.Model(network.input, [one.output for one in layers])
    inputs = np.random.default_rng(0).normal(size=(2000, 256)).astype(np.float32)
    found = [values.numpy() for values in spy(inputs, training=training)]
    hidden = found[: settings["hidden_layers"]]
    return [(values.mean(), values.var()) for values in hidden]


@pytest.mark.parametrize("training", [False, True])
def test_selu_keeps_mean_0_and_variance_1_through_six_layers(training):
    moments = hidden_activations(SELF_NORMALIZING, training)
    assert len(moments) == 6
    for mean, variance in moments:
        assert abs(mean) < 0.05
        assert 0.9 < variance < 1.1


def test_other_activations_do_not_keep_them():
    for activation in ("relu", "elu", "tanh"):
        changes = {"activation": activation, "dropout": 0.0}
        moments = hidden_activations(SELF_NORMALIZING | changes, training=False)
        assert max(abs(moments[-1][0]), abs(moments[-1][1] - 1)) > 0.2


def test_twelve_selu_layers_are_trained():
    fitted = fit("dense", hidden_layers=12, activation="selu", epochs=20, dropout=0.1)
    losses = [row[1] for row in fitted.curve]
    assert losses[-1] < losses[0]


def rates(steps=12, steps_per_epoch=2, **hyperparameters):
    """Return the learning rate of each step."""
    tf = import_tensorflow(CPU)
    settings = with_defaults("dense", {"learning_rate": 0.5, **hyperparameters})
    optimizer = make_optimizer(settings, [tf.Variable(1.0)], steps_per_epoch)
    found = []
    for _ in range(steps):
        found.append(float(optimizer.learning_rate))
        optimizer.apply([tf.constant(0.0)])
    return found


def test_learning_rate_is_constant_by_default():
    assert rates() == [0.5] * 12


def test_learning_rate_rises_in_the_first_epochs():
    expected = [0.125, 0.21875, 0.3125, 0.40625, *[0.5] * 8]
    np.testing.assert_allclose(rates(warmup_epochs=2), expected, rtol=1e-6)


@pytest.mark.parametrize("warmup_epochs", [0, 1])
def test_learning_rate_falls_by_a_cosine_to_0_at_the_last_epoch(warmup_epochs):
    found = rates(schedule="cosine", epochs=6, warmup_epochs=warmup_epochs)
    rising = 2 * warmup_epochs
    steps = np.arange(12 - rising)
    expected = 0.25 * (1 + np.cos(np.pi * steps / (12 - rising)))
    np.testing.assert_allclose(found[rising:], expected, rtol=1e-5)
    assert found[:rising] == sorted(found[:rising])
    assert all(rate < 0.5 for rate in found[:rising])


def test_warmup_longer_than_the_training_never_ends():
    assert max(rates(schedule="cosine", epochs=2, warmup_epochs=9)) < 0.5
    assert max(rates(warmup_epochs=9)) < 0.5


def test_batch_normalization_predicts_each_molecule_by_itself():
    model = fit("dense", normalization="batch", epochs=10).model
    together = model.predict(VALID.features)
    alone = [model.predict(VALID.features[row : row + 1])[0] for row in range(5)]
    np.testing.assert_allclose(alone, together[:5], rtol=1e-5)


def test_input_dropout_is_of_training_alone():
    fitted = fit("dense", input_dropout=0.5, dropout=0.0, hidden_layers=0)
    one, two = (fitted.model.predict(VALID.features) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    plain = predicted("dense", dropout=0.0, hidden_layers=0)
    assert one.tobytes() != plain.tobytes()


@pytest.mark.parametrize(
    "settings",
    [
        SELF_NORMALIZING | {"neurons": 8},
        {"normalization": "batch", "input_dropout": 0.2},
        {"schedule": "cosine", "warmup_epochs": 1},
    ],
)
def test_saved_network_passes_the_check_of_files_from_elsewhere(settings, tmp_path):
    path = tmp_path / "model.keras"
    fit("dense", **settings).model.save(path)
    check_network(path, "model.keras")
