"""Going on without trainings that failed for good."""

from types import SimpleNamespace

import pytest

from helpers.small_training import TRIAL, small_training
from toxtune.io.files import write_json
from toxtune.runs.mark_failed import give_up
from toxtune.runs.status_file import STATUS_FILE, failed_trainings, last_status
from toxtune.training.result_files import read_replicate

CONFIG = {"device": "cpu"}
NAMES = {"family": TRIAL.family, "trial": TRIAL.id, "replicate": "seed-0"}
SLOT = {"run": "r", "stage": "space-0/rung-1", "slot": "1", "replicate": "seed-3"}


def failure(rule, **names):
    return {"rule": rule, "wildcards": names, "log": "a.log", "message": "Error: why"}


@pytest.fixture(autouse=True)
def plans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small_training()
    plan = SimpleNamespace(run="r", trials={TRIAL.id: TRIAL})
    monkeypatch.setattr("toxtune.runs.mark_failed.check_config", lambda config: None)
    monkeypatch.setattr("toxtune.runs.mark_failed.load_plans", lambda config: [plan])


def test_failed_training_gets_a_status(tmp_path):
    (folder,) = give_up([failure("train_replicate", **NAMES)], CONFIG)
    assert str(folder) == f"{TRIAL.folder}/seed-0"
    result, cost = read_replicate(tmp_path / folder)
    assert (result["status"], result["reason"]) == ("failed", "Error: why")
    assert (result["trial"], result["seed"]) == (vars(TRIAL), 0)
    assert cost == {"seconds": None, "peak_memory_mib": None, "host": None}


def test_slot_gets_the_status_of_its_proposed_trial(tmp_path):
    proposal = {"trial": vars(TRIAL), "resume_from": None, "save_state": False}
    proposals = [{"trial": {}}, proposal]
    write_json(tmp_path / "results/r/search/space-0/rung-1/proposals.json", proposals)
    (folder,) = give_up([failure("train_slot", **SLOT)], CONFIG)
    assert str(folder) == "results/r/search/space-0/rung-1/slot-1/seed-3"
    result, _ = read_replicate(tmp_path / folder)
    assert (result["trial"]["id"], result["seed"]) == (TRIAL.id, 3)


def test_result_that_is_there_stays(tmp_path):
    failures = [failure("train_replicate", **NAMES)]
    give_up(failures, CONFIG)
    before = (tmp_path / TRIAL.folder / "seed-0/result.json").stat().st_mtime_ns
    assert give_up(failures, CONFIG) == []
    assert (tmp_path / TRIAL.folder / "seed-0/result.json").stat().st_mtime_ns == before


def test_only_trainings_of_a_run_that_failed_are_given_up(tmp_path):
    assert last_status() is None
    assert failed_trainings(None) == []
    training = failure("train_replicate", **NAMES)
    failures = [failure("train_winner"), training]
    write_json(STATUS_FILE, {"state": "failed", "failures": failures})
    assert failed_trainings(last_status()) == [training]
    write_json(STATUS_FILE, {"state": "interrupted", "failures": failures})
    assert failed_trainings(last_status()) == []
