"""A run whose winner is an ensemble, from the search to predictions elsewhere."""

import json

import numpy as np
import pandas as pd
import pytest

from helpers.project import new_project
from toxtune.prediction.final_model import load

OVERLAY = """
run: both
objective: {metric: pr_auc}
final: {refit: train+valid}
features: {both: [maccs, descriptors]}
search:
  spaces:
    - family: logistic_regression
      features: both
      hyperparameters: {C: [0.01, 0.1]}
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: [10, 20]}
prospective: [{name: later, source: later.csv}]
"""
# The same trials: the store has them.
GREEDY = OVERLAY.replace("run: both", "run: greedy\nensemble: greedy")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = new_project(tmp_path_factory.mktemp("ensemble") / "project")
    rows = [f"C{'C' * n}N,{n % 2}" for n in range(20)]
    text = "\n".join(["smiles,michael_acceptor", *rows])
    (made.folder / "later.csv").write_text(text + "\n", encoding="utf-8")
    made.run(*made.overlay(OVERLAY))
    return made


@pytest.fixture(scope="module")
def results(project):
    return project.folder / "results/both"


def read(path):
    return json.loads(path.read_text("utf-8"))


def test_the_ensemble_is_selected_by_its_validation_score(results):
    selection = read(results / "selection.json")
    winners = selection["winners"].values()
    assert selection["ensemble"]["mean"] > max(won["mean"] for won in winners)
    assert selection["overall"] == "ensemble"


def test_its_test_predictions_are_the_means_of_the_winners(results):
    table = pd.read_csv(results / "test_predictions.csv", dtype={"id": str})
    families = {
        family: rows.drop(columns="family").set_index(["seed", "id"])
        for family, rows in table.groupby("family")
    }
    ensemble = families.pop("ensemble")
    mean = sum(families.values()) / 2
    pd.testing.assert_frame_equal(ensemble, mean, rtol=1e-5, check_exact=False)


def test_it_has_a_row_wherever_families_have_one(results):
    for name in ("test.tsv", "decisions.tsv", "brier.tsv"):
        table = pd.read_csv(results / name, sep="\t")
        assert "ensemble" in set(table["family"]), name
    compared = pd.read_csv(results / "comparison.tsv", sep="\t")
    assert set(compared["against"]) == {"ensemble"}
    assert set(compared["family"]) == {"logistic_regression", "random_forest"}
    corrected = read(results / "optimism.json")
    assert corrected["overall"]["trial"] == "ensemble"
    assert "ensemble" in read(results / "calibration.json")["families"]


def test_final_model_predicts_what_the_ensemble_did(project, results):
    model = load(results / "final.zip")
    assert model.metadata.families == ["logistic_regression", "random_forest"]
    assert_predicts_as_the_ensemble(project, results)


def assert_predicts_as_the_ensemble(project, results):
    (test,) = project.folder.glob("data/*/*/whole/test.csv")
    model = load(results / "final.zip")
    predicted = model.predict(pd.read_csv(test)["given_smiles"]).values
    stored = pd.read_csv(results / "refit_test_predictions.csv", dtype={"id": str})
    stored = stored[stored["family"] == "ensemble"]
    tasks = list(stored)[3:]
    mean = stored.groupby("id", sort=False)[tasks].mean().to_numpy()
    np.testing.assert_allclose(predicted, mean, rtol=0, atol=1e-6)


def test_later_data_are_scored_by_it(results):
    report = read(results / "prospective/later.json")
    assert report["molecules"] > 0
    assert report["selection"] == read(results / "selection.json")["id"]
    assert report["overall"] == "ensemble"


def test_every_winner_is_scored_on_later_data_beside_it(results):
    table = pd.read_csv(results / "prospective/later.tsv", sep="\t")
    models = ["ensemble", "logistic_regression", "random_forest"]
    assert sorted(set(table["model"])) == models
    assert set(table["rows"]) == {"new", "all"}
    means = table[(table["task"] == "mean") & (table["metric"] == "roc_auc")]
    assert len(means) == 6
    scores = means.set_index(["rows", "model"])
    for rows in ("new", "all"):
        for model in models[1:]:
            difference = scores["score"][rows, model] - scores["score"][rows, models[0]]
            assert scores["difference"][rows, model] == pytest.approx(difference)
        assert np.isnan(scores["difference"][rows, models[0]])


@pytest.fixture(scope="module")
def greedy(project):
    """Run the same search with a greedy ensemble; return what the store got."""
    before = stored(project)
    project.run(*project.overlay(GREEDY))
    return stored(project) - before


def stored(project):
    return {path.name for path in (project.folder / "results/store").glob("*/*")}


def test_a_greedy_one_trains_its_members_that_are_no_winners(project, greedy):
    selection = read(project.folder / "results/greedy/selection.json")
    members, winners = selection["ensemble"]["members"], selection["winners"]
    assert members.keys() - winners.keys() == selection["runners_up"].keys()
    assert selection["runners_up"], "this search has one, by its scores"
    # With two seeds, on the training set and for the refit.
    keys = {record["store_key"] for record in records_of(project, members)}
    others = {
        record["store_key"] for record in records_of(project, selection["runners_up"])
    }
    assert len(others) == 4 * len(selection["runners_up"])
    assert len(greedy) == len(others)
    assert others < keys


def records_of(project, models):
    return [
        read(path)
        for name in models
        for folder in ("models", "refit")
        for path in (project.folder / f"results/greedy/{folder}/{name}").glob("*.json")
    ]


def test_models_that_no_ensemble_needs_are_the_winners(project, greedy):
    folder = project.folder / "results/greedy/models"
    needed = read(project.folder / "results/greedy/selection.json")["runners_up"]
    unused = [path for path in folder.glob("*-[23]") if path.name not in needed]
    assert unused
    for path in unused:
        winner = folder / path.name.partition("-")[0]
        for model in [*winner.glob("*.skops"), *winner.glob("*.npy")]:
            assert (path / model.name).read_bytes() == model.read_bytes()


def test_final_model_predicts_what_the_greedy_ensemble_did(project, greedy):
    results = project.folder / "results/greedy"
    members = read(results / "selection.json")["ensemble"]["members"]
    model = load(results / "final.zip")
    weights = {member.file: member.weight for member in model.metadata.members}
    assert weights == {
        f"models/{name}-seed-{seed}.skops": count
        for name, count in members.items()
        for seed in (0, 1)
    }
    assert_predicts_as_the_ensemble(project, results)


def test_a_greedy_one_is_verified(project, greedy):
    assert project.faults(*project.overlay(GREEDY)[1:]) == []
