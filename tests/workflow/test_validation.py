"""Ways to judge trials other than one validation set, run for real on forests."""

import numpy as np
import pandas as pd
import pytest

SUBSETS = ("train", "valid", "test")


FORESTS = """
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 3, min_samples_leaf: [1, 5]}
"""


def scores_of(project, run="tiny"):
    return pd.read_csv(project.folder / f"results/{run}/scores.tsv", sep="\t")


@pytest.mark.usefixtures("without_rules")
def test_trials_are_judged_on_every_fold(searched):
    folds = "validation: {scheme: cross_validation, folds: 3, repeats: 2}\n"
    overlay = searched.overlay(folds + FORESTS)
    searched.run(*overlay)
    scores = scores_of(searched)
    assert set(scores["fold"]) == set(range(6))
    trials = pd.read_csv(searched.folder / "results/tiny/trials.tsv", sep="\t")
    by_fold = scores[scores["metric"] == "roc_auc"].groupby(["trial", "seed", "fold"])
    means = by_fold["score"].mean().groupby("trial").mean()
    np.testing.assert_allclose(means[trials["trial"]], trials["roc_auc_mean"])
    # The winner is trained on all folds, and tested.
    selection = searched.result("selection.json")
    assert "all folds" in selection["rule"]
    test = searched.result("test.json")
    mean = test["families"]["random_forest"]["roc_auc"]["mean"]
    best = trials["roc_auc_mean"].max()
    assert mean["valid"] == pytest.approx(best)
    assert test["molecules"]["valid"] == 0
    train = np.load(
        searched.folder / "results/tiny/models/random_forest/seed-0.skops.train.npy"
    )
    assert len(train) == test["molecules"]["train"]
    assert searched.faults(*overlay[1:]) == []
    # More repeats and more seeds keep all that was trained.
    more = folds.replace("repeats: 2", "repeats: 3") + FORESTS
    grown = searched.planned_rules(*searched.overlay(more))
    assert grown["train_replicate"] == 2 * 2 * 9


@pytest.mark.long
def test_nested_cross_validation_tests_every_molecule_once(searched):
    nested = "validation: {scheme: nested, folds: 2, outer_folds: 2}\n"
    overlay = searched.overlay(nested + FORESTS)
    searched.run(*overlay)
    results = searched.folder / "results/tiny"
    tested = pd.concat(
        pd.read_csv(results / f"outer-{fold}/test_predictions.csv", dtype={"id": str})
        for fold in range(2)
    )
    (molecules,) = (searched.folder / "data").glob("*/molecules.csv")
    ids = pd.read_csv(molecules, dtype={"id": str})["id"]
    assert sorted(tested[tested["seed"] == 0]["id"]) == sorted(ids)
    summary = (results / "summary.md").read_text("utf-8")
    assert "estimates the whole procedure" in summary
    assert searched.faults(*overlay[1:]) == []


@pytest.mark.usefixtures("without_rules")
def test_test_part_of_a_file_of_its_own(searched):
    raw = next((searched.folder / "data").glob("*/raw"))
    table = pd.read_csv(raw, dtype=str)
    # The first 40 rows are in both files: they are tested, and not trained on.
    theirs = table.iloc[:90][table.columns[::-1]]
    theirs.to_csv(searched.folder / "theirs.csv", index=False)
    table.iloc[50:].to_csv(searched.folder / "mine.csv", index=False)
    overlay = searched.overlay(
        "dataset: {source: mine.csv, id_column: mol_id, test_source: theirs.csv}\n"
        + FORESTS
    )
    searched.run(*overlay)
    predictions = pd.read_csv(searched.folder / "results/tiny/test_predictions.csv")
    tested = set(predictions["id"])
    (folder,) = {
        path.parent
        for path in (searched.folder / "data").glob("*/*/whole/test.csv")
        if tested == set(pd.read_csv(path)["id"])
    }
    known = [set(pd.read_csv(folder / f"{subset}.csv")["id"]) for subset in SUBSETS]
    assert not tested & (known[0] | known[1])
    assert tested <= set(table["mol_id"].iloc[:90])
    groups = [set(pd.read_csv(folder / f"{subset}.csv")["group"]) for subset in SUBSETS]
    assert not groups[2] & (groups[0] | groups[1])
    assert searched.faults(*overlay[1:]) == []
