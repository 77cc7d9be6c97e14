"""The status file: what is written is read, and damage is named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.runs.best_score import BestTrial
from toxtune.runs.progress import Counts, Failure
from toxtune.runs.started import Started
from toxtune.runs.status_file import STATUS_FILE, State, Status, read_status

TRAINING = Failure("train_slot", {"slot": "1"}, log="a.log", message="Error: why")
STATUS = Status(
    state=State.FAILED,
    pid=7,
    started=datetime(2024, 1, 1, 10, 0, 0, tzinfo=UTC),
    updated=datetime(2024, 1, 1, 10, 1, 5, tzinfo=UTC),
    counts={"train_slot": Counts(4, done=3, failed=1)},
    failures=[Failure("train_winner", {}, log=None, message=""), TRAINING],
    best=BestTrial("aaa", 0.75, 2, "roc_auc", "dense, epochs 5"),
    of=Started("mine", "make run CONFIG=mine.yaml"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("status", [STATUS, replace(STATUS, counts={}, best=None)])
def test_what_is_written_is_read(status):
    assert read_status() is None
    write_json(STATUS_FILE, status.to_dict())
    assert read_status() == status


def test_the_status_of_an_earlier_version_is_read():
    written = STATUS.to_dict()
    del written["of"]
    write_json(STATUS_FILE, written)
    assert read_status() == replace(STATUS, of=Started("", "make run"))


@pytest.mark.parametrize("state", State)
def test_trainings_have_failed_only_where_the_run_has(state):
    trainings = replace(STATUS, state=state).failed_trainings
    assert trainings == ([TRAINING] if state == State.FAILED else [])


@pytest.mark.parametrize(
    "damage",
    [
        [],
        {},
        {**STATUS.to_dict(), "state": "happy"},
        {**STATUS.to_dict(), "started": "today"},
        {**STATUS.to_dict(), "rules": {"all": 5}},
        {**STATUS.to_dict(), "of": {"who": "me"}},
        {**STATUS.to_dict(), "failures": [{"rule": "all"}]},
    ],
)
def test_damage_is_named(damage):
    write_json(STATUS_FILE, damage)
    with pytest.raises(UserError, match="status.json"):
        read_status()
