"""Have the trainings that have no result run again: ``make retry``.

No result have those that ran out of memory or time, were killed, or were given up.
One that diverged has one. The next run trains them; nothing else is trained.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.plan import Plan
from toxtune.errors import UserError
from toxtune.runs.lock import no_run_beside
from toxtune.statuses import NO_RESULT
from toxtune.training.result_files import RESULT_FILES, read_result

# What rests on all trainings: without these Snakemake sees that one is missing.
GATHERED = (
    "report.html",
    "selection.json",
    "trials.tsv",
    "trials.json",
    "scores.tsv",
    "cost.tsv",
)


def main(arguments: Sequence[str]) -> None:
    """List the trainings, and remove what stands in place of their results."""
    parser = argparse.ArgumentParser(prog="retry_failed", description=__doc__)
    parser.add_argument("--configfile", nargs="+", type=Path, default=[])
    options = parser.parse_args(arguments)
    config = load_config([Path("config.yaml"), *options.configfile])
    with no_run_beside():
        found = [
            (plan, folder, status)
            for plan in load_plans(config)
            for folder, status in without_result(plan)
        ]
        for _, folder, status in found:
            print(f"{folder}: {status}")
        # The trainings last: killed halfway, this can be done once more.
        for plan in {plan.run: plan for plan, _, _ in found}.values():
            _remove(Path("results", config["run"], "summary.md"))
            for name in GATHERED:
                _remove(Path("results", plan.run, name))
        for _, folder, _ in found:
            for name in reversed(RESULT_FILES):
                _remove(folder / name)
    if found:
        print("`make run` trains these again, and writes the tables and reports anew")
    else:
        print("Nothing to train again: no training of this run ended without a result")


def without_result(plan: Plan) -> Iterator[tuple[Path, str]]:
    """Yield the folder and the status of each training that ended without a result."""
    for folder in map(Path, plan.results):
        if (folder / "result.json").exists():
            status = read_result(folder)["status"]
            if status in NO_RESULT:
                yield folder, status


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
