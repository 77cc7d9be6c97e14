"""Compare finished runs that have one test set, in a page that needs no network.

The page has each run's selected model with its scores, the differences from the first
run on the same test molecules, and every opening of the test set from the ledger.
"""

import argparse
from pathlib import Path

EXAMPLE = "compare tox21 tox21-other"
UNDER_MAKE = "make compare RUNS='tox21 tox21-other'"
PAGE = Path("results", "comparison.html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folders of results/, two or more"
    )
    parser.add_argument(
        "--to", type=Path, default=PAGE, help=f"the page to write (default: {PAGE})"
    )


def main(options: argparse.Namespace) -> int:
    """Write the page, and say what it says."""
    # Slow to import, and `--help` has no use for them.
    from toxtune.io.destination import refuse_destination
    from toxtune.io.files import write_text
    from toxtune.report.finished_runs import differences, openings, read_runs
    from toxtune.report.runs_page import runs_page, sentences

    refuse_destination(options.to)
    runs = read_runs(options.runs)
    write_text(options.to, runs_page(runs, options.to.parent))
    table = differences(runs, runs[0].selection.objective.metric)
    print("\n".join(sentences(runs, table, len(openings(runs[0])))))
    print(f"{options.to}: the comparison; open it in a browser")
    return 0
