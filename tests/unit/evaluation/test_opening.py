"""Opening the test set: the ledger first, whatever comes of the rest."""

import json
from pathlib import Path

import pytest

from helpers.molecules import write_molecules
from helpers.selections import made_selection, made_winner
from toxtune.errors import UserError
from toxtune.evaluation import opening
from toxtune.evaluation.ledger import opening_id
from toxtune.evaluation.opening import PredictionsTable, open_test
from toxtune.io.files import sha256_of_file, write_json
from toxtune.search.trials import make_trial

TRIALS = {
    family: make_trial("d" * 12, "5" * 12, family, "maccs", {"n_estimators": 3})
    for family in ("extra_trees", "random_forest")
}
SELECTION = made_selection(
    {family: made_winner(trial) for family, trial in TRIALS.items()}, "extra_trees"
)
LEDGER = Path("ledger.jsonl")
# The last one is of a model that this selection has no use for.
RECORDS = {
    Path("extra_trees/seed-0.json"): "k1",
    Path("random_forest/seed-0.json"): "k2",
    Path("random_forest-2/seed-0.json"): "k3",
}


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Return a function that opens a test set with a stand-in for predicting."""
    monkeypatch.chdir(tmp_path)
    write_json(Path("selection.json"), SELECTION.to_dict())
    rows = [[0, "m0", "CC", "G1", 1], [1, "m1", "CO", "G0", 0]]
    write_molecules(Path("test.csv"), ["toxic"], rows)
    for path, key in RECORDS.items():
        path.parent.mkdir()
        write_json(path, {"store_key": key})

    def run(predict, tables=("models", "refit")):
        monkeypatch.setattr(opening, "call", predict)
        open_test(
            selection=Path("selection.json"),
            test=Path("test.csv"),
            tables=[
                PredictionsTable(Path(name), Path("test"), Path(f"{name}.csv"))
                for name in tables
            ],
            records=list(RECORDS),
            ledger=LEDGER,
            run="small",
            workers="fresh",
        )

    return run


def lines():
    return [json.loads(line) for line in LEDGER.read_text("utf-8").splitlines()]


def test_look_is_on_the_disk_before_anything_is_predicted(opened, disk):
    seen = []

    def predict(function, arguments, *_):
        (line,) = lines()
        assert disk.has_all_of(LEDGER)
        seen.append((arguments["predictions"], line["selection"]))

    opened(predict)
    name = opening_id(SELECTION.id, ["k1", "k2"])
    assert seen == [("models.csv", name), ("refit.csv", name)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RuntimeError])
def test_look_that_fails_is_a_look(opened, error):
    def predict(*_):
        raise error

    for _ in range(2):
        with pytest.raises(error):
            opened(predict)
        assert len(lines()) == 1


def test_a_model_that_was_exchanged_is_not_looked_with(opened):
    """Nothing is recorded, since nothing is seen."""
    record = next(iter(RECORDS))
    record.with_suffix("").write_text("the model")
    sha256 = sha256_of_file(record.with_suffix(""))
    write_json(record, {"store_key": "k1", "sha256": sha256})
    opened(lambda *_: None)
    LEDGER.unlink()
    record.with_suffix("").write_text("that of another seed")
    rule = "seed-0: is another model than seed-0.json says; .* delete it, run again"
    with pytest.raises(UserError, match=rule):
        opened(lambda *_: pytest.fail("predicted"))
    assert not LEDGER.exists()


def test_line_says_who_looked_at_what(opened):
    opened(lambda *_: None)
    (line,) = lines()
    assert (line["run"], line["overall"]) == ("small", "extra_trees")
    assert line["objective"] == "roc_auc"
    assert line["winners"] == {family: trial.id for family, trial in TRIALS.items()}
    assert line["molecules"] == ["G0", "G1"]
    assert (line["dataset"], line["split"]) == ("d" * 12, "5" * 12)
