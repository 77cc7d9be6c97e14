"""What the scikit-learn families promise beyond the contract of all families."""

import numpy as np
import pytest

from helpers.families import TRAIN, fit, predicted
from toxtune.models import gradient_boosting
from toxtune.models.base import Examples


@pytest.mark.parametrize("n_values", [1, 2, 5, 255, 300])
def test_boosting_takes_as_many_bins_as_lose_nothing(n_values):
    features = np.arange(600, dtype=np.float32).reshape(-1, 1) % n_values
    bins = gradient_boosting._n_bins(np.hstack([features, features > 3]))
    assert bins == min(max(n_values, 2), 255)


def test_boosting_without_idle_bins_gives_the_same_trees(monkeypatch):
    few = predicted("gradient_boosting").tobytes()
    monkeypatch.setattr(gradient_boosting, "_n_bins", lambda features: 255)
    assert predicted("gradient_boosting").tobytes() == few


def test_logistic_regression_says_what_has_not_converged(caplog):
    fit("logistic_regression", max_iter=1000)
    assert not caplog.records
    fit("logistic_regression", penalty="l2", max_iter=1)
    assert caplog.messages == [
        "Warning: logistic_regression.max_iter: 3 of 3 tasks have not converged after "
        "1 steps"
    ]


def test_forests_of_two_tasks_are_drawn_apart():
    labels = TRAIN.labels[:, [0, 0]]
    one, two = predicted("random_forest", train=Examples(TRAIN.features, labels)).T
    assert (one != two).any()
