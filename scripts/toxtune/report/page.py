"""The page: figures, tables and sentences put into the template of ``report/``."""

import json
from typing import Any
from urllib.parse import quote

import vl_convert
from docutils.core import publish_parts
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from toxtune.report import page_tables as tables
from toxtune.report import verdict
from toxtune.report.contents import FOLDER, Entry, entries
from toxtune.report.figures.figure import Figure
from toxtune.report.figures.theme import CONFIG
from toxtune.report.run import Run
from toxtune.report.summary_sections import warnings
from toxtune.tasks import TaskType

LEADS = {
    "Search": "What was tried, scored on the validation set. Nothing here has seen "
    "the test set.",
    "Test": "The frozen winners of all families on the test set, looked at after "
    "the choice.",
    "Cost": "What the trainings of the search took.",
}


def page(run: Run, figures: dict[str, Figure]) -> str:
    """Return the report as HTML that asks for nothing from elsewhere."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html.j2").render(
        name=run.name,
        others=_others(run),
        about=run.facts("train", "valid", "test"),
        verdict=verdict.sentences(run),
        cards=verdict.cards(run),
        warnings=warnings(run.evidence, run.test, run.settings["dataset"]),
        scores=tables.scores_table(run),
        winners=tables.winners_table(run),
        sections=[_section(run, title, figures) for title in LEADS],
        record=[tables.ledger_table(run), tables.provenance_table(run)],
        packages=run.provenance["packages"],
        written=run.provenance["written"],
        style=(FOLDER / "page.css").read_text("utf-8"),
        libraries=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"),
        figures=_for_browser(figures),
        script=(FOLDER / "page.js").read_text("utf-8"),
    )


def _others(run: Run) -> dict[str, str]:
    """Return the other splits of the configuration, and where their reports are."""
    names = [name.split("/")[-1] for name in run.settings["splits"] if name != run.name]
    return {name: f"../{name}/report.html" for name in names}


def _section(run: Run, title: str, figures: dict[str, Figure]) -> dict[str, Any]:
    shown = [
        _for_template(entry, figures[entry.name])
        for entry in entries(run.task_type)
        if entry.section == title
    ]
    return {
        "id": title.lower(),
        "title": title,
        "lead": LEADS[title],
        "figures": shown,
        "tables": _tables(run, title),
    }


def _tables(run: Run, title: str) -> list[tables.Table]:
    if title == "Cost":
        return [tables.costs_table(run)]
    if title != "Test":
        return []
    shown = [tables.calls_table(run)] if run.task_type == TaskType.BINARY else []
    shown.append(tables.final_model_table(run))
    return [*shown, tables.later_data_table(run)] if run.prospective else shown


def _for_template(entry: Entry, figure: Figure) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "facts": figure.facts,
        "note": figure.note,
        "description": figure.description,
        "columns": figure.columns,
        "legend": figure.legend,
        "n_panels": len(figure.panels),
        "caption": _caption(entry.name),
        "tsv": quote(figure.tsv, safe="!$()*+,-./:;=?@_|~"),
    }


def _caption(name: str) -> str:
    """Turn a caption, which Snakemake's own report shows too, into HTML."""
    text = (FOLDER / f"{name}.rst").read_text("utf-8")
    settings = {"report_level": 5, "file_insertion_enabled": False}
    subsets = publish_parts(text, writer="html5", settings_overrides=settings)
    return subsets["body"]


def _for_browser(figures: dict[str, Figure]) -> str:
    """Return what ``page.js`` draws, as JSON that cannot end the script it is in."""
    content = {
        "config": CONFIG,
        "figures": {
            name: {
                "types": figure.types,
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
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
