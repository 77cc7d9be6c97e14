"""Run the workflow: train, select, test and report what config.yaml says.

It runs once at a time in a folder. What is finished is not done again, so the command
that began a run also continues it. At the end it shows the verdict, the scores, and
where to look.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from toxtune.commands.launch import Launch, add_launch_arguments, read_launch
from toxtune.commands.show_results import show_results
from toxtune.runs.launcher import run_alone
from toxtune.runs.progress import Failure
from toxtune.runs.status_file import Status, read_status

EXAMPLE = "run --cores 2 --configfile examples/demo.yaml"
# On a cluster, where trainings share submissions, see the profiles.
ONE_BY_ONE = ["--group-components", "trainings=1", "slots-{stage}=1"]
OPEN, KEEP_GOING = "--open", "--keep-going"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_launch_arguments(parser)
    parser.add_argument(
        OPEN, action="store_true", help="open the report in a browser at the end"
    )


def main(options: argparse.Namespace, goal: str = "run") -> int:
    """Run the workflow, or what leads to `goal`, and show the summary.

    Returns
    -------
    int
        The exit status.
    """
    # Everything else goes to snakemake as it is.
    options.arguments = [each for each in options.arguments if each != OPEN]
    launch = read_launch(options, goal)
    status = _decide_budget(launch) if launch.has_budget else 0
    status = status or _run(launch)
    if status == 0:
        folder = Path("results", launch.run)
        show_results(folder, launch.command(OPEN), opens_report=options.open)
    return status


def _decide_budget(launch: Launch) -> int:
    """Decide what fits into the search's budget, and say so; return an exit status."""
    # Slow to import, and of no use without a budget.
    from toxtune.config.check import complete_layers
    from toxtune.runs.search_budget import MEASURING, settle_budget

    def measure(targets: list[str]) -> int:
        print(f"Measuring {len(targets)} trainings, which the search has anyway")
        state.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=state) as folder:
            path = Path(folder, "measuring.json")
            arguments = launch.with_overlay({"search": MEASURING}, path, targets)
            return run_alone(arguments, launch.started)

    state = Path(".snakemake")
    decision = settle_budget(complete_layers(launch.layers), measure)
    if decision.budget is None:
        return 1
    print(decision.budget.describe())
    return 0


def _run(launch: Launch) -> int:
    """Run snakemake, more than once if trainings fail and the search is to go on."""
    arguments = launch.arguments
    before = read_status()
    status = run_alone(arguments, launch.started)
    if not launch.keeps_going:
        if status > 0 and _failures_since(before):
            command = launch.command(KEEP_GOING)
            print(f"`{command}` continues without the failed trainings")
        return status
    if status > 0 and launch.profile and _failures_since(before):
        print("A grouped submission failed; resubmitting its trainings one by one")
        arguments = [*arguments, *ONE_BY_ONE]
        status = run_alone(arguments, launch.started)
    while status > 0 and _mark(_failures_since(before), launch):
        status = run_alone(arguments, launch.started)
    return status


def _mark(failures: Sequence[Failure], launch: Launch) -> bool:
    """Mark failed trainings as such; return whether there were any to mark."""
    if not failures:
        return False
    # Slow to import, and needed after a failure alone.
    from toxtune.config.check import complete_layers
    from toxtune.runs.mark_failed import mark_failed

    folders = mark_failed(failures, complete_layers(launch.layers))
    for folder in folders:
        print(f"Continuing without {folder}; `make retry` lets it be trained again")
    return bool(folders)


def _failures_since(before: Status | None) -> list[Failure]:
    """Return the trainings that have failed since the status was `before`.

    A run without jobs leaves the status of an earlier one there.
    """
    status = read_status()
    if status is None or status == before:
        return []
    return status.failed_trainings
