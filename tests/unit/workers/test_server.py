"""Warm workers: calls in forked processes that end when they should."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from helpers.patience import STEP
from toxtune import versions
from toxtune.errors import UserError
from toxtune.jobs import snakemake_process
from toxtune.workers import server as warm
from toxtune.workers.supervision import UNBOUNDED


@pytest.fixture
def watched():
    """Stand in for Snakemake: a process that the server belongs to."""
    process = subprocess.Popen(["sleep", "600"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


@pytest.fixture
def server(watched, monkeypatch, tmp_path):
    """Name the folder of a server that starts with the first call."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(warm, "snakemake_process", lambda: watched)
    folder = warm._private_folder(watched)
    yield folder
    watched.kill()
    wait_for(lambda: not folder.exists())


def wait_for(condition, seconds=STEP):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def call(function, imports=(), **arguments):
    warm.call(function, arguments, imports, "warm", UNBOUNDED)


def write(path, text="here", imports=()):
    call("toxtune.io.files:write_text", imports, path=path, text=text)


def server_process(folder):
    return psutil.Process(int((folder / "pid").read_text()))


def has_ended(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def blocked_client(tmp_path, watched):
    """Start a client whose call reads a pipe that nobody writes to."""
    # The child of an earlier call may take a moment to go.
    folder = warm._private_folder(watched)
    wait_for(lambda: not server_process(folder).children())
    os.mkfifo(tmp_path / "pipe")
    code = (
        "import psutil; from toxtune.workers import server as warm;"
        "from toxtune.workers.supervision import UNBOUNDED;"
        f"warm.snakemake_process = lambda: psutil.Process({watched.pid});"
        f"warm.call('toxtune.io.files:read_json', {{'path': '{tmp_path}/pipe'}}, [],"
        " 'warm', UNBOUNDED)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_call_runs_in_the_clients_folder(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("out.txt")
    assert (tmp_path / "out.txt").read_text() == "here"


def test_one_server_answers_all(server, tmp_path):
    write(str(tmp_path / "one"))
    first = server_process(server).pid
    write(str(tmp_path / "two"))
    assert server_process(server).pid == first


def test_server_stays_in_the_session_that_nice_was_set_for(server, tmp_path):
    write(str(tmp_path / "one"))
    started = server_process(server).pid
    assert os.getsid(started) == os.getsid(0)
    # And yet Ctrl-C in the terminal does not reach it.
    assert os.getpgid(started) != os.getpgid(0)


def test_imports_are_done_before_the_fork(server, tmp_path):
    (tmp_path / "module").mkdir()
    write(str(tmp_path / "x"), imports=["sqlite3"])
    maps = server_process(server).memory_maps()
    assert any("sqlite3" in area.path for area in maps)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Stand in for this package: a module, imported, and a way to edit it."""
    folder = tmp_path / "package"
    folder.mkdir()
    module = folder / "edited_module.py"
    module.write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(versions, "SCRIPTS", tmp_path)
    monkeypatch.setattr(versions, "PACKAGE", "package")
    monkeypatch.setattr(warm, "PACKAGE", "package")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield module
    for name in [name for name in sys.modules if name.partition(".")[0] == "package"]:
        del sys.modules[name]


def value():
    return importlib.import_module("package.edited_module").VALUE


def test_unedited_code_is_not_imported_again(package):
    code = warm._Code()
    code.load("package.edited_module")
    loaded = sys.modules["package.edited_module"]
    code.forget_if_edited()
    assert sys.modules["package.edited_module"] is loaded


@pytest.mark.parametrize("text", ["VALUE = 2\n", "VALUE = 2  # longer\n"])
def test_edited_code_is_imported_anew(package, text):
    code = warm._Code()
    code.load("package.edited_module")
    assert value() == 1
    package.write_text(text)
    code.forget_if_edited()
    assert value() == 2


def test_a_file_more_counts_as_an_edit(package):
    code = warm._Code()
    code.load("package.edited_module")
    (package.parent / "another.py").write_text("")
    code.forget_if_edited()
    assert "package.edited_module" not in sys.modules


def test_what_cannot_be_imported_is_left_to_the_child(package):
    package.write_text("raise RuntimeError\n")
    warm._Code().load("package.edited_module")
    warm._Code().load("json.tool")
    assert "package.edited_module" not in sys.modules


def test_error_for_the_user_stays_one(server, tmp_path):
    (tmp_path / "config.yaml").write_text("serach: {}\n")
    with pytest.raises(UserError, match="unknown key 'serach'"):
        call("toxtune.config.check:load_config", paths=[str(tmp_path / "config.yaml")])


def test_other_error_comes_with_its_traceback(server, tmp_path):
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        call("toxtune.io.files:read_json", path="/absent/file")
    write(str(tmp_path / "after"))


def test_function_from_elsewhere_is_refused(server, tmp_path):
    with pytest.raises(RuntimeError, match="os is no module of toxtune"):
        call("os:unlink", path=str(tmp_path))


def test_import_that_fails_is_no_killed_training(server, tmp_path):
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        write(str(tmp_path / "out"), imports=["toxtune.absent"])
    write(str(tmp_path / "after"))


def test_killed_call_harms_no_other(server, tmp_path, watched):
    write(str(tmp_path / "before"))
    client = blocked_client(tmp_path, watched)
    wait_for(lambda: server_process(server).children())
    (child,) = server_process(server).children()
    child.kill()
    _, errors = client.communicate(timeout=STEP)
    assert client.returncode == 1
    assert "NoResult: the training was killed" in errors
    write(str(tmp_path / "after"))


def test_call_ends_with_its_client(server, tmp_path, watched):
    write(str(tmp_path / "before"))
    client = blocked_client(tmp_path, watched)
    wait_for(lambda: server_process(server).children())
    (child,) = server_process(server).children()
    client.kill()
    client.wait()
    wait_for(lambda: has_ended(child))


def test_everything_ends_with_snakemake(server, tmp_path, watched):
    write(str(tmp_path / "before"))
    client = blocked_client(tmp_path, watched)
    wait_for(lambda: server_process(server).children())
    processes = [server_process(server), *server_process(server).children()]
    os.kill(watched.pid, signal.SIGKILL)
    wait_for(lambda: all(has_ended(process) for process in processes))
    assert not server.exists()
    client.communicate(timeout=STEP)
    assert client.returncode == 1


def test_server_does_not_grow(server, tmp_path):
    for _ in range(3):
        write(str(tmp_path / "out"))
    before = server_process(server).memory_info().rss
    for number in range(30):
        write(str(tmp_path / "out"), text=str(number) * 100_000)
    assert server_process(server).memory_info().rss - before < 4 * 2**20


def test_folder_of_others_is_not_entered(server, watched, tmp_path):
    server.chmod(0o777)
    assert warm.connect() is None
    assert not (server / "pid").exists()
    server.chmod(0o700)
    write(str(tmp_path / "out"))
    assert (server / "pid").exists()


def test_without_snakemake_there_is_no_server_and_the_call_is_done(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(warm, "snakemake_process", lambda: None)
    assert warm.connect() is None
    write(str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "here"


def test_snakemake_is_found_among_the_ancestors(tmp_path):
    script = tmp_path / "snakemake"
    script.write_text(
        "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))\n"
    )
    code = (
        "import json; from toxtune.jobs import snakemake_process as find;"
        "print(json.dumps(find().cmdline()))"
    )
    done = subprocess.run(
        [sys.executable, str(script), sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(script) in json.loads(done.stdout)
    assert snakemake_process() is None


def test_deep_temporary_folder_is_no_hindrance(watched, monkeypatch, tmp_path):
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    monkeypatch.setattr(warm, "snakemake_process", lambda: watched)
    write(str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "here"
    folder = warm._private_folder(watched)
    watched.kill()
    wait_for(lambda: not folder.exists())
