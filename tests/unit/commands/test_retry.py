"""Trying again: the trainings without a result, and no others."""

from types import SimpleNamespace

import pytest

from helpers.small_training import small_training
from toxtune.commands import retry
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.runs.lock import RunLock
from toxtune.training.outputs import write_no_result
from toxtune.training.result_files import RESULT_FILES
from toxtune.workers.cost import Cost

TABLES = ["report.html", "selection.json", "trials.tsv", "summary.md", "final.zip"]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Write a run with a training of each status; map statuses to folders."""
    monkeypatch.chdir(tmp_path)
    replicate = small_training()
    written = {}
    for status in ("ok", "diverged", "out_of_memory", "timed_out", "killed", "failed"):
        written[status] = tmp_path / "results/trials" / status
        write_no_result(replicate, written[status], status, "", Cost())
    for name in TABLES:
        (tmp_path / "results/tiny").mkdir(exist_ok=True)
        (tmp_path / "results/tiny" / name).touch()
    missing = tmp_path / "results/trials/not trained yet"
    plan = SimpleNamespace(run="tiny", results=[*map(str, written.values()), missing])
    monkeypatch.setattr(retry, "read_configuration", lambda options: {"run": "tiny"})
    monkeypatch.setattr(retry, "load_begun_plans", lambda config: [plan])
    return written


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_trainings_without_a_result_are_listed_and_removed(folders, tmp_path, capsys):
    run_command(["retry"])
    shown = capsys.readouterr().out
    for status, folder in folders.items():
        has_result = status in ("ok", "diverged")
        assert left(folder) == (sorted(RESULT_FILES) if has_result else [])
        assert (f"{folder}: {status}" in shown) == (not has_result)
    assert "`make run` trains these again" in shown
    assert left(tmp_path / "results/tiny") == ["final.zip"]
    run_command(["retry"])
    assert "Nothing to retry" in capsys.readouterr().out


def test_tables_stay_if_every_training_has_a_result(folders, tmp_path):
    for status in ("out_of_memory", "timed_out", "killed", "failed"):
        (folders[status] / "result.json").unlink()
    run_command(["retry"])
    assert left(tmp_path / "results/tiny") == sorted(TABLES)


def test_damaged_result_is_named_and_nothing_is_removed(folders, tmp_path):
    (folders["ok"] / "result.json").write_bytes(b"")
    with pytest.raises(UserError, match="ok/result.json is .*checksum"):
        run_command(["retry"])
    assert left(tmp_path / "results/tiny") == sorted(TABLES)
    assert left(folders["killed"]) == sorted(RESULT_FILES)


def test_nothing_is_removed_during_a_run(folders):
    lock = RunLock.take()
    with pytest.raises(UserError, match="another run"):
        run_command(["retry"])
    lock.release()
    assert left(folders["killed"]) == sorted(RESULT_FILES)
