"""The files of a finished run: what is read of them remembers where it was read."""

import csv
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.dossier.content import Source, Value
from toxtune.errors import UserError
from toxtune.io.files import sha256_of_file
from toxtune.io.integrity import damaged, read_written
from toxtune.report.words import decimals_for, format_score

FINAL = "final.zip"
FINAL_JSON = "final.json"


class RunFiles:
    """Reads values of a run's files, each with its source, and remembers the files.

    Parameters
    ----------
    run
        A folder below ``results/``.

    Attributes
    ----------
    run, folder
        Its name and its folder.
    used
        The files that values were read of, in the order of reading.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.folder = Path("results", run)
        self.used: dict[str, None] = {}
        self._read: dict[tuple[Any, ...], Any] = {}

    def path(self, name: str) -> Path:
        """Return the path of a file of the run, or of one named from the project."""
        is_whole = name.startswith(("results/", "data/", "dossiers/"))
        return Path(name) if is_whole else self.folder / name

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return self.path(name).is_file()

    def json(self, name: str, *keys: str | int, shown: str | None = None) -> Value:
        """Read a value of a JSON file, or of ``final.json`` in ``final.zip``.

        Raises
        ------
        UserError
            If the file is damaged, or has no such value.
        """
        content = self.content(name)
        for key in keys:
            try:
                content = content[key]
            except (KeyError, IndexError, TypeError):
                raise damaged(
                    self.path(FINAL if name == FINAL_JSON else name),
                    f"has no {pointer(keys)}",
                ) from None
        return self._value(name, content, pointer(keys), shown)

    def seed(self, name: str, *keys: str | int) -> Value:
        """Read a seed as `json` does; a name more than an amount, it has no commas."""
        return self.json(name, *keys, shown=str(self.json(name, *keys).value))

    def content(self, name: str) -> Any:
        """Return all that a JSON file holds."""
        path = self.path(FINAL if name == FINAL_JSON else name)
        read = _member if name == FINAL_JSON else read_written
        return self._once(read, path)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a table as texts."""
        return self._once(_rows, self.path(name))

    # A column may have any name, so nothing but the columns is passed by name.
    def cell(
        self, name: str, column: str, shown: str | None = None, /, **where: str
    ) -> Value | None:
        """Read a cell of the row that has some texts; ``None`` without such a row."""
        rows = self._once(self._indexed, name, tuple(where))
        row = rows.get(tuple(where.values()))
        if row is None:
            return None
        value = number(row[column])
        return self._value(name, value, {"row": where, "column": column}, shown)

    def count(self, name: str, /, **where: str) -> Value:
        """Count the rows of a table that have some texts."""
        counts = self._once(self._counted, name, tuple(where))
        value = counts.get(tuple(where.values()), 0)
        return self._value(name, value, {"count": where}, None)

    def count_others(self, name: str, /, **where: str) -> Value:
        """Count the rows of a table that have other texts."""
        value = len(self.rows(name)) - self.count(name, **where).value
        return self._value(name, value, {"count_others": where}, None)

    def columns(self, name: str) -> Value:
        """Count the columns of a file of features."""
        return self._value(name, _columns(self.path(name)), {"columns": "number"}, None)

    def column_names(self, name: str) -> Value | None:
        """Read the names of the columns of a file of features, if they have names."""
        with np.load(self.path(name)) as file:
            names = file["names"].tolist()
        if not names:
            return None
        return self._value(name, names, {"columns": "names"}, ", ".join(names))

    def sha256(self, name: str) -> Value:
        """Return the SHA-256 of a file."""
        value = sha256_of_file(self.path(name))
        return self._value(name, value, {"sha256": "file"}, value)

    def ratio(self, above: Value, below: Sequence[Value]) -> Value:
        """Divide a value by the sum of others; its source is theirs."""
        total = sum(each.value for each in below)
        quotient = above.value / total if total else None
        sources = [each.source.to_dict() for each in (above, *below)]
        key = {"ratio": {"above": sources[0], "below": sources[1:]}}
        shown = "none" if quotient is None else f"{quotient:.2f}"
        return Value(quotient, Source(above.source.file, key), shown)

    def total(self, values: Sequence[Value]) -> Value:
        """Add values; the source is theirs."""
        key = {"sum": [each.source.to_dict() for each in values]}
        total = sum(each.value for each in values)
        return Value(total, Source(values[0].source.file, key), show(total))

    def computed(self, name: str, value: Any, key: Mapping[str, Any]) -> Value:
        """Return a value that was computed of a file, as the key says."""
        return self._value(name, value, key, None)

    def _once(self, read: Callable[..., Any], *of: Any) -> Any:
        """Read something the first time, and remember it."""
        key = (read.__name__, *of)
        if key not in self._read:
            self._read[key] = read(*of)
        return self._read[key]

    def _indexed(
        self, name: str, columns: tuple[str, ...]
    ) -> dict[tuple[str, ...], dict[str, str]]:
        """Return the rows of a table by their texts in some columns."""
        path = self.path(name)
        return {_texts(path, row, columns): row for row in self.rows(name)}

    def _counted(
        self, name: str, columns: tuple[str, ...]
    ) -> dict[tuple[str, ...], int]:
        """Count the rows of a table by their texts in some columns."""
        path = self.path(name)
        return dict(Counter(_texts(path, row, columns) for row in self.rows(name)))

    def _value(self, name: str, value: Any, key: Any, shown: str | None) -> Value:
        is_member = name == FINAL_JSON
        path = self.path(FINAL if is_member else name).as_posix()
        self.used[path] = None
        source = Source(path, key, FINAL_JSON if is_member else None)
        return Value(value, source, show(value) if shown is None else shown)


def show(value: Any) -> str:
    """Write a value for people.

    Examples
    --------
    >>> show(6267), show(0.86075), show(None), show(["a", "b"]), show(False)
    ('6,267', '0.861', 'none', 'a, b', 'no')

    In a list, commas stand between the numbers, and none within:

    >>> show([1000, 2024])
    '1000, 2024'
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return format_score(value, decimals_for(value))
    if isinstance(value, list):
        return ", ".join(
            each if isinstance(each, str) else show(each).replace(",", "")
            for each in value
        )
    return str(value)


def number(text: str) -> Any:
    """Read a cell: a number, ``None`` where it is empty, else its text.

    JSON has no infinite number: ``inf`` is a text, and so is a task called ``nan``.

    Examples
    --------
    >>> number("3"), number("0.5"), number(""), number("NR-AR"), number("inf")
    (3, 0.5, None, 'NR-AR', 'inf')
    """
    if not text:
        return None
    for kind in (int, float):
        try:
            found = kind(text)
        except ValueError:
            continue
        return found if isfinite(found) else text
    return text


def pointer(keys: Sequence[str | int]) -> str:
    """Spell keys as a JSON pointer.

    Examples
    --------
    >>> pointer(["tasks", "a/b", 0])
    '/tasks/a~1b/0'
    """
    escaped = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
    return "".join(f"/{key}" for key in escaped)


def _member(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read(FINAL_JSON))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(path, f"has no {FINAL_JSON} that can be read: {error}") from None


def _rows(path: Path) -> list[dict[str, str]]:
    delimiter = "\t" if path.suffix == ".tsv" else ","
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter)
            header = next(reader, [])
            return [dict(zip(header, row, strict=True)) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise damaged(path, f"is no table: {error}") from None


def _texts(
    path: Path, row: Mapping[str, str], columns: tuple[str, ...]
) -> tuple[str, ...]:
    try:
        return tuple(row[column] for column in columns)
    except KeyError as error:
        raise damaged(path, f"has no column {error}") from None


def _columns(path: Path) -> int:
    try:
        with np.load(path) as file:
            if "values" in file:
                return int(file["values"].shape[1])
            return int(file["n_features"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: cannot be read: {error}; run again") from None
