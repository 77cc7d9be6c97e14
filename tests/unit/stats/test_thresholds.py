"""Thresholds and the calls made with them."""

import numpy as np
import pytest
from sklearn import metrics

from toxtune.stats.thresholds import SCORES, decision_scores, youden_threshold


def test_threshold_is_where_youdens_j_is_highest():
    rng = np.random.default_rng(0)
    for _ in range(20):
        labels = rng.permutation(np.repeat([0.0, 1.0], [30, 10]))
        probabilities = (rng.integers(0, 20, 40) / 20 + labels / 4).astype(np.float32)
        best = max(
            sorted(set(probabilities.tolist()), reverse=True),
            key=lambda t: round(j(labels, probabilities >= np.float32(t)), 12),
        )
        assert youden_threshold(labels, probabilities) == pytest.approx(best)


def j(labels, active):
    return metrics.balanced_accuracy_score(labels, active, adjusted=True)


def test_useless_model_gets_a_finite_threshold():
    assert youden_threshold(np.array([0.0, 1]), np.array([0.9, 0.1])) == 0.1
    assert youden_threshold(np.array([0.0, 1]), np.array([0.4, 0.4])) == 0.4


def test_threshold_does_not_ask_how_rare_actives_are():
    rng = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], [40, 20])
    probabilities = rng.random(60) + labels / 2
    often = np.concatenate([labels, np.tile(labels[labels == 0], 9)])
    others = np.tile(probabilities[labels == 0], 9)
    assert youden_threshold(often, np.concatenate([probabilities, others])) == (
        youden_threshold(labels, probabilities)
    )


def test_scores_by_hand():
    labels = np.array([1.0, 1, 1, 0, 0, 0, 0, 0])
    active = np.array([1, 1, 0, 1, 0, 0, 0, 0], dtype=bool)
    scores = decision_scores(labels, active)
    # 2 found, 1 missed, 1 false, 4 rightly inactive.
    mcc = (2 * 4 - 1 * 1) / np.sqrt(3 * 3 * 5 * 5)
    want = {"precision": 2 / 3, "recall": 2 / 3, "specificity": 0.8}
    assert scores == pytest.approx({**want, "f1": 2 / 3, "mcc": mcc})
    assert tuple(scores) == SCORES


def test_calls_that_are_all_the_same_score_nothing():
    labels = np.array([0.0, 1, 1])
    none = decision_scores(labels, np.zeros(3, dtype=bool))
    assert none == dict(zip(SCORES, [0, 0, 1, 0, 0], strict=True))
    every = decision_scores(labels, np.ones(3, dtype=bool))
    assert every == pytest.approx(dict(zip(SCORES, [2 / 3, 1, 0, 0.8, 0], strict=True)))
