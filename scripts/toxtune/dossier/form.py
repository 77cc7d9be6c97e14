"""The form that a dossier fills, the QMRF; ``schemas/qmrf.yaml`` has it."""

from dataclasses import dataclass
from typing import Any

from toxtune.config.schema import SCHEMAS, read_schema


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Attributes
    ----------
    number, title
        Those of the form.
    element
        Its name in XML.
    key
        What its answer is called in ``dossier.yaml``; empty where the run knows all.
    question
        What its author is asked.
    needed
        Whether the field is incomplete without an answer.
    """

    number: str
    title: str
    element: str
    key: str = ""
    question: str = ""
    needed: bool = False


@dataclass(frozen=True)
class Chapter:
    """A chapter of the form, and the principle of the OECD that it serves."""

    number: str
    title: str
    element: str
    fields: tuple[Field, ...]
    principle: int | None = None


def _chapter(content: dict[str, Any]) -> Chapter:
    fields = tuple(Field(**field) for field in content.pop("fields"))
    return Chapter(fields=fields, **content)


_FORM = read_schema(SCHEMAS / "qmrf.yaml")
VERSION: str = _FORM["version"]
CHAPTERS = tuple(_chapter(dict(chapter)) for chapter in _FORM["chapters"])
FIELDS = {field.number: field for chapter in CHAPTERS for field in chapter.fields}
QUESTIONS = {field.key: field for field in FIELDS.values() if field.key}
