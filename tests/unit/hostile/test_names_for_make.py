"""Names that are given to make: neither make nor the shell runs what is in them."""

import os
import re
import shutil
import subprocess

import pytest

from toxtune.commands.init import OF_MAKE
from toxtune.config.schema import ROOT

pytestmark = pytest.mark.promise(
    "hostile names given to make", "arrive as they are; nothing is executed"
)

# It says how it was called, in place of Python.
ECHO = '#!/bin/sh\nshift 3\nfor word; do printf "<%s>" "$word"; done\n'
NAMES = [
    "a b.csv",
    "a,b(c.csv",
    "it's.csv",
    'say "x".csv',
    "x; touch pwned",
    "x && touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "$(shell touch pwned)",
    "$$x ${HOME} $x",
    "*",
    "~",
    "-rf",
    "x > pwned",
    "é日本.csv",
    "%",
    "\\",
]


@pytest.fixture
def call(folder):
    """Return a function that calls make where Python only says how it was called."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", folder)
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(ECHO, encoding="utf-8")
    python.chmod(0o755)
    (folder / "requirements").mkdir()
    (folder / "requirements/cpu.lock").touch()
    os.utime(folder / "requirements/cpu.lock", (0, 0))
    (folder / ".venv/.installed-cpu").touch()

    # These tests may be run by make too, which would have this one print its folder.
    of_make = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    env = {key: value for key, value in os.environ.items() if key not in of_make}

    def make(*arguments, **variables):
        return subprocess.run(
            ["make", *arguments],
            cwd=folder,
            env=env | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return make


@pytest.fixture
def made(call):
    """Return a function that calls make, which must do it, and returns what it says."""

    def make(*arguments):
        done = call(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return make


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive_as_they_are(made, name):
    words = made("predict", f"MODEL={name}", f"IN={name}", f"OUT={name}")
    assert words == f"<{name}>" * 3
    words = made("predict", f"MODEL={name}", f"SMILES_COLUMN={name}")
    assert words == f"<{name}><--smiles-column={name}>"
    options = {name: name.lower() for name in ("SEPARATOR", "DECIMAL", "ENCODING")}
    options |= {"FEATURES_FILE": "features-file"}
    words = made("predict", *(f"{variable}={name}" for variable in options))
    assert words == "".join(f"<--{option}={name}>" for option in options.values())
    words = made("init", *(f"{variable}={name}" for variable in OF_MAKE))
    assert words == "".join(f"<--{option}={name}>" for option in OF_MAKE.values())
    words = made("init", f"DATA={name}", f"TASKS={name}", f"TO={name}")
    assert words == f"<{name}><--output={name}><--tasks={name}>"
    assert made("export-optuna", f"RUN={name}", f"TO={name}") == (
        f"<optuna><--run><{name}><--to><{name}>"
    )
    assert made("run", f"PROFILE={name}") == f"<--profile><{name}>"
    assert made("run", f"CORES={name}") == f"<--cores><{name}>"
    assert made("verify", f"K={name}") == f"<--trainings><{name}>"


@pytest.mark.parametrize("name", NAMES)
def test_configurations_arrive_as_they_are(made, name):
    assert made("run", f"CONFIG={name} b.yaml") == (
        f"<--configfile-names><{name} b.yaml>"
    )
    assert f"<examples/demo.yaml {name}>" in made("demo", f"CONFIG={name}")


def test_nothing_is_given_where_nothing_is_named(made):
    assert made("predict") == made("predict", "FALLBACK=") == ""
    # Python tells them apart by their order alone.
    assert made("predict", "IN=a", "OUT=b") == made("predict", "OUT=b") == ""
    assert made("predict", "MODEL=m", "OUT=b") == "<m>"
    assert made("predict", "FALLBACK=1") == "<--fallback>"
    assert made("predict", "EXPLAIN=1") == "<--explain>"
    assert made("predict", "FORMAT=html") == "<--format=html>"
    assert made("run") == made("run", "CONFIG= ", "PROFILE=") == ""


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("CONFIGS=a.yaml", "CONFIG"),
        ("config=a.yaml", "CONFIG"),
        ("KEEPGOING=1", "KEEP_GOING"),
        ("XYZZY=1", None),
        ("$$(touch$${IFS}pwned)=1", None),
        ("it's;touch${IFS}pwned;'=1", None),
        ("`touch${IFS}pwned`=1", None),
    ],
)
def test_a_variable_that_make_does_not_know_is_refused_in_one_line(
    call, folder, variable, meant
):
    done = call("run", variable)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert (f"the nearest is {meant}." in done.stderr) == (meant is not None)
    assert not (folder / "pwned").exists()


def test_what_the_makefile_reads_may_be_given(made):
    text = (ROOT / "Makefile").read_text("utf-8")
    switches = re.findall(r"^([A-Z_]+) \?=", text, re.MULTILINE)
    names = re.search(r"^NAMES := ((?:\\\n|.)*)", text, re.MULTILINE)[1]
    known = {*switches, *names.replace("\\\n", " ").split(), "FAULTS", "ON_TOX21"}
    assert known >= {"CONFIG", "CONFIDENCE", "OPEN", "PYTHON"}
    # Another EXTRA would be installed.
    values = dict.fromkeys(known, "a") | {"EXTRA": "cpu", "PYTHON": "python3"}
    others = ["TOXTUNE_STORE=a", "UV_INDEX_URL=a", "PIP_INDEX_URL=a", "SHELL=/bin/sh"]
    assert made("status", *map("=".join, values.items()), *others) == ""


def test_variables_of_the_environment_and_of_another_make_are_let_be(call):
    assert call("verify", RUN="a", CONFIGS="a").returncode == 0
    assert call("run", "MINE=1", MAKELEVEL="1").returncode == 0


@pytest.mark.parametrize("goal", ["run", "demo", "plan", "report", "verify", "prune"])
def test_a_name_is_refused_where_a_configuration_is_taken(call, goal):
    done = call(goal, "RUN=mine")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"make {goal} CONFIG=my.yaml" in done.stderr
