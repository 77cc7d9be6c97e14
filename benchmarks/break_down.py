"""Where the time of the timed search goes.

    .venv/bin/python benchmarks/break_down.py --raw resources/tox21.csv.gz

Prints a table in Markdown that sums to the whole.
"""

import argparse
import tempfile
from pathlib import Path

from timed_workflow import CORES, Workflow


def print_breakdown(subsets: dict[str, float]) -> None:
    """Print where the time of a search went, and the whole."""
    whole = sum(subsets.values())
    print(f"\n| of {CORES} x {whole / CORES:.1f} s | core-seconds | share |")
    print("|---|---|---|")
    for name, seconds in {**subsets, "together": whole}.items():
        print(f"| {name} | {seconds:.1f} | {seconds / whole:.0%} |")


def main() -> None:
    """Search once, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        workflow = Workflow(Path(folder) / "toxtune", parser.parse_args().raw)
        print_breakdown(workflow.breakdown())


if __name__ == "__main__":
    main()
