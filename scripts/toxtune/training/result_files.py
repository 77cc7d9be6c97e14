"""The files of a replicate, and whether they are what was written."""

import shlex
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.identity import full_hash
from toxtune.io.files import read_json, sha256_of_file

# Those that `result.json` has the checksums of.
CHECKED_FILES = ("valid_predictions.npy", "learning_curve.tsv")


# In the order in which they are written.
RESULT_FILES = (*CHECKED_FILES, "cost.json", "result.json")


CHECKSUM = "checksum"


_KEYS = {"trial", "seed", "training_set", "status", "epochs", "store_key", "sha256"}


def sealed(result: dict[str, Any]) -> dict[str, Any]:
    """Add the content of a ``result.json`` its own checksum."""
    content = {key: value for key, value in result.items() if key != CHECKSUM}
    return {**content, CHECKSUM: full_hash(content)}


def read_result(folder: Path) -> dict[str, Any]:
    """Read a replicate's ``result.json``, by its form alone.

    Raises
    ------
    UserError
        If it does not have the form.
    """
    result = _read(folder / "result.json")
    if not isinstance(result, dict) or not result.keys() >= _KEYS:
        raise _damaged(folder / "result.json")
    return result


def read_replicate(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read ``result.json`` and ``cost.json``, and check every byte that counts.

    Raises
    ------
    UserError
        If one of the files is not what was written.
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
    # While the tables are there, Snakemake does not miss what they were made of.
    return UserError(
        f"{path} is not what was written there: it is damaged or missing. "
        f"`rm -rf {folder} results/*/trials.tsv`, and `make run` makes it anew"
    )
