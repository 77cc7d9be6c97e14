"""Prospective data in one go: recorded first, then scored, then written."""

import csv
import json
from hashlib import sha256

import pytest

from helpers.final_models import SMILES, make
from helpers.molecules import group_of, write_molecules
from toxtune.errors import UserError
from toxtune.prediction import prospective
from toxtune.prediction.prospective import (
    ProspectiveReport,
    ProspectiveSettings,
    evaluate_prospective,
)
from toxtune.stats.bootstrap import Resampling

DATA = "smiles,one,two\n" + "".join(
    f"{smiles},{n % 2},{n // 2 % 2}\n"
    for n, smiles in enumerate(["CCCO", "CCCN", "CCCBr", "CCCCO", "OCC", "Cc1ccccc1"])
)

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
    model = make(tmp_path)
    train = subset_file(tmp_path / "train.csv", SMILES[:6])
    valid = subset_file(tmp_path / "valid.csv", SMILES[6:])
    test = subset_file(tmp_path / "test.csv", TESTED)

    def run(text=DATA):
        (tmp_path / "batch.csv").write_text(text, encoding="utf-8")
        digest = sha256(text.encode()).hexdigest()
        evaluate_prospective(
            name="batch",
            source=str(tmp_path / "batch.csv"),
            settings=ProspectiveSettings(digest, None, Resampling(20, 0, 0.9)),
            model=model,
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
    (excluded,) = csv.DictReader(
        (folder / "exclusions.tsv").open(encoding="utf-8"), delimiter="\t"
    )
    assert (excluded["row"], excluded["smiles"]) == ("4", "OCC")
    assert excluded["reason"] == "the same molecule as m0 in the training set"


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


def test_a_model_that_looks_again_is_counted_once(evaluate):
    evaluate()
    folder = evaluate()
    (line,) = (folder / "ledger.jsonl").read_text("utf-8").splitlines()
    look = json.loads(line)
    assert (look["run"], look["prospective"]) == ("small", "batch")
    assert look["winners"] == {"random_forest": "1" * 12}


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
