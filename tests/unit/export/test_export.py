"""Runs exported to other tools, and read back by those."""

import math
import os
import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from helpers.selections import ROC_AUC, made_selection, made_trial, made_winner
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.evaluation.evaluation_file import Evaluation, MetricScores, SetScores
from toxtune.export import run as run_module
from toxtune.export.trials import read_exported_run
from toxtune.io.files import write_json
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.stats.metrics import UNSCALED, Objective, metrics_of
from toxtune.statuses import FAILED
from toxtune.training.outputs import write_no_result
from toxtune.training.replicates import Replicate
from toxtune.workers.cost import Cost

SLOW = pytest.mark.slow
# id: family, what differs, seeds, status, score.
TRIALS = {
    "a" * 12: ("dense", {"neurons": 16, "widths": None}, 2, "ok", 0.81),
    "b" * 12: ("dense", {"neurons": 64, "widths": [32, 16]}, 2, "ok", 0.83),
    "c" * 12: ("dense", {"neurons": 64, "widths": None}, 1, "ok", 0.9),
    "d" * 12: ("dense", {"neurons": 2048, "widths": None}, 2, "diverged", None),
    "e" * 12: ("random_forest", {"max_depth": 3}, 2, "ok", 0.79),
    "f" * 12: ("random_forest", {"max_depth": None}, 2, "ok", 0.78),
}
WINNERS = {"dense": "b" * 12, "random_forest": "e" * 12}


# When trainings ended: the second seed of a trial an hour after the first.
ENDED = 1_700_000_000


def make_training(id, seed):
    """Write what the export reads of a training that took 1.5 seconds."""
    folder = Path("results/trials", id, f"seed-{seed}")
    write_json(folder / "cost.json", {"seconds": 1.5})
    os.utime(folder / "cost.json", (0, ENDED + 3600 * seed))
    if seed == 0 or id == WINNERS["dense"]:
        # One stopped early.
        losses = [0.5, 0.25, math.nan][: 3 - seed]
        curve = {"epoch": range(1, len(losses) + 1), "valid_loss": losses}
        write_tsv(folder / "learning_curve.tsv", pd.DataFrame(curve))
    return str(folder)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The files of a finished run."""
    return make_run(tmp_path, monkeypatch)


def make_run(tmp_path, monkeypatch, objective=ROC_AUC, tasks=("one", "two")):
    """Write the files of a finished run on some tasks; return its folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results" / "mine"
    metrics = metrics_of(objective.task_type)
    specs, rows, costs = {}, [], []
    for id, (family, differs, seeds, status, score) in TRIALS.items():
        settings = {**differs, "batch_size": 100}
        trial = made_trial(id, family, settings, features="ecfp")
        folders = {f"seed-{n}": make_training(id, n) for n in range(seeds)}
        specs[id] = {"trial": trial.to_dict(), "folders": folders}
        row = {"trial": id, "family": family, "status": status, "seeds": seeds}
        for metric in metrics:
            row |= {f"{metric}_mean": score, f"{metric}_sd": score and 0.01}
        rows.append(row)
        costs += [{"trial": id, "seconds": 1.5}] * seeds
    write_json(folder / "trials.json", specs)
    write_tsv(folder / "trials.tsv", pd.DataFrame(rows))
    write_tsv(folder / "cost.tsv", pd.DataFrame(costs))
    write_tsv(folder / "scores.tsv", pd.DataFrame({"task": tasks}))
    winners = {
        family: made_winner(made_trial(id, family)) for family, id in WINNERS.items()
    }
    selection = made_selection(winners, overall="dense", objective=objective)
    monkeypatch.setattr(run_module, "read_selection", lambda path: selection)
    write_json(folder / "selection.json", {})
    mean = SetScores(train=0.9, valid=0.8, test=0.7, test_interval=None)
    evaluation = Evaluation(
        selection=selection.id,
        overall="dense",
        objective=selection.objective,
        molecules={"train": 80, "valid": 10, "test": 10},
        confidence=0.95,
        resamples=100,
        families={
            family: {metric: MetricScores(mean, {}) for metric in metrics}
            for family in WINNERS
        },
        variants={},
    )
    write_json(folder / "test.json", evaluation.to_dict())
    return folder


def export(tool, path, run="mine"):
    run_command(["export", tool, "--run", run, "--to", str(path)])


@pytest.mark.slow
def test_optuna_reads_a_study_per_family(run, tmp_path):
    optuna = pytest.importorskip("optuna")
    export("optuna", tmp_path / "study.db")
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    names = optuna.get_all_study_names(storage)
    assert names == ["mine", "mine: dense", "mine: random_forest"]
    dense = optuna.load_study(study_name=names[1], storage=storage)
    assert dense.direction.name == "MAXIMIZE"
    assert dense.metric_names == ["valid_roc_auc"]
    by_id = {trial.user_attrs["trial"]: trial for trial in dense.trials}
    states = {id[0]: trial.state.name for id, trial in by_id.items()}
    assert states == {"a": "COMPLETE", "b": "COMPLETE", "c": "PRUNED", "d": "FAIL"}
    # One that a search gave up is no winner, whatever its score.
    assert dense.best_trial.user_attrs["trial"] == WINNERS["dense"]
    won = by_id[WINNERS["dense"]]
    assert won.params == {"neurons": 64, "widths": "[32, 16]"}
    neurons = won.distributions["neurons"]
    assert (neurons.low, neurons.high, neurons.log) == (16, 2048, True)
    assert won.user_attrs["settings"]["batch_size"] == 100
    assert won.user_attrs["seconds"] == 3
    assert won.datetime_complete == datetime.fromtimestamp(ENDED + 3600)
    assert won.duration.total_seconds() == 3600 + 1.5
    assert won.intermediate_values == {1: 0.5, 2: 0.25}
    assert by_id["a" * 12].intermediate_values == {}, "of one seed alone"
    forest = optuna.load_study(study_name=names[2], storage=storage)
    depths = forest.trials[0].distributions["max_depth"].choices
    assert set(depths) == {3, None}


def test_one_study_compares_the_families(run, tmp_path):
    optuna = pytest.importorskip("optuna")
    export("optuna", tmp_path / "study.db")
    study = optuna.load_study(
        study_name="mine", storage=f"sqlite:///{tmp_path / 'study.db'}"
    )
    assert {trial.user_attrs["trial"] for trial in study.trials} == set(TRIALS)
    for trial in study.trials:
        family = trial.params["family"]
        assert family == TRIALS[trial.user_attrs["trial"]][0]
        others = {name.split(".")[0] for name in trial.params if "." in name}
        assert others == {family}
    assert study.best_trial.params == {
        "family": "dense",
        "dense.neurons": 64,
        "dense.widths": "[32, 16]",
    }
    importances = optuna.importance.get_param_importances(study)
    assert "family" in importances
    asked = study.ask(study.best_trial.distributions)
    assert asked.params["family"] in WINNERS


def test_optuna_has_test_scores_of_the_winners_alone(run, tmp_path):
    optuna = pytest.importorskip("optuna")
    export("optuna", tmp_path / "study.db")
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    tested = {}
    for summary in optuna.get_all_study_summaries(storage):
        assert "choose nothing by them" in summary.user_attrs["note"]
        study = optuna.load_study(study_name=summary.study_name, storage=storage)
        for trial in study.trials:
            attributes = trial.user_attrs
            if "winner" in attributes:
                tested[attributes["trial"]] = attributes["winner"]
                assert attributes["test_roc_auc"] == 0.7
            else:
                assert not [name for name in attributes if name.startswith("test_")]
    assert tested == {"b" * 12: "overall", "e" * 12: "family"}


@pytest.mark.parametrize(
    ("objective", "tasks", "said"),
    [
        (Objective("rmse", "minimize"), ["a", "b"], "rmse and mae are in SDs of each"),
        (Objective("rmse", "minimize", UNSCALED), ["a", "b"], None),
        (Objective("rmse", "minimize"), ["a"], None),
        (ROC_AUC, ["a", "b"], None),
    ],
)
def test_the_note_says_which_errors_are_in_sds(
    tmp_path, monkeypatch, objective, tasks, said
):
    make_run(tmp_path, monkeypatch, objective, tasks)
    note = read_exported_run("mine").note
    assert said in note if said else "SDs" not in note


def test_a_study_can_be_searched_further(run, tmp_path):
    """The distributions are those that Optuna samples from."""
    optuna = pytest.importorskip("optuna")
    export("optuna", tmp_path / "study.db")
    study = optuna.load_study(
        study_name="mine: dense", storage=f"sqlite:///{tmp_path / 'study.db'}"
    )
    asked = study.ask(study.trials[0].distributions)
    assert 16 <= asked.params["neurons"] <= 2048


@pytest.mark.slow
def test_mlflow_reads_a_run_per_trial(run, tmp_path):
    mlflow = pytest.importorskip(
        "mlflow", reason="MLflow is not installed: see the group export in pyproject"
    )
    (run / "report.html").write_text("a report")
    facts = {"dataset": {"sha256": "abc"}, "split": {"sha256": "def"}}
    write_json(run / "provenance.json", {"git": {"commit": None}, **facts})
    export("mlflow", tmp_path / "mlflow.db")
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("mine")
    assert "choose nothing by them" in experiment.tags["mlflow.note.content"]
    found = client.search_runs([experiment.experiment_id])
    runs = {run.data.tags["trial"]: run for run in found if "trial" in run.data.tags}
    assert set(runs) == set(TRIALS)
    states = {id[0]: run.info.status for id, run in runs.items()}
    assert states == dict.fromkeys("abcef", "FINISHED") | {"d": "FAILED"}
    assert runs["c" * 12].data.tags["outcome"] == "given up"
    won = runs["b" * 12]
    assert won.info.end_time == 1000 * (ENDED + 3600)
    assert won.info.end_time - won.info.start_time == 3600_000 + 1500
    below = [
        each
        for each in found
        if each.data.tags.get("mlflow.parentRunId") == won.info.run_id
    ]
    assert {each.info.run_name for each in below} == {"seed-0", "seed-1"}
    for each in below:
        losses = client.get_metric_history(each.info.run_id, "valid_loss")
        assert {loss.step: loss.value for loss in losses} == {1: 0.5, 2: 0.25}
    (result,) = [each for each in found if each.info.run_name == "result"]
    assert result.data.tags["dataset_sha256"] == "abc"
    assert result.data.tags["selected"] == "dense"
    assert "commit" not in result.data.tags
    assert result.data.metrics["test_roc_auc"] == 0.7
    (artifact,) = client.list_artifacts(result.info.run_id)
    assert artifact.path == "report.html", "the final model is not there"
    copied = client.download_artifacts(result.info.run_id, "report.html")
    assert Path(copied).read_text() == "a report"
    assert won.data.tags["winner"] == "overall"
    assert won.data.params["neurons"] == "64"
    assert won.data.params["widths"] == "[32, 16]"
    assert won.data.metrics["valid_roc_auc"] == 0.83
    tested = {id for id, run in runs.items() if "test_roc_auc" in run.data.metrics}
    assert tested == set(WINNERS.values())
    assert "valid_roc_auc" not in runs["d" * 12].data.metrics
    assert not list(tmp_path.glob("mlruns"))


@pytest.mark.parametrize("failed_seeds", [[0], [0, 1]])
@pytest.mark.parametrize("tool", ["optuna", pytest.param("mlflow", marks=SLOW)])
def test_a_training_that_failed_for_good_has_no_times(
    run, tmp_path, tool, failed_seeds
):
    pytest.importorskip(tool)
    id, (family, *_) = "d" * 12, TRIALS["d" * 12]
    for seed in failed_seeds:
        folder = Path("results/trials", id, f"seed-{seed}")
        shutil.rmtree(folder)
        replicate = Replicate(made_trial(id, family), seed)
        vars(replicate)["key"] = "0" * 64
        # As `mark_failed` does.
        write_no_result(replicate, folder, FAILED, "killed", Cost())
    costs = read_tsv(run / "cost.tsv")
    costs.loc[costs.index[costs["trial"] == id][: len(failed_seeds)], "seconds"] = None
    write_tsv(run / "cost.tsv", costs)
    exported = {trial.id: trial for trial in read_exported_run("mine").trials}[id]
    assert exported.seconds == 1.5 * (2 - len(failed_seeds))
    times = [(each.started, each.ended) for each in exported.replicates]
    assert times[0] == (None, None)
    assert (times[1] == (None, None)) == (failed_seeds == [0, 1])
    export(tool, tmp_path / "a.db")
    assert (tmp_path / "a.db").is_file()


def test_search_without_a_test_has_no_test_scores(run, tmp_path):
    optuna = pytest.importorskip("optuna")
    (run / "test.json").unlink()
    export("optuna", tmp_path / "study.db")
    study = optuna.load_study(
        study_name="mine: dense", storage=f"sqlite:///{tmp_path / 'study.db'}"
    )
    (won,) = [trial for trial in study.trials if "winner" in trial.user_attrs]
    assert "test_roc_auc" not in won.user_attrs


def test_the_command_can_be_copied_whatever_the_name(run, capsys):
    pytest.importorskip("optuna")
    run_command(["export", "optuna", "--run", "results/mine", "--to", "a b.db"])
    command = shlex.split(capsys.readouterr().out.partition("To look at them: ")[2])
    assert command[-1] == "sqlite:///a b.db"
    assert Path("a b.db").is_file()


@pytest.mark.parametrize("tool", ["optuna", "mlflow"])
def test_a_name_that_no_address_has_is_refused(run, tmp_path, tool):
    before = set(tmp_path.iterdir())
    with pytest.raises(UserError, match=r"--to: .*q\?x\.db: has a \?"):
        export(tool, tmp_path / "q?x.db")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("tool", ["optuna", "mlflow"])
def test_run_that_is_not_there(run, tmp_path, tool):
    with pytest.raises(UserError, match="results/other has no selection.json"):
        export(tool, tmp_path / "a.db", run="other")


def test_files_of_an_earlier_store_are_kept(run, tmp_path):
    pytest.importorskip("mlflow")
    (tmp_path / "a.db.artifacts").mkdir()
    with pytest.raises(UserError, match=r"a\.db\.artifacts exists; remove it"):
        export("mlflow", tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize("tool", ["optuna", "mlflow"])
def test_file_that_is_there_is_kept(run, tmp_path, tool):
    (tmp_path / "a.db").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="exists; remove it"):
        export(tool, tmp_path / "a.db")
    assert (tmp_path / "a.db").read_text("utf-8") == "mine"


def test_absent_mlflow_is_one_message_and_no_file(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(UserError, match="MLflow is not installed"):
        export("mlflow", tmp_path / "a.db")
    assert not list(tmp_path.glob("*.db*"))
