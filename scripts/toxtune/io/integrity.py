"""JSON files that earlier jobs wrote and that may have been damaged or edited since."""

from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.identity import full_hash
from toxtune.io.files import read_json, sha256_of_file

CHECKSUM = "checksum"


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """Add the content's checksum to it, in place of an earlier one.

    An edited file shows, since its checksum is no longer that of the rest.
    """
    rest = {key: value for key, value in content.items() if key != CHECKSUM}
    return {**rest, CHECKSUM: full_hash(rest)}


def read_written(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    UserError
        If it is not JSON, or cannot be read.
    """
    try:
        return read_json(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"is not JSON: {error}") from None


def read_model_record(record: Path) -> dict[str, Any]:
    """Read the record beside a model, and see that the model is the one it is of.

    Records of toxtune 0.2 do not tell.

    Parameters
    ----------
    record
        The model's path, followed by ``.json``.

    Raises
    ------
    UserError
        If the record cannot be read, or the model was changed since.
    """
    content, model = read_written(record), record.with_suffix("")
    if "sha256" in content and sha256_of_file(model) != content["sha256"]:
        raise damaged(model, f"is another model than {record.name} says")
    return content


def damaged(path: Path, what: str) -> UserError:
    """Return the error that says what is wrong with a file that a job wrote."""
    return UserError(f"{path}: {what}; it was damaged or changed: delete it, run again")
