"""Replicates: what a training is known by."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.small_training import SETTINGS, SPACE, TRIAL, small_training
from toxtune.models.hyperparameters import Hyperparameter
from toxtune.models.registry import get_family
from toxtune.search.space import read_space
from toxtune.tasks import TaskType
from toxtune.training import replicates
from toxtune.training.replicates import Replicate, training_code
from toxtune.versions import code_hash


@pytest.fixture
def replicate(tmp_path, monkeypatch):
    """Write two subsets with features, and return a training on them."""
    monkeypatch.chdir(tmp_path)
    return small_training()


@pytest.mark.parametrize("subset", ["train", "valid"])
@pytest.mark.parametrize("file", [0, 1, 2])
def test_training_is_known_by_the_content_of_its_files(replicate, subset, file):
    path = Path(TRIAL.files(subset)[file])
    before = replicate.key
    path.touch()
    assert replace(replicate).key == before
    path.write_bytes(path.read_bytes() + b"\n")
    assert replace(replicate).key != before


def test_training_is_known_by_its_device(replicate):
    assert replace(replicate, device="gpu").key != replicate.key


def test_training_is_known_by_the_type_of_its_tasks(replicate):
    keys = {
        replace(replicate, trial=replace(TRIAL, task_type=task_type)).key
        for task_type in TaskType
    }
    assert len(keys) == len(TaskType)


def test_training_is_not_known_by_where_its_files_are(replicate):
    before = replicate.key
    shutil.copytree("data/d/s", "data/e/t")
    elsewhere = replace(TRIAL, dataset="e", split="t")
    assert replace(replicate, trial=elsewhere).key == before


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"trial": replace(TRIAL, family="dense")},
        {"trial": replace(TRIAL, hyperparameters={**SETTINGS, "n_estimators": 4})},
    ],
)
def test_training_is_known_by_its_settings(replicate, changes):
    assert replace(replicate, **changes).key != replicate.key


def test_training_is_not_known_by_names(replicate):
    renamed = replace(TRIAL, id="1" * 12)
    assert replace(replicate, trial=renamed).key == replicate.key


@pytest.mark.parametrize("name", ["code_hash", "library_version"])
def test_training_is_known_by_code_and_libraries(replicate, monkeypatch, name):
    before = replicate.key
    monkeypatch.setattr(replicates, name, lambda *names: "changed")
    assert replace(replicate).key != before


def test_new_hyperparameter_with_a_default_is_part_of_the_key(replicate, monkeypatch):
    # Unlike the trial's id: what a default means is decided by the code of the day.
    declared = get_family("random_forest").hyperparameters
    monkeypatch.setitem(declared, "warm", Hyperparameter(int, 0, "warmth"))
    settings = next(read_space(SPACE, ["ecfp"], "").grid()).hyperparameters
    other = replace(replicate, trial=replace(TRIAL, hyperparameters=settings))
    assert other.key != replicate.key


def test_key_is_handed_to_the_child_and_not_computed_again(replicate):
    passed_on = json.loads(json.dumps(replicate.to_dict()))
    shutil.rmtree("data")
    child = Replicate.from_dict(passed_on)
    assert (child, child.keys) == (replicate, replicate.keys)
    # What is changed has a key of its own, for which it needs the data.
    with pytest.raises(FileNotFoundError):
        replace(child, seed=1).key  # noqa: B018


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Return the folder of a server that runs."""
    monkeypatch.setattr(replicates, "running_folder", lambda: tmp_path)
    return tmp_path


def test_hash_of_code_is_found_by_the_next_job(running, monkeypatch):
    module = "toxtune.models.ridge"
    code = code_hash("toxtune.training.fitting", module)
    assert training_code(module) == code
    monkeypatch.setattr(replicates, "code_hash", lambda *_: pytest.fail("parsed"))
    assert training_code(module) == code


def test_hash_of_edited_code_is_made_anew(running, monkeypatch):
    module = "toxtune.models.ridge"
    training_code(module)
    monkeypatch.setattr(replicates, "code_state", lambda: "edited")
    monkeypatch.setattr(replicates, "code_hash", lambda *_: "another")
    assert training_code(module) == "another"
    assert training_code("toxtune.models.dense") == "another"


@pytest.mark.parametrize("text", ["{", "[]", '{"code": "wrong"}'])
def test_hash_that_cannot_be_read_is_made_anew(running, text):
    module = "toxtune.models.ridge"
    (running / f"{module}.json").write_text(text)
    assert training_code(module) == code_hash("toxtune.training.fitting", module)


def test_hash_of_a_family_of_ones_own_is_not_kept(running, monkeypatch):
    monkeypatch.setattr(replicates, "code_hash", lambda *_: "own")
    assert training_code("my_package.my_family") == "own"
    assert list(running.iterdir()) == []
