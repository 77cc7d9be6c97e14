"""Files of features: everything comes back, compact, with the same bytes each time."""

import numpy as np
import pytest

from toxtune.features.arrays import (
    Features,
    load_features,
    read_features,
    save_features,
)
from toxtune.io.files import sha256_of_file

RNG = np.random.default_rng(0)
SHAPES = [(3, 1024), (5, 17), (1, 1), (0, 9), (4, 7)]
# Names to values of each kind, one row of zeros among them.
DRAWS = {
    "bits": lambda shape: RNG.integers(0, 2, shape).astype(bool),
    "counts": lambda shape: RNG.integers(0, 256, shape).astype(np.uint8),
    "no counts": lambda shape: np.zeros(shape, np.uint8),
    "numbers": lambda shape: RNG.normal(size=shape).astype(np.float32),
    "missing": lambda shape: np.full(shape, np.nan, np.float32),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", DRAWS)
def test_values_come_back(tmp_path, kind, shape):
    values = DRAWS[kind](shape)
    save_features(tmp_path / "one.npz", Features(values))
    read = read_features(tmp_path / "one.npz")
    assert read.values.dtype == values.dtype
    np.testing.assert_array_equal(read.values, values)
    assert (read.names, read.failures) == ([], {})
    loaded = load_features([tmp_path / "one.npz"])
    assert loaded.dtype == (np.float32 if values.dtype == np.float32 else np.uint8)
    np.testing.assert_array_equal(loaded, values)
    assert [path.name for path in tmp_path.iterdir()] == ["one.npz"]


def test_names_and_failures_come_back(tmp_path):
    failures = {1: "ValueError: a reason, and “another”", 7: ""}
    features = Features(np.zeros((8, 2), np.float32), ["MolWt", "logP"], failures)
    save_features(tmp_path / "one.npz", features)
    read = read_features(tmp_path / "one.npz")
    assert (read.names, read.failures) == (features.names, failures)


def test_files_stand_side_by_side_in_the_order_given(tmp_path):
    blocks = [draw((6, 1 + width)) for width, draw in enumerate(DRAWS.values())]
    paths = [tmp_path / f"{number}.npz" for number in range(len(blocks))]
    for path, block in zip(paths, blocks, strict=True):
        save_features(path, Features(block))
    for order in (slice(None), slice(None, None, -1)):
        loaded = load_features(paths[order])
        assert loaded.dtype == np.float32
        np.testing.assert_array_equal(loaded, np.hstack(blocks[order]))


def test_files_of_different_molecules_are_refused(tmp_path):
    for n_molecules in (3, 4):
        bits = Features(np.zeros((n_molecules, 8), bool))
        save_features(tmp_path / f"{n_molecules}.npz", bits)
    with pytest.raises(ValueError, match="match"):
        load_features([tmp_path / "3.npz", tmp_path / "4.npz"])


@pytest.mark.parametrize("kind", DRAWS)
def test_same_features_give_the_same_file(tmp_path, kind):
    features = Features(DRAWS[kind]((9, 30)), failures={2: "why"})
    for name in ("one.npz", "two.npz"):
        save_features(tmp_path / name, features)
    assert sha256_of_file(tmp_path / "one.npz") == sha256_of_file(tmp_path / "two.npz")


def test_bits_are_packed_and_zero_counts_take_no_room(tmp_path):
    counts = np.zeros((100, 2048), np.uint8)
    counts[:, :40] = 3
    for name, values, size in [
        ("bits", np.ones((100, 1024), bool), 100 * 1024 / 8),
        ("counts", counts, 100 * 40 * 5 + 100 * 4),
    ]:
        save_features(tmp_path / name, Features(values))
        assert (tmp_path / name).stat().st_size < size + 2000


def test_other_numbers_are_refused(tmp_path):
    with pytest.raises(TypeError, match="bool, uint8 or float32, got float64"):
        save_features(tmp_path / "one.npz", Features(np.zeros((2, 2))))
    assert list(tmp_path.iterdir()) == []
