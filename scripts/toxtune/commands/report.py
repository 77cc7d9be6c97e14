"""Write the report of a run, results/RUN/report.html, and what it still needs."""

import argparse

from toxtune.commands import run

EXAMPLE = "report --configfile examples/demo.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    run.add_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Run the workflow up to the report; return the exit status."""
    options.arguments = ["report", *options.arguments]
    return run.main(options, goal="report")
