"""The lock of a run: what is told of who holds it, here and on other hosts."""

import errno
import json
import os
import platform

import pytest

from toxtune.errors import UserError
from toxtune.runs.lock import (
    LOCK_FILE,
    SNAKEMAKE_LOCKS,
    RunLock,
    keep_runs_out,
    lock_is_held,
)

ELSEWHERE = {"pid": 7, "started": "2026-11-26T04:00:00+00:00", "host": "login1"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder that has a lock of Snakemake's."""
    monkeypatch.chdir(tmp_path)
    SNAKEMAKE_LOCKS.mkdir(parents=True)
    (SNAKEMAKE_LOCKS / "0.input.lock").write_text("results/x\n")
    LOCK_FILE.parent.mkdir()


def record(**content):
    LOCK_FILE.write_text(json.dumps(content))


def test_a_run_on_another_host_may_be_active(capsys):
    """Its lock is not seen from here; the record that says so stays."""
    record(**ELSEWHERE)
    for take in (RunLock.take, lambda: keep_runs_out().__enter__()):
        with pytest.raises(UserError) as error:
            take()
        words = str(error.value)
        assert "a run on login1 (process 7, started 2026-11-26 04:00:00)" in words
        assert "`rm -r .toxtune/lock .snakemake/locks`" in words
        assert json.loads(LOCK_FILE.read_text()) == ELSEWHERE


def test_what_the_message_says_lets_a_run_begin():
    record(**ELSEWHERE)
    LOCK_FILE.unlink()
    (SNAKEMAKE_LOCKS / "0.input.lock").unlink()
    lock = RunLock.take()
    assert not lock.left_by_killed_run
    assert json.loads(LOCK_FILE.read_text())["host"] == platform.node()
    lock.release()


@pytest.mark.parametrize("content", [{**ELSEWHERE, "host": platform.node()}, None])
def test_a_run_that_was_killed_here_is_continued(content):
    """So is one of a version that did not say where it was."""
    record(**(content or {key: ELSEWHERE[key] for key in ("pid", "started")}))
    lock = RunLock.take()
    assert lock.left_by_killed_run
    lock.release()


def test_without_a_lock_of_snakemake_nothing_runs_anywhere():
    record(**ELSEWHERE)
    (SNAKEMAKE_LOCKS / "0.input.lock").unlink()
    lock = RunLock.take()
    assert lock.left_by_killed_run
    lock.release()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_who_may_only_read_sees_whether_a_run_is_active(monkeypatch, code):
    lock = RunLock.take()
    open_file = os.open

    def refuse(path, flags, *mode):
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise OSError(code, os.strerror(code))
        return open_file(path, flags, *mode)

    monkeypatch.setattr(os, "open", refuse)
    assert lock_is_held()
    lock.release()
    assert not lock_is_held()


def test_a_lock_that_may_not_be_read_is_not_seen(monkeypatch):
    def refuse(path, flags, *mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    assert not lock_is_held()


def test_a_second_run_here_is_refused_and_told_of_the_first():
    lock = RunLock.take()
    lock.record(4711)
    with pytest.raises(
        UserError, match=r"already active in this folder \(process 4711"
    ):
        RunLock.take()
    lock.release()
