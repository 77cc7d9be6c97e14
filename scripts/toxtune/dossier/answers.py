"""``dossier.yaml``: what only a person can know of a model; questions and answers."""

import re
import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from toxtune.config.overlay import UniqueKeys, parse_yaml
from toxtune.dossier.content import Answer, Source, Value
from toxtune.dossier.form import CHAPTERS, QUESTIONS, Field
from toxtune.dossier.run_files import pointer
from toxtune.errors import UserError
from toxtune.io.files import write_text
from toxtune.text import control_character, did_you_mean, shown

FOLDER = Path("dossiers")
MAX_CHARACTERS = 500_000
_WIDTH = 88
# How YAML spells that there is no value.
_OPEN = {"", "null", "Null", "NULL", "~"}
_HEAD = """\
What only a person can know of the model, for its dossier. `make dossier` never writes
into this file. Replace each null by an answer, between quotes or, of several lines,
behind a |:

  protocol: |
    Reporter gene assay, 24 h ...

A null under "needed" counts as missing. If there is nothing to say, say so: "None"."""


def answers_file(run: str) -> Path:
    """Return where the answers for a run are; the splits of a run share them."""
    return FOLDER / f"{run.split('/')[0]}.yaml"


def read_answers(path: Path) -> dict[str, Answer]:
    """Read the answers.

    Returns
    -------
    dict
        Key to answer; those that are still open are not in it.

    Raises
    ------
    UserError
        If the file cannot be read, is no mapping of the known keys to texts.
    """
    content = _read(path)
    faults = [fault for key, value in content.items() if (fault := _fault(key, value))]
    if faults:
        raise UserError("\n".join(f"{path}: {fault}" for fault in faults))
    answers = {}
    for key, value in content.items():
        if written := _written(value):
            source = Source(path.as_posix(), pointer([key]))
            answers[key] = Answer(Value(written, source, written))
    return answers


def _read(path: Path) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: must be UTF-8 text: {error}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"{path}: must have at most {MAX_CHARACTERS:,} characters")
    content = parse_yaml(text, str(path), _Texts)
    if content is None or (isinstance(content, str) and content in _OPEN):
        return {}
    if not isinstance(content, dict):
        raise UserError(
            f"{path}: must be a mapping of keys to answers, got {shown(content)}"
        )
    return content


def _fault(key: Any, value: Any) -> str:
    """Say what is wrong with an answer; empty if nothing."""
    if not isinstance(key, str) or key not in QUESTIONS:
        nearest = did_you_mean(str(key), QUESTIONS)
        return f"{shown(key)}: there is no such question{nearest}"
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        return f"{key}: must be text, a list of texts or null, got {shown(value)}"
    if any(control_character(re.sub(r"[\n\t]", "", text)) for text in texts):
        return f"{key}: must not have control characters, got {shown(value)}"
    return ""


class _Texts(UniqueKeys, yaml.BaseLoader):
    """YAML whose values are texts as written: dates, numbers and yes as well."""


def lay_out(path: Path) -> None:
    """Write the questions to a new file, each without an answer but the date.

    Raises
    ------
    UserError
        If there is something already.
    """
    if path.exists() or path.is_symlink():
        raise UserError(f"{path}: is there already")
    write_text(path, questionnaire(datetime.now(UTC).date()))


def questionnaire(today: date) -> str:
    """Return the text of a new file."""
    lines = [_comment(_HEAD)]
    for chapter in CHAPTERS:
        fields = [field for field in chapter.fields if field.key]
        if fields:
            lines.append(f"\n# {'-' * 6} {chapter.number}. {chapter.title}")
        for field in fields:
            answer = today.isoformat() if field.key == "date" else "null"
            lines += ["", _comment(_question(field)), f"{field.key}: {answer}"]
    return "\n".join(lines) + "\n"


def _question(field: Field) -> str:
    needed = "needed" if field.needed else "if there is something to say"
    return f"{field.number} {field.title} ({needed}). {field.question}"


def _comment(text: str) -> str:
    lines = []
    for paragraph in text.split("\n"):
        if len(paragraph) <= _WIDTH - 2:
            lines.append(paragraph)
        else:
            lines += textwrap.wrap(paragraph, _WIDTH - 2, break_on_hyphens=False)
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _written(value: str | list[str]) -> str:
    """Return an answer as text: a line for each of a list; empty where it is open."""
    texts = [value] if isinstance(value, str) else value
    answers = [text.strip() for text in texts]
    return "\n".join(text for text in answers if text not in _OPEN)
