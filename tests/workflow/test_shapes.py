"""Tables with the columns of well-known ones: from `init` to a report, with no edit."""

import csv
import json
import os
import subprocess

import pytest

from helpers.patience import RUN
from helpers.project import new_project
from helpers.shaped_tables import SHAPES

# The others take as long, and show the same on other columns.
ALWAYS = "in_house"
PARAMETERS = [
    pytest.param(name, marks=[] if name == ALWAYS else pytest.mark.long)
    for name in SHAPES
]


@pytest.mark.parametrize("shape", PARAMETERS)
def test_a_table_goes_from_init_to_a_report(shape, tmp_path):
    made = SHAPES[shape]()
    project = new_project(tmp_path / "project")
    made.write(project.folder)
    toxtune(project, "init", made.name)
    (configuration,) = set(project.folder.glob("*.yaml")) - {
        project.folder / "config.yaml"
    }
    toxtune(project, "run", "--cores", "2", "--configfile", configuration.name)
    results = project.folder / "results" / configuration.stem
    assert (results / "report.html").stat().st_size > 10_000
    assert (results / "final.zip").is_file()
    test = json.loads((results / "test.json").read_text("utf-8"))
    assert set(test["families"]) >= {"random_forest"}
    (molecules,) = project.folder.glob("data/*/molecules.csv")
    with open(molecules, encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert set(made.tasks) <= set(header)
    assert not set(made.others) & set(header)


def toxtune(project, *arguments):
    """Run a command in a project, as a user would."""
    done = subprocess.run(
        [project.python, "-m", "toxtune", *arguments],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        timeout=RUN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
