"""The dossier as one HTML page, which asks for nothing from elsewhere."""

import os
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from toxtune.dossier.content import Parts, Value
from toxtune.dossier.document import (
    ANSWERED,
    FROM_RUN,
    MISSING,
    NOT_DONE,
    NOTHING,
    PARTLY,
    Dossier,
)
from toxtune.dossier.form import FIELDS, VERSION
from toxtune.dossier.principles import PRINCIPLES
from toxtune.report.contents import FOLDER
from toxtune.report.rendering import with_code

# What a field's mark says, and the style of the mark.
_MARKS = {
    FROM_RUN: ("from the run", "run"),
    ANSWERED: ("answered", "answered"),
    PARTLY: ("incomplete", "missing"),
    MISSING: ("missing", "missing"),
    NOT_DONE: ("not carried out", "undone"),
    NOTHING: ("nothing given", "nothing"),
}


_LONG = 60
_HASH = re.compile("[0-9a-f]{40,64}")


def page(dossier: Dossier, folder: Path) -> str:
    """Return the page.

    Parameters
    ----------
    dossier
        What it shows.
    folder
        Where it will lie: links to files start there.
    """
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["parts"] = as_html
    environment.filters["cell_class"] = cell_class
    environment.filters["to_file"] = lambda path: os.path.relpath(path, folder)
    return environment.get_template("dossier.html.j2").render(
        dossier=dossier,
        version=VERSION,
        principles=[_principle(dossier, each) for each in PRINCIPLES],
        marks=_MARKS,
        counts=_counts(dossier),
        style=(FOLDER / "dossier.css").read_text("utf-8"),
    )


def as_html(parts: Parts) -> Markup:
    """Write words and values; a value says where it was read, when it is pointed at."""
    return Markup().join(
        _value(part) if isinstance(part, Value) else with_code(part) for part in parts
    )


def cell_class(parts: Parts) -> str:
    """Tell how a cell may be broken: paths anywhere, long texts not too narrow."""
    text = "".join(part if isinstance(part, str) else part.shown for part in parts)
    if "/" in text and " " not in text:
        return "path"
    return "long" if len(text) > _LONG else ""


def _value(value: Value) -> Markup:
    source = value.source
    inside = f", {source.member}" if source.member else ""
    where = f"{source.file}{inside}: {_key(source.key)}"
    kind = Markup(' class="hash"') if _HASH.fullmatch(value.shown) else ""
    return Markup('<data value="{}" title="{}"{}>{}</data>').format(
        _plain(value.value), where, kind, with_code(value.shown)
    )


def _plain(value: Any) -> str:
    """Write a value as the files have it; of lists, the page shows all."""
    if isinstance(value, list | dict):
        return ""
    return "" if value is None else str(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if "row" in key:
        where = ", ".join(f"{name} {text}" for name, text in key["row"].items())
        return f"{key['column']} ({where})"
    ((what, of),) = key.items()
    if isinstance(of, dict) and of and all(isinstance(v, str) for v in of.values()):
        of = ", ".join(f"{name} {text or 'empty'}" for name, text in of.items())
        return f"{what}, {of}"
    return what.replace("_", " ")


def _principle(dossier: Dossier, principle: Any) -> dict[str, Any]:
    open_fields = dossier.open_of(principle.fields)
    return {
        "number": principle.number,
        "text": principle.text,
        "fields": [FIELDS[number] for number in principle.fields],
        "files": [f"results/{dossier.run}/{name}" for name in principle.files],
        "open": [each.field.number for each in open_fields],
    }


def _counts(dossier: Dossier) -> dict[str, list[Any]]:
    """Return what the top of the page counts, each with its fields."""
    return {
        "missing": [each.field for each in dossier.incomplete],
        "undone": [each.field for each in dossier.with_status(NOT_DONE)],
        "run": [each.field for each in dossier.with_status(FROM_RUN)],
        "answered": [each.field for each in dossier.with_status(ANSWERED)],
        "nothing": [each.field for each in dossier.with_status(NOTHING)],
    }
