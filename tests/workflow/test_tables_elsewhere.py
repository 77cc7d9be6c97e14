"""A configuration and its tables lie together in a folder of their own, with blanks."""

import os
import subprocess

import pytest

from helpers.patience import RUN
from helpers.project import new_project

OVERLAY = """
run: elsewhere
dataset: {source: my mols.csv, test_source: ../tables/the test.csv, tasks: [toxic]}
prospective: [{name: later, source: ./later ☃.csv}]
training: {seeds: [0]}
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 3, min_samples_leaf: [1, 3]}
test: {resamples: 40}
"""
MORE = "test: {confidence: 0.9}\n"


def write(path, atom, count):
    rows = [f"{'C' * (n + 1)}{atom},{n % 2}\n" for n in range(count)]
    path.write_text("smiles,toxic\n" + "".join(rows), encoding="utf-8")


def command(project, *arguments):
    """Run a command of toxtune with the two configurations, as make does."""
    name, *others = arguments
    beside = project.folder.parent
    names = f"{beside}/my $(x) data #1/my config.yaml {beside}/other/more.yaml"
    return subprocess.run(
        [project.python, "-m", "toxtune", name, "--configfile-names", names, *others],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        timeout=RUN,
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    above = tmp_path_factory.mktemp("elsewhere")
    project = new_project(above / "project")
    for name in ("my $(x) data #1", "tables", "other"):
        (above / name).mkdir()
    folder = above / "my $(x) data #1"
    (folder / "my config.yaml").write_text(OVERLAY, encoding="utf-8")
    (above / "other/more.yaml").write_text(MORE, encoding="utf-8")
    write(folder / "my mols.csv", "O", 50)
    write(above / "tables/the test.csv", "N", 20)
    write(folder / "later ☃.csv", "S", 12)
    done = command(project, "run", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_all_tables_are_read_where_they_are(ran):
    results = ran.folder / "results/elsewhere"
    for name in ("report.html", "final.zip", "prospective/later.tsv"):
        assert (results / name).is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan"], "0 to do"),
        (["retry"], "every training has a result"),
        (["prune"], "No configuration and no run uses|Nothing to delete"),
        (["verify", "--trainings", "1"], "Everything matches"),
    ],
)
def test_commands_find_them_too(ran, arguments, words):
    done = command(ran, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert any(each in done.stdout for each in words.split("|"))


def test_so_does_snakemake_itself_and_has_nothing_to_do(ran):
    above = ran.folder.parent
    names = [str(above / "my $(x) data #1/my config.yaml"), "../other/more.yaml"]
    assert not ran.planned_rules("--configfile", *names)


def test_prune_keeps_what_the_tables_gave(ran):
    command(ran, "prune", "--yes")
    assert "Nothing to be done" in command(ran, "run", "--cores", "1").stderr


def test_where_a_table_lies_changes_nothing(ran):
    above = ran.folder.parent
    for name in ("my mols.csv", "later ☃.csv"):
        (above / "my $(x) data #1" / name).rename(ran.folder / name)
    done = command(ran, "plan")
    assert "0 to do" in done.stdout, done.stdout + done.stderr
    (ran.folder / "my mols.csv").rename(above / "gone.csv")
    done = command(ran, "plan")
    assert done.returncode
    assert "there is no file my mols.csv in " in done.stdout + done.stderr
