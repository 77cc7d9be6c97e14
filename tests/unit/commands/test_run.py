"""The launcher: one run at a time, signals, exit status, the run's name."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.patience import STEP
from toxtune.commands.launch import Launch, read_configurations
from toxtune.errors import UserError
from toxtune.runs.lock import RunLock, lock_is_held
from toxtune.runs.started import Started

ROOT = Path(__file__).parents[3]

# Stands in for snakemake, since `python -m` looks in the working directory first.
FAKE_SNAKEMAKE = """
import json, os, pathlib, signal, subprocess, sys, time

def stop(number, frame):
    with open("signals.txt", "a") as stream:
        stream.write(signal.Signals(number).name + " ")
    time.sleep(0.2)
    sys.exit(7)

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
told = {name: text for name, text in os.environ.items() if name.startswith("TOXTUNE_")}
pathlib.Path("environment.json").write_text(json.dumps(told))
with open("calls.txt", "a") as stream:
    stream.write(json.dumps(sys.argv[1:]) + "\\n")
if "--orphan" in sys.argv:
    orphan = subprocess.Popen(["sleep", "60"])
    pathlib.Path("orphan.txt").write_text(str(orphan.pid))
pathlib.Path("started.txt").write_text(str(os.getpid()))
if "--wait" in sys.argv:
    time.sleep(60)
sys.exit(3 if "--fail" in sys.argv else 0)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Give a working directory with a configuration and a stand-in for snakemake."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "snakemake.py").write_text(FAKE_SNAKEMAKE)
    (tmp_path / "config.yaml").write_text("run: plain\ntraining: {seeds: [0]}\n")
    return tmp_path


def launch(*arguments: str, command: str = "run") -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "toxtune", command, *arguments],
        # A shell's background job, which these tests may be, has its parent's ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(launcher: subprocess.Popen) -> tuple[int, str]:
    output, _ = launcher.communicate(timeout=STEP)
    return launcher.returncode, output


def wait_for(path: Path) -> int:
    """Wait until a file has content, and return the number in it."""
    for _ in range(20 * STEP):
        if path.is_file() and path.read_text():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


def calls(folder: Path) -> list[list[str]]:
    return [
        json.loads(line) for line in (folder / "calls.txt").read_text().splitlines()
    ]


def test_a_second_run_is_refused_and_told_about_the_first(folder):
    first = RunLock.take()
    status, output = finish(launch("--cores", "1"))
    first.release()
    assert status == 1
    assert "another run is already active" in output
    assert f"(process {os.getpid()}, started" in output
    assert f"`kill {os.getpid()}`" in output
    assert "Traceback" not in output
    assert not (folder / "calls.txt").exists()


def test_the_lock_is_free_once_released(folder):
    assert not lock_is_held()
    lock = RunLock.take()
    assert lock_is_held()
    with pytest.raises(UserError, match="another run"):
        RunLock.take()
    lock.forget()
    lock.release()
    assert not lock_is_held()
    assert not RunLock.take().left_by_killed_run


def test_the_lock_is_not_inherited(folder):
    lock = RunLock.take()
    child = subprocess.Popen(["sleep", "60"])
    lock.release()
    assert not lock_is_held()
    child.kill()
    child.wait()


def test_the_command_is_shown_and_its_exit_status_passed_on(folder):
    status, output = finish(launch("--cores", "1", "--fail"))
    assert status == 3
    options = ["--logger", "toxtune", "--rerun-incomplete"]
    assert calls(folder) == [["--cores", "1", "--fail", *options]]
    assert f"-m snakemake --cores 1 --fail {' '.join(options)}\n" in output


def test_a_plan_is_a_dry_run_and_needs_no_lock(folder):
    lock = RunLock.take()
    status, _ = finish(launch("--cores", "1", "--fail", command="plan"))
    lock.release()
    assert status == 3
    assert calls(folder) == [["-n", "--cores", "1", "--fail", "--logger", "toxtune"]]


def test_what_the_summary_says_follows_a_success(folder):
    results = folder / "results/other"
    results.mkdir(parents=True)
    (results / "summary.md").write_text("# The result\n\nGood.\n")
    (folder / "overlay.yaml").write_text("run: other\n")
    _, output = finish(launch("--cores", "1", "--configfile", "overlay.yaml"))
    assert "\n\nGood.\n\nWhere to look:\n" in output
    assert "results/other/summary.md" in output


@pytest.mark.parametrize(
    ("command", "arguments", "shown"),
    [
        ("run", [], "make run OPEN=1"),
        ("run", ["--configfile", "examples/demo.yaml"], "make demo OPEN=1"),
        ("run", ["--configfile", "a.yaml"], "make run CONFIG=a.yaml OPEN=1"),
        (
            "run",
            ["--configfile", "examples/demo.yaml", "a.yaml", "--profile", "lsf"],
            "make demo CONFIG=a.yaml PROFILE=lsf OPEN=1",
        ),
        (
            "run",
            ["--configfile-names", "a.yaml $b.yaml"],
            "make run CONFIG='a.yaml $b.yaml' OPEN=1",
        ),
        ("report", ["--configfile", "a.yaml"], "make report CONFIG=a.yaml OPEN=1"),
        (
            "run",
            ["--config", "objective={metric: pr_auc}", "--configfile", "a.yaml"],
            "python -m toxtune run --config 'objective={metric: pr_auc}' --configfile "
            "a.yaml --open",
        ),
    ],
)
def test_the_command_that_opens_the_report_is_of_the_same_run(
    folder, command, arguments, shown
):
    (folder / "examples").mkdir()
    for name in ("a.yaml", "$b.yaml", "examples/demo.yaml"):
        (folder / name).write_text("training: {seeds: [0]}\n")
    results = folder / "results/plain"
    results.mkdir(parents=True)
    for name in ("summary.md", "report.html"):
        (results / name).touch()
    _, output = finish(launch("--cores", "1", *arguments, command=command))
    assert output.splitlines()[-1] == f"  {shown}"


def test_snakemake_is_told_what_was_started(folder, monkeypatch):
    (folder / "a.yaml").write_text("run: a\n")
    finish(launch("--configfile", "a.yaml"))
    told = json.loads((folder / "environment.json").read_text())
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert Started.from_environment() == Started("a", "make run CONFIG=a.yaml")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_snakemake_once_and_is_waited_for(folder, number):
    launcher = launch("--wait")
    wait_for(folder / "started.txt")
    launcher.send_signal(number)
    status, _ = finish(launcher)
    assert status == 7
    assert (folder / "signals.txt").read_text() == f"{number.name} "
    assert not lock_is_held()


def test_an_orphaned_job_does_not_keep_the_lock(folder):
    launcher = launch("--wait", "--orphan")
    snakemake = wait_for(folder / "started.txt")
    orphan = wait_for(folder / "orphan.txt")
    launcher.kill()
    launcher.wait()
    assert lock_is_held(), "snakemake still runs"
    os.kill(snakemake, signal.SIGKILL)
    for _ in range(100):
        if not lock_is_held():
            break
        time.sleep(0.05)
    assert not lock_is_held()
    os.kill(orphan, signal.SIGKILL)


@pytest.mark.parametrize("killed", [True, False])
def test_only_the_lock_of_a_killed_run_is_removed(folder, killed):
    locks = folder / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").touch()
    lock = RunLock.take()
    if not killed:
        lock.forget()
    lock.release()
    finish(launch("--cores", "1"))
    unlocks = [call for call in calls(folder) if "--unlock" in call]
    assert unlocks == ([["--cores", "1", "--unlock"]] if killed else [])


def test_the_configuration_follows_the_overlays_and_settings(folder):
    (folder / "a.yaml").write_text("run: a\ntraining: {seeds: [1]}\n")
    (folder / "b.yaml").write_text("training: {seeds: [2]}\n")
    a, b = folder / "a.yaml", folder / "b.yaml"
    for layers, run in [
        (read_configurations([]), "plain"),
        (read_configurations([a, b]), "a"),
        (read_configurations([a], ["run=c"]), "c"),
    ]:
        assert Launch([], layers, keeps_going=False).run == run
    *_, last = read_configurations([a, b])
    assert last.values == {"training": {"seeds": [2]}}
    assert set(last.folders) == {folder}


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["--cores", "all"]),
        (["search", "-c2"], ["search", "-c2"]),
        (["--jobs", "3"], ["--jobs", "3"]),
        (["--profile", "lsf"], ["--profile", "profiles/lsf"]),
        (["--profile", "my/own"], ["--profile", "my/own"]),
        (
            ["--forcerun", "a", "b", "--cores", "1", "search", "-F"],
            ["--forcerun", "a", "b", "--cores", "1", "search", "-F"],
        ),
        (["--config", "run=a b", "-c", "1"], ["--config", "run=a b", "-c", "1"]),
        (["--open", "-c", "1"], ["-c", "1"]),
    ],
)
def test_snakemake_gets_the_arguments_in_their_order(folder, given, passed):
    (folder / "profiles/lsf").mkdir(parents=True)
    finish(launch(*given))
    assert calls(folder) == [[*passed, "--logger", "toxtune", "--rerun-incomplete"]]


def test_report_is_a_run_up_to_the_report(folder):
    finish(launch("--cores", "1", command="report"))
    assert calls(folder)[0][:3] == ["report", "--cores", "1"]
