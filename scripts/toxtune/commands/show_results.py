"""What `run` shows at its end: the verdict, a short table, warnings, where to look.

It is cut out of ``summary.md``, so that terminal and summary say the same.
"""

import re
import shlex
import shutil
import sys
import textwrap
import webbrowser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toxtune.report.markdown import out_of_markdown
from toxtune.report.several_splits import has_several_splits

REPORT, FINAL_MODEL = "report.html", "final.zip"
WHERE_TO_LOOK = {
    REPORT: "the report, to be opened in a browser",
    "summary.md": "the same in words and tables",
    FINAL_MODEL: "the model for use",
}
WARNINGS = "## Warnings"
# The verdict's first words say what matters; the summary has them all.
_MOST_PARAGRAPHS = 3
# With its header.
_MOST_ROWS = 12
_WIDEST_TEXT = 100
_GAP = "  "
_NUMBER = re.compile(r"-?[0-9.,]+%?")


@dataclass(frozen=True)
class Ending:
    """The parts of a summary that are shown.

    Attributes
    ----------
    verdict
        The first paragraphs before the first table.
    table
        Rows of the first table, the header among them, of the metric that comes first.
    warnings
        One text for each.
    """

    verdict: list[str]
    table: list[list[str]]
    warnings: list[str]


def show_results(folder: Path, opening: str, *, opens_report: bool = False) -> None:
    """Print how a run ended, and which files it has.

    Parameters
    ----------
    folder
        The run's.
    opening
        The command line that opens its report.
    opens_report
        Whether to open the report in a browser as well.
    """
    summary = folder / "summary.md"
    if summary.is_file():
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        lines = describe(read_ending(summary.read_text(encoding="utf-8")), width)
        print("\n".join(["", *lines, "", *_where_to_look(folder, opening)]))
    if opens_report:
        _open(folder / REPORT)


def read_ending(summary: str) -> Ending:
    """Read what is shown from a summary."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", summary)]
    first_table = next((n for n, text in enumerate(blocks) if _is_table(text)), None)
    verdict = blocks[:first_table]
    if first_table is None:
        headings = [n for n, text in enumerate(blocks) if text.startswith("#")]
        verdict = blocks[: headings[1]] if len(headings) > 1 else blocks
    table = _rows(blocks[first_table]) if first_table is not None else []
    after = blocks.index(WARNINGS) + 1 if WARNINGS in blocks else len(blocks)
    warnings = re.findall(
        r"^- (.*)$", "\n".join(blocks[after : after + 1]), re.MULTILINE
    )
    return Ending(
        verdict=[out_of_markdown(text) for text in verdict if not text.startswith("#")][
            :_MOST_PARAGRAPHS
        ],
        table=_of_first_metric(table)[:_MOST_ROWS],
        warnings=list(map(out_of_markdown, warnings)),
    )


def describe(ending: Ending, width: int | None) -> list[str]:
    """Put an ending into lines.

    Parameters
    ----------
    ending
        What is shown.
    width
        Columns of the terminal. Text is broken, and the table loses what does not fit,
        from the right; None: all is shown, in lines as long as they are.
    """
    paragraphs = [_broken(text, width) for text in ending.verdict]
    paragraphs.append(_aligned(ending.table, width))
    warnings = [
        line
        for text in ending.warnings
        for line in _broken(text, width, first="  ! ", rest="    ")
    ]
    if warnings:
        paragraphs.append(["Warnings:", *warnings])
    blocks = ["\n".join(lines) for lines in paragraphs if lines]
    return "\n\n".join(blocks).splitlines()


def _where_to_look(folder: Path, opening: str) -> list[str]:
    there = {name for name in WHERE_TO_LOOK if (folder / name).exists()}
    if has_several_splits(folder):
        # Each split has its own; one here is of a configuration with a single split.
        there.discard(FINAL_MODEL)
    found = {
        str(folder / name): content
        for name, content in WHERE_TO_LOOK.items()
        if name in there
    }
    width = max(map(len, found), default=0)
    lines = [f"  {path:{width}}  {content}" for path, content in found.items()]
    model = shlex.quote(str(folder / FINAL_MODEL))
    commands = {
        REPORT: opening,
        # With two blanks before it, as it is for the demo, it just fits 80 columns.
        FINAL_MODEL: f"make predict MODEL={model} IN=molecules.csv OUT=predictions.csv",
    }
    ways = [f"  {way}" for name, way in commands.items() if name in there]
    next_steps = ["", "What to do next:", *ways] if ways else []
    return ["Where to look:", *lines, *next_steps]


def _open(report: Path) -> None:
    if not report.is_file():
        print(f"There is no {report} to open")
    elif not webbrowser.open(report.resolve().as_uri()):
        print(f"No browser was found here; copy {report} to where there is one")


def _is_table(text: str) -> bool:
    return text.startswith("|")


def _rows(table: str) -> list[list[str]]:
    rows = [
        [out_of_markdown(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in table.splitlines()
    ]
    # Behind the header there is a line of dashes.
    return [rows[0], *rows[2:]]


def _of_first_metric(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Keep the rows of the metric that comes first, and put it into the header."""
    if len(rows) < 2 or "metric" not in rows[0]:
        return [list(row) for row in rows]
    column = rows[0].index("metric")
    metric = rows[1][column]
    kept = [rows[0], *(row for row in rows[1:] if row[column] == metric)]
    shorter = [[*row[:column], *row[column + 1 :]] for row in kept]
    shorter[0][0] = metric
    return shorter


def _broken(text: str, width: int | None, first: str = "", rest: str = "") -> list[str]:
    if width is None:
        return [first + line for line in text.splitlines()]
    return textwrap.wrap(
        text,
        min(width, _WIDEST_TEXT),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Align columns, numbers at the right; leave out those that do not fit."""
    columns: list[list[str]] = []
    taken = -len(_GAP)
    for cells in zip(*rows, strict=False):
        widest = max(map(len, cells))
        taken += len(_GAP) + widest
        if columns and width is not None and taken > width:
            break
        pad = str.rjust if _are_numbers(cells[1:]) else str.ljust
        columns.append([pad(cell, widest) for cell in cells])
    return [_GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _are_numbers(cells: Iterable[str]) -> bool:
    return all(_NUMBER.fullmatch(cell) for cell in cells if cell)
