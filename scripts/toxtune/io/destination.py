"""Where users want a file to be written."""

import os
from collections.abc import Iterable
from pathlib import Path

from toxtune.errors import UserError


def refuse_destination(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse a path that no file may be put in the place of.

    Parameters
    ----------
    path
        Where a file is to be written.
    inputs
        The files and folders that it is made from.

    Raises
    ------
    UserError
        If it is a folder, a pipe or a device, one of the inputs, or in one.
    """
    # Unlike those of Path, these take any name.
    if os.path.isdir(path):
        raise UserError(f"{path}: is a folder; name a file to write")
    if _is_stream(path) or (os.path.exists(path) and not os.path.isfile(path)):
        raise UserError(
            f"{path}: is no regular file, and would be replaced by one; name a file to "
            "write"
        )
    for each in filter(os.path.exists, inputs):
        if os.path.exists(path) and os.path.samefile(path, each):
            raise UserError(f"{path}: is a file that is read; name another to write")
        if os.path.isdir(each) and path.resolve().is_relative_to(each.resolve()):
            raise UserError(
                f"{path}: is in the folder {each}, which is read; name a file elsewhere"
            )


def _is_stream(path: Path) -> bool:
    """Whether it stands for an open file, as /dev/stdout does: whatever that is."""
    return os.path.islink(path) and os.readlink(path).startswith("/proc/")
