"""Each wing imports only wings that stand before it; packages import nothing."""

import ast
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
MODULES = sorted((SCRIPTS / "toxtune").rglob("*.py"))
# The order of the method is fixed: where a test fails, mend the import, not this list.
WINGS = [
    "root",
    "io",
    "models",
    "workers",
    "molecules",
    "tables",
    "labels",
    "data",
    "features",
    "splits",
    "stats",
    "search",
    "config",
    "survey",
    "training",
    "evaluation",
    "selection",
    "prediction",
    "export",
    "runs",
    "report",
    "dossier",
    "verification",
    "commands",
]
MOST_MODULES_AT_THE_ROOT = 8


def wing(module):
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in WINGS else "root"


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def name_of(path):
    return str(path.relative_to(SCRIPTS))


def test_there_are_these_wings_and_no_others():
    folders = {path.parent.name for path in SCRIPTS.glob("toxtune/*/__init__.py")}
    assert folders == set(WINGS) - {"root"}


def test_at_the_root_stand_only_the_words_that_all_use():
    modules = [path for path in MODULES if path.parent.name == "toxtune"]
    modules = [path for path in modules if path.name != "__init__.py"]
    assert 0 < len(modules) <= MOST_MODULES_AT_THE_ROOT


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path):
    own = wing(".".join(path.relative_to(SCRIPTS).with_suffix("").parts))
    if path.name == "__main__.py":
        # It starts the command line, which stands last.
        own = WINGS[-1]
    for module in imported(path):
        if module.startswith("toxtune."):
            assert WINGS.index(wing(module)) <= WINGS.index(own), module


@pytest.mark.parametrize(
    "path", sorted(SCRIPTS.glob("toxtune/**/__init__.py")), ids=name_of
)
def test_packages_import_nothing(path):
    assert not list(imported(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_library_imports_no_script(path):
    scripts = {script.stem for script in SCRIPTS.glob("*.py")}
    assert "select_best" in scripts
    assert scripts.isdisjoint(module.split(".")[0] for module in imported(path))
