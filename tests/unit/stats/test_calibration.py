"""Calibration: scikit-learn's own temperature, bins by hand, the Brier score."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss, roc_auc_score

from toxtune.stats.calibration import (
    N_BINS,
    TEMPERATURES,
    brier_score,
    fit_temperature,
    reliability,
    tempered,
)


def case(temperature, n=3000, seed=0):
    """Labels, and probabilities that are too sure by a temperature above 1."""
    rng = np.random.default_rng(seed)
    odds = np.clip(rng.normal(-1, 1.5, n), -4.5, 4.5)
    labels = (rng.random(n) < expit(odds)).astype(float)
    return labels, expit(odds * temperature)


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose only feature is its probability."""

    def fit(self, features, labels):
        self.classes_ = np.unique(labels)
        return self

    def predict_proba(self, features):
        return np.column_stack([1 - features[:, 0], features[:, 0]])

    def predict(self, features):
        return (features[:, 0] >= 0.5).astype(float)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_undoes_what_was_done(temperature):
    fitted = fit_temperature(*case(temperature))
    # Of 3000 labels: a standard error of about 4%.
    assert fitted == pytest.approx(temperature, rel=0.12)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_temperature_is_that_of_scikit_learn(temperature):
    labels, probabilities = case(temperature, n=500)
    features = probabilities[:, None]
    model = FrozenEstimator(Given().fit(features, labels))
    calibrated = CalibratedClassifierCV(model, method="temperature")
    want = calibrated.fit(features, labels).predict_proba(features)[:, 1]
    got = tempered(probabilities, fit_temperature(labels, probabilities))
    np.testing.assert_allclose(got, want, atol=1e-3)


def test_no_other_temperature_is_likelier():
    labels, probabilities = case(2.0, n=300)
    best = fit_temperature(labels, probabilities)
    loss = log_loss(labels, tempered(probabilities, best))
    for factor in (0.9, 1.1):
        assert loss < log_loss(labels, tempered(probabilities, best * factor))


def test_sure_models_are_tempered_and_stay_finite():
    labels = np.array([0.0, 0, 0, 1, 1, 1])
    wrong = np.array([0.0, 0, 1, 0, 1, 1])
    fitted = fit_temperature(labels, wrong)
    assert 1 < fitted < TEMPERATURES[1]
    assert np.isfinite(tempered(wrong, fitted)).all()


@pytest.mark.parametrize(
    "probabilities",
    [
        [0.3, 0.2, 0.5, 0.7, 0.6, 0.5],
        [0.0, 1e-9, 0.1, 0.9, 1.0, 1.0],
        [0.5] * 6,
    ],
)
def test_where_no_label_is_on_the_wrong_side_there_is_no_temperature(probabilities):
    labels = np.array([0.0, 0, 0, 1, 1, 1])
    assert fit_temperature(labels, np.array(probabilities)) is None
    wrong = fit_temperature(labels, np.array([*probabilities[:5], 0.49]))
    assert TEMPERATURES[0] < wrong < TEMPERATURES[1]


def test_tempering_changes_no_order_and_crosses_no_half():
    labels, probabilities = case(1.0, n=200)
    got = tempered(probabilities, 2.5)
    np.testing.assert_allclose(logit(got), logit(probabilities) / 2.5, rtol=1e-6)
    assert roc_auc_score(labels, got) == roc_auc_score(labels, probabilities)
    np.testing.assert_array_equal(got >= 0.5, probabilities >= 0.5)


def test_brier_score_by_hand():
    score = brier_score(np.array([0.0, 1, 1]), np.array([0.5, 0.5, 1], np.float32))
    assert score == pytest.approx((0.25 + 0.25 + 0) / 3)


def test_bins_are_those_of_scikit_learn():
    labels, probabilities = case(2.0, n=777)
    rows = reliability(labels, probabilities, 0.95)
    observed, predicted = calibration_curve(
        labels, probabilities, n_bins=N_BINS, strategy="quantile"
    )
    assert [row["observed"] for row in rows] == pytest.approx(observed.tolist())
    assert [row["predicted"] for row in rows] == pytest.approx(predicted.tolist())
    assert sum(row["molecules"] for row in rows) == 777
    assert all(row["low"] <= row["observed"] <= row["high"] for row in rows)


def test_interval_of_a_bin_is_wilsons():
    (row,) = reliability(np.repeat([0.0, 1.0], [90, 10]), np.full(100, 0.1), 0.95)
    # Newcombe 1998 writes 0.0552 to 0.1744 for 10 of 100.
    assert (round(row["low"], 4), round(row["high"], 4)) == (0.0552, 0.1744)
    assert row["predicted"] == pytest.approx(0.1)


def test_equal_probabilities_share_a_bin():
    probabilities = np.array([0.0] * 60 + [0.5] * 30 + [1.0] * 10)
    rows = reliability(np.zeros(100), probabilities, 0.9)
    counts = {row["predicted"]: row["molecules"] for row in rows}
    assert counts == {0.0: 60, 0.5: 30, 1.0: 10}
