"""The final model in the workflow: refitted, used elsewhere, and shown later data."""

import csv
import json
import os
import subprocess
from random import Random

import numpy as np
import pandas as pd
import pytest

from helpers.patience import RUN
from helpers.project import new_project
from toxtune.data.demo import demo_csv
from toxtune.search.selection_file import read_selection

OVERLAY = """
run: final
final: {refit: train+valid}
prospective: [{name: later, source: later.csv}]
features:
  both: [maccs, descriptors]
search:
  spaces:
    - family: dense
      features: both
      hyperparameters: {neurons: 16, epochs: 6, patience: 2}
"""
UNPARSABLE = ["nonsense", "C1CC", "c1ccc", "", "[Xx]"]
LACKING = "michael_acceptor"
IDENTIFIER = "mol_id"
ENDS = ["N", "O", "Cl", "C=O", "Br"]


def new_molecules(n_tasks):
    """Rows of chains, of which the demo has none."""
    draw = Random(1)
    return [
        [f"new-{length}-{end}", "C" * length + end]
        + [str(draw.randrange(2)) for _ in range(n_tasks)]
        for length in range(3, 13)
        for end in ENDS
    ]


@pytest.fixture(scope="module")
def refitted(tmp_path_factory):
    """A run with a refit, and with later data: old and new molecules, some nonsense."""
    project = new_project(tmp_path_factory.mktemp("final") / "project")
    header, *rows = csv.reader(demo_csv().splitlines())
    rows += new_molecules(len(header) - 2)
    rows += [[f"bad-{n}", smiles, "1"] for n, smiles in enumerate(UNPARSABLE)]
    columns = [name for name in header if name != LACKING]
    Random(0).shuffle(columns)
    with open(project.folder / "later.csv", "w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(dict(zip(header, row, strict=False)) for row in rows)
    project.run(*project.overlay(OVERLAY))
    return project


def results(project, run):
    return project.folder / "results" / run


def predict(project, run, tmp_path):
    """Predict the test molecules from SMILES, in another folder."""
    (test,) = project.folder.glob("data/*/*/whole/test.csv")
    return predict_table(project, run, tmp_path, pd.read_csv(test, dtype=str))


def predict_table(project, run, tmp_path, table):
    """Predict a table's molecules from SMILES, in another folder."""
    smiles = table[["id", "smiles"]]
    smiles.to_csv(tmp_path / "molecules.csv", index=False)
    command = [project.python, "-m", "toxtune", "predict"]
    command += [str(results(project, run) / "final.zip")]
    subprocess.run(
        [*command, "molecules.csv", "predictions.csv"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(project.folder / "scripts")},
        check=True,
        timeout=RUN,
    )
    return pd.read_csv(tmp_path / "predictions.csv", dtype={"id": str})


def compare(predicted, stored, family):
    """Means and spread over the seeds are those of the stored predictions."""
    stored = pd.read_csv(stored, dtype={"id": str})
    by_id = stored[stored["family"] == family].groupby("id", sort=False)
    tasks = list(stored)[3:]
    mean, spread = by_id[tasks].mean(), by_id[tasks].std()
    assert list(predicted["id"]) == list(mean.index)
    for task in tasks:
        for what, expected in (("probability", mean), ("sd", spread)):
            own = predicted[f"{task}_{what}"].to_numpy()
            np.testing.assert_allclose(own, expected[task], rtol=0, atol=1e-6)


def test_test_predictions_come_again_from_smiles(finished, tmp_path):
    predicted = predict(finished, "tiny", tmp_path)
    selection = json.loads(
        (results(finished, "tiny") / "selection.json").read_text("utf-8")
    )
    stored = results(finished, "tiny") / "test_predictions.csv"
    compare(predicted, stored, selection["overall"])


def test_the_report_shows_the_classes_that_it_predicts(finished, tmp_path):
    tables = [results(finished, "tiny") / f"{n}.tsv" for n in ("examples", "cliffs")]
    shown = pd.concat([pd.read_csv(path, sep="\t") for path in tables])
    assert len(shown)
    predicted = predict_table(finished, "tiny", tmp_path, shown)
    for (_, one), (_, row) in zip(shown.iterrows(), predicted.iterrows(), strict=True):
        assert row[f"{one['task']}_class"] == one["predicted"], one["id"]


def test_so_do_those_of_a_refit_with_scaled_features(refitted, tmp_path):
    predicted = predict(refitted, "final", tmp_path)
    folder = results(refitted, "final")
    compare(predicted, folder / "refit_test_predictions.csv", "dense")
    with pytest.raises(AssertionError, match="Not equal"):
        compare(predicted, folder / "test_predictions.csv", "dense")


def test_a_refit_opens_the_test_part_once(refitted):
    (ledger,) = refitted.folder.glob("results/ledger/[0-9a-f]*.jsonl")
    assert len(ledger.read_text("utf-8").splitlines()) == 1
    test = json.loads((results(refitted, "final") / "test.json").read_text("utf-8"))
    assert {row["refit"] for row in test["variants"]["dense"]} == {
        "none",
        "train+valid",
    }
    assert not refitted.planned_rules(*refitted.overlay(OVERLAY))


def test_a_refit_is_verified(refitted):
    assert refitted.faults(*refitted.overlay(OVERLAY)[1:]) == []


def test_a_refit_has_no_molecule_to_stop_by(refitted):
    folder = results(refitted, "final")
    refit = read_selection(folder / "selection.json").winners["dense"].refit
    settings = refit.hyperparameters
    assert settings["patience"] is None
    assert 1 <= settings["epochs"] <= 6
    record = json.loads((folder / "refit/dense/seed-0.keras.json").read_text("utf-8"))
    assert record["trial"] == refit.to_dict()
    (split,) = refitted.folder.glob("data/*/*/assignment.tsv")
    rows = [
        (split.parent / name / f"{subset}.csv").read_text("utf-8").splitlines()[1:]
        for name in ("whole", "all")
        for subset in ("train", "valid")
    ]
    assert rows[2] == rows[0] + rows[1]
    assert not rows[3]


def test_later_data_are_scored_without_the_molecules_of_the_dataset(refitted, tmp_path):
    folder = results(refitted, "final")
    report = json.loads((folder / "prospective/later.json").read_text("utf-8"))
    sizes = json.loads((folder / "test.json").read_text("utf-8"))["molecules"]
    assert report["tasks_missing"] == [LACKING]
    assert report["molecules"] == 10 * len(ENDS)
    # The test set among them: its labels have been looked at.
    known = report["already_seen"] + report["without_label"]
    assert known == sum(sizes.values())
    assert report["without_label"] == 3
    later = pd.read_csv(refitted.folder / "later.csv", dtype={IDENTIFIER: str})
    new = later[later[IDENTIFIER].str.startswith("new-")].rename(
        columns={IDENTIFIER: "id"}
    )
    predicted = predict_table(refitted, "final", tmp_path, new)
    from sklearn.metrics import roc_auc_score

    (final,) = report["scores"]
    assert final == report["overall"]
    for task, scored in report["scores"][final]["roc_auc"]["tasks"].items():
        if task == LACKING:
            assert scored == {"score": None, "interval": None}
            continue
        expected = roc_auc_score(new[task], predicted[f"{task}_probability"])
        assert scored["score"] == pytest.approx(expected, abs=1e-6)
        assert scored["interval"][0] < scored["score"] < scored["interval"][1]


def test_each_exclusion_is_listed(refitted):
    folder = results(refitted, "final") / "prospective"
    report = json.loads((folder / "later.json").read_text("utf-8"))
    listed = pd.read_csv(folder / "later.exclusions.tsv", sep="\t", dtype=str)
    dropped = listed[listed["action"] == "dropped"]
    assert set(dropped["id"]) >= {f"bad-{number}" for number in range(5)}
    assert len(dropped) == report["unparsable"] + report["without_label"]
    seen = listed[listed["action"] == "left out"]
    assert len(seen) == report["already_seen"]
    where = r"the same molecule as demo-\d+ in the (training|validation|test) set"
    assert seen["reason"].str.fullmatch(where).all()
    kept = report["molecules"] + report["without_features"]
    assert kept + len(dropped) + len(seen) == report["rows"]


def test_looks_at_later_data_are_counted_apart(refitted):
    (ledger,) = refitted.folder.glob("results/ledger/prospective-*.jsonl")
    (line,) = map(json.loads, ledger.read_text("utf-8").splitlines())
    assert (line["prospective"], line["run"]) == ("later", "final")
    summary = (results(refitted, "final") / "summary.md").read_text("utf-8")
    assert "| later |" in summary.split("## Prospective")[1]


def test_later_data_that_change_are_evaluated_again_and_nothing_else(refitted):
    later = refitted.folder / "later.csv"
    before = later.read_text("utf-8")
    later.write_text(before + "\n".join(before.splitlines()[1:2]) + "\n", "utf-8")
    try:
        rules = refitted.planned_rules(*refitted.overlay(OVERLAY))
    finally:
        later.write_text(before, "utf-8")
    assert set(rules) == {"evaluate_prospective", "write_summary", "write_report"}
