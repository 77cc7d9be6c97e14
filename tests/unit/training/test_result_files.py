"""A replicate's files: what was written is told from all else."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from helpers.small_training import small_training
from toxtune.errors import UserError
from toxtune.io.files import read_json
from toxtune.training.outputs import TrainingOutputs
from toxtune.training.result_files import read_replicate, read_result


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Write the files of a replicate."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "a trial's folder"
    TrainingOutputs(small_training()).write_result(made)
    return made


def flipped(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def with_other(path, **changes):
    path.write_text(json.dumps({**read_json(path), **changes}))


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "missing": lambda path: path.unlink(),
    "flipped": flipped,
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
    "of another form": lambda path: path.write_text("[]"),
    "without keys": lambda path: path.write_text("{}"),
}
BY_CHECKSUM = {"flipped", "no text", "of another form", "without keys"}


def test_what_was_written_is_read(folder):
    result, cost = read_replicate(folder)
    assert result == read_result(folder)
    assert result["status"] == "ok"
    assert cost == read_json(folder / "cost.json")


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "name", ["result.json", "valid_predictions.npy", "learning_curve.tsv"]
)
def test_damaged_file_is_named_with_the_way_on(folder, name, damage):
    DAMAGES[damage](folder / name)
    with pytest.raises(UserError, match=f"{name} is missing or its checksum") as caught:
        read_replicate(folder)
    quoted = str(folder).replace("'", "'\"'\"'")
    assert f"`rm -rf '{quoted}' results/*/trials.tsv results/*/*/trials.tsv`" in str(
        caught.value
    )


@pytest.mark.parametrize("damage", sorted(set(DAMAGES) - BY_CHECKSUM | {"no text"}))
def test_damaged_cost_is_named(folder, damage):
    # It has no checksum, since every training has another cost.
    DAMAGES[damage](folder / "cost.json")
    with pytest.raises(UserError, match="cost.json is missing or its checksum"):
        read_replicate(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "diverged"},
        {"seed": 1},
        {"epochs": 7},
        {"checksum": "0" * 64},
        {"sha256": {}},
    ],
)
def test_result_that_says_something_else_is_refused(folder, changes):
    with_other(folder / "result.json", **changes)
    read_result(folder)
    with pytest.raises(UserError, match="result.json is missing or its checksum"):
        read_replicate(folder)


def test_the_advice_removes_the_tables_of_splits_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tables = [Path("results/a/trials.tsv"), Path("results/b/split-0/trials.tsv")]
    for table in tables:
        table.parent.mkdir(parents=True)
        table.touch()
    folder = Path("results/trials/dense/x y/seed-0")
    folder.mkdir(parents=True)
    with pytest.raises(UserError) as caught:
        read_replicate(folder)
    (command,) = re.findall("`(rm [^`]+)`", str(caught.value))
    subprocess.run(command, shell=True, check=True)
    assert not folder.exists()
    assert not any(table.exists() for table in tables)
    assert all(table.parent.exists() for table in tables)
