"""Project folders for the tests that run the real workflow."""

import shutil
from pathlib import Path

import hypothesis
import pytest

from helpers.ensemble_search import KINDS, search_with
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


@pytest.fixture(scope="session")
def finished_ensembles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """Projects in which a search has ended in an ensemble, by its kind.

    Shared: copy one before changing anything.
    """
    made: dict[str, Project] = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind) / "project"
        # The second finds the trainings of the first in the store, and makes the rest.
        project = made[KINDS[0]].copy(folder) if made else new_project(folder)
        for path in (project.folder / "results").glob("*"):
            if path.name != "store":
                shutil.rmtree(path)
        project.run(*search_with(project, kind))
        assert project.result("selection.json")["overall"] == "ensemble"
        made[kind] = project
    return made
