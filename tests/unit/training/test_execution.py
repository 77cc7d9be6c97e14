"""Giving a result: from the store, by training, or a status in place of it."""

import errno
import os
from dataclasses import asdict, replace
from shutil import rmtree

import numpy as np
import pytest

from helpers.small_training import small_training
from toxtune.jobs import snakemake_process
from toxtune.search.space import read_space
from toxtune.search.trials import make_trial
from toxtune.training import candidates, execution, outputs, store
from toxtune.training.candidates import Candidates, may_win
from toxtune.training.execution import fill_store
from toxtune.training.outputs import TrainingOutputs
from toxtune.training.result_files import RESULT_FILES, read_replicate
from toxtune.training.store import default_store
from toxtune.workers.cost import Cost
from toxtune.workers.supervision import Limits, NoResult

OBJECTIVE = {"metric": "roc_auc", "direction": "maximize"}
SPACE = {"features": "ecfp", "hyperparameters": {}}
CONFIG = {
    "objective": OBJECTIVE,
    "training": {"workers": "fresh", "keep_models": "winners"},
}
COST = Cost(1.5, 300.1, "here")
FIRST, LAST = (Limits(4000, 120, is_last) for is_last in (False, True))


@pytest.fixture
def replicate(tmp_path, monkeypatch):
    """Return a training in an empty folder, as if Snakemake had asked for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(execution, "snakemake_process", lambda: "there")
    return small_training()


@pytest.fixture
def too_large(monkeypatch):
    """Have every training take too much memory."""

    def call(function, arguments, imports, workers, limits):
        raise NoResult("out_of_memory", "the training took more than 3500 MB", COST)

    monkeypatch.setattr(execution, "call", call)


def give_result(replicate, folder, limits):
    execution.give_result(replicate, folder, CONFIG, limits, save_state=False)


def has_result(replicate):
    return default_store().has(replicate.key)


def test_result_has_the_bytes_of_a_training_in_this_process(replicate, tmp_path):
    give_result(replicate, tmp_path / "child", FIRST)
    (tmp_path / "here").mkdir()
    TrainingOutputs(replicate).write_result(tmp_path / "here")
    for name in set(RESULT_FILES) - {"cost.json"}:
        in_child, here = (tmp_path / place / name for place in ("child", "here"))
        assert in_child.read_bytes() == here.read_bytes()


def test_store_spares_the_training(replicate, tmp_path, monkeypatch):
    give_result(replicate, tmp_path / "one", FIRST)
    monkeypatch.setattr(execution, "call", lambda *_: pytest.fail("trained"))
    give_result(replicate, tmp_path / "two", FIRST)
    assert read_replicate(tmp_path / "two")[0]["status"] == "ok"


def test_a_training_that_nothing_resumes_from_is_not_repeated_for_its_state(
    replicate, monkeypatch, caplog
):
    space = read_space({**SPACE, "family": "logistic_regression"}, ["ecfp"], "")
    settings = next(space.grid()).hyperparameters
    trial = make_trial("d", "s", space.family, replicate.trial.features, settings)
    linear, outputs = replace(replicate, trial=trial), ["result", "state"]
    fill_store(linear, outputs, "fresh", FIRST)
    monkeypatch.setattr(execution, "call", lambda *_: pytest.fail("trained"))
    assert set(fill_store(linear, outputs, "fresh", FIRST)) == set(outputs)
    assert "damaged" not in caplog.text


def test_snakemake_is_left_to_try_again(replicate, tmp_path, too_large):
    with pytest.raises(NoResult, match="^the training took more than 3500 MB$"):
        give_result(replicate, tmp_path / "result", FIRST)
    assert not (tmp_path / "result").exists()
    assert not has_result(replicate)


def test_last_attempt_leaves_a_status_that_is_not_stored(
    replicate, tmp_path, too_large, caplog
):
    give_result(replicate, tmp_path / "result", LAST)
    result, cost = read_replicate(tmp_path / "result")
    assert result["status"] == "out_of_memory"
    assert result["reason"] == "the training took more than 3500 MB"
    assert result["trial"] == vars(replicate.trial)
    assert (result["seed"], result["epochs"]) == (0, None)
    assert result["training_set"] == "whole"
    assert result["store_key"] == replicate.key
    assert cost == asdict(COST)
    assert np.load(tmp_path / "result/valid_predictions.npy").size == 0
    curve = (tmp_path / "result/learning_curve.tsv").read_text()
    assert curve == "epoch\ttrain_loss\tvalid_loss\n"
    assert "`make retry`" in caplog.text
    assert not has_result(replicate)


def test_training_that_had_no_result_can_have_one(
    replicate, tmp_path, too_large, monkeypatch
):
    give_result(replicate, tmp_path / "result", LAST)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    give_result(replicate, tmp_path / "result", FIRST)
    result, _ = read_replicate(tmp_path / "result")
    assert result["status"] == "ok"
    assert "reason" not in result


def test_status_is_not_written_for_a_run_that_was_killed(
    replicate, tmp_path, too_large, monkeypatch
):
    monkeypatch.setattr(execution, "snakemake_process", snakemake_process)
    with pytest.raises(NoResult):
        give_result(replicate, tmp_path / "result", LAST)
    assert not (tmp_path / "result").exists()


def test_refusing_store_gets_a_warning_and_the_project_the_training(
    replicate, tmp_path, monkeypatch, caplog
):
    shared = tmp_path / "shared"
    monkeypatch.setenv("TOXTUNE_STORE", str(shared))
    monkeypatch.setattr(store, "_staging", refuse_in(shared, store._staging))
    give_result(replicate, tmp_path / "one", FIRST)
    assert read_replicate(tmp_path / "one")[0]["status"] == "ok"
    assert default_store().find(replicate.key).parents[1] == store.OWN
    assert f"{shared} may not be written to" in caplog.text
    caplog.clear()
    monkeypatch.setattr(execution, "call", lambda *_: pytest.fail("trained"))
    give_result(replicate, tmp_path / "two", FIRST)
    assert caplog.text == ""


def refuse_in(root, make):
    """Refuse what is made in a store, as to a user who may not write there."""

    def staging(place, key):
        if place == root:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return make(place, key)

    return staging


def test_read_store_spares_the_training_and_gets_nothing(
    replicate, tmp_path, monkeypatch
):
    give_result(replicate, tmp_path / "one", FIRST)
    store.OWN.rename(tmp_path / "others")
    monkeypatch.setenv("TOXTUNE_READ_STORE", str(tmp_path / "others"))
    monkeypatch.setattr(execution, "call", lambda *_: pytest.fail("trained"))
    give_result(replicate, tmp_path / "two", FIRST)
    assert read_replicate(tmp_path / "two")[0]["status"] == "ok"
    assert not store.OWN.exists()


def test_winner_has_the_model_of_its_search(replicate, tmp_path, monkeypatch):
    give_result(replicate, tmp_path / "one", FIRST)
    kept = Candidates(replicate).find()
    assert sorted(path.name for path in kept.iterdir()) == [
        "manifest.json",
        "model.skops",
        "score.json",
    ]
    saved = (kept / "model.skops").read_bytes()
    found = fill_store(replicate, ["model"], "fresh", FIRST)["model"]
    assert (found / "model.skops").read_bytes() == saved
    # As if nothing had been kept.
    rmtree(candidates.FOLDER)
    rmtree(found)
    again = fill_store(replicate, ["model"], "fresh", FIRST)["model"]
    assert (again / "model.skops").read_bytes() == saved
    (tmp_path / "here").mkdir()
    TrainingOutputs(replicate).write_model(tmp_path / "here")
    for name in ("train.npy", "valid.npy"):
        made = (tmp_path / "here" / name).read_bytes()
        assert (again / name).read_bytes() == made
    searched = (tmp_path / "one" / "valid_predictions.npy").read_bytes()
    assert (again / "valid.npy").read_bytes() == searched


def test_kept_model_is_not_trained_again(replicate, tmp_path, monkeypatch):
    give_result(replicate, tmp_path / "one", FIRST)
    monkeypatch.setattr(outputs, "fit_family", lambda *_, **__: pytest.fail("trained"))
    entry = fill_store(replicate, ["model"], "fresh", FIRST)["model"]
    searched = (tmp_path / "one" / "valid_predictions.npy").read_bytes()
    assert (entry / "valid.npy").read_bytes() == searched
    assert np.load(entry / "train.npy").shape == (30, 2)


def test_damaged_model_is_trained_again(replicate, tmp_path):
    give_result(replicate, tmp_path / "one", FIRST)
    path = Candidates(replicate).find() / "model.skops"
    path.write_bytes(path.read_bytes()[:-1])
    entry = fill_store(replicate, ["model"], "fresh", FIRST)["model"]
    searched = (tmp_path / "one" / "valid_predictions.npy").read_bytes()
    assert (entry / "valid.npy").read_bytes() == searched


@pytest.mark.parametrize(
    "changes", [{"set_name": "fold-0"}, {"set_name": "all"}, {"device": "gpu"}]
)
def test_models_that_cannot_win_are_not_kept(replicate, changes):
    assert may_win(replicate)
    assert not may_win(replace(replicate, **changes))


def test_nothing_is_kept_beside_all_models(replicate, tmp_path, monkeypatch):
    training = {**CONFIG["training"], "keep_models": "all"}
    config = {**CONFIG, "training": training}
    execution.give_result(replicate, tmp_path / "one", config, FIRST, save_state=False)
    assert default_store().has(replicate.keys["model"])
    assert not candidates.FOLDER.exists()


def test_model_that_cannot_be_kept_costs_no_result(replicate, tmp_path, monkeypatch):
    monkeypatch.setattr(execution, "offer", lambda *_: 1 / 0)
    give_result(replicate, tmp_path / "one", FIRST)
    assert read_replicate(tmp_path / "one")[0]["status"] == "ok"
    assert Candidates(replicate).find() is None


def test_child_that_is_killed_after_its_result_has_one(
    replicate, tmp_path, monkeypatch
):
    def call(function, arguments, imports, workers, limits):
        execution.train(**arguments)
        raise NoResult("out_of_memory", "the training took more than 3500 MB", COST)

    monkeypatch.setattr(execution, "call", call)
    give_result(replicate, tmp_path / "result", LAST)
    assert read_replicate(tmp_path / "result")[0]["status"] == "ok"
