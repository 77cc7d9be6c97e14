"""Names that mean something to a shell, a browser or a table: they are only names."""

import csv
import json
import os
import subprocess

import pandas as pd
import pytest

from helpers.patience import RUN
from helpers.project import new_project
from toxtune.io.tsv import read_tsv

pytestmark = pytest.mark.promise(
    "a run full of hostile names",
    "as any other; nothing is executed or written elsewhere",
)

TASKS = [
    "a|b",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "$(touch pwned)",
    "x; touch pwned",
    "NA",
    "null",
    "1e5",
    "é日本 ☃",
    "q\"uo'te",
    "a,b",
    "x=1",
    "{wildcards.run}",
    "%s %d",
    "a.b[0]",
]
IDS = ["=1+1", "NA", "x,y", '"', "$(touch pwned)", "é", "<b>", "a|b", "", "-5"]
SMILES, ID = "SMI LES $(touch pwned)", "na|me"
OVERLAY = f"""
run: names
dataset:
  source: $HOSTILE_FOLDER/own data $(touch pwned).csv
  smiles_column: {SMILES}
  id_column: {ID}
split: {{method: stratified}}
features: {{'my "ecfp"; $(touch pwned)': {{kind: circular, radius: 2, size: 64}}}}
training: {{seeds: [0]}}
search:
  spaces:
    - family: random_forest
      features: 'my "ecfp"; $(touch pwned)'
      hyperparameters: {{n_estimators: 3, min_samples_leaf: [1, 3]}}
prospective: [{{name: later, source: "{{}} 'é'.csv"}}]
test: {{resamples: 40}}
"""


def write(path, atom, count):
    """Write chains of carbon with one other atom at their end."""
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([ID, SMILES, *TASKS])
        for n in range(count):
            labels = [(n + task) % 2 for task in range(len(TASKS))]
            writer.writerow([IDS[n % len(IDS)], "C" * (n + 1) + atom, *labels])


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run a search where every name is a bad one."""
    above = tmp_path_factory.mktemp("names")
    folder = above / 'it\'s a $(touch pwned); "folder" é'
    project = new_project(folder)
    project.use_environment_inside()
    write(folder / "own data $(touch pwned).csv", "O", 60)
    write(folder / "{} 'é'.csv", "N", 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSTILE_FOLDER", str(folder))
        project.run(*project.overlay(OVERLAY))
    return project


def test_nothing_was_run_or_written_elsewhere(ran):
    above = ran.folder.parent
    assert [path.name for path in above.iterdir()] == [ran.folder.name]
    assert not list(above.rglob("pwned*"))


def test_results_have_the_names_as_they_are(ran):
    results = ran.folder / "results/names"
    test = json.loads((results / "test.json").read_text("utf-8"))
    scores = test["families"]["random_forest"]["roc_auc"]["tasks"]
    assert set(scores) == set(TASKS)
    for table in ("scores.tsv", "test.tsv", "decisions.tsv", "prospective/later.tsv"):
        assert set(read_tsv(results / table)["task"]) | {"mean"} == {*TASKS, "mean"}
    predictions = pd.read_csv(
        results / "test_predictions.csv", dtype=str, keep_default_na=False
    )
    assert list(predictions)[3:] == TASKS
    assert set(predictions["id"]) <= set(IDS)
    assert set(read_tsv(results / "similarity.tsv")["id"]) <= set(IDS)


def test_pages_show_the_names_and_are_not_made_of_them(ran):
    results = ran.folder / "results/names"
    page = (results / "report.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "%3Cimg%20src=x" in page
    summary = (results / "summary.md").read_text("utf-8")
    assert "<img" not in summary
    assert "| a\\|b |" in summary
    assert "| NA | 6 | 3 | 0." in summary


def test_nothing_is_done_a_second_time(ran, monkeypatch):
    monkeypatch.setenv("HOSTILE_FOLDER", str(ran.folder))
    assert not ran.planned_rules(*ran.overlay(OVERLAY))


def test_the_model_predicts_a_table_with_such_names(ran):
    command = [ran.python, "-m", "toxtune", "predict"]
    command += ["results/names/final.zip", "{} 'é'.csv", "out $(touch pwned);é.csv"]
    # The columns of the tasks are there already, with labels; predictions come beside.
    done = subprocess.run(
        command,
        cwd=ran.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        timeout=RUN,
    )
    assert done.returncode == 0, done.stderr
    with open(ran.folder / "out $(touch pwned);é.csv", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert {f"{task}_probability" for task in TASKS} < set(header)
    assert len(rows) == 20
    (ran.folder / "out $(touch pwned);é.csv").unlink()
