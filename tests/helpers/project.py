"""A project folder to run the real workflow in, and ways to look at its jobs."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import chdir, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from helpers import warm_python
from helpers.patience import RUN

ROOT = Path(__file__).resolve().parents[2]
PARTS_OF_PROJECT = (
    "Snakefile",
    "config.yaml",
    "report",
    "resources",
    "rules",
    "scripts",
    "schemas",
    "envs",
    "examples",
    "profiles",
)
TINY = "tests/config.yaml"


@dataclass
class Project:
    """A copy of the project, with results of its own."""

    folder: Path
    python: str = field(default_factory=lambda: warm_python.python())

    def use_environment_inside(self) -> None:
        """Use a Python in the folder's own ``.venv``, as a checkout does."""
        (self.folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        self.python = str(self.folder / ".venv/bin/python")

    def have_python_inside(self) -> None:
        """Put what `python` names where make looks for it."""
        program = self.folder / ".venv/bin/python"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(self.python)} "$@"\n')
        program.chmod(0o700)

    def snakemake(
        self, *arguments: str, check: bool = True
    ) -> subprocess.CompletedProcess:
        """Run snakemake as a user would, with the tiny configuration by default."""
        command = [self.python, "-m", "snakemake", *arguments]
        if "--configfile" not in arguments:
            command += ["--configfile", TINY]
        plugins = os.pathsep.join([str(ROOT / "tests" / "plugins"), "scripts"])
        jobs = {"PYTHONPATH": plugins, "TOXTUNE_JOBS": str(self.folder / "jobs.jsonl")}
        environment = {**os.environ, **jobs}
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=environment,
            timeout=RUN,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def launch(
        self, *arguments: str, cores: int = 2, is_killed: bool = False
    ) -> subprocess.Popen:
        """Start the launcher as `make run` does.

        What is to be killed needs processes that come from one another: `python` may
        give forks of another.
        """
        python = sys.executable if is_killed else self.python
        command = [python, "-m", "toxtune", "run", *arguments]
        command += ["--cores", str(cores)]
        if "--configfile" not in arguments:
            command += ["--configfile", TINY]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": "scripts"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, cores: int = 2) -> None:
        """Run everything that is asked for."""
        self.snakemake("--cores", str(cores), *arguments)

    def planned(self, *arguments: str) -> list[dict]:
        """Describe the jobs that would run: rule, wildcards, input, output."""
        self.snakemake(*arguments, "-n", "--logger", "jobs")
        lines = (self.folder / "jobs.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def planned_rules(self, *arguments: str) -> Counter:
        """Count the jobs that would run, by rule; the target rule left out."""
        counts = Counter(job["rule"] for job in self.planned(*arguments))
        for target in ("all", "search"):
            del counts[target]
        return counts

    def overlay(self, text: str) -> list[str]:
        """Lay one more configuration over the tiny one; return the arguments."""
        path = self.folder / "overlay.yaml"
        path.write_text(text, encoding="utf-8")
        return ["--configfile", TINY, path.name]

    def result(self, file: str) -> Any:
        """Read a JSON file of the tiny run."""
        return json.loads((self.folder / "results/tiny" / file).read_text("utf-8"))

    def faults(self, *configfiles: str) -> list[str]:
        """Verify a finished run, and repeat one of its trainings."""
        from toxtune.commands.verify import verify

        # Rules are made again by the Python of this process.
        python = patch.object(sys, "executable", self.python)
        with chdir(self.folder), python:
            return verify([*map(Path, configfiles)], count=1, seed=0).faults

    def copy(self, folder: Path) -> "Project":
        """Copy everything, times and Snakemake's records included."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)


def kill_everything(process: subprocess.Popen) -> None:
    """SIGKILL a process and all that it has started."""
    family = [process, *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        with suppress(ProcessLookupError):
            os.kill(member.pid, signal.SIGKILL)
    process.wait()


def copy_checkout(folder: Path) -> Path:
    """Copy what a checkout has, and no results."""
    folder.mkdir()
    for name in PARTS_OF_PROJECT:
        source = ROOT / name
        if source.is_dir():
            # Compiled modules too, with the times by which Python knows them as such.
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)
    (folder / "tests").mkdir()
    shutil.copy2(ROOT / TINY, folder / TINY)
    return folder


def new_project(folder: Path) -> Project:
    """Copy a checkout, to run it with the Python that tests share."""
    return Project(copy_checkout(folder))
