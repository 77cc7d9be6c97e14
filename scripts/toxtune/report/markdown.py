"""Scores and tables as Markdown."""

from typing import Any

import pandas as pd


def format_score(value: float | None) -> str:
    """Spell a score with three decimals; ``none`` where there is none."""
    return "none" if value is None or pd.isna(value) else f"{value:.3f}"


def format_interval(bounds: list[float] | None) -> str:
    """Spell an interval; ``none`` where there is none."""
    return "none" if not bounds else " to ".join(map(format_score, bounds))


def markdown_table(header: list[Any], rows: list[list[Any]]) -> str:
    """Write a table in Markdown; cells are shown as they are."""
    lines = [header, ["---"] * len(header), *rows]
    return (
        "\n".join(f"| {' | '.join(map(in_markdown, line))} |" for line in lines) + "\n"
    )


def in_markdown(value: Any) -> str:
    """Spell a value so that it ends no column of a table and begins no HTML."""
    return str(value).replace("|", "\\|").replace("<", "&lt;")
