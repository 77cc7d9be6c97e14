"""The options of what starts snakemake: ``run``, ``plan`` and ``report``."""

import argparse
import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from toxtune.commands.configfiles import BASE, add_configfile
from toxtune.commands.option_types import cores
from toxtune.config.layers import Layer, merge_layers, read_layers
from toxtune.config.overlay import overlaid, read_yaml
from toxtune.config.schema import SCHEMA, read_schema
from toxtune.errors import UserError
from toxtune.runs.started import Started

PROFILES = Path("profiles")
# What `make demo` runs.
DEMO = "examples/demo.yaml"
# Snakemake's, for what jobs may take.
OF_RESOURCES = (
    "--set-resources",
    "--set-threads",
    "--default-resources",
    "--resources",
)
REST = "Targets, and options that are not listed here, go to snakemake as they are."


@dataclass(frozen=True)
class Launch:
    """What to start.

    Attributes
    ----------
    arguments
        Of snakemake.
    layers
        The configurations that snakemake will lay over each other.
    keeps_going
        Whether the search goes on without trainings that failed for good.
    profile
        What sends the jobs to a cluster, or elsewhere; empty without one.
    where
        Those of the arguments that say where jobs run, and what they may take.
    configfiles, settings
        Those that name configurations, and values to lay over them.
    goal
        ``run``, or the part of it that was asked for, ``report``.
    """

    arguments: list[str]
    layers: list[Layer]
    keeps_going: bool
    profile: str = ""
    where: list[str] = field(default_factory=list)
    configfiles: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    goal: str = "run"

    @property
    def has_budget(self) -> bool:
        """Whether the search has one to be decided; nothing else is checked."""
        search = merge_layers(self.layers, read_schema(SCHEMA)).get("search")
        budget = search.get("budget") if isinstance(search, dict) else None
        return bool(budget.get("core_minutes") if isinstance(budget, dict) else budget)

    def with_overlay(
        self, values: dict[str, Any], path: Path, targets: Sequence[str]
    ) -> list[str]:
        """Return the arguments that make these files alone, with one more overlay.

        Parameters
        ----------
        values
            What it says, over files and settings.
        path
            Where it is written.
        targets
            The files.
        """
        path.write_text(json.dumps(values), encoding="utf-8")
        named = ["--configfile", *self.configfiles, str(path)]
        settings = [_laid_over(setting, values) for setting in self.settings]
        options = ["--config", *settings] if settings else []
        return [*targets, *self.where, *named, *options]

    @property
    def run(self) -> str:
        """The name of the run; nothing else is checked."""
        names = [layer.values.get("run") for layer in self.layers]
        return str(next((name for name in reversed(names) if name is not None), ""))

    @property
    def started(self) -> Started:
        """What is started, for the run to tell."""
        return Started(self.run, self.command())

    def command(self, option: str = "") -> str:
        """Return the command line for the same once more, with an option if given.

        It is one of make, but where there are settings, which make does not take.
        """
        if self.settings:
            words = ["python", "-m", "toxtune", self.goal, "--config", *self.settings]
            words += ["--configfile", *self.configfiles] if self.configfiles else []
            words += ["--profile", self.profile] if self.profile else []
            return shlex.join([*words, option] if option else words)
        goal, names = self.goal, self.configfiles
        if goal == "run" and names[:1] == [DEMO]:
            goal, names = "demo", names[1:]
        variables = {"CONFIG": " ".join(names), "PROFILE": self.profile}
        if option:
            variables[option.lstrip("-").replace("-", "_").upper()] = "1"
        given = {name: shlex.quote(text) for name, text in variables.items() if text}
        return " ".join(["make", goal, *map("=".join, given.items())])


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
    for option in OF_RESOURCES:
        parser.add_argument(option, nargs="+", default=[], help=argparse.SUPPRESS)


def read_launch(options: argparse.Namespace, goal: str = "run") -> Launch:
    """Find out what to start.

    Parameters
    ----------
    options
        The command's.
    goal
        ``run``, or ``report``.

    Raises
    ------
    UserError
        If a file cannot be read or is not YAML; snakemake's words do not name it.
    """
    arguments = _with_folder_of_profile(options.arguments)
    where = {"--cores": options.cores, "--jobs": options.jobs}
    where["--profile"] = options.profile
    words = [word for option in where.items() if option[1] for word in option]
    if not words:
        words = ["--cores", "all"]
        arguments = [*words, *arguments]
    for option in OF_RESOURCES:
        if values := getattr(options, option.strip("-").replace("-", "_")):
            words += [option, *values]
    return Launch(
        arguments=arguments,
        layers=read_configurations(options.configfile, options.config),
        keeps_going=options.keep_going,
        profile=options.profile or "",
        where=_with_folder_of_profile(list(map(str, words))),
        configfiles=list(map(str, options.configfile)),
        settings=options.config,
        goal=goal,
    )


def read_configurations(
    overlays: Iterable[Path], settings: Iterable[str] = ()
) -> list[Layer]:
    """Read config.yaml, overlays and settings ``KEY=VALUE``; check nothing else.

    Raises
    ------
    UserError
        If a file cannot be read or is not YAML, or a setting is none.
    """
    layers = read_layers([BASE, *overlays])
    for setting in settings:
        key, _, value = setting.partition("=")
        if not key.isidentifier() or "=" not in setting:
            raise UserError(
                "--config: must be KEY=VALUE with a top-level key of config.yaml, "
                f"such as run=mine; got {setting!r}"
            )
        layers.append(Layer({key: read_yaml(value, f"--config {key}")}))
    return layers


def _laid_over(setting: str, values: dict[str, Any]) -> str:
    """Lay values over a setting ``KEY=VALUE``, which snakemake lays over all files."""
    key, _, value = setting.partition("=")
    if key not in values:
        return setting
    laid = overlaid({key: read_yaml(value, f"--config {key}")}, {key: values[key]})
    return f"{key}={json.dumps(laid[key])}"


def _with_folder_of_profile(arguments: Sequence[str]) -> list[str]:
    """Write ``--profile profiles/slurm`` for ``--profile slurm``."""
    return [
        str(PROFILES / argument)
        if option == "--profile" and (PROFILES / argument).is_dir()
        else argument
        for option, argument in pairwise(["", *arguments])
    ]
