"""Tasks of units a thousandfold apart: each counts as much as another."""

from pathlib import Path

import numpy as np
import pytest

from helpers.molecules import write_molecules
from helpers.small_training import write_replicate
from toxtune.data.subsets import Subset
from toxtune.evaluation.comparison import compare
from toxtune.evaluation.scores import score_test
from toxtune.features.arrays import Features, save_features
from toxtune.models.registry import get_family
from toxtune.search.trials import make_trial, replicate_name
from toxtune.selection.bias import correct_selection, resample_search
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.next_stage import mean_scores
from toxtune.selection.one_se import rank_simplicity
from toxtune.selection.scoring import score_replicates
from toxtune.selection.search_results import SearchResults
from toxtune.selection.tables import scores_table, trial_records, trials_table
from toxtune.selection.winners import select
from toxtune.splits.training_set import names_of_sets
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType

TASKS, SDS = ["logp", "mass"], np.array([1.0, 1000.0])
RESAMPLING = Resampling(resamples=50, seed=0, confidence=0.9)
SCALED = Objective("rmse", "minimize")
UNSCALED = Objective("rmse", "minimize", scale="none")
# What a trial gets wrong in each task, in SDs: the second knows mass and nothing else.
ERRORS = {"good": (0.5, 0.5), "mass alone": (2.0, 0.2)}


def subset(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.normal(size=(n, 2)) * SDS
    ids = [f"{seed}-{row}" for row in range(n)]
    return Subset(ids, ["C"] * n, ids, TASKS, labels.astype(np.float32))


def write(path, molecules):
    labels = molecules.labels.tolist()
    rows = [[row, id, "C", id, *labels[row]] for row, id in enumerate(molecules.ids)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_molecules(path, molecules.tasks, rows)
    return path


class Searched:
    """Two trials, one of which predicts both tasks."""

    def __init__(self, folds):
        self.cross_validated = len(folds) > 1
        self.train = [write(Path(f"{name}/train.csv"), subset(60, 1)) for name in folds]
        self.valid = [
            write(Path(f"{name}/valid.csv"), subset(40, 2 + number))
            for number, name in enumerate(folds)
        ]
        self.ids, self.folders = {}, []
        declared = get_family("ridge").hyperparameters
        for alpha, (name, errors) in enumerate(ERRORS.items(), start=1):
            settings = {key: axis.default for key, axis in declared.items()}
            settings["alpha"] = float(alpha)
            trial = make_trial(
                "d" * 12, "5" * 12, "ridge", "maccs", settings, TaskType.REGRESSION
            )
            self.ids[name] = trial.id
            for file in trial.files("valid", folds[0])[:-1]:
                save_features(Path(file), Features(np.zeros((40, 8), dtype=bool)))
            for number, fold in enumerate(folds):
                labels = subset(40, 2 + number).labels
                noise = np.random.default_rng(alpha).normal(size=labels.shape)
                folder = Path(trial.folder, replicate_name(0, fold))
                predicted = labels + noise * errors * SDS
                write_replicate(folder, trial, 0, predicted.astype(np.float32), fold)
                self.folders.append(folder)

    def search(self, objective):
        replicates = score_replicates(self.folders, self.train, self.valid, objective)
        return replicates, SearchResults(
            trials_table(replicates), trial_records(replicates), objective, [0]
        )

    def select(self, objective):
        return select(
            self.search(objective)[1], rule="best", cross_validated=self.cross_validated
        )

    @property
    def validation_sets(self):
        return read_validation_sets(
            train=self.train, valid=self.valid, cross_validated=self.cross_validated
        )


@pytest.fixture(params=[None, 2], ids=["hold-out", "folds"])
def searched(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Searched(names_of_sets(request.param or 1, request.param is not None))


def test_the_trial_that_predicts_all_tasks_wins(searched):
    assert searched.select(SCALED).selected.trial.id == searched.ids["good"]


def test_as_they_are_the_largest_unit_decides(searched):
    assert searched.select(UNSCALED).selected.trial.id == searched.ids["mass alone"]


def test_the_next_stage_of_a_search_sees_the_same_scores(searched):
    replicates, _ = searched.search(SCALED)
    scores = mean_scores(replicates, "rmse")
    assert min(scores, key=scores.get) == searched.ids["good"]


def test_resampled_scores_are_those_that_ranked(searched):
    _, search = searched.search(SCALED)
    selection = searched.select(SCALED)
    resampled = resample_search(
        search, selection, "best", "none", searched.validation_sets, RESAMPLING
    )
    report, _ = correct_selection(resampled, selection, RESAMPLING)
    assert report["overall"]["raw"] == pytest.approx(selection.selected.mean)
    simplicity = rank_simplicity(search, searched.validation_sets, RESAMPLING)
    assert 0 < simplicity.standard_errors[searched.ids["good"]] < 1


def test_the_rule_says_what_is_averaged(searched):
    assert "SDs" in searched.select(SCALED).rule
    assert "SDs" not in searched.select(UNSCALED).rule


def test_test_scores_are_raw_for_tasks_and_in_sds_for_their_mean(searched):
    selection = searched.select(SCALED)
    replicates, _ = searched.search(SCALED)
    subsets = {"train": subset(60, 1), "valid": subset(40, 2), "test": subset(50, 9)}
    wrong = {
        name: (one.labels + [0.5, 500.0])[None].astype(np.float32)
        for name, one in subsets.items()
    }
    evaluation = score_test(
        selection=selection,
        subsets=subsets,
        train_predictions={"ridge": wrong["train"]},
        search_scores=scores_table(replicates, TASKS),
        test_predictions={"none": {"ridge": wrong["test"]}},
        resampling=RESAMPLING,
    )
    sds = subsets["train"].labels.astype(np.float64).std(axis=0)
    assert list(evaluation.task_sds.values()) == pytest.approx(sds)
    scores = evaluation.families["ridge"]["rmse"]
    assert scores.tasks["logp"].test == pytest.approx(0.5, rel=1e-5)
    assert scores.tasks["mass"].test == pytest.approx(500, rel=1e-5)
    mean = (np.array([0.5, 500]) / sds).mean()
    assert scores.mean.test == pytest.approx(mean, rel=1e-5)
    assert scores.mean.test_interval == pytest.approx((mean, mean), rel=1e-5)
    assert scores.mean.valid == pytest.approx(selection.selected.mean)
    variants = [v.score for v in evaluation.variants["ridge"] if v.metric == "rmse"]
    assert variants == pytest.approx([mean, mean], rel=1e-5)


def test_families_are_compared_by_the_mean_in_sds():
    train, test = subset(60, 1), subset(50, 9)
    table = compare(
        train=train,
        test=test,
        predictions={
            "ridge": (test.labels + [0.5, 500.0])[None],
            "dense": (test.labels + [2.0, 400.0])[None],
        },
        overall="ridge",
        resampling=RESAMPLING,
        objective=SCALED,
    )
    rows = table[table["metric"] == "rmse"].set_index("task")["difference"]
    assert rows["mass"] == pytest.approx(-100, rel=1e-4)
    sds = train.labels.astype(np.float64).std(axis=0)
    assert rows["mean"] == pytest.approx((1.5 / sds[0] - 100 / sds[1]) / 2, rel=1e-4)
