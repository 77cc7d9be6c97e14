"""The stored predictions of the test set."""

import numpy as np
import pytest

from helpers.molecules import write_molecules
from helpers.selections import made_selection, made_trial, made_winner
from toxtune.evaluation import predictions as opening
from toxtune.evaluation.predictions import predict_test, read_test_predictions
from toxtune.features.arrays import Features, save_features

IDS = ["001", "1e5", "a, b", "NA"]
SELECTION = made_selection(
    {
        family: made_winner(made_trial(family, family, features="maccs"))
        for family in ("dense", "random_forest")
    },
    overall="dense",
    seeds=[0, 3],
)


class FakeModel:
    """Predictions that depend on the model's file, and need all their digits."""

    model_format = "fake"

    def load(self, path):
        self.seed = len(str(path)) + int(path.stem.removeprefix("seed-"))
        return self

    def predict(self, features):
        rng = np.random.default_rng([self.seed, int(features.sum())])
        wide = 10.0 ** rng.integers(-30, 0, (len(features), 2))
        return (rng.random((len(features), 2)) * wide).astype(np.float32)


@pytest.fixture
def predicted(tmp_path, monkeypatch):
    """Return a function that predicts a test set; every family is a `FakeModel`."""
    monkeypatch.setattr(opening, "get_family", lambda family: FakeModel())
    rows = [[row, id, "C", "G", 1, ""] for row, id in enumerate(IDS)]
    write_molecules(tmp_path / "test.csv", ["one", "two"], rows)
    save_features(
        tmp_path / "test" / "maccs.npz", Features(np.eye(len(IDS), dtype=bool))
    )
    monkeypatch.setattr(opening, "read_selection", lambda path: SELECTION)

    def predict():
        names = {
            "selection": "selection.json",
            "test": "test.csv",
            "models": "models",
            "features": "test",
        }
        table = tmp_path / "test_predictions.csv"
        files = {key: str(tmp_path / name) for key, name in names.items()}
        predict_test(**files, predictions=str(table))
        return table

    return predict


def test_predictions_come_back_to_the_bit(predicted, tmp_path):
    table = predicted()
    for family in SELECTION.winners:
        got = read_test_predictions(table, SELECTION.seeds)[family]
        assert (got.shape, got.dtype) == ((2, len(IDS), 2), np.float32)
        for seed, predictions in zip(SELECTION.seeds, got, strict=True):
            model = FakeModel().load(tmp_path / "models" / family / f"seed-{seed}.fake")
            want = model.predict(np.eye(len(IDS)))
            np.testing.assert_array_equal(predictions, want)


def test_table_says_whose_predictions_they_are(predicted):
    table = predicted()
    header, *rows = table.read_text("utf-8").splitlines()
    assert header == "family,seed,id,one,two"
    assert len(rows) == 2 * 2 * len(IDS)
    assert [row.split(",")[2] for row in rows[:2]] == IDS[:2]
    assert rows[2].startswith('dense,0,"a, b",')
