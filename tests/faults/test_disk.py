"""A disk that is full, or must not be written to: small file systems in memory."""

import os
import shutil
import subprocess

import pytest

from helpers.broken_run import BrokenRun, assert_resumes, assert_same

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount"),
]

FULL = "No space left on device"
READ_ONLY = "Read-only file system"


@pytest.fixture
def disk(tmp_path):
    """Mount a small file system."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200m", "toxtune-test", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def remount(disk, options):
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def used(disk):
    status = os.statvfs(disk)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


@pytest.mark.promise(
    "a full disk, 4 kB to 2 MB into the run",
    f"`{FULL}`, or how little is left; with room, `make run` goes on",
)
@pytest.mark.parametrize("kilobytes", [4, 64, 512, 2048])
def test_full_disk(finished, searched, disk, kilobytes):
    project = searched.copy(disk / "project")
    remount(disk, f"size={used(disk) // 1024 + kilobytes}k")
    run = BrokenRun(project)
    assert run.end() != 0
    run.wait_until_gone()
    # A job that has no room for its message leaves none.
    assert FULL in run.output or "MB left" in run.output
    remount(disk, "size=200m")
    assert_resumes(project, finished)


@pytest.mark.promise(
    "a project folder on a read-only mount", f"`{READ_ONLY}`, and no more"
)
def test_read_only_project(finished, searched, disk):
    project = searched.copy(disk / "project")
    remount(disk, "ro")
    run = BrokenRun(project)
    assert run.end() == 1
    (line,) = run.output.splitlines()
    assert f".toxtune/lock cannot be written: {READ_ONLY}" in line
    remount(disk, "rw")
    assert_resumes(project, finished)


@pytest.mark.promise(
    "a store on a read-only mount",
    "a warning; results go to the project's own store; same bytes",
)
def test_read_only_store(finished, searched, disk):
    remount(disk, "ro")
    run = BrokenRun(searched, TOXTUNE_STORE=str(disk))
    assert run.end() == 0, run.output
    assert not list(disk.iterdir())
    assert_same(searched, finished)
    logs = [log.read_text("utf-8") for log in searched.folder.glob("logs/**/*.log")]
    assert any(f"{disk} may not be written to" in log for log in logs)


@pytest.mark.promise(
    "a read-only store that has all", "read from: nothing is trained; same bytes"
)
def test_read_only_store_that_has_all(finished, searched, disk):
    shutil.copytree(finished.folder / "results/store", disk / "store")
    remount(disk, "ro")
    run = BrokenRun(searched, TOXTUNE_STORE=str(disk / "store"))
    assert run.end() == 0, run.output
    assert_same(searched, finished)
