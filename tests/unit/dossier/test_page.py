"""The page and the JSON of a hand-made dossier: escaped, counted, linked."""

import json
from pathlib import Path

import jsonschema
import pytest

from helpers.dossiers import Page, check_xml, read_again, values_in
from toxtune.config.schema import SCHEMAS, read_schema
from toxtune.dossier.content import (
    Answer,
    Names,
    NotDone,
    Open,
    Source,
    Table,
    Value,
    sentence,
)
from toxtune.dossier.document import Dossier, Filled
from toxtune.dossier.form import CHAPTERS, FIELDS
from toxtune.dossier.page import page
from toxtune.dossier.xml_form import as_xml

HOSTILE = "<script>alert(1)</script><img src=x onerror=y>\"'&`code`"


def value(content, shown=None, key="/a"):
    return Value(content, Source("results/x/a.json", key), shown or str(content))


def made(blocks=(), status="from the run", **filled):
    """A dossier whose field 3.6 has some blocks, and all others none."""
    chapters = [
        (
            chapter,
            [
                Filled(field, list(blocks), status)
                if field.number == "3.6"
                else Filled(field, [], filled.get("others", "nothing given"))
                for field in chapter.fields
            ],
        )
        for chapter in CHAPTERS
    ]
    return Dossier(
        "x", chapters, Path("dossiers/x.yaml"), {"results/x/a.json": "0" * 64}
    )


BLOCKS = {
    "text": sentence("{} of {}", HOSTILE, value(0.123456, "0.123")),
    "answer": Answer(value(HOSTILE)),
    "open": Open(HOSTILE, "dossiers/x.yaml", "protocol"),
    "not done": NotDone((HOSTILE,)),
    "names": Names(("The names",), value([HOSTILE, "b"], f"{HOSTILE}, b")),
    "table": Table(HOSTILE, [HOSTILE, "b"], [[(HOSTILE,), (value(1),)]], HOSTILE),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_nothing_that_users_write_becomes_html(block):
    read = Page(page(made([block]), Path("results/x")))
    assert not {"script", "img"} & set(read.tags)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_json_is_what_the_schema_says(block):
    content = json.loads(json.dumps(made([block]).to_dict()))
    jsonschema.validate(content, read_schema(SCHEMAS / "dossier.schema.yaml"))
    assert content["missing"] == []


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_xml_has_the_text_as_html_in_which_nothing_of_users_is(block):
    # Who wrote the form is a reference, and there must be one.
    authors = Answer(value("me\nmine"))
    dossier = made([block])
    for _, fields in dossier.chapters:
        for number, each in enumerate(fields):
            if each.field.number in {"2.2", "2.5"}:
                fields[number] = Filled(each.field, [authors], "answered")
    root = check_xml(as_xml(dossier))
    read = Page(root.find(".//endpoint_protocol").text)
    assert not {"script", "img"} & set(read.tags)
    assert "".join(read.words)
    (author,) = root.find(".//authors_catalog")
    assert author.get("name") == "me; mine"


def test_schema_refuses_a_value_without_its_source():
    content = made([BLOCKS["text"]]).to_dict()
    (field,) = (
        field
        for chapter in content["chapters"]
        for field in chapter["fields"]
        if field["number"] == "3.6"
    )
    del field["content"][0]["parts"][-1]["source"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, read_schema(SCHEMAS / "dossier.schema.yaml"))


def test_values_keep_all_digits_beside_what_is_shown():
    read = Page(page(made([BLOCKS["text"]]), Path("results/x")))
    assert read.values == [["0.123456", "0.123"]]


def test_what_is_missing_is_counted_at_the_top_and_at_its_principle():
    dossier = made([BLOCKS["open"]], "missing")
    html = page(dossier, Path("results/x"))
    top = html[: html.index('id="principles"')]
    assert "<b>1</b> of 61 fields" in top
    assert 'href="#f3-6">3.6</a>' in top
    assert 'id="f3-6"' in html
    principles = dossier.to_dict()["principles"]
    assert [each["missing"] for each in principles] == [["3.6"], [], [], [], []]
    done = page(made(), Path("results/x"))
    assert "<b>0</b> of 61 fields are missing" in done


def test_links_lead_from_the_page_to_the_files():
    read = Page(page(made(), Path("results/x")))
    files = {link for link in read.links if not link.startswith("#")}
    assert {"a.json", "test.json", "dossier.json"} <= files
    assert not [link for link in files if ":" in link]
    anchors = {f"#f{number.replace('.', '-')}" for number in FIELDS}
    assert {link for link in read.links if link.startswith("#f")} <= anchors


def test_the_form_is_whole():
    numbers = [field.number for chapter in CHAPTERS for field in chapter.fields]
    assert len(numbers) == len(set(numbers)) == 61
    for chapter in CHAPTERS:
        expected = [f"{chapter.number}.{n + 1}" for n in range(len(chapter.fields))]
        assert [field.number for field in chapter.fields] == expected
    assert [c.principle for c in CHAPTERS] == [None, None, 1, 2, 3, 4, 4, 5, None, None]


def test_sources_of_awkward_names_are_read_again(tmp_path):
    """Names of tasks may have slashes, tildes and blanks."""
    from contextlib import chdir

    from toxtune.dossier.run_files import RunFiles

    folder = tmp_path / "results" / "x"
    folder.mkdir(parents=True)
    names = ["a/b", "~c", "d e", "0", "ä"]
    content = {"tasks": {name: number / 7 for number, name in enumerate(names)}}
    (folder / "a.json").write_text(json.dumps(content), encoding="utf-8")
    rows = "".join(f"{name}\t{number}\n" for number, name in enumerate(names))
    (folder / "t.tsv").write_text(f"task\tscore\n{rows}", encoding="utf-8")
    with chdir(tmp_path):
        files = RunFiles("x")
        values = [files.json("a.json", "tasks", name) for name in names]
        values += [files.cell("t.tsv", "score", task=name) for name in names]
        values.append(files.total(values))
        values.append(files.ratio(values[1], values[:3]))
        assert files.cell("t.tsv", "score", task="none") is None
    found = [each.to_dict() for each in values]
    assert len(list(values_in(found))) == len(values)
    for each in found:
        assert read_again(each["source"], tmp_path) == each["value"]
