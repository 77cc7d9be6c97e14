"""Reading a value of ``dossier.json`` again, from where it says that it was read.

This follows docs/dossier.md, and shares no code with what wrote the dossier.
"""

import csv
import hashlib
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import yaml


def values_in(content):
    """Yield every value in a dossier, or a part of one."""
    if isinstance(content, list):
        for each in content:
            yield from values_in(each)
    elif isinstance(content, dict):
        if {"value", "shown", "source"} <= content.keys():
            yield content
        else:
            for each in content.values():
                yield from values_in(each)


def read_again(source, project):
    """Read what a source leads to."""
    path, key = Path(project, source["file"]), source["key"]
    if isinstance(key, str):
        return _point(_structured(path, source.get("member")), key)
    if "row" in key:
        (row,) = (row for row in _rows(path) if key["row"].items() <= row.items())
        return _number(row[key["column"]])
    ((what, of),) = key.items()
    return _COMPUTED[what](path, of, source, project)


def _structured(path, member):
    if member:
        return json.loads(zipfile.ZipFile(path).read(member))
    if path.suffix == ".yaml":
        return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return json.loads(path.read_text("utf-8"))


def _point(content, pointer):
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        content = content[int(step) if isinstance(content, list) else step]
    return content.strip() if isinstance(content, str) else content


def _rows(path):
    with open(path, encoding="utf-8", newline="") as stream:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        return list(csv.DictReader(stream, delimiter=delimiter))


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text or None


def _count(path, where, *_):
    return sum(where.items() <= row.items() for row in _rows(path))


def _columns(path, what, *_):
    with np.load(path) as file:
        if what == "names":
            return file["names"].tolist()
        if "values" in file:
            return file["values"].shape[1]
        return int(file["n_features"])


def _openings(path, where, _, project):
    test = Path(project, "data", where["dataset"], where["split"], "whole", "test.csv")
    groups = {row["group"] for row in _rows(test)}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    last = {
        line["run"]: line["selection"] for line in lines if line["run"] in where["not"]
    }
    return sum(
        bool(groups.intersection(line["molecules"]))
        and line["selection"] not in last.values()
        for line in lines
    )


_COMPUTED = {
    "count": _count,
    "count_others": lambda path, of, *_: len(_rows(path)) - _count(path, of),
    "columns": _columns,
    "length": lambda path, of, source, _: len(
        _point(_structured(path, source.get("member")), of)
    ),
    "line": lambda path, of, *_: (
        path.read_text("utf-8")
        .splitlines()[of - 1]
        .removeprefix("- ")
        .replace("\\|", "|")
        .replace("&lt;", "<")
    ),
    "sha256": lambda path, *_: hashlib.sha256(path.read_bytes()).hexdigest(),
    "openings": _openings,
    "sum": lambda _, of, __, project: sum(read_again(each, project) for each in of),
    "ratio": lambda _, of, __, project: (
        read_again(of["above"], project)
        / sum(read_again(each, project) for each in of["below"])
    ),
}


class Page(HTMLParser):
    """What a page says: its values, and the words outside of values and answers.

    Attributes
    ----------
    values
        Pairs of the value and what is shown of it.
    words
        All other text, but the author's and that of style.
    tags
        Names of all elements.
    links
        Where links lead.
    """

    def __init__(self, html):
        super().__init__()
        self.values, self.words, self.tags, self.links = [], [], [], []
        self._in = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "data":
            self.values.append([attributes["value"], ""])
        if tag not in ("meta", "link", "br"):
            self._in.append((tag, attributes.get("class", "")))

    def handle_endtag(self, tag):
        assert self._in.pop()[0] == tag

    def handle_data(self, data):
        inside = {tag for tag, _ in self._in} | {name for _, name in self._in}
        if "data" in inside:
            self.values[-1][1] += data
        elif not inside & {"style", "answer", "code", "names"}:
            self.words.append(data)
