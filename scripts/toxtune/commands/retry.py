"""Let the next run train again what ended without a result.

That is a training that ran out of memory or time, was killed, or was left out after it
failed. One that diverged has a result. Nothing else is trained again.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from toxtune.commands.configfiles import add_configfile, read_configuration
from toxtune.config.plan import Plan
from toxtune.runs.lock import keep_runs_out
from toxtune.runs.search_budget import load_begun_plans
from toxtune.statuses import NO_RESULT
from toxtune.training.result_files import RESULT_FILES, read_result

EXAMPLE = "retry --configfile examples/demo.yaml"
# What is made from all trainings: without these Snakemake sees that one is missing.
GATHERED = (
    "report.html",
    "selection.json",
    "trials.tsv",
    "trials.json",
    "scores.tsv",
    "cost.tsv",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_configfile(parser)


def main(options: argparse.Namespace) -> int:
    """List the trainings, and remove what stands in place of their results."""
    config = read_configuration(options)
    with keep_runs_out():
        failed = [
            (plan.run, folder, status)
            for plan in load_begun_plans(config)
            for folder, status in without_result(plan)
        ]
        for _, folder, status in failed:
            print(f"{folder}: {status}")
        # The trainings come last: if this is killed halfway, it can be done again.
        for run in {run for run, _, _ in failed}:
            _remove(Path("results", config["run"]), ["summary.md"])
            _remove(Path("results", run), GATHERED)
        for _, folder, _ in failed:
            _remove(folder, reversed(RESULT_FILES))
    if failed:
        print("`make run` trains these again, and rewrites the tables and the report")
    else:
        print("Nothing to retry: every training has a result")
    return 0


def without_result(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Yield the folder and the status of each training that ended without a result."""
    for folder in map(Path, plan.results):
        if (folder / "result.json").exists():
            status = read_result(folder)["status"]
            if status in NO_RESULT:
                yield folder, status


def _remove(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
