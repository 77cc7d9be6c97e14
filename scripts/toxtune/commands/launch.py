"""The options of what starts snakemake: ``run``, ``plan`` and ``report``."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from toxtune.commands.configfiles import BASE, add_configfile
from toxtune.commands.option_types import cores
from toxtune.config.overlay import overlaid, read_overlay, read_yaml
from toxtune.errors import UserError

PROFILES = Path("profiles")
REST = "Targets, and options that are not listed here, go to snakemake as they are."


@dataclass(frozen=True)
class Launch:
    """What to start.

    Attributes
    ----------
    arguments
        Of snakemake.
    config
        The configuration, as snakemake will read it with these arguments.
    keeps_going
        Whether the search goes on without trainings that failed for good.
    has_profile
        Whether the jobs go to a cluster, or wherever a profile sends them.
    """

    arguments: list[str]
    config: dict[str, Any]
    keeps_going: bool
    has_profile: bool


def add_launch_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take the options of a launch; what else there is is snakemake's."""
    parser.set_defaults(rest_is_for_snakemake=True)
    parser.epilog = f"{REST}\n\n{parser.epilog}"
    add_configfile(parser)
    parser.add_argument(
        "--cores",
        "-c",
        nargs="?",
        type=cores,
        metavar="N",
        help="how many to use (default: all)",
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="a folder of profiles/, such as slurm"
    )
    parser.add_argument(
        "--keep-going",
        "-k",
        action="store_true",
        help="go on without the trainings that fail for good",
    )
    parser.add_argument(
        "--config",
        "-C",
        nargs="*",
        default=[],
        metavar="KEY=VALUE",
        help="values to lay over all files",
    )
    parser.add_argument("--jobs", "-j", nargs="?", help=argparse.SUPPRESS)


def read_launch(options: argparse.Namespace) -> Launch:
    """Find out what to start.

    Raises
    ------
    UserError
        If a file cannot be read or is not YAML; snakemake's words do not name it.
    """
    arguments = _with_folder_of_profile(options.arguments)
    if not (options.cores or options.jobs or options.profile):
        arguments = ["--cores", "all", *arguments]
    return Launch(
        arguments=arguments,
        config=merge_configuration(options.configfile, options.config),
        keeps_going=options.keep_going,
        has_profile=options.profile is not None,
    )


def merge_configuration(
    overlays: Iterable[Path], settings: Iterable[str] = ()
) -> dict[str, Any]:
    """Merge config.yaml, overlays and settings ``KEY=VALUE``; check nothing else.

    Raises
    ------
    UserError
        If a file cannot be read or is not YAML, or a setting is none.
    """
    config: dict[str, Any] = {}
    for path in [BASE, *overlays]:
        config = overlaid(config, read_overlay(path))
    for setting in settings:
        key, _, value = setting.partition("=")
        if not key.isidentifier() or "=" not in setting:
            raise UserError(
                "--config: must be KEY=VALUE with a top-level key of config.yaml, "
                f"such as run=mine; got {setting!r}"
            )
        config[key] = read_yaml(value, f"--config {key}")
    return config


def _with_folder_of_profile(arguments: Sequence[str]) -> list[str]:
    """Write ``--profile profiles/slurm`` for ``--profile slurm``."""
    return [
        str(PROFILES / argument)
        if option == "--profile" and (PROFILES / argument).is_dir()
        else argument
        for option, argument in pairwise(["", *arguments])
    ]
