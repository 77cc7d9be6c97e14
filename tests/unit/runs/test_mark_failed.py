"""Going on without trainings that failed for good."""

from types import SimpleNamespace

import pytest

from helpers.small_training import TRIAL, small_training
from toxtune.io.files import write_json
from toxtune.runs.mark_failed import mark_failed
from toxtune.runs.progress import Failure
from toxtune.training.result_files import read_replicate

CONFIG = {"training": {"device": "cpu"}}
NAMES = {"family": TRIAL.family, "trial": TRIAL.id, "replicate": "seed-0"}
SLOT = {"run": "r", "stage": "space-0/rung-1", "slot": "1", "replicate": "seed-3"}


def failure(rule, **names):
    return Failure(rule, names, log="a.log", message="Error: why")


@pytest.fixture(autouse=True)
def plans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small_training()
    plan = SimpleNamespace(run="r", trials={TRIAL.id: TRIAL})
    monkeypatch.setattr("toxtune.runs.mark_failed.load_plans", lambda config: [plan])


def test_failed_training_gets_a_status(tmp_path):
    (folder,) = mark_failed([failure("train_replicate", **NAMES)], CONFIG)
    assert str(folder) == f"{TRIAL.folder}/seed-0"
    result, cost = read_replicate(tmp_path / folder)
    assert (result["status"], result["reason"]) == ("failed", "Error: why")
    assert (result["trial"], result["seed"]) == (vars(TRIAL), 0)
    assert cost == {"seconds": None, "peak_memory_mib": None, "host": None}


def test_slot_gets_the_status_of_its_proposed_trial(tmp_path):
    proposal = {"trial": vars(TRIAL), "resume_from": None, "save_state": False}
    proposals = [{"trial": {}}, proposal]
    write_json(tmp_path / "results/r/search/space-0/rung-1/proposals.json", proposals)
    (folder,) = mark_failed([failure("train_slot", **SLOT)], CONFIG)
    assert str(folder) == "results/r/search/space-0/rung-1/slot-1/seed-3"
    result, _ = read_replicate(tmp_path / folder)
    assert (result["trial"]["id"], result["seed"]) == (TRIAL.id, 3)


def test_result_that_is_there_stays(tmp_path):
    failures = [failure("train_replicate", **NAMES)]
    mark_failed(failures, CONFIG)
    before = (tmp_path / TRIAL.folder / "seed-0/result.json").stat().st_mtime_ns
    assert mark_failed(failures, CONFIG) == []
    assert (tmp_path / TRIAL.folder / "seed-0/result.json").stat().st_mtime_ns == before
