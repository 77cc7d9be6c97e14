"""Compact files of features: bits are packed eight to a byte."""

from pathlib import Path

import numpy as np

from toxtune.files import whole_file


def save_bits(path: Path, bits: np.ndarray) -> None:
    """Write an n_molecules x n_bits array of 0 and 1, packed along the bits."""
    with whole_file(path, "wb") as stream:
        np.savez(stream, packed=np.packbits(bits, axis=1), n_bits=bits.shape[1])


def load_features(path: Path) -> np.ndarray:
    """Read features as n_molecules x n_features, float32."""
    with np.load(path) as file:
        bits = np.unpackbits(file["packed"], axis=1, count=int(file["n_bits"]))
    return bits.astype(np.float32)
