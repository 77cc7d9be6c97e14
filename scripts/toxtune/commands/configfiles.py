"""The option ``--configfile``, which most commands have."""

import argparse
import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from toxtune.errors import UserError

if TYPE_CHECKING:
    from toxtune.config.sections import Config

BASE = Path("config.yaml")
# What make gives: all names in one text, which no shell has taken apart.
NAMES = "--configfile-names"


def add_configfile(parser: argparse.ArgumentParser) -> None:
    """Let a command take files that are laid over config.yaml."""
    parser.add_argument(
        "--configfile",
        "--configfiles",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="files to lay over config.yaml, each over the ones before",
    )


def with_names_apart(arguments: Sequence[str]) -> list[str]:
    """Write ``--configfile a.yaml b.yaml`` for ``--configfile-names "a.yaml b.yaml"``.

    Raises
    ------
    UserError
        If a name among several is no file.
    """
    apart = []
    for before, argument in pairwise(["", *arguments]):
        if before == NAMES:
            apart += split_names(argument)
        else:
            apart.append("--configfile" if argument == NAMES else argument)
    return apart


def split_names(text: str) -> list[str]:
    """Take names of files apart at blanks, but for blanks in the name of a file.

    Raises
    ------
    UserError
        If that can be done in no way.
    """
    words = list(re.finditer(r"\S+", text))
    if len(words) < 2:
        return [word[0] for word in words]
    names = _files(text, [word.span() for word in words])
    if names is None:
        missing = next((word[0] for word in words if not os.path.isfile(word[0])), text)
        raise UserError(
            f"CONFIG: there is no file {missing}, nor one of that name with what "
            f"follows it; names are separated by blanks, got {text!r}"
        )
    return names


def _files(text: str, words: list[tuple[int, int]]) -> list[str] | None:
    """Join words, as many as possible, to names of files; None if some are in none."""
    if not words:
        return []
    for count in range(len(words), 0, -1):
        name = text[words[0][0] : words[count - 1][1]]
        if os.path.isfile(name) and (rest := _files(text, words[count:])) is not None:
            return [name, *rest]
    return None


def read_configuration(options: argparse.Namespace) -> "Config":
    """Read and check config.yaml with the files of ``--configfile``."""
    # Slow to import, and `--help` has no use for it.
    from toxtune.config.check import load_config

    return load_config([BASE, *options.configfile])
