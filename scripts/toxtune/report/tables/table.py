"""A table with the words around it, before it is Markdown or HTML."""

from dataclasses import dataclass

from toxtune.report.words import Facts


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    title
        What it shows.
    header, rows
        Its cells.
    facts
        Which set the numbers are from, with split, sizes and seeds.
    note
        How to read it.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    facts: Facts = Facts()
    note: str = ""
