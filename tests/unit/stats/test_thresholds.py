"""Thresholds and the calls made with them."""

import numpy as np
import pytest
from sklearn import metrics

from toxtune.stats.thresholds import (
    SCORES,
    decision_scores,
    is_active,
    likeliest,
    youden_threshold,
)


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


def test_equal_probabilities_are_called_the_same():
    """In 32 bits, and summed in any order, 0.15 is a little more or less."""
    parts = np.array([0.3, 0.1, 0.2, 0.0, 0.15])
    spellings = [np.float32(0.15), parts[::-1].mean(), parts.mean(), parts.sum() / 5]
    probabilities = np.array([*spellings, np.nextafter(0.15, 0), 0.15])
    assert len(set(probabilities)) > 1
    for threshold in probabilities.tolist():
        assert is_active(probabilities, threshold).all()
    assert not is_active(np.array([0.149]), 0.15).any()
    # Two of a class each: a threshold between equal ones would look perfect.
    labels, equal = np.array([0.0, 1]), np.array([np.nextafter(0.15, 0), 0.15])
    assert is_active(equal, youden_threshold(labels, equal)).all()


def test_of_equally_likely_classes_the_first_is_named():
    third = np.float32(1 / 3)
    rows = np.array([[1 / 3, third, 1 - third - 1 / 3], [0.2, 0.5, 0.3]])
    assert rows[0].argmax() != 0
    assert likeliest(rows).tolist() == [0, 1]
    assert likeliest(rows[1]) == 1


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
