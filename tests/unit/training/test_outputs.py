"""What is written of a training, and where it is put."""

import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from helpers.small_training import TRIAL, small_training
from toxtune.io.files import read_json, sha256_of_file
from toxtune.models.base import Fitted
from toxtune.models.registry import current_versions, get_family
from toxtune.training import outputs
from toxtune.training.outputs import (
    TrainingOutputs,
    model_record,
    place_result,
    write_curve,
)
from toxtune.training.result_files import RESULT_FILES, read_replicate
from toxtune.training.store import Store


@pytest.fixture
def replicate(tmp_path, monkeypatch):
    """Write two subsets with features, and return a training on them."""
    monkeypatch.chdir(tmp_path)
    return small_training()


def test_result_has_predictions_curve_cost_and_checksums(replicate, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    TrainingOutputs(replicate).write_result(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(RESULT_FILES)
    predictions = np.load(folder / "valid_predictions.npy")
    assert (predictions.shape, predictions.dtype) == ((10, 2), np.float32)
    result = read_json(folder / "result.json")
    assert result["trial"] == vars(TRIAL)
    assert (result["seed"], result["status"], result["epochs"]) == (0, "ok", None)
    assert result["store_key"] == replicate.key
    for name, checksum in result["sha256"].items():
        assert sha256_of_file(folder / name) == checksum
    read_replicate(folder)
    assert set(read_json(folder / "cost.json")) == {
        "seconds",
        "peak_memory_mib",
        "host",
    }


def test_all_that_differs_between_two_trainings_is_the_cost(replicate, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        TrainingOutputs(replicate).write_result(tmp_path / name)
    for name in set(RESULT_FILES) - {"cost.json"}:
        first, second = (tmp_path / run / name for run in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()


def test_trial_of_another_name_takes_the_training_and_keeps_its_name(
    replicate, tmp_path
):
    store = Store(tmp_path / "store")
    first = store.get(replicate.key, TrainingOutputs(replicate).write_result)
    namesake = replace(replicate, trial=replace(TRIAL, id="1" * 12))
    entry = store.get(namesake.key, lambda folder: pytest.fail("trained again"))
    assert entry == first
    for placed in (replicate, namesake):
        folder = tmp_path / "trials" / placed.trial.id
        place_result(entry, placed, folder)
        assert sorted(path.name for path in folder.iterdir()) == sorted(RESULT_FILES)
        assert read_replicate(folder)[0]["trial"] == placed.trial.to_dict()
    content = (tmp_path / "trials" / TRIAL.id / "result.json").read_bytes()
    assert content == (entry / "result.json").read_bytes()


def test_result_is_placed_last(replicate, tmp_path, monkeypatch):
    entry = Store(tmp_path / "store").get(
        replicate.key, TrainingOutputs(replicate).write_result
    )
    placed = []
    monkeypatch.setattr(outputs, "place", lambda _, path: placed.append(path.name))
    monkeypatch.setattr(outputs, "write_json", lambda path, _: placed.append(path.name))
    place_result(entry, replicate, tmp_path / "here")
    assert placed == list(RESULT_FILES)
    assert placed[-1] == "result.json"


def test_model_is_saved_with_its_predictions(replicate, tmp_path):
    for name in ("result", "model"):
        (tmp_path / name).mkdir()
    TrainingOutputs(replicate).write_result(tmp_path / "result")
    TrainingOutputs(replicate).write_model(tmp_path / "model")
    names = sorted(path.name for path in (tmp_path / "model").iterdir())
    assert names == ["model.skops", "train.npy", "valid.npy"]
    searched = tmp_path / "result" / "valid_predictions.npy"
    made = tmp_path / "model" / "valid.npy"
    assert made.read_bytes() == searched.read_bytes()
    model = tmp_path / "model/model.skops"
    record = model_record(replicate, model, searched, made)
    assert record["sha256"] == sha256_of_file(model)
    assert record["versions"] == current_versions([replicate.trial.family])
    assert record["largest_difference_from_search"] == 0
    with zipfile.ZipFile(tmp_path / "model/model.skops") as archive:
        times = {entry.date_time for entry in archive.infolist()}
    assert times == {zipfile.ZipInfo("").date_time}
    assert replicate.keys["model"] != replicate.keys["result"] == replicate.key


def test_model_that_differs_from_the_search_is_told(replicate, tmp_path, caplog):
    np.save(tmp_path / "searched.npy", np.array([[0.5, 0.25]]))
    np.save(tmp_path / "made.npy", np.array([[0.5, 0.375]]))
    (tmp_path / "model.skops").write_text("any")
    files = [tmp_path / name for name in ("model.skops", "searched.npy", "made.npy")]
    record = model_record(replicate, *files)
    assert record["largest_difference_from_search"] == 0.125
    assert "differ from those of the search by up to 0.125" in caplog.text


def test_curve_has_a_row_per_epoch(tmp_path):
    curve = ((1, 0.5, 0.25), (2, 1e-9, float("nan")))
    write_curve(tmp_path / "curve.tsv", curve)
    assert (tmp_path / "curve.tsv").read_text() == (
        "epoch\ttrain_loss\tvalid_loss\n1\t0.5\t0.25\n2\t1e-09\tnan\n"
    )


@pytest.mark.promise(
    "a training that diverges", "a result, with status `diverged`; not tried again"
)
def test_diverged_training_is_a_result(replicate, tmp_path, monkeypatch):
    class Wild:
        """A model that predicts nothing."""

        def predict(self, features):
            return np.full((len(features), 2), np.nan)

    fitted = Fitted(model=Wild(), epochs=1, curve=((1, float("inf"), float("nan")),))
    family = replace(
        get_family(replicate.trial.family), fit=lambda *arguments, **options: fitted
    )
    monkeypatch.setattr(outputs, "get_family", lambda name: family)
    TrainingOutputs(replicate).write_result(tmp_path)
    assert read_json(tmp_path / "result.json")["status"] == "diverged"
    json.dumps(read_json(tmp_path / "result.json"), allow_nan=False)


def test_placed_result_is_of_the_fold_that_asked(replicate, tmp_path):
    """Two folds with the same molecules are one training."""
    made, placed = tmp_path / "made", tmp_path / "placed"
    made.mkdir()
    TrainingOutputs(replicate).write_result(made)
    shutil.copytree("data/d/s/whole", "data/d/s/fold-3")
    of_fold = replace(replicate, set_name="fold-3")
    assert of_fold.key == replicate.key
    place_result(made, of_fold, placed)
    assert read_json(placed / "result.json")["training_set"] == "fold-3"
    assert read_json(made / "result.json")["training_set"] == "whole"
