"""Every command of the tutorials, run in their order, with searches that are short."""

import os
import re
import shutil
import subprocess

import pandas as pd
import pytest

from helpers.patience import RUN
from helpers.project import ROOT, new_project

PAGES = {
    page.stem: page.read_text("utf-8")
    for page in sorted((ROOT / "docs/tutorials").glob("*.md"))
}
# Laid over what the tutorials search, so that it takes no time.
SHORT = """
run: tox21
preset: none
dataset: {source: demo}
training: {seeds: [0]}
search:
  spaces:
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: [3, 5]}}
test: {resamples: 50}
"""
TWO_FOLDS = """
validation: {scheme: cross_validation, folds: 2}
search:
  spaces:
    - {family: logistic_regression, features: ecfp, hyperparameters: {C: [0.1, 1.0]}}
test: {resamples: 50}
"""


def commands(page: str) -> list[str]:
    """List the commands of a page, without their comments."""
    return re.findall(r"^    (make [^#\n]*[^#\s])", PAGES[page], flags=re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = new_project(tmp_path_factory.mktemp("tutorials") / "project")
    made.have_python_inside()
    shutil.copy2(ROOT / "Makefile", made.folder)
    (made.folder / "short.yaml").write_text(SHORT)
    (made.folder / "two-folds.yaml").write_text(TWO_FOLDS)
    (made.folder / "molecules.csv").write_text("smiles\nCCO\nc1ccccc1O\n")
    return made


def run(project, command: str) -> str:
    """Run a command of a page in a shell; return what it prints."""
    # The environment is there: nothing must be installed into it.
    command = command.replace("make ", "make -o .venv/.installed-cpu ", 1)
    done = subprocess.run(
        command,
        shell=True,
        cwd=project.folder,
        # Stands for a browser, and is on every machine.
        env={**os.environ, "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def laid_over(command: str, overlay: str) -> str:
    """Lay one more configuration over those of a command."""
    return re.sub(r"CONFIG=(\S+)", rf"CONFIG='\1 {overlay}'", command)


def test_there_is_no_other_tutorial():
    assert set(PAGES) == {"cluster", "own-table", "tox21"}
    assert all(len(commands(page)) > 2 for page in PAGES)


def test_the_first_tutorial(project):
    printed = [run(project, f"{each} CONFIG=short.yaml") for each in commands("tox21")]
    assert any("Where to look:" in text for text in printed)
    assert len(pd.read_csv(project.folder / "predictions.csv")) == 2


def test_the_tutorial_of_an_own_table(project):
    for command in commands("own-table"):
        printed = run(project, laid_over(command, "two-folds.yaml"))
        if " init " in command:
            table = PAGES["own-table"].partition("## 2.")[0]
            explained = re.findall(r"^\| `([^`]*)", table, flags=re.MULTILINE)
            assert len(explained) > 5
            # The terminal's lines are folded.
            said = " ".join(printed.split())
            assert not [
                each for each in explained if " ".join(each.split()) not in said
            ]
    predicted = pd.read_csv(project.folder / "predictions.csv")
    assert predicted["Activity_probability"].notna().all()


def test_the_tutorial_of_a_cluster(project):
    for command in commands("cluster"):
        if " run " in command:
            # On Slurm itself it runs in tests/cluster.
            command = command.replace(" PROFILE=slurm", "")
        run(project, laid_over(command, "short.yaml"))
