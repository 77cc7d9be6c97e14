"""The option ``--configfile``, which most commands have."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toxtune.config.sections import Config

BASE = Path("config.yaml")


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


def read_configuration(options: argparse.Namespace) -> "Config":
    """Read and check config.yaml with the files of ``--configfile``."""
    # Slow to import, and `--help` has no use for it.
    from toxtune.config.check import load_config

    return load_config([BASE, *options.configfile])
