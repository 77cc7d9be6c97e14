"""Values and several classes in place of two, through the whole workflow."""

import numpy as np
import pandas as pd
import pytest

from helpers.dossiers import check_dossier, write_dossier

VALUES = """
dataset: {source: values.csv, tasks: [mass, rings]}
objective: {metric: rmse}
training: {seeds: [0, 1]}
search:
  spaces:
    - {family: ridge, features: ecfp, hyperparameters: {alpha: [1.0, 10.0]}}
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 5}}
    - {family: dense, features: ecfp, hyperparameters: {epochs: 3, neurons: 16}}
"""


def test_values_are_learned_in_their_own_unit(searched):
    write_values(searched.folder)
    searched.run(*searched.overlay(VALUES))
    test = searched.result("test.json")
    for family in ("ridge", "random_forest"):
        scores = test["families"][family]
        assert set(scores) == {"rmse", "mae", "r2", "pearson_r2"}
        assert scores["r2"]["tasks"]["mass"]["test"] > 0.3
    best = min(
        test["families"], key=lambda f: test["families"][f]["rmse"]["mean"]["valid"]
    )
    assert test["overall"] == best
    text = summary_of(searched)
    assert "| Tasks | 2, regression |" in text
    assert set(test["task_sds"]) == {"mass", "rings"}
    for family, scores in test["families"].items():
        tasks = scores["rmse"]["tasks"]
        in_sds = [tasks[task]["test"] / sd for task, sd in test["task_sds"].items()]
        mean = scores["rmse"]["mean"]["test"]
        assert mean == pytest.approx(np.mean(in_sds), rel=1e-9)
        assert f"| {family}" in text
    assert "| RMSE / SD |" in text
    assert "| SD of training labels |" in text
    write_dossier(searched, "tiny")
    check_dossier(searched, "tiny")


def test_labels_of_another_kind_are_refused_with_the_way_out(searched):
    write_values(searched.folder)
    wrong = VALUES.replace("metric: rmse", "metric: roc_auc")
    wrong = wrong.replace("family: ridge", "family: logistic_regression")
    wrong = wrong.replace("alpha: [1.0, 10.0]", "C: 1.0")
    failed = searched.snakemake("--cores", "2", *searched.overlay(wrong), check=False)
    assert failed.returncode == 1
    said = failed.stdout + failed.stderr
    assert "a label must be 0, 1" in said
    assert "name a metric for values, objective.metric rmse" in said


CLASSES = """
dataset: {source: values.csv, tasks: [size, ringed]}
objective: {metric: roc_auc_ovr}
training: {seeds: [0]}
search:
  spaces:
    - {family: logistic_regression, features: ecfp, hyperparameters: {}}
    - {family: dense, features: ecfp, hyperparameters: {epochs: 40, neurons: 64}}
    - {family: gradient_boosting, features: ecfp, hyperparameters: {max_iter: 5}}
"""


def test_several_classes_have_a_probability_each(searched):
    write_values(searched.folder)
    searched.run(*searched.overlay(CLASSES))
    predictions = pd.read_csv(searched.folder / "results/tiny/test_predictions.csv")
    columns = [f"{task}={number}" for task in ("ringed", "size") for number in range(3)]
    assert predictions.columns[3:].tolist() == columns
    sums = predictions[columns[:3]].sum(axis=1)
    np.testing.assert_allclose(sums, 1, atol=1e-5)
    test = searched.result("test.json")
    for scores in test["families"].values():
        assert set(scores) == {"roc_auc_ovr", "accuracy", "f1_macro"}
        assert scores["roc_auc_ovr"]["mean"]["test"] > 0.6
    write_dossier(searched, "tiny")
    check_dossier(searched, "tiny")


def summary_of(project):
    return (project.folder / "results/tiny/summary.md").read_text("utf-8")


def write_values(folder):
    """Give the demo molecules values and classes that their structure decides."""
    from rdkit import Chem, RDLogger
    from rdkit.Chem.Descriptors import ExactMolWt, RingCount

    RDLogger.DisableLog("rdApp.*")
    raw = next((folder / "data").glob("*/raw"))
    table = pd.read_csv(raw)[["smiles"]]
    table["molecule"] = table["smiles"].map(Chem.MolFromSmiles)
    table = table[table["molecule"].notna()]
    mass = table["molecule"].map(ExactMolWt)
    rings = table["molecule"].map(RingCount)
    table = table.assign(
        mass=mass,
        rings=rings,
        size=pd.qcut(mass, 3, labels=False),
        ringed=rings.clip(upper=2),
    )
    table.drop(columns="molecule").to_csv(folder / "values.csv", index=False)
