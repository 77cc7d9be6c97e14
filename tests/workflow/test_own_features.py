"""Numbers of the user's own as features, from the table to `predict` and `verify`."""

import json
import os
import subprocess
import zipfile
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from helpers.dossiers import check_dossier, write_dossier
from helpers.project import new_project
from toxtune.data.demo import demo_csv

OVERLAY = """
run: own
dataset: {source: mine.csv, smiles_column: smiles, id_column: mol_id, tasks: []}
final: {refit: train+valid}
prospective: [{name: later, source: later.csv}]
features:
  assay: {kind: columns, columns: ["viability, %", dose]}
  embedding: {kind: file, path: numbers/embedding.csv, id_column: key}
  both: [assay, embedding]
  all: [assay, embedding, maccs]
training: {seeds: [0]}
search:
  spaces:
    - family: random_forest
      features: [both, all]
      hyperparameters: {n_estimators: 20}
"""


def table():
    """Rows of the demo that have a signal in their own numbers alone."""
    random = np.random.default_rng(0)
    rows = pd.read_csv(StringIO(demo_csv()))[["mol_id", "smiles"]]
    rows["hit"] = random.integers(0, 2, len(rows))
    rows["viability, %"] = (100 - 60 * rows["hit"] + random.normal(size=len(rows))).map(
        "{:.2f}".format
    )
    rows["dose"] = random.choice(["0.5", "1", "10", "", "n.d."], len(rows))
    return rows


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    project = new_project(tmp_path_factory.mktemp("own") / "project")
    rows = table()
    rows.to_csv(project.folder / "mine.csv", index=False)
    (project.folder / "numbers").mkdir()
    later = pd.DataFrame(
        {
            "mol_id": [f"new-{n}" for n in range(12)],
            "smiles": ["C" * (n + 3) + "N" for n in range(12)],
            "hit": [0, 1] * 6,
            "viability, %": [100.0, 40.0] * 6,
            "dose": "",
        }
    )
    later.to_csv(project.folder / "later.csv", index=False)
    ids = [*rows["mol_id"], *later["mol_id"]]
    values = np.random.default_rng(1).normal(size=(len(ids), 3))
    values[::7, 1] = np.nan
    embedding = pd.DataFrame(values, columns=["e0", "e1", "e2"])
    embedding.insert(0, "key", ids)
    embedding.to_csv(project.folder / "numbers/embedding.csv", index=False)
    project.run(*project.overlay(OVERLAY))
    return project


def test_models_learn_from_own_numbers(finished):
    report = json.loads((finished.folder / "results/own/test.json").read_text())
    assert report["families"]["random_forest"]["roc_auc"]["mean"]["test"] > 0.95
    assert set(report["families"]["random_forest"]["roc_auc"]["tasks"]) == {"hit"}


def test_prospective_data_have_their_own_numbers(finished):
    path = finished.folder / "results/own/prospective/later.json"
    report = json.loads(path.read_text())
    assert (report["molecules"], report["without_features"]) == (12, 0)
    scores = report["scores"][report["overall"]]
    assert scores["roc_auc"]["mean"]["score"] > 0.9


def test_a_finished_run_holds(finished):
    assert finished.faults("tests/config.yaml", "overlay.yaml") == []


def predict(finished, *options):
    command = [finished.python, "-m", "toxtune", "predict", "results/own/final.zip"]
    return subprocess.run(
        [*command, *options],
        cwd=finished.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
    )


def asked_for(finished):
    with zipfile.ZipFile(finished.folder / "results/own/final.zip") as archive:
        features = json.loads(archive.read("final.json"))["features"]
    return {one["name"]: one for one in features.values() if "name" in one}


def test_the_dossier_has_the_own_numbers_the_refit_and_the_later_data(finished):
    write_dossier(finished, "own")
    content, _ = check_dossier(finished, "own")
    text = json.dumps(content)
    assert "viability, %" in text
    assert "prospective/later.json" in text
    assert "/all/train.csv" in text


def test_the_final_model_names_what_it_asks_for(finished):
    asked = asked_for(finished)
    assert asked["assay"] == {
        "kind": "columns",
        "name": "assay",
        "columns": ["dose", "viability, %"],
    }
    assert asked["embedding"] == {
        "kind": "file",
        "name": "embedding",
        "columns": ["e0", "e1", "e2"],
        "id_column": "key",
        "table_id_column": "mol_id",
    }


def test_predict_takes_the_columns_of_the_table(finished):
    option = "--features-file=embedding=numbers/embedding.csv"
    done = predict(finished, "later.csv", "later.out.csv", option)
    assert done.returncode == 0, done.stdout + done.stderr
    predicted = pd.read_csv(finished.folder / "later.out.csv")
    assert (predicted["hit_probability"] > 0.5).tolist() == [False, True] * 6


def test_predict_asks_for_columns_that_are_not_there(finished):
    later = pd.read_csv(finished.folder / "later.csv")
    later.drop(columns="dose").to_csv(finished.folder / "short.csv", index=False)
    done = predict(finished, "short.csv", "short.out.csv")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "assay (dose, viability, %)" in done.stderr
    assert "no column 'dose'" in done.stderr
    assert not (finished.folder / "short.out.csv").exists()
