"""Which models of a search are kept, and how they are scored."""

import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.small_training import small_training
from toxtune.models.base import Examples
from toxtune.search.trials import with_hyperparameters
from toxtune.stats.metrics import METRICS, Objective, class_weights, mean_score
from toxtune.stats.task_scales import task_scales
from toxtune.tasks import TaskType
from toxtune.training import candidates
from toxtune.training.candidates import Candidates, forget, validation_score

AUC = Objective("roc_auc", "maximize")


@pytest.fixture
def trainings(tmp_path, monkeypatch):
    """Return five trainings that differ in a hyperparameter, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    first = small_training()
    return [
        replace(first, trial=with_hyperparameters(first.trial, n_estimators=number))
        for number in range(1, 6)
    ]


def offer(training, score, objective=AUC, size=10):
    """Offer a model of so many bytes; tell whether it is kept now."""

    def save(folder):
        (folder / "model.skops").write_bytes(b"0" * size)

    Candidates(training).offer(save, score, objective)
    return Candidates(training).find() is not None


def kept(trainings):
    return [n for n, one in enumerate(trainings) if Candidates(one).find()]


def test_the_best_three_are_kept(trainings):
    for training, score in zip(trainings, [0.5, 0.8, 0.6, 0.4, 0.7], strict=True):
        offer(training, score)
    assert kept(trainings) == [1, 2, 4]


def test_what_is_not_among_the_best_is_never_saved(trainings):
    for training in trainings[:3]:
        assert offer(training, 0.8)
    # Equal to the last of them.
    assert not offer(trainings[3], 0.8)
    Candidates(trainings[4]).offer(lambda folder: pytest.fail("saved"), 0.7, AUC)


def test_errors_are_better_if_smaller(trainings):
    rmse = Objective("rmse", "minimize")
    for training, score in zip(trainings, [0.5, 0.8, 0.6, 0.4, 0.7], strict=True):
        offer(training, score, rmse)
    assert kept(trainings) == [0, 2, 3]


def test_families_and_seeds_do_not_compete(trainings):
    others = [replace(trainings[0], seed=seed) for seed in range(5)]
    assert all(offer(one, 0.5) for one in others)
    assert kept(others) == [0, 1, 2, 3, 4]


def test_what_another_metric_ranked_goes_first(trainings):
    for training in trainings[:3]:
        offer(training, 0.9)
    pr_auc = Objective("pr_auc", "maximize")
    assert offer(trainings[3], 0.1, pr_auc)
    assert offer(trainings[4], 0.2, pr_auc)
    assert {3, 4} < set(kept(trainings))
    assert len(kept(trainings)) == 3


def test_score_that_is_none_keeps_nothing(trainings):
    assert not offer(trainings[0], np.nan)


def test_no_more_than_so_many_bytes_are_kept(trainings, monkeypatch):
    monkeypatch.setattr(candidates, "MOST_BYTES", 5000)
    assert offer(trainings[0], 0.5, size=3000)
    # No room beside a better one; and then in place of a worse one.
    assert not offer(trainings[1], 0.4, size=3000)
    assert offer(trainings[2], 0.6, size=3000)
    assert kept(trainings) == [2]
    # Of no use to anyone.
    other = replace(trainings[3], seed=1)
    assert not offer(other, 0.9, size=6000)
    assert kept(trainings) == [2]


def test_nothing_is_kept_where_the_disk_is_short(trainings, monkeypatch):
    usage = namedtuple("Usage", ["free"])
    short = usage(candidates.LEAST_FREE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: short)
    assert not offer(trainings[0], 0.5)
    assert not any(path.is_file() for path in candidates.FOLDER.rglob("*"))


def test_unreadable_scores_are_no_rivals(trainings):
    for number, training in enumerate(trainings[:3]):
        offer(training, 0.9)
        text = ["{", "[]", '{"score": null, "objective": {}}'][number]
        (Candidates(training).find() / "score.json").write_text(text)
    assert offer(trainings[3], 0.1)


def test_searches_on_a_split_are_forgotten(trainings):
    offer(trainings[0], 0.5)
    shutil.copytree("data/d/s", "data/d/t")
    other = replace(trainings[1], trial=replace(trainings[1].trial, split="t"))
    offer(other, 0.5)
    forget("d", "s")
    assert kept([trainings[0], other]) == [1]
    forget("d", "t")
    assert not candidates.FOLDER.exists()
    assert Path("data").exists()


@pytest.mark.parametrize("metric", METRICS)
def test_score_is_that_of_the_selection(metric):
    rng = np.random.default_rng(0)
    task_type = METRICS[metric].task_type
    classes = {TaskType.BINARY: 2, TaskType.MULTICLASS: 3, TaskType.REGRESSION: 0}
    n = classes[task_type]
    labels = rng.integers(0, n, (60, 3)) if n else rng.normal(size=(60, 3)) * [1, 9, 5]
    labels = labels.astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    labels[30:, 2] = 1
    predictions = rng.random((30, 9 if n == 3 else 3)).astype(np.float32)
    train, valid = labels[:30], labels[30:]
    examples = {
        "train": Examples(np.empty((30, 0)), train, task_type),
        "valid": Examples(np.empty((30, 0)), valid, task_type),
    }
    objective = Objective(metric, METRICS[metric].direction)
    expected = mean_score(
        metric,
        valid,
        predictions,
        class_weights(train),
        task_scales([train], objective).of(metric),
    )
    assert np.isfinite(expected)
    score = validation_score(examples, predictions, objective)
    np.testing.assert_allclose(score, expected, rtol=1e-6)


def test_score_of_tasks_with_one_label_is_none():
    labels = np.ones((4, 1), np.float32)
    both = Examples(np.empty((4, 0)), labels)
    score = validation_score({"train": both, "valid": both}, labels, AUC)
    assert np.isnan(score)
