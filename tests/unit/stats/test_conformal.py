"""Prediction sets and intervals: against a library, and against their promise."""

import numpy as np
import pytest
from crepes import ConformalClassifier, ConformalRegressor
from scipy.stats import kstest

from toxtune.stats.conformal import (
    calibrate_classes,
    calibrate_values,
    chance_of_so_few,
    class_scores,
    half_widths,
    p_values,
    prediction_sets,
)


def classified(rng, n, n_classes=2):
    """Draw labels, and probabilities that know something of them."""
    labels = rng.choice(
        n_classes, n, p=[0.8] + [0.2 / (n_classes - 1)] * (n_classes - 1)
    )
    odds = rng.normal(size=(n, n_classes))
    odds[np.arange(n), labels] += 1
    probabilities = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    return labels, probabilities[:, 1] if n_classes == 2 else probabilities


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("coarse", [False, True])
def test_p_values_are_those_of_crepes(n_classes, coarse):
    rng = np.random.default_rng(n_classes)
    known, new = classified(rng, 150, n_classes), classified(rng, 60, n_classes)
    known_scores, new_scores = class_scores(known[1]), class_scores(new[1])
    if coarse:
        # Trees give many molecules the same probability.
        known_scores, new_scores = known_scores.round(1), new_scores.round(1)
    calibration = calibrate_classes(known[0], known_scores)
    reference = ConformalClassifier().fit(
        known_scores[np.arange(150), known[0]], bins=known[0]
    )
    for number in range(n_classes):
        expected = reference.predict_p(
            new_scores[:, [number]], bins=np.full(60, number), smoothing=False
        )
        found = p_values(calibration, new_scores)[:, number]
        np.testing.assert_allclose(found, expected[:, 0])


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
def test_intervals_are_those_of_crepes(confidence):
    rng = np.random.default_rng(1)
    # Not of 99: 100 x (1 - 0.8) is a little less than 20 to a computer, and crepes cuts
    # that to 19.
    labels, values = rng.normal(size=(2, 98))
    spread, new = rng.random(98), rng.random(30)
    calibration = calibrate_values(labels, values, spread)
    reference = ConformalRegressor().fit(
        labels - values, sigmas=spread + calibration.offset
    )
    bounds = reference.predict_int(
        np.zeros(30), sigmas=new + calibration.offset, confidence=confidence
    )
    found = half_widths(calibration, new, confidence)
    # Ours are rounded to a millionth.
    np.testing.assert_allclose(found, bounds[:, 1], rtol=1e-4)


def nearest_probability(train, labels, new, leave_out=False):
    """Say 0.9 or 0.1 by the nearest training point, and a bit by how near it is."""
    distances = np.abs(new[:, None] - train[None])
    nearest = distances.argmin(axis=1)
    gap = distances[np.arange(len(new)), nearest]
    return 0.5 + (labels[nearest] - 0.5) * np.exp(-5 * gap)


def p_of_true_class(of_training_set):
    """Return the p of the true class of 400 new points.

    The model knows its training points by heart, and the labels are noise.
    """
    rng = np.random.default_rng(7)
    x, labels = rng.random((3, 400)), rng.integers(0, 2, (3, 400))
    known = 0 if of_training_set else 1
    scores = [
        class_scores(nearest_probability(x[0], labels[0], x[which]))
        for which in (known, 2)
    ]
    calibration = calibrate_classes(labels[known], scores[0])
    return p_values(calibration, scores[1])[np.arange(400), labels[2]]


def test_p_values_of_exchangeable_data_are_uniform():
    assert kstest(p_of_true_class(of_training_set=False), "uniform").pvalue > 0.01


def test_p_values_are_not_uniform_if_the_training_set_calibrates():
    assert kstest(p_of_true_class(of_training_set=True), "uniform").pvalue < 1e-6


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
def test_each_class_is_covered_as_often_as_is_promised(confidence):
    rng = np.random.default_rng(3)
    covered = np.zeros((300, 2))
    for repetition in range(len(covered)):
        known, new = classified(rng, 120), classified(rng, 200)
        calibration = calibrate_classes(known[0], class_scores(known[1]))
        p = p_values(calibration, class_scores(new[1]))
        sets = prediction_sets(p, confidence)
        covered[repetition] = [sets[new[0] == c, c].mean() for c in (0, 1)]
    assert covered.mean(axis=0) == pytest.approx([confidence] * 2, abs=0.03)
    assert (covered.mean(axis=0) > confidence - 0.01).all()


def test_values_are_covered_as_often_as_is_promised_where_members_disagree_and_agree():
    rng = np.random.default_rng(4)
    held = []
    for _ in range(300):
        spread = rng.choice([0.1, 1.0], 300)
        errors = rng.normal(size=300) * (spread + 0.2)
        calibration = calibrate_values(errors[:100], np.zeros(100), spread[:100])
        half = half_widths(calibration, spread[100:], 0.9)
        assert len(set(half.round(9))) == 2
        held.append((np.abs(errors[100:]) <= half).mean())
    assert np.mean(held) == pytest.approx(0.9, abs=0.01)


def test_one_model_has_intervals_of_one_width():
    labels = np.arange(19.0)
    calibration = calibrate_values(labels, np.zeros(19), np.full(19, np.nan))
    half = half_widths(calibration, np.full(3, np.nan), 0.9)
    # The 18th of 19 errors: ceil(20 x 0.9).
    np.testing.assert_allclose(half, [17, 17, 17], rtol=1e-5)


def test_too_few_molecules_rule_nothing_out():
    # At 90%, nine can: with p = 1/10. At 95%, they cannot.
    calibration = calibrate_classes(np.ones(9), np.full((9, 2), 0.1))
    p = p_values(calibration, np.array([[0.9, 0.9]]))
    assert p.tolist() == [[1.0, 0.1]]
    assert prediction_sets(p, 0.9).tolist() == [[True, False]]
    assert prediction_sets(p, 0.95).tolist() == [[True, True]]
    errors = calibrate_values(np.arange(9.0), np.zeros(9), np.zeros(9))
    assert np.isfinite(half_widths(errors, np.zeros(1), 0.9)).all()
    assert np.isinf(half_widths(errors, np.zeros(1), 0.95)).all()


def test_a_perfect_model_has_intervals_without_width():
    calibration = calibrate_values(np.ones(50), np.ones(50), np.zeros(50))
    assert half_widths(calibration, np.zeros(2), 0.9).tolist() == [0, 0]


def test_chance_has_the_luck_of_the_calibration_in_it():
    rng = np.random.default_rng(5)
    counts = []
    for _ in range(4000):
        known, new = rng.random(29), rng.random(40)
        scores = np.column_stack([new])
        calibration = calibrate_classes(np.zeros(29), known[:, None])
        counts.append(prediction_sets(p_values(calibration, scores), 0.9).sum())
    for covered in (30, 33, 36):
        found = chance_of_so_few(covered, 40, 29, 0.9)
        assert found == pytest.approx(np.mean(np.array(counts) <= covered), abs=0.025)


def test_nothing_measured_breaks_no_promise():
    assert chance_of_so_few(0, 0, 50, 0.9) is None
    assert chance_of_so_few(0, 20, 0, 0.9) is None
