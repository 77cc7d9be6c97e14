"""What a field of the dossier is made of: texts and tables of values with sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Where a value stands in a file: a JSON pointer (RFC 6901) into JSON; of a table the
# row and the column, or which rows are counted; see docs/dossier.md.
Key = str | Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a value was read.

    Attributes
    ----------
    file
        Path from the folder of the project.
    key
        Where it stands in it.
    member
        The file in it, where it is a zip file.
    """

    file: str
    key: Key
    member: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        member = {} if self.member is None else {"member": self.member}
        return {"file": self.file, **member, "key": self.key}


@dataclass(frozen=True)
class Value:
    """A value of a file.

    Attributes
    ----------
    value
        As it is in the file.
    source
        Where it was read.
    shown
        How people see it.
    """

    value: Any
    source: Source
    shown: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {
            "value": self.value,
            "shown": self.shown,
            "source": self.source.to_dict(),
        }


Part = str | Value
# A cell of a table, or a sentence: words, with values between them.
Parts = tuple[Part, ...]


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    parts: Parts

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {"kind": "text", "parts": _parts(self.parts)}


@dataclass(frozen=True)
class Table:
    """A table; every row has as many cells as the header.

    Attributes
    ----------
    title
        What it shows.
    header
        A text for each column.
    rows
        Cells.
    note
        What to think of it.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Parts]]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {
            "kind": "table",
            "title": self.title,
            "header": list(self.header),
            "rows": [[_parts(cell) for cell in row] for row in self.rows],
            "note": self.note,
        }


@dataclass(frozen=True)
class Names:
    """A long list of names, which people open if they want it."""

    title: Parts
    names: Value

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {
            "kind": "names",
            "title": _parts(self.title),
            "names": self.names.to_dict(),
        }


@dataclass(frozen=True)
class Answer:
    """What the author of the dossier wrote."""

    value: Value

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {"kind": "answer", "answer": self.value.to_dict()}


@dataclass(frozen=True)
class Open:
    """A question that its author has not answered."""

    question: str
    file: str
    key: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {
            "kind": "open",
            "question": self.question,
            "file": self.file,
            "key": self.key,
        }


@dataclass(frozen=True)
class NotDone:
    """An assessment that the run does not have."""

    parts: Parts

    def to_dict(self) -> dict[str, Any]:
        """Return it as in ``dossier.json``."""
        return {"kind": "not done", "parts": _parts(self.parts)}


Block = Text | Table | Names | Answer | Open | NotDone


def sentence(template: str, *values: Part | None) -> Text:
    """Put values into a sentence, each in place of ``{}``.

    Examples
    --------
    >>> sentence("{} of {}.", "one", "two").parts
    ('one', ' of ', 'two', '.')
    """
    return Text(words(template, *values))


def words(template: str, *values: Part | None) -> Parts:
    """Return the parts of `sentence`; a value that is not there is called none."""
    texts = template.split("{}")
    if len(texts) != len(values) + 1:
        raise ValueError(f"{template!r} has no place for {len(values)} values")
    parts: list[Part] = [texts[0]]
    for value, text in zip(values, texts[1:], strict=True):
        parts += ["none" if value is None else value, text]
    return tuple(part for part in parts if part != "")


def _parts(parts: Parts) -> list[Any]:
    return [part if isinstance(part, str) else part.to_dict() for part in parts]
