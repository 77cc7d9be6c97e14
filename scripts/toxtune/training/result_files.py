"""Reading the files of a replicate, and checking that they are what was written."""

import shlex
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.io.files import read_json, sha256_of_file
from toxtune.io.integrity import sealed

# Their checksums are in `result.json`.
CHECKED_FILES = ("valid_predictions.npy", "learning_curve.tsv")
# In the order in which they are written.
RESULT_FILES = (*CHECKED_FILES, "cost.json", "result.json")

_KEYS = {"trial", "seed", "training_set", "status", "epochs", "store_key", "sha256"}


def read_result(folder: Path) -> dict[str, Any]:
    """Read a replicate's ``result.json`` without a look at its checksum.

    Raises
    ------
    UserError
        If it is no JSON, or lacks a key.
    """
    result = _read(folder / "result.json")
    if not isinstance(result, dict) or not result.keys() >= _KEYS:
        raise _damaged(folder / "result.json")
    return result


def read_replicate(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read ``result.json`` and ``cost.json``; check all files that a score needs.

    Raises
    ------
    UserError
        If a file is missing or its checksum does not match.
    """
    result = read_result(folder)
    if sealed(result) != result:
        raise _damaged(folder / "result.json")
    for name, checksum in result["sha256"].items():
        path = folder / name
        if not path.is_file() or sha256_of_file(path) != checksum:
            raise _damaged(path)
    return result, _read(folder / "cost.json")


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError) as error:
        # Text that is no UTF-8 is a ValueError as well.
        raise _damaged(path) from error


def _damaged(path: Path) -> UserError:
    folder = shlex.quote(str(path.parent))
    tables = "results/*/trials.tsv results/*/*/trials.tsv"
    # Snakemake does not notice a missing result while the tables made of it are there.
    return UserError(
        f"{path} is missing or its checksum does not match. To train it again: "
        f"`rm -rf {folder} {tables}`, then `make run`"
    )
