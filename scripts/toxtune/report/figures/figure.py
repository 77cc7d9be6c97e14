"""A figure: one definition, shown by a browser and drawn as SVG."""

import textwrap
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from toxtune.report.figures.theme import CONFIG
from toxtune.report.words import Facts

# Charts only name their data; it is filled in when they are shown or drawn.
NAME = "table"


DATA = alt.NamedData(NAME)


# The column that says which panel a row belongs to, where there are several.
PANEL = "panel"


SVG_WIDTH = 640
_LARGEST_SQUARE = 380
_SIGNS_OF_PATHS = frozenset("'\"[].\\")


@dataclass(frozen=True)
class Panel:
    """One chart of a figure, about the rows with its title in the column ``panel``.

    The only panel of a figure may have no title.
    """

    title: str
    chart: alt.TopLevelMixin


@dataclass(frozen=True)
class Figure:
    """Panels over one table.

    Attributes
    ----------
    facts
        Which set the numbers are from, with split, sizes and seeds.
    description
        What the figure shows, for those who cannot see it.
    table
        All the numbers that are drawn, and those of the tooltips.
    panels
        Empty where there is nothing to draw.
    columns
        Panels side by side, where there is room.
    legend
        Words to colours, shared by all panels; empty where each panel has its own.
    note
        What a reader must know about this figure.
    square
        Whether both axes of a panel are equally long.
    """

    facts: Facts
    description: str
    table: pd.DataFrame
    panels: list[Panel] = field(default_factory=list)
    columns: int = 1
    legend: dict[str, str] = field(default_factory=dict)
    note: str = ""
    square: bool = False

    @property
    def tsv(self) -> str:
        """The table as tab-separated text, to six digits."""
        return as_tsv(self.table)

    @property
    def types(self) -> dict[str, str]:
        """Column to ``number`` or ``string``, for who reads the TSV."""
        return {
            name: "number" if pd.api.types.is_numeric_dtype(column) else "string"
            for name, column in self.table.items()
        }

    def specs(self) -> list[dict[str, Any]]:
        """Return the Vega-Lite specification of each panel, without its data."""
        fit = {"type": "fit-x", "contains": "padding"}
        return [
            {**self._spec(panel), "width": "container", "autosize": fit}
            for panel in self.panels
        ]

    def svg(self, title: str) -> str:
        """Draw all panels beside and below each other."""
        width = SVG_WIDTH // self.columns - 40 * (self.columns > 1)
        size: dict[str, Any] = {"width": width}
        if self.square:
            size = dict.fromkeys(("width", "height"), min(width, _LARGEST_SQUARE))
        drawn = [
            {
                **_filled(self._spec(panel), self._rows(panel)),
                **size,
                "title": panel.title,
            }
            for panel in self.panels
        ]
        # What switches set has one place, above all panels.
        params = [each for panel in drawn for each in panel.pop("params", [])]
        subtitle = [line for line in (str(self.facts), self.note) if line]
        whole = {
            "title": {"text": title, "subtitle": _folded(subtitle), "offset": 16},
            "columns": self.columns,
            "concat": drawn or [_nothing()],
            "params": params,
            "config": {**CONFIG, "background": "white", "font": "sans-serif"},
            "resolve": {"legend": {"color": "shared", "shape": "shared"}},
        }
        return vl_convert.vegalite_to_svg(whole)

    def _spec(self, panel: Panel) -> dict[str, Any]:
        spec = panel.chart.to_dict(validate=False)
        # The theme is set once for all; the schema is an address.
        for key in ("$schema", "config"):
            spec.pop(key, None)
        return spec

    def _rows(self, panel: Panel) -> dict[str, Any]:
        rows = self.table
        if PANEL in rows:
            rows = rows[rows[PANEL] == panel.title]
        # Vega takes the name of a column for a path, and cells for strings anyway. So
        # those that are named after tasks, with whatever signs, are left to that.
        types = {
            name: kind
            for name, kind in self.types.items()
            if kind == "number" or not _SIGNS_OF_PATHS & set(name)
        }
        return {"values": as_tsv(rows), "format": {"type": "tsv", "parse": types}}


def pointable(lines: alt.Chart, *detail: str) -> alt.Chart:
    """Return the lines again, wide and invisible, so that a pointer finds them.

    Vega shows a line's tooltip only within its width of a corner.
    """
    return lines.mark_line(strokeWidth=12, opacity=0, clip=True).encode(
        detail=[alt.Detail(name) for name in detail]
    )


def _filled(spec: Any, data: dict[str, Any]) -> Any:
    """Put data where the specification names them."""
    if isinstance(spec, list):
        return [_filled(member, data) for member in spec]
    if not isinstance(spec, dict):
        return spec
    if spec == {"name": NAME}:
        return data
    return {key: _filled(member, data) for key, member in spec.items()}


def as_tsv(table: pd.DataFrame) -> str:
    """Write a table as tab-separated text, to six digits."""
    return table.to_csv(sep="\t", index=False, lineterminator="\n", float_format="%.6g")


def _folded(lines: list[str]) -> list[str]:
    return [short for line in lines for short in textwrap.wrap(line, 105)]


def _nothing() -> dict[str, Any]:
    return {"data": {"values": []}, "mark": "point", "width": SVG_WIDTH, "height": 20}
