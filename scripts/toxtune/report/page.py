"""The page: figures, tables and sentences put into the template of ``report/``."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import vl_convert
from docutils.core import publish_parts
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from toxtune.report.contents import FOLDER, Entry, entries
from toxtune.report.figures.figure import Figure
from toxtune.report.figures.theme import CONFIG
from toxtune.report.run import Run
from toxtune.report.sanity_checks import warnings
from toxtune.report.tables.diagnostics import probabilities_table
from toxtune.report.tables.final_model import final_model_table, prospective_table
from toxtune.report.tables.prospective import prospective_models_table
from toxtune.report.tables.record import data_table, ledger_table, provenance_table
from toxtune.report.tables.scores import (
    other_metrics_table,
    scores_table,
    winners_table,
)
from toxtune.report.tables.search import search_table
from toxtune.report.tables.table import Table
from toxtune.report.tables.tasks import tasks_table
from toxtune.report.tables.trials import all_trials
from toxtune.report.verdict import cards, headline, verdict

LEADS = {
    "Test": "The winners of all families on the test set, which was opened only after "
    "they had been selected.",
    "Search": "What was tried, scored on the validation set. Nothing in this section "
    "has seen the test set.",
    "Cost": "What the trainings of the search took.",
}

TAGS = {"train": "TRAINING", "valid": "VALIDATION", "test": "TEST"}

TABLES: dict[str, list[Callable[[Run], Table | None]]] = {
    "Search": [],
    "Test": [
        tasks_table,
        other_metrics_table,
        probabilities_table,
        final_model_table,
        prospective_table,
        prospective_models_table,
    ],
    "Cost": [search_table],
}


def page(run: Run, figures: dict[str, Figure]) -> str:
    """Return the report as HTML that asks for nothing from elsewhere."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["code"] = _with_code
    return environment.get_template("page.html.j2").render(
        name=run.name,
        others=_others(run),
        about=run.facts("train", "valid", "test"),
        headline=headline(run),
        verdict=verdict(run)[1:],
        cards=cards(run),
        tags=TAGS,
        warnings=warnings(run),
        scores=scores_table(run),
        winners=winners_table(run),
        sections=[_section(run, title, figures) for title in LEADS],
        record=[ledger_table(run), data_table(run), provenance_table(run)],
        packages=run.provenance.packages,
        written=run.provenance.written,
        style=(FOLDER / "page.css").read_text("utf-8"),
        libraries=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"),
        figures=_for_browser(figures),
        script=(FOLDER / "page.js").read_text("utf-8"),
        model=run.model,
        trials=_as_json(all_trials(run)),
        trials_script=(FOLDER / "trials.js").read_text("utf-8"),
    )


def _with_code(text: str) -> Markup:
    """Turn text into HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _others(run: Run) -> dict[str, str]:
    """Return the other splits of the configuration, and where their reports are."""
    names = [name.split("/")[-1] for name in run.settings.splits if name != run.name]
    return {name: f"../{name}/report.html" for name in names}


def _section(run: Run, title: str, figures: dict[str, Figure]) -> dict[str, Any]:
    of_section = [entry for entry in entries(run.task_type) if entry.section == title]
    return {
        "id": title.lower(),
        "title": title,
        "lead": LEADS[title],
        "figures": [
            _for_template(run, entry, figures[entry.name])
            for entry in of_section
            if figures[entry.name].panels
        ],
        "left_out": {
            entry.title: figures[entry.name].note
            for entry in of_section
            if not figures[entry.name].panels
        },
        "tables": [table for make in TABLES[title] if (table := make(run))],
    }


def _for_template(run: Run, entry: Entry, figure: Figure) -> dict[str, Any]:
    text, reading = caption(entry.name, run)
    return {
        "name": entry.name,
        "title": entry.title,
        "facts": figure.facts,
        "note": figure.note,
        "description": figure.description,
        "columns": figure.columns,
        "legend": figure.legend,
        "square": figure.square,
        "caption": text,
        "reading": reading,
        "tsv": quote(figure.tsv, safe="!$()*+,-./:;=?@_|~"),
    }


def caption(name: str, run: Run) -> tuple[str, str]:
    """Return a figure's caption, and how to read it, as HTML.

    Snakemake's own report shows the same text, without knowing the run.
    """
    text = (FOLDER / f"{name}.rst").read_text("utf-8")
    written = Template(text).render(
        metric=run.metric,
        task_type=str(run.task_type.value),
        better="higher" if run.selection.objective.maximize else "lower",
    )
    first, _, rest = written.strip().partition("\n\n")
    return _as_html(first), _as_html(rest)


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
    return _as_json(content)


def _as_json(content: Any) -> str:
    """Write JSON that cannot end the script it is in."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
