"""What the tests take for a Python is one to whoever starts it."""

import os
import subprocess
import sys
import time

import pytest

from helpers import warm_python

pytestmark = pytest.mark.slow

SAYS_ALL = """
import os, psutil, sys
print(os.getcwd(), sys.argv[1:], sys.stdin.read(), os.environ["SAID"])
print([process.pid for process in psutil.Process().parents()])
print([name for name in sys.modules if name.split(".")[0] == "toxtune"])
print("wrong", file=sys.stderr)
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that runs a program."""

    def run(program, *arguments):
        path = tmp_path / "a program.py"
        path.write_text(program, "utf-8")
        return subprocess.run(
            [warm_python.python(), path, *arguments],
            cwd=tmp_path,
            env={**os.environ, "SAID": "é"},
            input="asked",
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    ("program", "status", "errors"),
    [
        ("", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('not so')", 1, "not so\n"),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("import os; os.kill(os.getpid(), 15)", -15, ""),
        ("import os; os._exit(7)", 7, ""),
    ],
)
def test_it_ends_as_a_python_does(start, program, status, errors):
    done = start(program)
    assert (done.returncode, done.stderr) == (status, errors)


def test_an_exception_is_told_by_the_hook_of_the_program(start):
    done = start("import sys\n1 / 0")
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")
    hook = "import sys\nsys.excepthook = lambda *_: print('told')\n1 / 0"
    done = start(hook)
    assert (done.returncode, done.stdout, done.stderr) == (1, "told\n", "")


def test_what_is_to_be_done_at_the_end_is_done(start):
    done = start("import atexit; atexit.register(print, 'end'); print('begin')")
    assert done.stdout == "begin\nend\n"


def test_it_is_where_and_what_its_caller_says(start, tmp_path):
    done = start(SAYS_ALL, "one", "two words")
    said, ancestors, imported = done.stdout.splitlines()
    assert said == f"{tmp_path} ['one', 'two words'] asked é"
    assert str(os.getpid()) in ancestors
    assert imported == "[]"
    assert done.stderr == "wrong\n"


def test_it_ends_when_whoever_started_it_is_killed(start, tmp_path):
    program = tmp_path / "waits.py"
    program.write_text(
        "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    with subprocess.Popen([warm_python.python(), program], cwd=tmp_path) as waiting:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert waiting.poll() is None
            time.sleep(0.05)
        waiting.kill()
    pid = int((tmp_path / "pid").read_text())
    while os.path.exists(f"/proc/{pid}"):
        time.sleep(0.05)


def test_what_no_fork_can_be_is_a_new_python():
    command = [warm_python.python(), "-c", "import sys; print(sys.executable)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{sys.executable}\n"


def test_the_script_of_all_pages_is_the_one_that_is_made(start):
    program = (
        "import hashlib, sys, vl_convert\n"
        "script = vl_convert.javascript_bundle('window.one = vegaEmbed;')\n"
        "print(hashlib.sha256(script.encode()).hexdigest())\n"
    )
    made = [sys.executable, "-c", program]
    expected = subprocess.run(made, capture_output=True, text=True, check=True).stdout
    assert [start(program).stdout for _ in range(2)] == [expected] * 2
