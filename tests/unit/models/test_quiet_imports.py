"""What C++ libraries write as they are imported, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import toxtune

SCRIPTS = Path(toxtune.__file__).parents[1]
PROGRAM = """
import sys
from toxtune.models.quiet_imports import import_quietly
import_quietly(["dense", "ridge"])
assert {"tensorflow", "sklearn.linear_model"} <= set(sys.modules)
print("heard", file=sys.stderr)
"""


@pytest.mark.slow
def test_nothing_is_heard_but_what_comes_later():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "heard\n"


def test_what_is_not_installed_is_left_to_the_family(monkeypatch):
    from toxtune.models.quiet_imports import import_quietly

    monkeypatch.setitem(sys.modules, "lightgbm", None)
    import_quietly(["lightgbm"])
