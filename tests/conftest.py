"""Project folders for the tests that run the real workflow."""

import shutil
from pathlib import Path

import hypothesis
import pytest

from helpers.project import Project, new_project

pytest_plugins = ["helpers.reliability"]

# The same examples in every run, and no limit of time: machines differ.
hypothesis.settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, max_examples=50
)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without results."""
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which the tiny configuration has been run with two cores.

    Shared: copy it before changing anything.
    """
    made = new_project(tmp_path_factory.mktemp("finished") / "project")
    made.run(cores=2)
    return made


@pytest.fixture
def finished_copy(finished: Project, tmp_path: Path) -> Project:
    """A finished project that a test may change."""
    return finished.copy(tmp_path / "project")


@pytest.fixture
def searched(finished_copy: Project) -> Project:
    """A project whose data are there, and nothing that was trained on them."""
    shutil.rmtree(finished_copy.folder / "results")
    return finished_copy
