"""Scores of refits and ensembles."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from toxtune.data.subsets import Subset
from toxtune.evaluation.variants import (
    average_seeds,
    score_variants,
    summarize_scores,
    variant_rows,
)
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.member_scores import score_members
from toxtune.stats.task_scales import NO_SCALES

N = 40
RESAMPLING = Resampling(resamples=200, seed=0, confidence=0.95)


@pytest.fixture
def test_set():
    """One task with a signal, and one that has a single class."""
    labels = np.stack([np.arange(N) % 2, np.zeros(N)], axis=1).astype(np.float32)
    names = [str(number) for number in range(N)]
    return Subset(names, names, names, ["toxic", "constant"], labels)


@pytest.fixture
def members(test_set):
    """Predictions of three seeds, each with noise of its own: 3 x N x 2, float32."""
    noise = np.random.default_rng(0).normal(0, 1, (3, N, 2))
    return (test_set.labels + noise).astype(np.float32)


def rows_of(subset, by_refit):
    scored = score_variants(
        subset, np.ones(2), by_refit, RESAMPLING, "binary", NO_SCALES
    )
    rows = variant_rows(scored, subset.tasks, RESAMPLING.confidence)
    return [row.to_dict() for row in rows]


def test_single_seeds_are_averaged_after_scoring_an_ensemble_before(test_set, members):
    rows = rows_of(test_set, {"none": members})
    found = {r["averaged"]: r["score"] for r in rows if r["metric"] == "roc_auc"}
    labels = test_set.labels[:, 0]
    single = [roc_auc_score(labels, member[:, 0]) for member in members]
    assert found[False] == pytest.approx(np.mean(single))
    assert found[True] == pytest.approx(roc_auc_score(labels, members[..., 0].mean(0)))
    # Noise that is averaged away does less harm; the two must not be the same thing.
    assert found[True] > found[False]


def test_before_and_after_a_refit_stand_side_by_side(test_set, members):
    by_refit = {"none": members, "train+valid": 1 - members}
    rows = rows_of(test_set, by_refit)
    auc = {
        (row["refit"], row["averaged"]): row
        for row in rows
        if row["metric"] == "roc_auc"
    }
    assert len(auc) == 4
    for averaged in (False, True):
        before, after = auc["none", averaged], auc["train+valid", averaged]
        assert before["score"] == pytest.approx(1 - after["score"])
        low, high = before["interval"]
        assert low < before["score"] < high


def test_task_without_a_score_has_none_and_is_not_in_the_mean(test_set, members):
    mean = average_seeds(members)[None]
    scored = score_members(test_set, np.ones(2), mean, RESAMPLING, "binary", NO_SCALES)
    report = summarize_scores(scored, test_set.tasks, 0.95)["roc_auc"]
    assert report["tasks"]["constant"] == {"score": None, "interval": None}
    assert report["mean"]["score"] == report["tasks"]["toxic"]["score"]
