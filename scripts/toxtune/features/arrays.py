"""Compact files of features: bits eight to a byte, counts where they are not zero."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.io.files import whole_file


@dataclass(frozen=True)
class Features:
    """One representation of some molecules.

    Attributes
    ----------
    values
        n_molecules x n_features: bool (bits), uint8 (counts), or float32 with NaN
        where a value is missing.
    names
        Names of the columns, or none.
    failures
        Row of a molecule that could not be handled to the reason.
    """

    values: np.ndarray
    names: list[str] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)


def save_features(path: Path, features: Features) -> None:
    """Write features; equal ones as equal bytes."""
    with whole_file(path, "wb") as stream:
        np.savez(
            stream,
            **_packed(features.values),
            names=np.array(features.names, dtype=str),
            failures=np.array(list(features.failures), dtype=np.int64),
            reasons=np.array(list(features.failures.values()), dtype=str),
        )


def read_features(path: Path) -> Features:
    """Read what `save_features` wrote."""
    with np.load(path) as file:
        rows, reasons = file["failures"].tolist(), file["reasons"].tolist()
        return Features(
            values=_unpacked(file),
            names=file["names"].tolist(),
            failures=dict(zip(rows, reasons, strict=True)),
        )


def load_features(paths: Sequence[Path]) -> np.ndarray:
    """Read files of the same molecules, side by side.

    Returns
    -------
    np.ndarray
        n_molecules x n_features: uint8 where all are bits or counts, a quarter of the
        size of float32, and else that.
    """
    blocks = []
    for path in paths:
        with np.load(path) as file:
            blocks.append(_unpacked(file))
    small = all(block.dtype != np.float32 for block in blocks)
    dtype = np.uint8 if small else np.float32
    return np.concatenate([block.astype(dtype, copy=False) for block in blocks], axis=1)


def _packed(values: np.ndarray) -> dict[str, Any]:
    if values.dtype == bool:
        return {"bits": np.packbits(values, axis=1), "n_features": values.shape[1]}
    if values.dtype == np.uint8:
        rows, columns = np.nonzero(values)
        return {
            "counts": values[rows, columns],
            "columns": columns.astype(np.int32),
            "per_row": np.bincount(rows, minlength=len(values)).astype(np.int32),
            "n_features": values.shape[1],
        }
    if values.dtype == np.float32:
        return {"values": values}
    raise TypeError(f"features must be bool, uint8 or float32, got {values.dtype}")


def _unpacked(file: Any) -> np.ndarray:
    if "values" in file:
        return file["values"]
    n_features = int(file["n_features"])
    if "bits" in file:
        return np.unpackbits(file["bits"], axis=1, count=n_features).astype(bool)
    per_row = file["per_row"]
    values = np.zeros((len(per_row), n_features), dtype=np.uint8)
    rows = np.repeat(np.arange(len(per_row)), per_row)
    values[rows, file["columns"]] = file["counts"]
    return values
