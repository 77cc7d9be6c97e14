"""Models and arrays from elsewhere: nothing in them is run or unpickled."""

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import skops.io

from helpers.final_models import refused_model
from helpers.harm import Payload, zipped
from toxtune.prediction.final_model import FINGERPRINTS
from toxtune.prediction.metadata import METADATA_FILE

pytestmark = pytest.mark.promise(
    "a hostile final model: its models", "refused; nothing is unpickled"
)

MEMBER = "models/random_forest-seed-3.skops"


def saved(array, **more):
    stream = io.BytesIO()
    if more:
        np.savez(stream, array=array, **more)
    else:
        np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


MEMBERS = {
    "pickle": (pickle.dumps(Payload()), "is damaged: File is not a zip file"),
    "text": (b"hello", "is damaged: File is not a zip file"),
    "empty": (b"", "is damaged: File is not a zip file"),
    "zip of a pickle": (zipped({"model.pkl": pickle.dumps(Payload())}), "KeyError"),
    "no schema": (zipped({"a": b""}), "is not a final model: KeyError"),
    "schema that is none": (zipped({"schema.json": b"["}), "JSONDecodeError"),
    "another type": (skops.io.dumps([1, Path("pwned")]), "UntrustedTypesFound"),
    "command": (
        skops.io.dumps([1, Payload()]).replace(b"Payload", b"Payloae"),
        "is not a final model: ",
    ),
    "no model": (skops.io.dumps([1, "a model"]), "is not a final model: "),
    "number": (skops.io.dumps(1), "is not a final model: "),
    "no estimators": (skops.io.dumps([1]), "is not a final model: "),
}


@pytest.mark.parametrize(("content", "fragment"), MEMBERS.values(), ids=MEMBERS)
def test_member_that_is_no_model(sound, packed, content, fragment):
    refused_model(packed({**sound, MEMBER: content}), fragment)


def test_type_that_runs_a_command(sound, packed):
    """A skops file that names a function of another module is not trusted."""
    node = {
        "__class__": "system",
        "__module__": "posix",
        "__loader__": "FunctionNode",
        "content": "posix.system",
    }
    schema = json.dumps({**node, "protocol": 2, "_skops_version": "0.16"})
    member = zipped({"schema.json": schema.encode()})
    refused_model(packed({**sound, MEMBER: member}), "Untrusted", "posix.system")


OBJECTS = np.array([Payload()], dtype=object)
ARRAYS = {
    "pickle": (saved(OBJECTS), "allow_pickle=False"),
    "pickle alone": (pickle.dumps(Payload()), "is not a final model: "),
    "text": (b"hello", "is not a final model: "),
    "empty": (b"", "is not a final model: "),
    "cut off": (saved(np.zeros((9, 256), np.uint8))[:-9], "is not a final model: "),
    "no rows": (saved(np.zeros((0, 256), np.uint8)), "is not a final model: "),
    "other width": (saved(np.zeros((9, 25), np.uint8)), "is not a final model: "),
    "twice as many": (
        saved(np.zeros((16, 256), np.uint8)),
        "must be uint8 of (8, 256)",
    ),
    "fewer": (saved(np.zeros((7, 256), np.uint8)), "must be uint8 of (8, 256)"),
    "other numbers": (saved(np.zeros((8, 256), np.int8)), "must be uint8 of (8, 256)"),
    "of one molecule": (saved(np.zeros(256, np.uint8)), "must be uint8 of (8, 256)"),
    "number": (saved(np.float64(1)), "is not a final model: "),
    "endless": (
        saved(np.zeros(9)).replace(b"(9,), }    ", b"(9999999999999,), }"[:15]),
        "is not a final model: ",
    ),
}


@pytest.mark.parametrize(("content", "fragment"), ARRAYS.values(), ids=ARRAYS)
def test_fingerprints_that_are_none(sound, packed, content, fragment):
    refused_model(packed({**sound, FINGERPRINTS: content}), fragment)


def test_transform_with_a_pickle(sound, packed):
    transforms = {"ecfp": "transforms/ecfp.npz"}
    metadata = json.loads(sound[METADATA_FILE]) | {"transforms": transforms}
    transform = saved(OBJECTS, names=OBJECTS, medians=OBJECTS, quantiles=OBJECTS)
    files = {METADATA_FILE: json.dumps(metadata), "transforms/ecfp.npz": transform}
    refused_model(packed({**sound, **files}), "allow_pickle=False")
