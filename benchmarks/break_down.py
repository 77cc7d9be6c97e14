"""Where the time of the timed search goes, and what each training adds to it.

    .venv/bin/python benchmarks/break_down.py --raw resources/tox21.csv.gz

Prints a table in Markdown that sums to the whole; then what twice the trainings take
beside their loops.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from machine_cost import Measured
from timed_workflow import CORES, Workflow

# Twice the seeds of the grid are twice the trainings of the same kinds.
TWICE = [0, 1, 2, 3, 4, 5]
N_TRAININGS = 36


def print_breakdown(subsets: dict[str, float]) -> None:
    """Print where the time of a search went, and the whole."""
    whole = sum(subsets.values())
    print(f"\n| of {CORES} x {whole / CORES:.1f} s | core-seconds | share |")
    print("|---|---|---|")
    for name, seconds in {**subsets, "together": whole}.items():
        print(f"| {name} | {seconds:.1f} | {seconds / whole:.0%} |", flush=True)


def print_addition(once: list[Measured], twice: list[Measured]) -> None:
    """Print what a training costs beside its training loop, round by round."""
    pairs = list(zip(once, twice, strict=True))
    added = [
        (CORES * (more.wall - less.wall) - (more.in_training - less.in_training))
        / N_TRAININGS
        for less, more in pairs
    ]
    fixed = [2 * less.wall - more.wall for less, more in pairs]
    print(f"\n{N_TRAININGS} and {2 * N_TRAININGS} trainings, wall time, s: ", end="")
    print("; ".join(f"{less.wall:.1f}, {more.wall:.1f}" for less, more in pairs))
    print(
        f"What a training adds (wall x {CORES} cores, its loop left out), s: ", end=""
    )
    print(
        f"{statistics.median(added):.2f} of", ", ".join(f"{one:.2f}" for one in added)
    )
    print(f"What does not grow, s: {statistics.median(fixed):.1f}")


def main() -> None:
    """Search, and print the table; search with more seeds, and print what they add."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workflow = Workflow(Path(folder) / "toxtune", options.raw)
        print_breakdown(workflow.breakdown())
        rounds = [
            (workflow.search(), workflow.search(TWICE)) for _ in range(options.rounds)
        ]
        print_addition(*map(list, zip(*rounds, strict=True)))


if __name__ == "__main__":
    main()
