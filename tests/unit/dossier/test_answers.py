"""``dossier.yaml``: laid out once, read as it is written, refused in a line."""

import datetime

import pytest

from helpers.harm import refused
from toxtune.dossier.answers import answers_file, lay_out, questionnaire, read_answers
from toxtune.dossier.form import QUESTIONS
from toxtune.errors import UserError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dossiers" / "mine.yaml"


def written(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return {key: answer.value.value for key, answer in read_answers(path).items()}


def test_a_new_file_asks_every_question_and_answers_the_date_alone(path):
    lay_out(path)
    answers = read_answers(path)
    assert answers.keys() == {"date"}
    datetime.date.fromisoformat(answers["date"].value.value)
    text = " ".join(path.read_text("utf-8").replace("\n# ", " ").split())
    assert QUESTIONS
    for key, field in QUESTIONS.items():
        assert " ".join(field.question.split()) in text
        assert f" {key}: " in text
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 88


def test_a_file_that_is_there_is_never_written_over(path):
    written(path, "title: mine\n")
    with pytest.raises(UserError, match="is there already"):
        lay_out(path)
    assert path.read_text("utf-8") == "title: mine\n"
    link = path.with_name("link.yaml")
    link.symlink_to("nowhere.yaml")
    with pytest.raises(UserError, match="is there already"):
        lay_out(link)


def test_answers_are_texts_as_they_are_written(path):
    text = """
title: No
date: 2026-01-02
qmrf_number: 007
units: 1e-3
keywords: [one, two: , three]
species: null
endpoint: ~
protocol: ""
comments: [null, a]
mechanism: |
  first line
  second <b>line</b>
"""
    text = text.replace("two: , ", "")
    assert written(path, text) == {
        "title": "No",
        "date": "2026-01-02",
        "qmrf_number": "007",
        "units": "1e-3",
        "keywords": "one\nthree",
        "comments": "a",
        "mechanism": "first line\nsecond <b>line</b>",
    }


def test_sources_point_to_the_answer(path):
    written(path, "protocol: mine\n")
    source = read_answers(path)["protocol"].value.source
    assert (source.file, source.key) == (path.as_posix(), "/protocol")


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "null\n", "!!python/object:x {}\n"]
)
def test_an_empty_file_answers_nothing(path, text):
    assert written(path, text) == {}


BAD = {
    "protokol: x\n": "there is no such question; did you mean protocol?",
    "1: x\n": "there is no such question",
    "- a\n": "must be a mapping",
    "just text\n": "must be a mapping",
    "title: {a: b}\n": "title: must be text, a list of texts or null",
    "title: [[a]]\n": "title: must be text, a list of texts or null",
    "title: 'a\n": "is not YAML",
    "title: a\ntitle: b\n": "stands twice",
    'title: "a\\x07"\n': "title: must not have control characters",
    "a: &a [*a]\n": "no such question|is not YAML",
    "title: " + "x" * 600_000: "must have at most 500,000 characters",
}


@pytest.mark.parametrize(("text", "message"), BAD.items(), ids=range(len(BAD)))
def test_what_is_no_answer_is_refused(path, text, message):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        read_answers(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_or_a_folder_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"title: \xff\xfe\n")
    assert "must be UTF-8" in refused(read_answers, path)
    path.unlink()
    path.mkdir()
    assert "cannot be read" in refused(read_answers, path)


def test_splits_of_a_run_share_their_answers():
    assert answers_file("mine/split-0") == answers_file("mine/split-1")
    assert answers_file("mine").name == "mine.yaml"


def test_the_questionnaire_is_yaml_whose_keys_are_all_known(path):
    path.parent.mkdir()
    path.write_text(questionnaire(datetime.date(2026, 1, 2)), encoding="utf-8")
    assert read_answers(path)["date"].value.value == "2026-01-02"
