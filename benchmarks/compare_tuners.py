"""Time the book's grid here and with other tuners, in turn, in one sitting.

    make bench

Each contestant runs in processes of its own on a machine that does nothing else.

Two tables in Markdown: the search alone, from features that are there to the table of
trials, and all of it, from a raw file to a tested model.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from machine_cost import Measured, measure
from timed_workflow import CORES, GRID, Workflow

from helpers.project import ROOT

TUNERS = ROOT / "benchmarks" / "tuners.py"
OURS = "toxtune"

NAMES = {
    "plain-loop": "plain Keras loop",
    "keras-tuner": "KerasTuner",
    "optuna": "Optuna",
    "ray-tune": "Ray Tune, 2 workers",
}
FASTEST = "ray-tune"
# They train one network after another, so one round tells what there is to tell.
LIKE_THE_LOOP = {"keras-tuner", "optuna"}
SEARCH = "The search alone, from features that are there"
EVERYTHING = "From a raw file to a tested model"


@dataclass(frozen=True)
class Contestant:
    """One row of a table; run in the first round alone, or in all."""

    table: str
    name: str
    run: Callable[[], Measured]
    once: bool = False


def other(python: Path, tuner: str, *arguments: str) -> Callable[[], Measured]:
    """Return a function that runs another tuner."""
    command = [str(python.absolute()), str(TUNERS), tuner, "--grid", str(GRID)]

    def run() -> Measured:
        measured = measure([*command, *arguments], ROOT)
        found = json.loads(measured.output.splitlines()[-1])
        return replace(measured, score=found.get("test", found["score"]))

    return run


def median(runs: list[Measured], name: str) -> float:
    """Median of one figure."""
    return statistics.median(getattr(run, name) for run in runs)


def print_table(title: str, runs: dict[str, list[Measured]], score: str) -> None:
    """Print medians, and the ratios of our time to theirs."""
    print(f"\n{title}\n")
    print(
        f"| | wall, s | CPU, s | peak memory, MiB | {score} | ours / its: wall | CPU |"
    )
    print("|---|---|---|---|---|---|---|")
    ours = runs[OURS]
    for name, own in runs.items():
        wall, cpu, memory = (median(own, each) for each in ("wall", "cpu", "memory"))
        print(
            f"| {name} | {wall:.1f} | {cpu:.1f} | {memory:.0f} | {own[-1].score:.4f} "
            f"| {median(ours, 'wall') / wall:.2f} | {median(ours, 'cpu') / cpu:.2f} |"
        )
    print(f"\nWall time of each round, s: {OURS} {_rounds(ours)}", end="")
    print(
        "".join(f"; {name} {_rounds(own)}" for name, own in runs.items() if own != ours)
    )


def _rounds(runs: list[Measured]) -> str:
    return ", ".join(f"{run.wall:.1f}" for run in runs)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    parser.add_argument("--peers", type=Path, required=True, help="their Python")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workflow = Workflow(Path(folder) / "toxtune", options.raw)
        compare(contestants(workflow, options.peers, options.raw), options.rounds)


def contestants(workflow: Workflow, peers: Path, raw: Path) -> list[Contestant]:
    """List what is run in each round, in this order."""
    arrays = ["--arrays", str(workflow.arrays)]
    csv_file = ["--csv", str(raw.resolve())]
    runs = [
        Contestant(SEARCH, OURS, workflow.search),
        Contestant(EVERYTHING, OURS, workflow.everything),
        Contestant(EVERYTHING, NAMES[FASTEST], other(peers, FASTEST, *csv_file)),
    ]
    for tuner, name in NAMES.items():
        as_written = other(peers, tuner, *arrays)
        in_one_call = other(peers, tuner, *arrays, "--in-one-call")
        runs += [
            Contestant(SEARCH, name, as_written, once=tuner in LIKE_THE_LOOP),
            Contestant(SEARCH, f"{name}, an epoch a call", in_one_call, once=True),
        ]
    return runs


def compare(runs: list[Contestant], rounds: int) -> None:
    """Run all in turn, and print the tables."""
    print(f"{platform.machine()}, {CORES} cores; medians of {rounds} rounds.")
    found: dict[str, dict[str, list[Measured]]] = {}
    for number in range(rounds):
        for one in runs:
            if number and one.once:
                continue
            measured = one.run()
            found.setdefault(one.table, {}).setdefault(one.name, []).append(measured)
            print(f"{number + 1}: {one.table}: {one.name}: {measured}", file=sys.stderr)
    print_table(SEARCH, found[SEARCH], "best valid")
    print_table(EVERYTHING, found[EVERYTHING], "test")


if __name__ == "__main__":
    main()
