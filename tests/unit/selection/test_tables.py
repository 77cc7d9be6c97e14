"""The tables of a search."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.molecules import write_molecules
from helpers.small_training import TRIAL, small_training
from toxtune.errors import UserError
from toxtune.io.files import sha256_of_file, write_json
from toxtune.io.integrity import sealed
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.search.trial_columns import FIXED_COLUMNS
from toxtune.search.trials import Trial, make_trial
from toxtune.selection.scoring import (
    ScoredReplicate,
    read_scoring_labels,
    score_replicate,
    score_replicates,
)
from toxtune.selection.tables import (
    cost_table,
    scores_table,
    setting_columns,
    trials_table,
)
from toxtune.stats.metrics import Objective, metrics_of, task_scores
from toxtune.stats.scoring_labels import ScoringLabels
from toxtune.training.outputs import TrainingOutputs, save_predictions, write_no_result
from toxtune.workers.cost import Cost

BINARY = metrics_of("binary")

TASKS = ["NR-AR", "SR-p53", "unscorable"]
LABELS = np.array(
    [[1, 0, 1], [0, 1, 1], [1, np.nan, 1], [0, 0, np.nan]], dtype=np.float32
)
WEIGHTS = np.array([1.0, 2.0, 1.0])
JUDGED = [ScoringLabels(LABELS, WEIGHTS)]
COST = {"seconds": 1.5, "peak_memory_mib": 300.1, "host": "here"}


def result(
    id="0123456789ab",
    seed=0,
    status="ok",
    family="dense",
    set_name="whole",
    **hyperparameters,
):
    """Content of a ``result.json``."""
    return {
        "store_key": "",
        "trial": {
            "id": id,
            "dataset": "d",
            "split": "s",
            "family": family,
            "task_type": "binary",
            "features": "circular-radius-2-size-1024",
            "hyperparameters": hyperparameters,
        },
        "seed": seed,
        "training_set": set_name,
        "status": status,
        "epochs": 7 if family == "dense" else None,
    }


def scored(*scores, **words):
    """A replicate with these scores per task in every metric; none if it failed."""
    values = {metric: np.array(scores) for metric in BINARY} if scores else {}
    content = result(**words)
    trial = Trial.from_dict(content["trial"])
    return ScoredReplicate(Path("somewhere"), trial, content, COST, values)


@pytest.fixture
def replicate(tmp_path):
    """Return a function that writes a replicate's folder."""

    def write(predictions, **words):
        path = tmp_path / "valid_predictions.npy"
        save_predictions(path, predictions)
        trial = make_trial("d", "s", "dense", "maccs", {"neurons": 8})
        content = result(**words) | {"trial": vars(trial)}
        content |= {"sha256": {path.name: sha256_of_file(path)}}
        write_json(tmp_path / "result.json", sealed(content))
        write_json(tmp_path / "cost.json", COST)
        return tmp_path

    return write


def test_settings_may_begin_like_other_columns():
    names = ["accuracy", "maestro", "r2", "seeds_", "statuses", "trials_per_leaf"]
    table = trials_table([scored(0.5, 0.6, **dict.fromkeys(names, 1))])
    assert setting_columns(table) == ["family", "features", *names]
    assert list(table)[:6] == FIXED_COLUMNS
    assert all("_" in name for name in list(table)[6 + len(names) :])


def test_replicate_gets_every_metric(replicate):
    predictions = np.random.default_rng(0).random(LABELS.shape).astype(np.float32)
    got = score_replicate(replicate(predictions, seed=3), JUDGED)
    assert got.cost == COST
    assert got.result["seed"] == 3
    assert set(got.scores) == set(BINARY)
    for metric, scores in got.scores.items():
        want = task_scores(metric, LABELS, predictions, WEIGHTS)
        np.testing.assert_array_equal(scores, want)
        assert np.isnan(scores).tolist() == [False, False, True]


def test_weights_are_those_of_the_training_set_of_each_fold(tmp_path):
    rng = np.random.default_rng(1)
    files = {"train": [], "valid": []}
    expected = []
    for fold, shares in enumerate([(0.2, 0.7), (0.6, 0.3)]):
        for (name, paths), share in zip(files.items(), shares, strict=True):
            labels = (rng.random((50, 2)) < share).astype(int)
            rows = [[row, row, "C", f"G{row}", *labels[row]] for row in range(50)]
            paths.append(tmp_path / f"{name}-{fold}.csv")
            write_molecules(paths[-1], ["one", "two"], rows)
            if name == "train":
                negatives = (labels == 0).sum(axis=0)
                expected.append(negatives / labels.sum(axis=0))
    objective = Objective("weighted_accuracy", "maximize")
    folds = read_scoring_labels(files["train"], files["valid"], objective)
    found = [fold.positive_weights for fold in folds]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_failed_replicate_has_no_scores(replicate):
    folder = replicate(np.full(LABELS.shape, np.nan), status="diverged")
    assert score_replicate(folder, JUDGED).scores == {}


def test_slot_that_has_a_result_stands_for_one_that_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    training = small_training()
    folders = [tmp_path / name for name in ("slot-0", "slot-1", "slot-2")]
    write_no_result(training, folders[0], "killed", "", Cost())
    TrainingOutputs(training).write_result(folders[1])
    write_no_result(training, folders[2], "killed", "", Cost())
    subsets = [
        [Path(TRIAL.training_set().subset(subset))] for subset in ("train", "valid")
    ]
    objective = Objective("roc_auc", "maximize")
    (one,) = score_replicates(folders, *subsets, objective)
    assert (one.folder, one.result["status"]) == (folders[1], "ok")
    (one,) = score_replicates(folders[::2], *subsets, objective)
    assert (one.result["status"], one.scores) == ("killed", {})


def test_damaged_predictions_are_refused_with_the_way_out(replicate):
    folder = replicate(np.full(LABELS.shape, 0.5))
    path = folder / "valid_predictions.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="`rm -rf ") as error:
        score_replicate(folder, JUDGED)
    assert str(folder) in str(error.value)


def test_trial_has_mean_and_sd_over_seeds_of_the_mean_over_tasks():
    members = [
        scored(0.7, 0.9, np.nan, seed=0, neurons=8),
        scored(0.5, 0.7, np.nan, seed=1, neurons=8),
    ]
    (row,) = trials_table(members).to_dict("records")
    for metric in BINARY:
        assert row[f"{metric}_seed-0"] == pytest.approx(0.8)
        assert row[f"{metric}_seed-1"] == pytest.approx(0.6)
        assert row[f"{metric}_mean"] == pytest.approx(0.7)
        assert row[f"{metric}_sd"] == pytest.approx(0.02**0.5)


def test_single_seed_has_no_sd():
    (row,) = trials_table([scored(0.7, 0.9, seed=5)]).to_dict("records")
    assert row["roc_auc_mean"] == row["roc_auc_seed-5"] == pytest.approx(0.8)
    assert np.isnan(row["roc_auc_sd"])


def test_failed_replicate_empties_the_mean_and_stays_in_the_table():
    members = [
        scored(0.7, 0.9, seed=0, id="a" * 12),
        scored(seed=1, id="a" * 12, status="diverged"),
        scored(0.6, 0.6, seed=0, id="b" * 12),
        scored(0.6, 0.6, seed=1, id="b" * 12),
    ]
    failed, sound = trials_table(members).to_dict("records")
    assert (failed["trial"], failed["status"]) == ("a" * 12, "diverged")
    assert failed["roc_auc_seed-0"] == pytest.approx(0.8)
    for column in ("roc_auc_mean", "roc_auc_sd", "roc_auc_seed-1"):
        assert np.isnan(failed[column])
    assert (sound["status"], sound["roc_auc_mean"]) == ("ok", pytest.approx(0.6))


def test_table_has_every_hyperparameter_and_the_epochs_that_were_trained():
    members = [
        scored(0.5, id="b" * 12, neurons=8, epochs=15, patience=None, dropout=0.0),
        scored(0.5, id="a" * 12, neurons=16, epochs=30, patience=3, dropout=0.25),
        scored(0.5, id="0" * 12, family="random_forest", n_estimators=30),
    ]
    table = trials_table(members)
    assert list(table.columns[:10]) == [
        "trial",
        "family",
        "features",
        "status",
        "seeds",
        "epochs_trained",
        "dropout",
        "epochs",
        "n_estimators",
        "neurons",
    ]
    assert table["trial"].tolist() == ["a" * 12, "b" * 12, "0" * 12]
    assert table["neurons"].tolist()[:2] == ["16", "8"]
    assert table["epochs"].tolist()[:2] == ["30", "15"]
    assert table["patience"].tolist()[:2] == ["3", "null"]
    assert table["epochs_trained"].tolist()[:2] == [7, 7]
    assert pd.isna(table["epochs_trained"][2])
    assert pd.isna(table["neurons"][2])
    assert table["n_estimators"][2] == "30"


def test_order_of_the_replicates_of_several_trials_does_not_matter():
    members = [
        scored(0.5 + number / 100, id=f"{number}" * 12, seed=seed, neurons=number)
        for number in range(5)
        for seed in (0, 1)
    ]
    table = trials_table(members)
    others = members[4:] + members[:4]
    pd.testing.assert_frame_equal(table, trials_table(others))


def test_written_table_reads_back_to_the_bit(tmp_path):
    ids = ["123456789012", "1234567890e5", *(f"{number:012}" for number in range(300))]
    scores = np.random.default_rng(1).random(len(ids))
    members = [scored(score, id=id) for id, score in zip(ids, scores, strict=True)]
    table = trials_table(members)
    write_tsv(tmp_path / "trials.tsv", table)
    back = read_tsv(tmp_path / "trials.tsv")
    assert back["trial"].tolist() == sorted(ids)
    assert back["roc_auc_mean"].tolist() == table["roc_auc_mean"].tolist()
    text = (tmp_path / "trials.tsv").read_text("utf-8")
    assert "nan" not in text.lower()
    assert "\r" not in text


def test_scores_have_a_row_per_seed_metric_and_task(tmp_path):
    members = [
        scored(0.7, 0.9, np.nan, seed=0),
        scored(0.5, 0.7, np.nan, seed=1),
        scored(seed=2, status="diverged"),
    ]
    table = scores_table(members, TASKS)
    assert len(table) == 2 * len(BINARY) * len(TASKS)
    one = table.query("seed == 1 and metric == 'pr_auc'")
    assert one["task"].tolist() == TASKS
    np.testing.assert_array_equal(one["score"], [0.5, 0.7, np.nan])


def test_every_training_has_a_cost():
    members = [scored(0.5, seed=0), scored(seed=1, status="diverged")]
    assert cost_table(members).to_dict("records") == [
        {
            "trial": "0123456789ab",
            "family": "dense",
            "seed": seed,
            **COST,
            "folder": "somewhere",
        }
        for seed in (0, 1)
    ]


@pytest.mark.parametrize("text", ["NA", "null", "1e5", "007", "", "nan", "True"])
def test_names_and_ids_stay_the_text_that_they_are(tmp_path, text):
    names = [text, "other"]
    table = pd.DataFrame({"trial": names, "task": names, "score": [0.5, np.nan]})
    write_tsv(tmp_path / "table.tsv", table)
    read = read_tsv(tmp_path / "table.tsv")
    assert read["trial"].tolist() == read["task"].tolist() == names
    assert np.isnan(read["score"][1])
