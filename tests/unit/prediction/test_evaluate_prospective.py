"""Prospective data in one go: recorded first, then scored, then written."""

import csv
import json
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers.final_models import ECFP, FALLBACK, SMILES, freeze
from helpers.molecules import group_of, write_molecules
from toxtune.errors import UserError
from toxtune.features.compute import featurize
from toxtune.io.files import read_json, write_json
from toxtune.models.registry import get_family
from toxtune.prediction import prospective
from toxtune.prediction.contenders import Contenders, load_contenders
from toxtune.prediction.fallback import outputs_of
from toxtune.prediction.final_model import load
from toxtune.prediction.inputs import compute_inputs
from toxtune.prediction.predict_table import predict_file
from toxtune.prediction.prospective import ProspectiveSettings, evaluate_prospective
from toxtune.prediction.prospective_report import ProspectiveReport
from toxtune.stats.bootstrap import Resampling

DATA = "smiles,one,two\n" + "".join(
    f"{smiles},{n % 2},{n // 2 % 2}\n"
    for n, smiles in enumerate(["CCCO", "CCCN", "CCCBr", "CCCCO", "OCC", "Cc1ccccc1"])
)

FAMILIES = ("logistic_regression", "random_forest")

# The test set; none of it is in the data.
TESTED = ["CCCCCO", "CCCCCN"]


def subset_file(path, smiles):
    groups = [group_of(text) for text in smiles]
    rows = [
        [row, f"m{row}", text, group, row % 2, 1 - row % 2]
        for row, (text, group) in enumerate(zip(smiles, groups, strict=True))
    ]
    write_molecules(path, ["one", "two"], rows)
    return path


@pytest.fixture
def evaluate(tmp_path):
    """Return a function that evaluates a small model on a table."""
    frozen = freeze(tmp_path)
    train = subset_file(tmp_path / "train.csv", SMILES[:6])
    valid = subset_file(tmp_path / "valid.csv", SMILES[6:])
    test = subset_file(tmp_path / "test.csv", TESTED)

    def run(text=DATA, splits=None):
        (tmp_path / "batch.csv").write_text(text, encoding="utf-8")
        digest = sha256(text.encode()).hexdigest()
        evaluate_prospective(
            name="batch",
            source=str(tmp_path / "batch.csv"),
            settings=ProspectiveSettings(
                digest, None, Resampling(20, 0, 0.9), splits=splits or {}
            ),
            frozen=frozen,
            train=train,
            valid=valid,
            test=test,
            ledger=tmp_path / "ledger.jsonl",
            table=tmp_path / "batch.tsv",
            exclusions=tmp_path / "exclusions.tsv",
            report=tmp_path / "batch.json",
            features_files={},
        )
        return tmp_path

    return run


def test_scores_and_exclusions_are_written(evaluate):
    folder = evaluate()
    values = json.loads((folder / "batch.json").read_text("utf-8"))
    report = ProspectiveReport.from_dict(values)
    assert report.to_dict() == values
    assert (report.counts.rows, report.counts.already_seen, report.molecules) == (
        6,
        1,
        5,
    )
    assert (report.openings, report.seeds, report.confidence) == (1, [3, 5], 0.9)
    scores = list(
        csv.DictReader((folder / "batch.tsv").open(encoding="utf-8"), delimiter="\t")
    )
    assert {row["task"] for row in scores} == {"mean", "one", "two"}
    models = ["random_forest", "logistic_regression", "ensemble"]
    assert list(dict.fromkeys(row["model"] for row in scores)) == models
    assert {row["rows"] for row in scores} == {"new", "all"}
    compared = {row["model"] for row in scores if row["difference"]}
    assert compared == {"logistic_regression", "ensemble"}
    assert values["overall"] == "random_forest"
    (excluded,) = csv.DictReader(
        (folder / "exclusions.tsv").open(encoding="utf-8"), delimiter="\t"
    )
    assert (excluded["row"], excluded["smiles"]) == ("4", "OCC")
    assert excluded["reason"] == "the same molecule as m0 in the training set"


def test_prediction_sets_are_held_to_their_promise(evaluate):
    folder = evaluate()
    values = json.loads((folder / "batch.json").read_text("utf-8"))
    rows = [row for row in values["coverage"] if row["class"] == "all"]
    assert {row["confidence"] for row in rows} == {0.8, 0.9, 0.95}
    assert {row["task"] for row in rows} == {"one", "two"}
    for row in rows:
        assert 0 <= row["covered"] <= row["molecules"] <= values["molecules"]
    assert sum(row["molecules"] for row in rows) > 0


def test_molecules_of_the_test_set_are_not_new(evaluate):
    folder = evaluate(DATA + "".join(f"{smiles},1,0\n" for smiles in TESTED))
    report = json.loads((folder / "batch.json").read_text("utf-8"))
    assert (report["rows"], report["already_seen"], report["molecules"]) == (8, 3, 5)
    excluded = csv.DictReader(
        (folder / "exclusions.tsv").open(encoding="utf-8"), delimiter="\t"
    )
    assert [row["reason"] for row in excluded if row["smiles"] in TESTED] == [
        "the same molecule as m0 in the test set",
        "the same molecule as m1 in the test set",
    ]


def test_the_test_set_alone_is_refused_and_not_looked_at(evaluate, tmp_path):
    with pytest.raises(UserError, match="no molecule is left, all 2 are in the train"):
        evaluate("smiles,one,two\n" + "".join(f"{text},1,0\n" for text in TESTED))
    assert not (tmp_path / "ledger.jsonl").exists()


NOTHING_NEW = {
    "contradictions": "CCCO,1,0\nCCCO,0,1\n",
    "contradictions beside a molecule that was seen": "OCC,1,0\nCCCO,1,\nOCCC,0,\n",
}


@pytest.mark.parametrize("rows", NOTHING_NEW.values(), ids=NOTHING_NEW)
def test_data_of_which_nothing_is_left_are_not_looked_at(evaluate, tmp_path, rows):
    with pytest.raises(UserError, match="no molecule is left, all 2 rows of new"):
        evaluate(f"smiles,one,two\n{rows}")
    assert not (tmp_path / "ledger.jsonl").exists()


def test_molecules_that_all_have_no_features_are_not_looked_at(
    evaluate, tmp_path, monkeypatch
):
    predict = Contenders.predict

    def fail_for_propanol(self, smiles, own):
        prediction, values = predict(self, smiles, own)
        failed = {row: "too large" for row in range(len(smiles)) if row != 0}
        return replace(prediction, failures=failed), values

    monkeypatch.setattr(Contenders, "predict", fail_for_propanol)
    with pytest.raises(UserError, match=r"left, all 2 new ones .* \(too large\)"):
        evaluate("smiles,one,two\nOCC,1,0\nCCCO,1,0\nCCCN,0,1\n")
    assert not (tmp_path / "ledger.jsonl").exists()
    evaluate("smiles,one,two\nCCCCO,1,0\nCCCO,1,0\nCCCN,0,1\n")
    assert (tmp_path / "ledger.jsonl").exists()


def test_a_model_that_looks_again_is_counted_once(evaluate):
    evaluate()
    folder = evaluate()
    (line,) = (folder / "ledger.jsonl").read_text("utf-8").splitlines()
    look = json.loads(line)
    assert (look["run"], look["prospective"]) == ("small", "batch")
    selection = json.loads((folder / "selection.json").read_text("utf-8"))
    assert {key: selection[key] for key in ("dataset", "split")}.items() <= look.items()
    assert look["overall"] == "random_forest"
    assert look["winners"] == {
        family: winner["trial"] for family, winner in selection["winners"].items()
    }
    # Another model beside the final one is another look.
    record = folder / "models/logistic_regression/seed-3.skops.json"
    write_json(record, read_json(record) | {"store_key": "another"})
    evaluate()
    assert len((folder / "ledger.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("looks", "openings"),
    [
        ([], 1),
        ([{"run": "demo/b"}], 1),
        ([{"run": "demo/b"}, {"run": "demo/b"}], 2),
        ([{"run": "demo/b"}, {"run": "other"}], 2),
        # Its run had another name.
        ([{"run": "old/b", "dataset": "d" * 12, "split": "b" * 12}], 1),
        ([{"run": "demo/b", "dataset": "9" * 12, "split": "b" * 12}], 2),
        ([{"run": "demo/b", "dataset": "d" * 12, "split": "c" * 12}], 2),
    ],
)
def test_other_splits_count_the_same_before_and_after(
    evaluate, tmp_path, looks, openings
):
    """Which split is scored first is chance, and no reason for another number."""
    run = json.loads((evaluate() / "batch.json").read_text("utf-8"))
    own = (tmp_path / "ledger.jsonl").read_text("utf-8")
    name = json.loads(own)["run"]
    others = "".join(
        json.dumps({"selection": f"{number:012}", **look}) + "\n"
        for number, look in enumerate(looks)
    )
    for lines in (own + others, others + own, others):
        (tmp_path / "ledger.jsonl").write_text(lines, encoding="utf-8")
        evaluate(splits={name: "2" * 12, "demo/b": "b" * 12})
        again = json.loads((tmp_path / "batch.json").read_text("utf-8"))
        assert again == run | {"openings": openings}


def test_each_model_is_what_it_was_trained_as(tmp_path):
    frozen = freeze(tmp_path)
    models = load_contenders(frozen)
    prediction, values = models.predict(SMILES, {})
    delivered = load(frozen.model)
    np.testing.assert_array_equal(
        values["random_forest"], delivered.predict(SMILES).values
    )
    features = featurize(ECFP, SMILES).values.astype(np.float32)
    family = get_family("logistic_regression")
    paths = sorted((tmp_path / "models/logistic_regression").glob("*.skops"))
    members = [family.load(path).predict(features) for path in paths]
    linear = np.mean(members, axis=0)
    np.testing.assert_allclose(
        values["logistic_regression"], delivered.calibrated(linear), rtol=1e-6
    )
    # The forests count twice in the ensemble.
    forests = delivered.predict_members(SMILES)[0].mean(axis=0)
    expected = delivered.calibrated((linear + 2 * forests) / 3)
    np.testing.assert_allclose(values["ensemble"], expected, rtol=1e-6)
    assert prediction.failures == {}


def test_fallback_is_of_the_models_alone_whose_features_fail(tmp_path, monkeypatch):
    """One family's fail for a molecule; the other's, and the delivered ones, do not."""
    loaded = load_contenders(freeze(tmp_path))
    expected = loaded.predict(SMILES, {})[1]

    def failing(definitions, smiles):
        inputs = compute_inputs(definitions, smiles)
        features = dict(inputs.features)
        if "other" in features:
            features["other"] = replace(features["other"], failures={1: "too large"})
        return replace(inputs, features=features)

    monkeypatch.setattr("toxtune.prediction.final_model.compute_inputs", failing)
    fallback = outputs_of(FALLBACK["binary"])
    for failed, working in (FAMILIES, FAMILIES[::-1]):
        metadata = loaded.beside.metadata
        trials = [
            replace(trial, features="other") if trial.family == failed else trial
            for trial in metadata.trials
        ]
        both = {"ecfp": ECFP, "other": ECFP}
        metadata = replace(metadata, trials=trials, features=both)
        beside = replace(loaded.beside, metadata=metadata)
        # A third model is delivered, so that both are compared with it.
        selection = SimpleNamespace(
            models=loaded.selection.models,
            contenders=[*FAMILIES, "ensemble"],
            members_of=loaded.selection.members_of,
            overall="delivered",
        )
        models = Contenders(selection, loaded.delivered, beside)
        _, values = models.predict(SMILES, {})
        np.testing.assert_array_equal(values["delivered"], expected["random_forest"])
        for name in (failed, "ensemble"):
            np.testing.assert_array_equal(values[name][1], fallback)
            np.testing.assert_array_equal(values[name][0], expected[name][0])
        np.testing.assert_array_equal(values[working], expected[working])


def test_a_board_would_see_what_predict_answers(evaluate, tmp_path):
    """The score of all records is that of the file that `--fallback` writes."""
    text = DATA + "CCO,1,0\nnonsense,1,0\n,0,1\n"
    folder = evaluate(text)
    everything = json.loads((folder / "batch.json").read_text("utf-8"))["all_records"]
    assert (everything["records"], everything["unreadable"]) == (9, 2)
    assert everything["fallback"] == FALLBACK["binary"]
    out = tmp_path / "answers.csv"
    predict_file(
        model=folder / "final.zip",
        source=folder / "batch.csv",
        destination=out,
        fallback=True,
    )
    answers = list(csv.DictReader(out.open(encoding="utf-8")))
    scores = everything["scores"]["random_forest"]["roc_auc"]["tasks"]
    assert set(scores) == {"one", "two"}
    for task, scored in scores.items():
        expected = roc_auc_score(
            [float(row[task]) for row in answers],
            [float(row[f"{task}_probability"]) for row in answers],
        )
        assert scored["score"] == pytest.approx(expected)


def test_data_that_cannot_be_read_are_not_looked_at(evaluate, tmp_path):
    with pytest.raises(UserError, match="has none of the model's tasks"):
        evaluate("smiles,three\nCCN,1\n")
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize(
    ("smiles", "name"), [(SMILES[0], "training"), (SMILES[6], "validation")]
)
def test_molecules_that_the_model_has_seen_are_not_new(evaluate, smiles, name):
    folder = evaluate(DATA.replace("OCC,", "OCCCCCN,") + f"{smiles},1,0\n")
    (excluded,) = csv.DictReader(
        (folder / "exclusions.tsv").open(encoding="utf-8"), delimiter="\t"
    )
    assert excluded["smiles"] == smiles
    assert excluded["reason"].endswith(f"in the {name} set")


def test_the_look_is_recorded_before_scores_are_known(evaluate, tmp_path, monkeypatch):
    def stop(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(prospective, "score_prospective", stop)
    with pytest.raises(KeyboardInterrupt):
        evaluate()
    assert len((tmp_path / "ledger.jsonl").read_text("utf-8").splitlines()) == 1
