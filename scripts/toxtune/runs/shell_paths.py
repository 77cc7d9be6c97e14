"""Paths that snakemake and schedulers write into shell lines."""

import os
import re
import shlex
import sys

from toxtune.errors import UserError

# What a shell takes for more than a character of a name.
_SPECIAL = re.compile(r"""[\s\x00-\x1f$`"'\\;&|<>()*?\[\]{}!]""")


def quote_python() -> None:
    """Quote `sys.executable`, once, for the shell lines of the snakemake running here.

    Snakemake writes it before each script as it is, and ``.venv`` lies in the
    project's folder, whose name may hold anything.
    """
    if os.path.exists(sys.executable):
        sys.executable = shlex.quote(sys.executable)


def check_paths_for_cluster(folder: str) -> None:
    """Refuse names that a submission would not survive.

    Schedulers and their plugins put the paths of the folder and of its Python into
    shell lines of their own.

    Parameters
    ----------
    folder
        Where the workflow runs.

    Raises
    ------
    UserError
        If the path of `folder`, or of the quoted Python, means something to a shell.
    """
    [python] = shlex.split(sys.executable)
    for name, path in {"project's folder": folder, "Python": python}.items():
        found = _SPECIAL.search(path)
        if found:
            raise UserError(
                f"The path of the {name} has the character {found[0]!r}, which the "
                f"shell lines of a cluster's scheduler do not survive: {path!r}. Move "
                "it to a path of letters, digits, `-`, `_`, `.`, or run without a "
                "profile"
            )
