"""Reading a value of ``dossier.json`` again, from where it says that it was read.

This follows docs/dossier.md: no value is read by the code that wrote the dossier.
"""

import csv
import hashlib
import html
import json
import math
import re
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np
import yaml

from toxtune.config.schema import SCHEMAS, read_schema
from toxtune.dossier.form import FIELDS


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
        value = float(text)
    except ValueError:
        return text or None
    return value if math.isfinite(value) else text


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
        line["split"]: line["selection"]
        for line in lines
        if line["dataset"] == where["dataset"] and line["split"] in where["not"]
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
    "line": lambda path, of, *_: html.unescape(
        re.sub(r"\\(\W|_)", r"\1", path.read_text("utf-8").splitlines()[of - 1])
    ).removeprefix("- "),
    "sha256": lambda path, *_: hashlib.sha256(path.read_bytes()).hexdigest(),
    "openings": _openings,
    "sum": lambda _, of, __, project: sum(read_again(each, project) for each in of),
    "ratio": lambda _, of, __, project: (
        read_again(of["above"], project)
        / sum(read_again(each, project) for each in of["below"])
    ),
}


# The content models of qmrf.dtd, schema version 1.0, form version 3.0.
ORDER = {
    "QSAR_identifier": "QSAR_title QSAR_models QSAR_software",
    "QSAR_General_information": "qmrf_date qmrf_authors qmrf_date_revision "
    "qmrf_revision model_authors model_date references info_availability "
    "related_models",
    "QSAR_Endpoint": "model_species model_endpoint endpoint_comments endpoint_units "
    "endpoint_variable endpoint_protocol endpoint_data_quality",
    "QSAR_Algorithm": "algorithm_type algorithm_explicit algorithms_descriptors "
    "descriptors_selection descriptors_generation descriptors_generation_software "
    "descriptors_chemicals_ratio",
    "QSAR_Applicability_domain": "app_domain_description app_domain_method "
    "app_domain_software applicability_limits",
    "QSAR_Robustness": "training_set_availability training_set_data "
    "training_set_descriptors dependent_var_availability other_info preprocessing "
    "goodness_of_fit loo lmo yscrambling bootstrap other_statistics",
    "QSAR_Predictivity": "validation_set_availability validation_set_data "
    "validation_set_descriptors validation_dependent_var_availability "
    "validation_other_info experimental_design validation_predictivity "
    "validation_assessment validation_comments",
    "QSAR_Interpretation": "mechanistic_basis mechanistic_basis_comments "
    "mechanistic_basis_info",
    "QSAR_Miscelaneous": "comments bibliography attachments",
    "QMRF_Summary": "QMRF_number date_publication keywords summary_comments",
}
# What an entry of a catalog must have besides its id.
ENTRIES = {
    "software": {"name", "number"},
    "algorithm": {"definition", "description"},
    "descriptor": {"name", "units", "description"},
    "endpoint": {"name"},
    "publication": {"title"},
    "author": {"name", "number"},
}
REFERENCES = {
    "QSAR_software": "software",
    "qmrf_authors": "author",
    "model_authors": "author",
    "references": "publication",
    "model_endpoint": "endpoint",
    "algorithm_explicit": "algorithm",
    "algorithms_descriptors": "descriptor",
    "descriptors_generation_software": "software",
    "app_domain_software": "software",
    "bibliography": "publication",
}


def check_xml(text):
    """Expect the structure of qmrf.dtd; return the root."""
    root = ElementTree.fromstring(text)
    assert [child.tag for child in root] == ["QMRF_chapters", "Catalogs"]
    chapters, catalogs = root
    assert [chapter.tag for chapter in chapters] == list(ORDER)
    ids = {entry.get("id"): entry for catalog in catalogs for entry in catalog}
    assert len(ids) == sum(map(len, catalogs))
    for entry in ids.values():
        assert ENTRIES[entry.tag] <= set(entry.keys())
    for number, chapter in enumerate(chapters, start=1):
        assert chapter.get("chapter") == str(number)
        assert [field.tag for field in chapter] == ORDER[chapter.tag].split()
        for place, field in enumerate(chapter, start=1):
            assert field.get("chapter") == f"{number}.{place}"
            references = [each for each in field if each.tag.endswith("_ref")]
            if field.tag in REFERENCES:
                kind = REFERENCES[field.tag]
                assert all(ids[each.get("idref")].tag == kind for each in references)
            elif field.tag != "attachments":
                assert not len(field), field.tag
    assert len(root.find(".//qmrf_authors")) == len(root.find(".//model_authors")) == 1
    return root


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


def write_dossier(project, run, check=True):
    """Run the command as a user does."""
    done = subprocess.run(
        [project.python, "-m", "toxtune", "dossier", "--run", run],
        cwd=project.folder,
        env={"PYTHONPATH": "scripts", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) is check, done.stdout + done.stderr
    return done


def check_dossier(project, run):
    """Expect of a dossier that each of its values is what its file has."""
    folder = project.folder / "results" / run
    content = json.loads((folder / "dossier.json").read_text("utf-8"))
    jsonschema.validate(content, read_schema(SCHEMAS / "dossier.schema.yaml"))
    values = list(values_in(content["chapters"]))
    assert len(values) > 100
    for each in values:
        found = read_again(each["source"], project.folder)
        if isinstance(found, float):
            assert math.isclose(found, each["value"], rel_tol=1e-15), each
        else:
            assert found == each["value"], each
        assert each["source"]["file"] in content["files"], each
    page = Page((folder / "dossier.html").read_text("utf-8"))
    # Commands stand between backticks, on the page as code.
    shown = [each["shown"].replace("`", "") for each in values]
    for text, seen in page.values:
        assert seen in shown, (text, seen)
    # Numbers with decimals are results: none stands on the page without its source.
    bare = re.findall(r"\d+\.\d+", " ".join(page.words))
    assert set(bare) <= {*FIELDS, "2.1"}
    check_xml((folder / "dossier.xml").read_text("utf-8"))
    return content, page
