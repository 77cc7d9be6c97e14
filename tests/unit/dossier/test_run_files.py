"""Values of a run's files, however its tasks are called."""

import json

import pytest

from helpers.dossiers import read_again
from toxtune.dossier.run_files import RunFiles

# Names of parameters of those who read.
NAMES = ["self", "name", "column", "shown", "where"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the run x."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results" / "x"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("task", NAMES)
def test_a_task_may_be_called_like_a_parameter(folder, task):
    (folder / "a.csv").write_text(f"{task},score\n1,0.5\n0,0.25\n1,0.5\n", "utf-8")
    files = RunFiles("x")
    assert files.count("a.csv", **{task: "1"}).value == 2
    assert files.count_others("a.csv", **{task: "1"}).value == 1
    assert files.cell("a.csv", "score", **{task: "0"}).value == 0.25


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "Infinity"])
def test_numbers_that_json_does_not_have_are_texts(folder, text):
    (folder / "a.tsv").write_text(f"task\twidth\na\t{text}\n", "utf-8")
    found = RunFiles("x").cell("a.tsv", "width", "unbounded", task="a")
    assert found.shown == "unbounded"
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert read_again(content["source"], folder.parents[1]) == content["value"]


def test_seeds_have_no_commas(folder):
    (folder / "a.json").write_text('{"seeds": [1000, 2024], "of": 6000}', "utf-8")
    files = RunFiles("x")
    assert files.json("a.json", "seeds").shown == "1000, 2024"
    assert files.seed("a.json", "seeds", 1).shown == "2024"
    assert files.json("a.json", "of").shown == "6,000"
