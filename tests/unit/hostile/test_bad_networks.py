"""Networks from elsewhere: nothing is built but the layers of the family dense."""

import json

import pytest

from helpers.final_models import refused_model, with_member
from helpers.harm import zipped
from toxtune.errors import UserError
from toxtune.prediction.keras_file import check_network

pytestmark = pytest.mark.promise(
    "a hostile final model: its networks", "refused before Keras builds anything"
)


def layer(name, module="keras.layers", registered=None, **config):
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": registered,
    }


def network(*layers):
    """Describe a network as Keras does."""
    config = layer("Functional", "keras.src.models.functional", "Functional")
    return {**config, "config": {"layers": [layer("InputLayer"), *layers]}}


LAMBDA = {"class_name": "__lambda__", "config": {"value": "e30="}}
NETWORKS = {
    "lambda": network(layer("Lambda", function=LAMBDA)),
    "function in a layer": network(layer("Dense", activation=LAMBDA)),
    "download": network(layer("get_file", "keras.utils", origin="http://localhost")),
    "module": network(layer("Dense", "os")),
    "path": network(layer("system", "posix")),
    "registered": network(layer("Dense", registered="mine>Dense")),
    "vocabulary": network(layer("StringLookup", vocabulary="/etc/passwd")),
    "lookup": network(layer("TFSMLayer", filepath="/tmp")),
    "configuration": network(layer("enable_unsafe_deserialization", "keras.config")),
    "another model": layer("Sequential"),
}


# Layers of Keras that run code, read files, or hold others; none names a function here.
OTHERS = [
    *("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"),
    *(
        "StringLookup",
        "IntegerLookup",
        "TextVectorization",
        "Hashing",
        "Discretization",
    ),
    *("RNN", "LSTM", "TimeDistributed", "Bidirectional", "Wrapper", "Embedding"),
    *(
        "Sequential",
        "Model",
        "Conv1D",
        "RandomCrop",
        "Pipeline",
        "SpectralNormalization",
    ),
]


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_layer_is_built(folder, name):
    config = network(layer("Dense", units=3), layer(name))
    (folder / "a.keras").write_bytes(zipped({"config.json": json.dumps(config)}))
    with pytest.raises(UserError, match=rf"describes '(\w|\.)*\.{name}', which"):
        check_network(folder / "a.keras", "a.keras")


@pytest.mark.parametrize("config", NETWORKS.values(), ids=NETWORKS)
def test_network_that_is_none_of_ours(sound, packed, config):
    refused_model(
        packed(
            with_member(sound, "dense", zipped({"config.json": json.dumps(config)}))
        ),
        "models/dense-seed-0.keras: describes '",
        "which networks of the family dense do not have",
    )


@pytest.mark.parametrize(
    ("files", "fragment"),
    [
        (
            {"assets/x.py": "1"},
            "holds 'assets/x.py', which does not belong to a network",
        ),
        ({"../pwned": "1"}, "holds '../pwned', which does not belong to a network"),
        ({}, "KeyError"),
        ({"config.json": "{"}, "JSONDecodeError"),
        ({"config.json": "[" * 100_000}, "RecursionError"),
    ],
    ids=["asset", "path", "no description", "no JSON", "deep JSON"],
)
def test_network_in_a_bad_file(sound, packed, files, fragment):
    refused_model(packed(with_member(sound, "dense", zipped(files))), fragment)


def test_harmless_network_is_let_through(folder):
    config = network(layer("Dense", units=3, activation="relu"), layer("Dropout"))
    (folder / "a.keras").write_bytes(zipped({"config.json": json.dumps(config)}))
    check_network(folder / "a.keras", "a.keras")
