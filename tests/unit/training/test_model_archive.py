"""Archives of models: equal models are equal bytes, and the same is loaded."""

import json
import os
import time
import zipfile

import numpy as np
import skops.io

from toxtune.training.model_archive import settle_archive

# Like the nodes of a tree: seven bytes after `leaf` belong to no field.
GAPPED = np.dtype([("left", "<i8"), ("leaf", "u1")], align=True)


def array_with_gaps():
    """Return fields that are the same each time, with anything between them."""
    array = np.frombuffer(bytearray(os.urandom(GAPPED.itemsize * 4)), GAPPED)
    array["left"], array["leaf"] = np.arange(4), [0, 1, 0, 1]
    return array


def settled(model, path):
    skops.io.dump(model, path)
    settle_archive(path)
    return path.read_bytes()


def test_times_addresses_and_gaps_make_no_difference(tmp_path):
    path, files = tmp_path / "model.skops", []
    for _ in range(2):
        shared = np.arange(3.0)
        model = {"nodes": array_with_gaps(), "one": shared, "two": shared, "n": "123"}
        files.append(settled(model, path))
    assert files[0] == files[1]
    loaded = skops.io.load(path)
    assert loaded["nodes"].tolist() == [(0, 0), (1, 1), (2, 0), (3, 1)]
    # What was one object is one object still.
    assert loaded["one"] is loaded["two"]
    assert loaded["n"] == "123"


def test_text_that_looks_like_an_address_stays(tmp_path):
    path = tmp_path / "model.skops"
    text = '"__id__": 4711, "file": "4711.npy"'
    settled({"text": text}, path)
    assert skops.io.load(path) == {"text": text}


def test_a_network_says_no_time(tmp_path):
    path, files = tmp_path / "model.keras", []
    for second, address in ((10, 139938792467088), (20, 139929697122128)):
        with zipfile.ZipFile(path, "w") as archive:
            when = time.gmtime(10**9 + second)[:6]
            metadata = {"keras_version": "3", "date_saved": f"{second}"}
            config = {"layers": [{"shared_object_id": address, "units": 139}] * 2}
            for name, content in {
                "metadata.json": json.dumps(metadata),
                "config.json": json.dumps(config),
                "model.weights.h5": "weights",
            }.items():
                archive.writestr(zipfile.ZipInfo(name, when), content)
        settle_archive(path)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("metadata.json")) == {"keras_version": "3"}
        assert json.loads(archive.read("config.json")) == {
            "layers": [{"shared_object_id": 0, "units": 139}] * 2
        }
        assert archive.read("model.weights.h5") == b"weights"


def test_a_format_of_ones_own_stays_as_it_is(tmp_path):
    path = tmp_path / "model.txt"
    path.write_bytes(b"anything")
    settle_archive(path)
    assert path.read_bytes() == b"anything"
