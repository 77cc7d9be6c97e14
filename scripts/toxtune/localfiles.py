"""Files that people name: where a name leads, and what is no file to read."""

import os
from pathlib import Path

from toxtune.errors import UserError


def local_path(name: str) -> Path:
    """Put what the environment says into a name, and the home folder for ``~``."""
    return Path(os.path.expanduser(os.path.expandvars(name)))


def refuse_irregular(path: Path) -> None:
    """Refuse a folder, pipe or device, which may have no end, or no beginning.

    Raises
    ------
    UserError
        If there is one; a name where nothing is passes.
    """
    # Path.exists raises for some names that no file can have.
    if os.path.exists(path) and not os.path.isfile(path):
        raise UserError(f"{path}: cannot be read: it is no regular file")
