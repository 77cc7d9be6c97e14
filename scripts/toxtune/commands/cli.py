"""The command line: its commands, their help, and the one way to show an error.

A command is a module of this folder with the command's name. Its docstring is the
help's text. It has ``EXAMPLE``, a line for the help, ``add_arguments(parser)``, and
``main(options)``, which returns the exit status. One that cannot do without arguments
has ``UNDER_MAKE``, how make is called with them. Only the module that is asked for is
imported, so that ``status`` need not wait for what ``predict`` needs.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

from toxtune.commands.configfiles import with_names_apart
from toxtune.errors import UserError

PROGRAM = "python -m toxtune"
COMMANDS = {
    "init": "look at a table, and write a configuration for it",
    "run": "train, select, test and report",
    "plan": "show what `run` would do, and about what it costs",
    "status": "show how the present or the last run stands",
    "retry": "let the next run train again what ended without a result",
    "report": "write the report of a run alone",
    "predict": "add a model's predictions to a table of molecules",
    "verify": "rebuild a finished run, retrain some trials, compare",
    "compare": "compare finished runs that have one test set",
    "dossier": "write the QMRF of a finished run, for regulators",
    "export": "hand a run's trials to Optuna or MLflow",
    "check-family": "hold a model family of your own to what all families keep",
    "prune": "delete results that no configuration uses",
}
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; show an error in one line.

    Returns
    -------
    int
        The exit status: 0 if all is well.
    """
    logging.basicConfig(format="%(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # The name of a file may hold bytes that are no text.
            stream.reconfigure(errors="backslashreplace")
    try:
        status = run_command(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Who reads the output has seen enough, as in `make status | head -1`. What is
        # left of it must go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (UserError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped", file=sys.stderr)
        return _INTERRUPTED


def run_command(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit status.

    Raises
    ------
    UserError
        If the command line is not legal, or the command cannot be done.
    """
    arguments = with_names_apart(arguments) or ["--help"]
    parser = _parser(command=arguments[0])
    options, unknown = parser.parse_known_args(arguments)
    if "main" not in options:
        parser.error(f"the command must come first, got {arguments[0]!r}")
    if unknown and not options.rest_is_for_snakemake:
        parser.error(f"unknown argument {unknown[0]!r}")
    options.arguments = arguments[1:]
    return options.main(options)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors look like all others.

    Attributes
    ----------
    under_make
        How make is called with all that is required; empty if nothing is.
    """

    under_make = ""

    def __init__(self, **settings: object) -> None:
        super().__init__(
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,  # type: ignore[arg-type]
        )

    def error(self, message: str) -> NoReturn:
        # Who calls make knows none of the names that argparse has for what is missing.
        if self.under_make and "arguments are required" in message:
            message = f"{message} (`{self.under_make}`)"
        raise UserError(f"{message}; see `{self.prog} --help`")


def _parser(command: str) -> argparse.ArgumentParser:
    """Make the parser; only the arguments of `command` are known to it."""
    parser = _Parser(
        prog=PROGRAM,
        description="Tune models of molecular properties, and test them honestly.",
        epilog=f"`{PROGRAM} COMMAND --help` explains a command.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        if name != command:
            commands.add_parser(name, help=summary)
            continue
        module = import_module(f"toxtune.commands.{name.replace('-', '_')}")
        subparser = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            epilog=f"example:\n  {PROGRAM} {module.EXAMPLE}",
        )
        subparser.under_make = getattr(module, "UNDER_MAKE", "")
        subparser.set_defaults(main=module.main, rest_is_for_snakemake=False)
        module.add_arguments(subparser)
    return parser
