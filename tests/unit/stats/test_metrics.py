"""Scores per task with missing labels left out."""

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

from toxtune.labels.legal import scorable
from toxtune.stats.metrics import (
    METRICS,
    class_weights,
    mean_score,
    metrics_of,
    task_scores,
)

BINARY = metrics_of("binary")

NAN = np.nan
# Columns: perfect, reversed, half right, only positives, nothing measured.
LABELS = np.array(
    [
        [1, 1, 1, 1, NAN],
        [1, 1, 0, 1, NAN],
        [0, 0, 1, 1, NAN],
        [0, 0, 0, NAN, NAN],
    ]
)
COLUMN = np.array([0.9, 0.8, 0.2, 0.1])
PROBABILITIES = np.column_stack([COLUMN, 1 - COLUMN, COLUMN, COLUMN, COLUMN])
WEIGHTS = np.array([1.0, 1.0, 3.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("metric", "scores"),
    [
        # Third task: positives at 0.9 and 0.2, negatives at 0.8 and 0.1, so that three
        # of four pairs are right; precision 1/1 and 2/3 at the positives; one of two
        # positives and one of two negatives called right.
        ("roc_auc", [1, 0, 3 / 4]),
        ("pr_auc", [1, (1 / 3 + 2 / 4) / 2, (1 + 2 / 3) / 2]),
        ("weighted_accuracy", [1, 0, (3 + 1) / (3 + 3 + 1 + 1)]),
        ("balanced_accuracy", [1, 0, 1 / 2]),
    ],
)
def test_known_scores(metric, scores):
    got = task_scores(metric, LABELS, PROBABILITIES, WEIGHTS)
    np.testing.assert_allclose(got, [*scores, NAN, NAN], rtol=1e-12)


def test_weighted_accuracy_by_hand():
    labels = np.array([[1], [1], [0], [0], [0], [NAN]])
    probabilities = np.array([[0.9], [0.1], [0.2], [0.3], [0.5], [0.9]])
    # Right: one positive (2.5) and two negatives (1 each); 0.5 is called positive.
    score = task_scores("weighted_accuracy", labels, probabilities, np.array([2.5]))
    np.testing.assert_allclose(score, [(2.5 + 2) / (2 * 2.5 + 3)], rtol=1e-12)


@pytest.mark.parametrize("metric", BINARY)
def test_molecule_without_a_label_has_no_say(metric):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (30, 2)).astype(float)
    probabilities = rng.random((30, 2))
    weights = np.array([2.0, 0.5])
    labels[3:7, 1] = NAN
    measured = np.delete(np.arange(30), range(3, 7))
    alone = task_scores(
        metric, labels[measured, 1:], probabilities[measured, 1:], weights[1:]
    )
    assert task_scores(metric, labels, probabilities, weights)[1] == alone[0]
    probabilities[3:7, 1] = NAN
    assert task_scores(metric, labels, probabilities, weights)[1] == alone[0]


@pytest.mark.parametrize("metric", BINARY)
@pytest.mark.parametrize("column", [[1, 1, 1], [0, 0, NAN], [NAN, NAN, NAN]])
def test_task_with_one_class_has_no_score(metric, column):
    labels = np.array([column]).T
    probabilities = np.array([[0.1], [0.6], [0.7]])
    assert np.isnan(task_scores(metric, labels, probabilities, np.ones(1))).all()
    assert np.isnan(mean_score(metric, labels, probabilities, np.ones(1)))


def test_mean_is_over_the_tasks_that_have_a_score():
    mean = mean_score("roc_auc", LABELS, PROBABILITIES, WEIGHTS)
    assert mean == pytest.approx((1 + 0 + 3 / 4) / 3, rel=1e-12)


def test_scorable_tasks_have_both_classes():
    assert scorable(LABELS).tolist() == [True, True, True, False, False]


def test_class_weight_is_negatives_per_positive_of_the_measured():
    labels = np.array(
        [[1, 1, NAN, NAN], [0, 1, 0, NAN], [0, 1, 0, NAN], [0, NAN, 0, NAN]]
    )
    assert class_weights(labels).tolist() == [3, 1, 1, 1]


def test_class_weights_balance_the_training_set():
    rng = np.random.default_rng(1)
    labels = np.where(rng.random((200, 3)) < [0.05, 0.5, 0.8], 1.0, 0.0)
    labels[rng.random(labels.shape) < 0.2] = NAN
    weighted = class_weights(labels) * (labels == 1).sum(axis=0)
    np.testing.assert_allclose(weighted, (labels == 0).sum(axis=0))


def test_every_metric_has_a_direction_and_no_other():
    assert {METRICS[name].direction for name in METRICS} == {"maximize", "minimize"}
    with pytest.raises(KeyError):
        task_scores("auc", LABELS, PROBABILITIES, WEIGHTS)


def test_metrics_of_values_and_of_classes_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels = rng.normal(5, 2, (30, 2)).astype(np.float32)
    values = (labels + rng.normal(0, 1, labels.shape)).astype(np.float32)
    labels[:4, 0] = NAN
    for task, measured in enumerate((slice(4, None), slice(None))):
        one, other = labels[measured, task], values[measured, task]
        expected = {
            "rmse": np.sqrt(np.mean((one - other) ** 2)),
            "mae": np.mean(np.abs(one - other)),
            "r2": r2_score(one, other),
            "pearson_r2": np.corrcoef(one, other)[0, 1] ** 2,
        }
        assert set(expected) == set(metrics_of("regression"))
        for metric, score in expected.items():
            got = task_scores(metric, labels, values, np.ones(2))[task]
            assert got == pytest.approx(score, rel=1e-5), metric


def test_several_classes_are_scored_one_against_the_rest():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, (40, 2)).astype(np.float32)
    probabilities = rng.dirichlet(np.ones(3), (40, 2)).reshape(40, 6)
    labels[:5, 1] = NAN
    known = ~np.isnan(labels[:, 1])
    one, other = labels[known, 1], probabilities[known, 3:]
    expected = {
        "roc_auc_ovr": roc_auc_score(one, other, multi_class="ovr"),
        "accuracy": accuracy_score(one, other.argmax(axis=1)),
        "f1_macro": f1_score(one, other.argmax(axis=1), average="macro"),
    }
    assert set(expected) == set(metrics_of("multiclass"))
    for metric, score in expected.items():
        got = task_scores(metric, labels, probabilities, np.ones(2))[1]
        assert got == pytest.approx(score, rel=1e-12), metric


def test_a_task_with_a_single_value_has_no_score():
    labels = np.array([[2.5, 1.0], [2.5, 2.0], [NAN, 3.0]])
    scores = task_scores("rmse", labels, labels + 1, np.ones(2))
    assert np.isnan(scores[0])
    assert scores[1] == pytest.approx(1)


@pytest.mark.parametrize("value", [2.0, 0.1, 1e-9, -1 / 3])
def test_equal_predictions_have_no_correlation(value):
    """A task that was not learned counts in the mean as one that scores 0."""
    labels = np.array([[1.0], [2.0], [3.0]])
    constant = np.full((3, 1), value)
    assert task_scores("pearson_r2", labels, constant, np.ones(1)).tolist() == [0]
    counts = np.array([[1, 1, 1], [0, 2, 1], [3, 0, 0]], dtype=float)
    resampled = METRICS["pearson_r2"].resampled_scores(
        labels[:, 0], constant[:, 0], 1.0, counts
    )
    assert resampled[:2].tolist() == [0, 0]
    # Of equal labels nothing can be said.
    assert np.isnan(resampled[2])
    some_equal = np.array([value, value, value + 1])
    drawn = METRICS["pearson_r2"].resampled_scores(
        labels[:, 0], some_equal, 1.0, np.array([[2.0, 1.0, 0.0]])
    )
    assert drawn == pytest.approx([0], abs=1e-9)


@pytest.mark.parametrize("metric", ["r2", "pearson_r2"])
def test_a_resample_of_equal_labels_has_no_score(metric):
    """Whatever rounding leaves of their variance."""
    generator = np.random.default_rng(8)
    labels = np.repeat(generator.normal(size=30), 4)
    counts = np.zeros((30, 120))
    for row in range(30):
        counts[row, 4 * row : 4 * row + 4] = generator.integers(1, 40, 4)
    for values in (labels + 1, np.full(120, 0.3)):
        found = METRICS[metric].resampled_scores(labels, values, 1.0, counts)
        assert np.isnan(found).all()


def test_a_constant_has_an_r2_of_0():
    labels = np.array([[1.0], [2.0], [3.0]])
    constant = np.full((3, 1), 2.0)
    assert task_scores("r2", labels, constant, np.ones(1))[0] == pytest.approx(0)


def binary_set(rng):
    """Draw labels and probabilities: few or many, with ties or without, both sizes."""
    n = int(rng.integers(2, 400))
    labels = (rng.random(n) < rng.choice([0.05, 0.5, 0.9])).astype(np.float32)
    labels[:2] = 0, 1
    probabilities = rng.random(n)
    digits = rng.choice([0, 1, 2, 9])
    precision = rng.choice([np.float32, np.float64])
    return labels, probabilities.round(digits).astype(precision)


SAME_AS_SKLEARN = {
    "roc_auc": lambda labels, values, weight: roc_auc_score(labels, values),
    "pr_auc": lambda labels, values, weight: average_precision_score(labels, values),
    "weighted_accuracy": lambda labels, values, weight: accuracy_score(
        labels, values >= 0.5, sample_weight=np.where(labels == 1, weight, 1.0)
    ),
    "balanced_accuracy": lambda labels, values, weight: balanced_accuracy_score(
        labels, values >= 0.5
    ),
}


@pytest.mark.parametrize("metric", BINARY)
def test_scores_of_two_classes_have_the_bits_of_sklearn(metric):
    rng = np.random.default_rng(1)
    for _ in range(300):
        labels, values = binary_set(rng)
        weight = rng.random() * 10
        got = METRICS[metric].score(labels, values, weight)
        assert got == SAME_AS_SKLEARN[metric](labels, values, weight)
        assert type(got) is float


def test_scores_of_several_classes_have_the_bits_of_sklearn():
    rng = np.random.default_rng(2)
    for _ in range(100):
        n = int(rng.integers(3, 300))
        labels = rng.integers(0, 3, n).astype(np.float32)
        values = rng.random((n, 3)).astype(np.float32)
        got = METRICS["accuracy"].score(labels, values, 1)
        assert got == accuracy_score(labels, values.argmax(axis=1))


@pytest.mark.parametrize(
    ("metric", "sklearn"),
    [("rmse", root_mean_squared_error), ("mae", mean_absolute_error)],
)
def test_errors_have_the_bits_of_sklearn(metric, sklearn):
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(2, 2000))
        labels = (rng.normal(size=n) * 10).astype(np.float32)
        values = rng.normal(size=n).astype(rng.choice([np.float32, np.float64]))
        assert METRICS[metric].score(labels, values, 1) == sklearn(labels, values)


@pytest.mark.parametrize("metric", ["roc_auc", "pr_auc", "rmse", "mae"])
@pytest.mark.parametrize("value", [NAN, np.inf])
def test_predictions_that_are_not_finite_have_no_score(metric, value):
    with pytest.raises(ValueError, match="finite"):
        METRICS[metric].score(np.array([0.0, 1.0]), np.array([0.5, value]), 1)


@pytest.mark.parametrize("metric", metrics_of("regression"))
@pytest.mark.parametrize("huge", [1e20, 3e38])
@pytest.mark.parametrize("which", ["labels", "predictions"])
def test_numbers_whose_squares_are_no_float32_have_a_finite_score(metric, huge, which):
    sound = np.array([[1.0], [2.0], [3.0], [5.0]], dtype=np.float32)
    other = np.array([[huge], [-huge], [2.0], [huge]], dtype=np.float32)
    labels, values = (other, sound) if which == "labels" else (sound, other)
    (score,) = task_scores(metric, labels, values, np.ones(1))
    (expected,) = task_scores(metric, labels.astype(float), values.astype(float), [1])
    assert np.isfinite(score)
    assert score == pytest.approx(expected)
    # Once each, and without the second.
    counts = np.array([[1.0, 1, 1, 1], [1, 0, 1, 1]])
    resampled = METRICS[metric].resampled_scores(labels[:, 0], values[:, 0], 1, counts)
    assert np.isfinite(resampled).all()
    assert resampled[0] == pytest.approx(expected)
