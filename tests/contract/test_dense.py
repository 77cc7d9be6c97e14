"""What the network promises beyond the contract of all families."""

import math

import numpy as np
import pytest

from helpers.families import (
    N_FEATURES,
    N_MOLECULES,
    N_TASKS,
    TRAIN,
    VALID,
    fit,
    predicted,
    with_defaults,
)
from toxtune.models import dense, dense_network
from toxtune.models.base import CPU, Examples
from toxtune.models.dense_heads import make_head, positive_weights
from toxtune.models.dense_loop import epoch_function
from toxtune.models.devices import import_tensorflow
from toxtune.stats.metrics import mean_score
from toxtune.training.fitting import status_of


def cross_entropy(predictions, labels, positive_weights):
    """Compute the network's loss in double precision."""
    measured = ~np.isnan(labels)
    weights = np.where(labels == 1, positive_weights, 1.0)
    right = np.where(labels == 1, predictions, 1 - predictions.astype(np.float64))
    return -(weights * np.log(right))[measured].sum() / measured.sum()


def balanced_weights(labels):
    """Negatives per positive; 1 where a class is absent."""
    positives, negatives = ((labels == value).sum(axis=0) for value in (1, 0))
    both = (positives > 0) & (negatives > 0)
    return np.where(both, negatives / np.maximum(positives, 1), 1.0)


@pytest.mark.parametrize("setting", [1.0, 3.0, "balanced"])
def test_dense_curve_is_the_loss_over_measured_labels(setting):
    fitted = fit("dense", positive_weight=setting)
    assert [row[0] for row in fitted.curve] == [1, 2, 3]
    assert fitted.epochs == 3
    weights = (
        balanced_weights(TRAIN.labels)
        if setting == "balanced"
        else np.full(N_TASKS, setting)
    )
    predictions = fitted.model.predict(VALID.features)
    loss = cross_entropy(predictions, VALID.labels, weights)
    assert fitted.curve[-1][2] == pytest.approx(loss, rel=1e-5)


def test_dense_missing_label_has_no_gradient():
    tf = import_tensorflow(CPU)
    head = make_head(TRAIN, 2.0)
    labels, weights = head.targets(TRAIN.labels)
    logits = tf.random.stateless_normal(TRAIN.labels.shape, (0, 1))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = head.loss(logits, labels, weights)
    gradient = tape.gradient(loss, logits).numpy()
    np.testing.assert_array_equal(gradient == 0, np.isnan(TRAIN.labels))


@pytest.mark.parametrize("batch_size", [N_MOLECULES + 1, 3 * 10**9])
def test_dense_batch_larger_than_the_training_set_is_all_of_it(batch_size):
    whole = predicted("dense", batch_size=N_MOLECULES)
    assert predicted("dense", batch_size=batch_size).tobytes() == whole.tobytes()


def test_dense_batch_without_any_label_does_nothing():
    blank = Examples(TRAIN.features, np.full_like(TRAIN.labels, np.nan))
    first, second = (fit("dense", train=blank, epochs=epochs) for epochs in (1, 2))
    assert [row[1] for row in second.curve] == [0, 0]
    for one, two in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_array_equal(one, two)


def weights_of(fitted):
    """All weights of a fitted network."""
    return fitted.model.network.get_weights()


class Observed:
    """A network, its head and its optimizer in one, which notes what it is shown."""

    def __init__(self):
        import_tensorflow(CPU)
        import tensorflow as tf

        self.trainable_variables = [tf.Variable(1.0)]
        self.shown = []

    def __call__(self, features, training):
        self.shown += features.numpy()[:, 0].astype(int).tolist()
        return features * self.trainable_variables[0]

    def targets(self, labels):
        return labels, np.ones_like(labels)

    def loss(self, outputs, targets, weights):
        import tensorflow as tf

        return tf.reduce_sum(outputs)

    def apply(self, gradients, variables):
        pass


def orders(seed, epochs):
    """Return the order in which each epoch shows 40 molecules, in steps of 7."""
    import_tensorflow(CPU)
    import tensorflow as tf

    numbers = np.arange(40, dtype=np.float32)[:, None]
    found = []
    tf.config.run_functions_eagerly(True)
    try:
        for epoch in epochs:
            network = Observed()
            train = Examples(numbers, np.zeros((40, 1), dtype=np.float32))
            epoch_function(network, network, train, network, 7, seed)(epoch)
            found.append(network.shown)
    finally:
        tf.config.run_functions_eagerly(False)
    return found


def test_dense_order_is_of_all_molecules_and_another_for_each_seed_and_epoch():
    found = [*orders(seed=0, epochs=[1, 2, 3]), *orders(seed=1, epochs=[1, 2, 3])]
    assert all(sorted(order) == list(range(40)) for order in found)
    assert len({tuple(order) for order in found}) == 6
    assert list(range(40)) not in found
    # Whoever resumes has the same order as who never stopped.
    assert orders(seed=1, epochs=[3]) == found[5:]


def test_dense_balanced_is_negatives_per_positive():
    features = TRAIN.features[:16]
    labels = np.array([[1.0] * 4 + [0.0] * 12], np.float32).T
    train = Examples(features, labels)
    valid = Examples(VALID.features, VALID.labels[:, :1])
    balanced, by_hand, plain = (
        predicted("dense", train=train, valid=valid, positive_weight=setting).tobytes()
        for setting in ("balanced", 3.0, 1.0)
    )
    assert balanced == by_hand != plain


def test_dense_balanced_weight_is_one_where_a_class_is_absent():
    labels = np.array([[1, 0, np.nan, 1], [1, 0, np.nan, 0], [1, 0, np.nan, 0]])
    assert positive_weights(labels, "balanced").tolist() == [1, 1, 1, 2]


@pytest.fixture(scope="module")
def stopped():
    """Train until the validation loss, which is of noise, has not fallen for long."""
    return fit("dense", epochs=200, learning_rate=0.01, patience=5, neurons=32)


def test_dense_early_stopping_goes_back_to_the_lowest_loss(stopped):
    losses = [row[2] for row in stopped.curve]
    assert stopped.epochs == 1 + losses.index(min(losses))
    predictions = stopped.model.predict(VALID.features)
    recomputed = cross_entropy(predictions, VALID.labels, np.ones(N_TASKS))
    assert recomputed == pytest.approx(min(losses), rel=1e-5)
    assert losses[-1] > min(losses) * 1.001


def test_dense_early_stopping_waits_as_long_as_told(stopped):
    assert len(stopped.curve) == stopped.epochs + 5 < 200


def test_dense_early_stopping_gives_the_network_of_that_epoch(stopped):
    plain = fit("dense", epochs=stopped.epochs, learning_rate=0.01, neurons=32)
    assert plain.curve == stopped.curve[: stopped.epochs]
    for one, two in zip(weights_of(plain), weights_of(stopped), strict=True):
        np.testing.assert_array_equal(one, two)


def test_dense_without_patience_ignores_the_validation_set():
    noise = Examples(1 - VALID.features, 1 - VALID.labels)
    assert predicted("dense", valid=noise).tobytes() == predicted("dense").tobytes()


@pytest.mark.parametrize("hidden_layers", [0, 1, 3])
def test_dense_layers_are_stacked(hidden_layers):
    shapes = [
        array.shape for array in weights_of(fit("dense", hidden_layers=hidden_layers))
    ]
    widths = [N_FEATURES, *[8] * hidden_layers, N_TASKS]
    expected = [
        shape
        for inputs, outputs in zip(widths, widths[1:], strict=False)
        for shape in ((inputs, outputs), (outputs,))
    ]
    assert shapes == expected


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_dense_weight_decay_shrinks_kernels_and_spares_biases(optimizer):
    tf = import_tensorflow(CPU)
    settings = with_defaults(
        "dense",
        {"optimizer": optimizer, "learning_rate": 0.5, "weight_decay": 0.1},
    )
    head = make_head(Examples(np.zeros((2, 4)), np.zeros((2, 2))), 1.0)
    _, logits = dense_network.build(4, head, settings, seed=0)
    logits.set_weights([np.ones_like(array) for array in logits.get_weights()])
    variables = logits.trainable_variables
    still = [tf.zeros_like(variable) for variable in variables]
    dense_network.make_optimizer(settings, variables, 1).apply(still, variables)
    for array in logits.get_weights():
        left = 1.0 if array.ndim == 1 else 1 - 0.5 * 0.1
        np.testing.assert_allclose(array, left, rtol=1e-6)


@pytest.mark.parametrize("patience", [None, 3])
def test_dense_divergence_is_a_status_and_no_exception(patience):
    fitted = fit(
        "dense",
        optimizer="sgd",
        learning_rate=10.0,
        hidden_layers=6,
        neurons=64,
        epochs=40,
        activation="selu",
        patience=patience,
    )
    assert not all(map(math.isfinite, fitted.curve[-1]))
    assert all(math.isfinite(loss) for row in fitted.curve[:-1] for loss in row)
    assert fitted.epochs == len(fitted.curve) < 40
    predictions = fitted.model.predict(VALID.features)
    assert status_of(fitted, predictions) == "diverged"


def test_dense_divergence_after_good_epochs_says_how_many_were_trained(monkeypatch):
    losses = iter([0.9, 0.5, 0.7, math.nan])
    monkeypatch.setattr(dense, "loss_function", lambda *words: lambda: next(losses))
    fitted = fit("dense", epochs=9, patience=3)
    assert [row[2] for row in fitted.curve[:3]] == [0.9, 0.5, 0.7]
    assert fitted.epochs == len(fitted.curve) == 4
    assert status_of(fitted, fitted.model.predict(VALID.features)) == "diverged"


@pytest.mark.parametrize("widths", [[7], [9, 8], [3, 4, 5]])
def test_dense_widths_override_equal_layers(widths):
    network = fit("dense", hidden_layers=5, neurons=6, widths=widths).model.network
    biases = [array.shape[0] for array in network.get_weights() if array.ndim == 1]
    assert biases == [*widths, N_TASKS]


def test_dense_adam_has_no_use_for_momentum():
    assert predicted("dense", momentum=0.9).tobytes() == predicted("dense").tobytes()


@pytest.fixture(scope="module")
def demo():
    """Fingerprints and labels of the demo dataset, in two subsets."""
    import csv

    from rdkit import Chem, RDLogger

    from toxtune.data.demo import TASKS, demo_csv
    from toxtune.features.compute import featurize

    RDLogger.DisableLog("rdApp.*")
    rows = [
        row
        for row in csv.DictReader(demo_csv().splitlines())
        if Chem.MolFromSmiles(row["smiles"])
    ]
    settings = {"kind": "circular", "radius": 2, "size": 256}
    bits = featurize(settings, [row["smiles"] for row in rows]).values
    features = bits.astype(np.float32)
    labels = np.array(
        [[float(row[task] or "nan") for task in TASKS] for row in rows], np.float32
    )
    order = np.random.default_rng(0).permutation(len(rows))
    subsets = order[:420], order[420:]
    return [Examples(features[subset], labels[subset]) for subset in subsets]


SETTINGS = {
    "hidden_layers": 1,
    "neurons": 32,
    "dropout": 0.25,
    "learning_rate": 0.003,
    "batch_size": 50,
    "epochs": 10,
}


def fitted_by_keras(train, seed):
    """Train the network of `SETTINGS` with Keras' own loop."""
    tf = import_tensorflow(CPU)
    import keras

    def masked(labels, probabilities):
        measured = tf.cast(labels >= 0, tf.float32)
        entropy = keras.ops.binary_crossentropy(tf.abs(labels), probabilities)
        return tf.reduce_sum(entropy * measured) / tf.reduce_sum(measured)

    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.layers.Dense(SETTINGS["neurons"], activation="relu"),
            keras.layers.Dropout(SETTINGS["dropout"]),
            keras.layers.Dense(train.labels.shape[1], activation="sigmoid"),
        ]
    )
    network.compile(
        keras.optimizers.Adam(SETTINGS["learning_rate"]), masked, jit_compile=False
    )
    network.fit(
        train.features,
        np.nan_to_num(train.labels, nan=-1),
        batch_size=SETTINGS["batch_size"],
        epochs=SETTINGS["epochs"],
        verbose=0,
    )
    return network


def test_dense_learns_as_well_as_with_keras_own_loop(demo):
    train, valid = demo
    weights = np.ones(train.labels.shape[1])
    scores = {"toxtune": [], "keras": []}
    for seed in range(5):
        ours = fit("dense", seed, train, valid, **SETTINGS).model
        theirs = fitted_by_keras(train, seed)
        for name, predictions in {
            "toxtune": ours.predict(valid.features),
            "keras": theirs(valid.features, training=False).numpy(),
        }.items():
            score = mean_score("roc_auc", valid.labels, predictions, weights)
            scores[name].append(score)
    means = {name: np.mean(values) for name, values in scores.items()}
    error = math.sqrt(sum(np.var(values, ddof=1) / 5 for values in scores.values()))
    print(f"means {means}, standard error of the difference {error:.4f}")
    assert min(means.values()) > 0.7
    assert error < 0.02
    assert abs(means["toxtune"] - means["keras"]) < 3 * error
