"""Scores of the winners on the test set."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from toxtune.data.subsets import Subset
from toxtune.evaluation.evaluation_file import MetricScores
from toxtune.evaluation.scores import evaluate, flat_table, valid_scores
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.member_scores import MemberScores, score_members
from toxtune.stats.metrics import class_weights, mean_score, metrics_of, task_scores
from toxtune.stats.task_scales import NO_SCALES

BINARY = metrics_of("binary")

TASKS = ["easy", "hard", "one class"]
SIZES = {"train": 60, "valid": 20, "test": 30}
RESAMPLING = Resampling(resamples=60, seed=0, confidence=0.9)


def subset(name, seed):
    """A subset with missing labels, and a task that has both classes in train alone."""
    rng = np.random.default_rng(seed)
    n = SIZES[name]
    labels = rng.integers(0, 2, (n, 3)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    if name != "train":
        labels[:, 2] = np.where(np.isnan(labels[:, 2]), np.nan, 0)
    groups = [f"G{row // 2}" for row in range(n)]
    return Subset([str(row) for row in range(n)], ["C"] * n, groups, TASKS, labels)


SUBSETS = {name: subset(name, seed) for seed, name in enumerate(SIZES)}


def predictions(n_seeds):
    """Predictions that are right more often for the first task than by chance."""
    rng = np.random.default_rng(9)
    return {
        name: (
            0.7 * rng.random((n_seeds, len(subset.ids), 3))
            + np.nan_to_num(subset.labels) * [0.3, 0.1, 0]
        ).astype(np.float32)
        for name, subset in SUBSETS.items()
    }


def evaluated(subsets, predictions, resampling, task_type):
    """Evaluate with the validation scores that the predictions give."""
    weights = class_weights(subsets["train"].labels)
    labels = subsets["valid"].labels
    valid = {
        metric: np.stack(
            [
                [task_scores(metric, labels, one, weights)]
                for one in predictions["valid"]
            ]
        )
        for metric in metrics_of(task_type)
    }
    test = subsets["test"]
    tested = score_members(
        test, weights, predictions["test"], resampling, task_type, NO_SCALES
    )
    scores = evaluate(
        subsets["train"],
        predictions["train"],
        valid=valid,
        test=tested,
        confidence=resampling.confidence,
    )
    report = {metric: found.to_dict() for metric, found in scores.items()}
    assert {m: MetricScores.from_dict(found) for m, found in report.items()} == scores
    return report


@pytest.fixture(scope="module")
def report():
    """Evaluate three seeds."""
    return evaluated(SUBSETS, predictions(3), RESAMPLING, "binary")


@pytest.mark.parametrize("metric", BINARY)
def test_mean_and_sd_are_over_seeds(report, metric):
    weights = class_weights(SUBSETS["train"].labels)
    mean = report[metric]["mean"]
    for name, subset in SUBSETS.items():
        seeds = [
            mean_score(metric, subset.labels, one, weights)
            for one in predictions(3)[name]
        ]
        assert mean[name] == pytest.approx(np.mean(seeds), rel=1e-12)
        if name == "test":
            assert mean["test_per_seed"] == pytest.approx(seeds, rel=1e-12)
            assert mean["test_sd_over_seeds"] == pytest.approx(np.std(seeds, ddof=1))


def test_validation_means_are_means_over_folds_of_means_over_tasks(report):
    """As trials are ranked, also where a task has no score in a fold."""
    rows = [
        (seed, fold, task, score + seed / 10)
        for seed in (0, 1)
        for fold, by_task in {1: (0.9, 0.6), 2: (0.7, np.nan)}.items()
        for task, score in zip("ab", by_task, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["seed", "fold", "task", "score"])
    table = table.assign(trial="t", metric="roc_auc").astype({"fold": "Int64"})
    valid = valid_scores(table.sample(frac=1, random_state=1), "t", [0, 1], ["a", "b"])
    assert valid["roc_auc"].shape == (2, 2, 2)
    train = replace(SUBSETS["train"], tasks=["a", "b"])
    train = replace(train, labels=train.labels[:, :2])
    tested = {
        "roc_auc": MemberScores(np.zeros((2, 2)), np.zeros((2, 5, 2)), np.ones(2))
    }
    (scores,) = evaluate(
        train,
        np.zeros((2, len(train.ids), 2)),
        valid=valid,
        test=tested,
        confidence=0.9,
    ).values()
    assert scores.mean.valid == pytest.approx(np.mean([0.75, 0.7]) + 0.05)
    assert scores.tasks["a"].valid == pytest.approx(0.8 + 0.05)
    assert scores.tasks["b"].valid == pytest.approx(0.6 + 0.05)


@pytest.mark.parametrize("metric", BINARY)
def test_tasks_have_their_own_scores(report, metric):
    weights = class_weights(SUBSETS["train"].labels)
    assert list(report[metric]["tasks"]) == TASKS
    for name, subset in SUBSETS.items():
        seeds = [
            task_scores(metric, subset.labels, one, weights)
            for one in predictions(3)[name]
        ]
        got = [report[metric]["tasks"][task][name] for task in TASKS]
        want = [None if np.isnan(one) else one for one in np.mean(seeds, axis=0)]
        assert got == [one if one is None else pytest.approx(one) for one in want]


def test_task_without_a_score_is_null_and_no_half(report):
    task = report["roc_auc"]["tasks"]["one class"]
    assert (task["test"], task["valid"], task["test_interval"]) == (None, None, None)
    assert isinstance(task["train"], float)


def test_report_is_json_without_nan(report):
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("metric", BINARY)
def test_intervals_surround_the_scores(report, metric):
    tasks = [report[metric]["tasks"][task] for task in TASKS[:2]]
    for scores in [report[metric]["mean"], *tasks]:
        low, high = scores["test_interval"]
        assert low < scores["test"] < high
        assert high - low < 0.5


def test_more_confidence_is_a_wider_interval(report):
    wider = evaluated(SUBSETS, predictions(3), Resampling(60, 0, 0.99), "binary")
    low, high = report["roc_auc"]["mean"]["test_interval"]
    wide_low, wide_high = wider["roc_auc"]["mean"]["test_interval"]
    assert wide_low < low
    assert high < wide_high


def test_bootstrap_settings_change_no_score(report):
    other = evaluated(SUBSETS, predictions(3), Resampling(20, 5, 0.8), "binary")
    for metric in BINARY:
        one, two = report[metric]["mean"], other[metric]["mean"]
        assert one["test_per_seed"] == two["test_per_seed"]
        assert one["test_interval"] != two["test_interval"]


def test_same_settings_give_the_same_report(report):
    assert evaluated(SUBSETS, predictions(3), RESAMPLING, "binary") == report


def test_single_seed_has_no_sd():
    report = evaluated(SUBSETS, predictions(1), RESAMPLING, "binary")
    mean = report["roc_auc"]["mean"]
    assert mean["test_sd_over_seeds"] is None
    assert mean["test_per_seed"] == [mean["test"]]
    json.dumps(report, allow_nan=False)


def test_nothing_to_score_is_null():
    blank = {
        name: replace(subset, labels=np.full_like(subset.labels, np.nan))
        for name, subset in SUBSETS.items()
    }
    report = evaluated(blank, predictions(2), RESAMPLING, "binary")
    mean = report["roc_auc"]["mean"]
    assert (mean["test"], mean["test_interval"]) == (None, None)
    json.dumps(report, allow_nan=False)


def test_flat_table_has_a_row_per_family_metric_and_task(report):
    families = {
        family: {
            metric: MetricScores.from_dict(scores) for metric, scores in report.items()
        }
        for family in ("dense", "random_forest")
    }
    table = flat_table(families)
    assert len(table) == 2 * len(BINARY) * (1 + len(TASKS))
    row = table.query("family == 'dense' and metric == 'pr_auc' and task == 'hard'")
    scores = report["pr_auc"]["tasks"]["hard"]
    assert row.to_dict("records") == [
        {
            "family": "dense",
            "metric": "pr_auc",
            "task": "hard",
            "train": scores["train"],
            "valid": scores["valid"],
            "test": scores["test"],
            "test_low": scores["test_interval"][0],
            "test_high": scores["test_interval"][1],
            "test_low_seeds": scores["test_interval_over_seeds"][0],
            "test_high_seeds": scores["test_interval_over_seeds"][1],
        }
    ]
