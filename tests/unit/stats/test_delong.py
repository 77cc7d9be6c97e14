"""DeLong's test: the authors' own patients, other ways to the same numbers, Holm."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, mannwhitneyu
from sklearn.metrics import roc_auc_score

from toxtune.stats.delong import Placements, holm, p_value, placements

# The patients of DeLong et al. (1988) without a missing test, as the SAS/STAT manual
# prints them (PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves"):
# albumin, total protein, K-G score, and whether surgery did not help.
PATIENTS = np.fromstring(
    """
    3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0
    2.5 5.7  8 0  1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1
    4.1 6.6  5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0
    4.0 6.6  6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1
    3.1 6.6  6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1
    3.3 6.8  6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1
    2.9 5.7  9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
    3.6 6.6  5 1
    """,
    sep=" ",
).reshape(-1, 4)
LABELS = PATIENTS[:, 3]
TESTS = {
    "albumin": PATIENTS[:, 0],
    "protein": PATIENTS[:, 1],
    "score": 10 - PATIENTS[:, 2],
}


@pytest.mark.parametrize(
    ("test", "area", "error"),
    [
        ("albumin", 0.7366, 0.0927),
        ("protein", 0.6478, 0.1000),
        ("score", 0.7258, 0.1028),
    ],
)
def test_areas_and_errors_of_the_published_patients(test, area, error):
    placed = placements(LABELS, TESTS[test][None])
    assert round(placed.roc_auc, 4) == area
    assert round(placed.variance**0.5, 4) == error


@pytest.mark.parametrize(
    ("test", "difference", "error", "p"),
    [("albumin", 0.0108, 0.0953, 0.9102), ("protein", -0.0780, 0.1046, 0.4561)],
)
def test_published_comparison_with_the_k_g_score(test, difference, error, p):
    placed = placements(LABELS, TESTS[test][None])
    compared = placed - placements(LABELS, TESTS["score"][None])
    assert round(compared.roc_auc, 4) == difference
    assert round(compared.variance**0.5, 4) == error
    assert round(p_value(compared), 4) == p


def random_case(rng):
    """Draw labels and the scores of two seeds, with ties."""
    labels = rng.permutation(np.repeat([0.0, 1.0], [25, 15]))
    return labels, rng.integers(0, 9, (2, 40)).astype(float)


def test_area_is_that_of_scikit_learn_and_of_the_rank_sum():
    rng = np.random.default_rng(0)
    for _ in range(50):
        labels, (scores, _) = random_case(rng)
        area = placements(labels, scores[None]).roc_auc
        positives, negatives = scores[labels == 1], scores[labels == 0]
        statistic = mannwhitneyu(positives, negatives).statistic
        assert area == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
        assert area == pytest.approx(statistic / (15 * 25), abs=1e-12)


def test_placements_are_shares_of_pairs():
    labels, scores = random_case(np.random.default_rng(1))
    positives, negatives = scores[:, labels == 1], scores[:, labels == 0]
    difference = positives[:, :, None] - negatives[:, None, :]
    won = ((difference > 0) + (difference == 0) / 2).mean(axis=0)
    placed = placements(labels, scores)
    np.testing.assert_allclose(placed.positives, won.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(placed.negatives, won.mean(axis=0), atol=1e-12)


def test_area_of_several_seeds_is_their_mean():
    labels, scores = random_case(np.random.default_rng(2))
    areas = [roc_auc_score(labels, seed) for seed in scores]
    assert placements(labels, scores).roc_auc == pytest.approx(np.mean(areas))


def test_p_is_uniform_where_nothing_differs():
    rng = np.random.default_rng(3)
    labels = np.repeat([0.0, 1.0], [150, 50])
    small = 0
    for _ in range(400):
        shared = rng.normal(size=200) + labels
        one, other = (
            placements(labels, (shared + rng.normal(size=200))[None]) for _ in "ab"
        )
        small += p_value(one - other) < 0.05
    # Of 400 at 0.05: 20, with a standard deviation of 4.4.
    assert 7 <= small <= 33


def test_equal_models_do_not_differ():
    labels, scores = random_case(np.random.default_rng(4))
    placed = placements(labels, scores)
    assert p_value(placed - placed) == 1.0


def test_one_molecule_of_a_class_has_no_p():
    labels = np.array([0.0, 0, 0, 1])
    one = placements(labels, np.array([[0.1, 0.2, 0.3, 0.4]]))
    other = placements(labels, np.array([[0.4, 0.2, 0.3, 0.1]]))
    assert p_value(one - other) is None


def test_always_better_by_the_same_is_no_chance():
    ones, zeros = np.ones(3), np.zeros(3)
    assert p_value(Placements(ones, ones) - Placements(zeros, zeros)) == 0.0


def test_holm_by_hand():
    # Smallest to largest: 0.01 x 4, 0.02 x 3, 0.03 x 2 = 0.06, 0.9 x 1.
    corrected = holm([0.03, None, 0.01, 0.9, 0.02])
    assert corrected == pytest.approx([0.06, None, 0.04, 0.9, 0.06])


def test_holm_stays_below_one_and_above_the_false_discovery_rate():
    rng = np.random.default_rng(5)
    for _ in range(20):
        raw = rng.random(12) ** 3
        corrected = np.array(holm(raw.tolist()))
        assert (corrected <= 1).all()
        assert (corrected >= raw).all()
        # Benjamini and Hochberg's correction is never the stricter one.
        assert (corrected >= false_discovery_control(raw) - 1e-12).all()


def test_holm_of_nothing():
    assert holm([]) == []
    assert holm([None]) == [None]
