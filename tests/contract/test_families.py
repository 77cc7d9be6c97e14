"""What every model family must keep to, and what the network promises beyond."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from toxtune.metrics import mean_score, scorable, task_scores
from toxtune.models import Examples, dense
from toxtune.models.registry import MODULES, family_module
from toxtune.training import status_of

N_MOLECULES, N_FEATURES, N_TASKS = 20, 64, 5
ALL_MISSING, ONE_CLASS = 3, 4
QUICK = {
    "dense": {"neurons": 8, "epochs": 3, "batch_size": 6, "dropout": 0.25},
    "random_forest": {"n_estimators": 5},
}
THOROUGH = {
    "dense": {
        "neurons": 64,
        "epochs": 60,
        "batch_size": 5,
        "learning_rate": 0.01,
        "dropout": 0.0,
    },
    "random_forest": {"n_estimators": 40, "max_features": 1.0},
}
# Values that must be accepted, and must change what a quick training gives.
OTHER_VALUES = {
    "dense": {
        "hidden_layers": [0, 2],
        "neurons": [9],
        "activation": ["elu", "selu", "gelu", "silu", "tanh"],
        "dropout": [0.0, 0.5],
        "optimizer": ["rmsprop", "sgd"],
        "learning_rate": [0.01],
        "weight_decay": [0.1],
        "batch_size": [1, 7, 1000],
        "epochs": [1],
        "patience": [1],
        "positive_weight": [2, "balanced"],
    },
    "random_forest": {
        "n_estimators": [6],
        "criterion": ["entropy", "log_loss"],
        "max_depth": [1],
        "min_samples_leaf": [4],
        "max_features": ["log2", 1.0],
        "class_weight": ["balanced", "balanced_subsample"],
    },
}
families = pytest.mark.parametrize("family", MODULES)


def examples(seed):
    """Make 20 molecules with random bits, and five tasks with missing labels."""
    rng = np.random.default_rng(seed)
    features = rng.integers(0, 2, (N_MOLECULES, N_FEATURES)).astype(np.float32)
    labels = rng.integers(0, 2, (N_MOLECULES, N_TASKS)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    labels[:, ALL_MISSING] = np.nan
    labels[:, ONE_CLASS] = np.where(np.isnan(labels[:, ONE_CLASS]), np.nan, 1)
    return Examples(features, labels)


TRAIN, VALID = examples(1), examples(2)


def fit(family, seed=0, train=TRAIN, valid=VALID, **hyperparameters):
    """Fit a family; what is not named is as in `QUICK`."""
    settings = with_defaults(family, QUICK[family] | hyperparameters)
    return family_module(family).fit(train, valid, settings, seed)


def with_defaults(family, hyperparameters):
    declared = family_module(family).HYPERPARAMETERS
    typed = {
        name: declared[name].typed(hyperparameters[name]) for name in hyperparameters
    }
    return {name: axis.default for name, axis in declared.items()} | typed


def predicted(*arguments, **words):
    """Predictions for `VALID` after `fit`."""
    return fit(*arguments, **words).model.predict(VALID.features)


@families
def test_predictions_are_probabilities_per_molecule_and_task(family):
    fitted = fit(family)
    for features in (VALID.features, VALID.features[:1]):
        predictions = fitted.model.predict(features)
        assert predictions.shape == (len(features), N_TASKS)
        assert predictions.dtype == np.float32
        assert ((predictions >= 0) & (predictions <= 1)).all()
    assert status_of(fitted, predictions) == "ok"


@families
def test_predictions_do_not_depend_on_the_other_molecules(family):
    model = fit(family).model
    together = model.predict(VALID.features)
    alone = [model.predict(VALID.features[row : row + 1])[0] for row in range(5)]
    np.testing.assert_allclose(alone, together[:5], rtol=1e-6)


@families
@pytest.mark.parametrize("seed", [0, 1])
def test_same_seed_gives_the_same_bits(family, seed):
    one, two = predicted(family, seed), predicted(family, seed)
    assert one.tobytes() == two.tobytes()


@families
def test_other_seeds_give_other_models(family):
    first, *others = (predicted(family, seed).tobytes() for seed in (0, 1, 2))
    assert first not in others
    assert others[0] != others[1]


@families
def test_fresh_process_on_one_core_gives_the_same_bits(family):
    program = (
        "import os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from test_families import predicted\n"
        f"print('bits', predicted({family!r}, 3).tobytes().hex())\n"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path]),
        "PYTHONHASHSEED": "7",
    }
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split()[-2:] == ["bits", predicted(family, 3).tobytes().hex()]


@families
def test_small_set_is_learned_by_heart(family):
    model = fit(family, **THOROUGH[family]).model
    predictions = model.predict(TRAIN.features)
    scores = task_scores("roc_auc", TRAIN.labels, predictions, np.ones(N_TASKS))
    known = scorable(TRAIN.labels)
    assert known.sum() == 3
    assert (scores[known] > 0.95).all()
    # The task with one class is answered with that class.
    assert (predictions[:, ONE_CLASS] > 0.9).all()


@families
def test_molecule_without_labels_has_no_influence(family):
    labels = TRAIN.labels.copy()
    labels[5] = np.nan
    features = TRAIN.features.copy()
    features[5] = 1 - features[5]
    one = predicted(family, train=Examples(TRAIN.features, labels))
    two = predicted(family, train=Examples(features, labels))
    assert one.tobytes() == two.tobytes()
    # It is the missing labels that make it so.
    three = predicted(family, train=Examples(features, TRAIN.labels))
    assert three.tobytes() != predicted(family).tobytes()


@families
def test_labels_of_one_task_missing_say_nothing_of_that_task(family):
    # Neither as 0 nor as 1: a task of which a third is missing at random is learned
    # as well for the molecules that have its label.
    model = fit(family, **THOROUGH[family]).model
    missing = np.isnan(TRAIN.labels[:, 0])
    assert 2 <= missing.sum() <= 8
    calls = model.predict(TRAIN.features)[:, 0] > 0.5
    assert (calls[~missing] == TRAIN.labels[~missing, 0]).all()


@families
def test_saved_model_predicts_the_same_bits(family, tmp_path):
    module = family_module(family)
    model = fit(family).model
    path = tmp_path / f"model.{module.MODEL_FORMAT}"
    model.save(path)
    loaded = module.load(path)
    assert (
        loaded.predict(VALID.features).tobytes()
        == model.predict(VALID.features).tobytes()
    )


@families
def test_training_changes_nothing_of_what_it_is_given(family):
    before = [array.copy() for array in (*vars(TRAIN).values(), *vars(VALID).values())]
    fit(family)
    after = [*vars(TRAIN).values(), *vars(VALID).values()]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        (family, name, value)
        for family, axes in OTHER_VALUES.items()
        for name, values in axes.items()
        for value in values
    ],
)
def test_hyperparameter_is_accepted_and_has_an_effect(family, name, value):
    # Patience needs time, and has its own tests below.
    rest = (("epochs", 30), ("learning_rate", 0.05)) if name == "patience" else ()
    predictions = predicted(family, **dict(rest), **{name: value})
    assert np.isfinite(predictions).all()
    assert predictions.tobytes() != without(family, rest).tobytes()


@cache
def without(family, rest):
    """Predictions where the hyperparameter in question is as in `QUICK`."""
    return predicted(family, **dict(rest))


@families
def test_every_hyperparameter_is_tried_here(family):
    assert set(OTHER_VALUES[family]) == set(family_module(family).HYPERPARAMETERS)


@families
def test_defaults_alone_are_a_trial(family):
    fitted = family_module(family).fit(TRAIN, VALID, with_defaults(family, {}), 0)
    assert status_of(fitted, fitted.model.predict(VALID.features)) == "ok"


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
    tf = dense._tensorflow()
    labels, weights = dense._label_tensors(TRAIN.labels, np.full(N_TASKS, 2.0))
    logits = tf.random.stateless_normal(TRAIN.labels.shape, (0, 1))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = dense._loss(logits, labels, weights)
    gradient = tape.gradient(loss, logits).numpy()
    np.testing.assert_array_equal(gradient == 0, np.isnan(TRAIN.labels))


@pytest.mark.parametrize("batch_size", [N_MOLECULES + 1, 3 * 10**9])
def test_dense_batch_larger_than_the_part_is_the_part(batch_size):
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
    assert dense._positive_weights(labels, "balanced").tolist() == [1, 1, 1, 2]


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


def test_dense_without_patience_ignores_the_validation_part():
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
    tf = dense._tensorflow()
    settings = with_defaults(
        "dense",
        {"optimizer": optimizer, "learning_rate": 0.5, "weight_decay": 0.1},
    )
    _, logits = dense._build(4, 2, settings, seed=0)
    logits.set_weights([np.ones_like(array) for array in logits.get_weights()])
    variables = logits.trainable_variables
    still = [tf.zeros_like(variable) for variable in variables]
    dense._optimizer(settings, variables).apply(still, variables)
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
    monkeypatch.setattr(dense, "_loss_function", lambda *words: lambda: next(losses))
    fitted = fit("dense", epochs=9, patience=3)
    assert [row[2] for row in fitted.curve[:3]] == [0.9, 0.5, 0.7]
    assert fitted.epochs == len(fitted.curve) == 4
    assert status_of(fitted, fitted.model.predict(VALID.features)) == "diverged"


def test_forests_of_two_tasks_are_drawn_apart():
    labels = TRAIN.labels[:, [0, 0]]
    one, two = predicted("random_forest", train=Examples(TRAIN.features, labels)).T
    assert (one != two).any()


@pytest.mark.parametrize(
    ("curve", "prediction", "status"),
    [
        ((), 0.5, "ok"),
        (((1, 0.5, 0.5),), 0.5, "ok"),
        (((1, 0.5, 0.5),), math.nan, "diverged"),
        (((1, 0.5, math.inf),), 0.5, "diverged"),
        (((1, math.nan, 0.5), (2, 0.5, 0.5)), 0.5, "diverged"),
    ],
)
def test_status_speaks_of_losses_and_predictions(curve, prediction, status):
    fitted = replace(fit("random_forest"), curve=curve)
    assert status_of(fitted, np.array([[0.1, prediction]])) == status


@pytest.fixture(scope="module")
def demo():
    """Fingerprints and labels of the demo dataset, in two parts."""
    import csv

    from rdkit import Chem, RDLogger

    from toxtune.demo import TASKS, demo_csv
    from toxtune.features import featurize

    RDLogger.DisableLog("rdApp.*")
    rows = [
        row
        for row in csv.DictReader(demo_csv().splitlines())
        if Chem.MolFromSmiles(row["smiles"])
    ]
    settings = {"kind": "circular", "radius": 2, "size": 256}
    features = featurize(settings, [row["smiles"] for row in rows]).astype(np.float32)
    labels = np.array(
        [[float(row[task] or "nan") for task in TASKS] for row in rows], np.float32
    )
    order = np.random.default_rng(0).permutation(len(rows))
    parts = order[:420], order[420:]
    return [Examples(features[part], labels[part]) for part in parts]


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
    tf = dense._tensorflow()
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
