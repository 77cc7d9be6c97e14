"""Run the workflow: train, select, test and report what config.yaml says.

It runs once at a time in a folder. What is finished is not done again, so the command
that began a run also continues it. At the end it shows the summary.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from toxtune.commands.launch import Launch, add_launch_arguments, read_launch
from toxtune.runs.launcher import run_alone
from toxtune.runs.progress import Failure
from toxtune.runs.status_file import Status, read_status

EXAMPLE = "run --cores 2 --configfile examples/demo.yaml"
WHERE_TO_LOOK = {
    "report.html": "the report: open it in a browser",
    "summary.md": "this summary",
    "test.tsv": "scores on the test set",
    "trials.tsv": "all trials",
    "selection.json": "the selected trials",
    "final.zip": "the model for use: `make predict`",
}
# On a cluster, where trainings share submissions, see the profiles.
ONE_BY_ONE = ["--group-components", "trainings=1", "slots-{stage}=1"]
_SHORT_SUMMARY_LINES = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_launch_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Run the workflow, show the summary; return the exit status."""
    launch = read_launch(options)
    status = _run(launch)
    if status == 0:
        show_results(Path("results", launch.run))
    return status


def first_section(summary: str) -> str:
    """Return a summary up to its second heading, or all of it if it is short."""
    lines = summary.splitlines()
    headings = [number for number, line in enumerate(lines) if line.startswith("#")]
    if len(lines) > _SHORT_SUMMARY_LINES and len(headings) > 1:
        lines = lines[: headings[1]]
    return "\n".join(lines).strip()


def show_results(folder: Path) -> None:
    """Print the first section of a run's summary, and which files it has."""
    summary = folder / "summary.md"
    if not summary.is_file():
        return
    text = first_section(summary.read_text(encoding="utf-8"))
    print()
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)
    print("\nWhere to look:")
    for name, content in WHERE_TO_LOOK.items():
        if (folder / name).exists():
            print(f"  {folder / name}  {content}")


def _run(launch: Launch) -> int:
    """Run snakemake, more than once if trainings fail and the search is to go on."""
    arguments = launch.arguments
    before = read_status()
    status = run_alone(arguments)
    if not launch.keeps_going:
        if status > 0 and _failures_since(before):
            print("`make run KEEP_GOING=1` continues without the failed trainings")
        return status
    if status > 0 and launch.has_profile and _failures_since(before):
        print("A grouped submission failed; resubmitting its trainings one by one")
        arguments = [*arguments, *ONE_BY_ONE]
        status = run_alone(arguments)
    while status > 0 and _mark(_failures_since(before), launch):
        status = run_alone(arguments)
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
