"""Project folders for the tests that run the real workflow."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from helpers import warm_python
from helpers.ensemble_search import KINDS, search_with
from helpers.project import Project, new_project

MadeOnce = Callable[[str, Callable[[Path], object]], Project]

pytest_plugins = ["helpers.reliability"]

# The same examples in every run, and no limit of time: machines differ.
hypothesis.settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, max_examples=50
)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _new_python_where_things_break(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have what breaks runs start its processes as users do."""
    if request.path.parent.name in ("faults", "cluster"):
        monkeypatch.setattr(warm_python, "python", lambda: sys.executable)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without results."""
    return new_project(tmp_path / "project")


# What takes longest comes first, so that no worker is left alone with it in the end.
LONGEST_FIRST = ("workflow", "faults", "cluster", "browser", "contract")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by their folders."""
    places = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    folders = {item: item.path.relative_to(here).parts[0] for item in items}
    items.sort(key=lambda item: places.get(folders[item], len(places)))


@pytest.fixture
def without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `verify` leave out what rules make again: longer than all the rest."""
    monkeypatch.setattr("toxtune.commands.verify.remake", lambda *_: None)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Return a function that makes a project, once for all workers.

    Its arguments are a name and what makes the project in a folder that is not there.
    What it returns is the worker's own copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def once(name: str, make: Callable[[Path], object]) -> Project:
        made = shared / "made" / name
        made.mkdir(parents=True, exist_ok=True)
        with (made / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (made / "whole").exists():
                shutil.rmtree(made / "project", ignore_errors=True)
                make(made / "project")
                (made / "whole").touch()
        folder = tmp_path_factory.mktemp(name) / "project"
        return Project(made / "project").copy(folder)

    return once


@pytest.fixture(scope="session")
def finished(made_once: MadeOnce) -> Project:
    """A project in which the tiny configuration has been run with two cores.

    Shared: copy it before changing anything.
    """
    return made_once("finished", lambda folder: new_project(folder).run(cores=2))


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
def finished_ensembles(made_once: MadeOnce) -> dict[str, Project]:
    """Projects in which a search has ended in an ensemble, by its kind.

    Shared: copy one before changing anything.
    """
    made: dict[str, Project] = {}

    def make(folder: Path) -> None:
        # The second finds the trainings of the first in the store, and makes the rest.
        project = made[KINDS[0]].copy(folder) if made else new_project(folder)
        for path in (folder / "results").glob("*"):
            if path.name != "store":
                shutil.rmtree(path)
        project.run(*search_with(project, kind))
        assert project.result("selection.json")["overall"] == "ensemble"

    for kind in KINDS:
        made[kind] = made_once(kind, make)
    return made
