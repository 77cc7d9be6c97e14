"""What the pages of ``report/`` share: templates, captions, figures as JSON."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import quote

import vl_convert
from docutils.core import publish_parts
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from toxtune.report.contents import FOLDER
from toxtune.report.figures.figure import Figure
from toxtune.report.figures.theme import CONFIG
from toxtune.stats.metrics import Objective

TAGS = {"train": "TRAINING", "valid": "VALIDATION", "test": "TEST"}


def render(template: str, figures: dict[str, Figure], **values: Any) -> str:
    """Fill a template of ``report/``; the page asks for nothing from elsewhere."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["code"] = with_code
    return environment.get_template(template).render(
        **values,
        tags=TAGS,
        style=(FOLDER / "page.css").read_text("utf-8"),
        libraries=_libraries(),
        figures=_for_browser(figures),
        script=(FOLDER / "page.js").read_text("utf-8"),
    )


@cache
def _libraries() -> str:
    """Return Vega as one script; to bundle it takes seconds."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def figure_parts(
    name: str, title: str, figure: Figure, objective: Objective
) -> dict[str, Any]:
    """Return what the template shows of a figure."""
    text, reading = caption(name, objective)
    return {
        "name": name,
        "title": title,
        "facts": figure.facts,
        "note": figure.note,
        "description": figure.description,
        "columns": figure.columns,
        "legend": figure.legend,
        "square": figure.square,
        "caption": text,
        "reading": reading,
        "tsv": quoted(figure.tsv),
    }


def quoted(text: str) -> str:
    """Write text as the address of data has it."""
    return quote(text, safe="!$()*+,-./:;=?@_|~")


def caption(name: str, objective: Objective) -> tuple[str, str]:
    """Return a figure's caption, and how to read it, as HTML.

    Snakemake's own report shows the same text, without knowing the run.
    """
    text = (FOLDER / f"{name}.rst").read_text("utf-8")
    written = Template(text).render(
        metric=objective.metric,
        task_type=str(objective.task_type.value),
        better="higher" if objective.maximize else "lower",
    )
    first, _, rest = written.strip().partition("\n\n")
    return _as_html(first), _as_html(rest)


def as_json(content: Any) -> str:
    """Write JSON that cannot end the script it is in."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")


def with_code(text: str) -> Markup:
    """Turn text into HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _as_html(text: str) -> str:
    settings = {"report_level": 5, "file_insertion_enabled": False}
    return publish_parts(text, writer="html5", settings_overrides=settings)["body"]


def _for_browser(figures: dict[str, Figure]) -> str:
    """Return what ``page.js`` draws, as JSON."""
    content = {
        "config": CONFIG,
        "figures": {
            name: {
                "types": figure.types,
                "square": figure.square,
                "config": {"legend": {"disable": True}} if figure.legend else {},
                "panels": [
                    {"title": panel.title, "spec": spec}
                    for panel, spec in zip(figure.panels, figure.specs(), strict=True)
                ],
            }
            for name, figure in figures.items()
            if figure.panels
        },
    }
    return as_json(content)
