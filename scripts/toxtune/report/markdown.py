"""Tables as Markdown."""

from collections.abc import Sequence
from typing import Any


def markdown_table(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """Write a table in Markdown; cells are shown as they are."""
    lines = [header, ["---"] * len(header), *rows]
    return (
        "\n".join(f"| {' | '.join(map(in_markdown, line))} |" for line in lines) + "\n"
    )


def in_markdown(value: Any) -> str:
    """Write a value so that it neither ends a column of a table nor begins HTML."""
    return str(value).replace("|", "\\|").replace("<", "&lt;")
