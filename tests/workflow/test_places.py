"""Where a run cannot take place, and a home that it does without."""

import os
import subprocess

import pytest

from helpers.patience import RUN
from helpers.project import TINY, new_project

SUBMIT = "--cluster-generic-submit-cmd"
ON_CLUSTER = ["--executor", "cluster-generic", "--jobs", "1"]
ON_CLUSTER += [SUBMIT, "touch submitted; echo 1"]


def test_a_folder_that_no_scheduler_survives_is_refused_before_a_submission(tmp_path):
    project = new_project(tmp_path / "it's $(touch pwned)")
    done = project.snakemake(*ON_CLUSTER, check=False)
    assert done.returncode == 1
    assert "The path of the project's folder has the character \"'\"" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.folder / "submitted").exists()
    assert not list(tmp_path.rglob("pwned"))


def test_so_is_an_environment_in_such_a_folder(project, tmp_path):
    other = new_project(tmp_path / "a b")
    other.use_environment_inside()
    project.python = other.python
    done = project.snakemake(*ON_CLUSTER, check=False)
    assert done.returncode == 1
    assert "The path of the Python has the character ' '" in done.stderr
    assert not (project.folder / "submitted").exists()


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_a_run_needs_no_cache_of_the_user(project, variable):
    env = {**os.environ, "PYTHONPATH": "scripts"}
    env.pop("XDG_CACHE_HOME", None)
    env[variable] = "/dev/null/nowhere"
    done = subprocess.run(
        [project.python, "-m", "toxtune", "plan", "--configfile", TINY],
        cwd=project.folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=RUN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("home", ["/proc", "/dev/null", ""])
def test_snakemake_itself_needs_no_home_either(project, monkeypatch, home):
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    project.run("--until", "curate_dataset")
    assert list(project.folder.glob("data/*/molecules.csv"))
