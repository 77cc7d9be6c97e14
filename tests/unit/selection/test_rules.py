"""The rules of choice: best, and simplest within one standard error."""

import numpy as np
import pytest

from toxtune.selection.rules import choose, simplicity_ranks

SCORES = np.array([[0.80, 0.85, 0.84, 0.79]])


def one_se(scores, margins, ranks, maximize=True):
    return choose(scores, maximize, np.array(margins), np.array(ranks)).tolist()


def test_best_is_highest_or_lowest():
    assert choose(SCORES, maximize=True).tolist() == [1]
    assert choose(SCORES, maximize=False).tolist() == [3]


def test_no_score_is_the_worst():
    scores = np.array([[np.nan, 0.2, 0.1]])
    assert choose(scores, maximize=True).tolist() == [1]
    assert one_se(scores, [1, 1, 1], [0, 2, 1], maximize=False) == [2]


def test_of_equal_scores_the_first_wins():
    assert choose(np.full((2, 3), 0.5), maximize=True).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("margin", "chosen"),
    [
        pytest.param(0.0, 1, id="nothing is close"),
        pytest.param(0.02, 2, id="simpler and close"),
        pytest.param(0.055, 0, id="simplest and close"),
        pytest.param(1.0, 0, id="all are close"),
    ],
)
def test_simplest_within_the_margin_of_the_best(margin, chosen):
    # The margins of the others are not looked at.
    assert one_se(SCORES, [9, margin, 9, 9], [0, 2, 1, 3]) == [chosen]


def test_where_lower_is_better():
    assert one_se(SCORES, [9, 9, 9, 0.02], [0, 2, 1, 3], maximize=False) == [0]
    assert one_se(SCORES, [9, 9, 9, 0.005], [0, 2, 1, 3], maximize=False) == [3]


def test_of_equally_simple_ones_the_best_then_the_first():
    assert one_se(SCORES, [1, 1, 1, 1], [0, 0, 0, 0]) == [1]
    assert one_se(np.full((1, 4), 0.8), [1, 1, 1, 1], [1, 0, 0, 0]) == [1]


def test_each_row_is_a_choice_of_its_own():
    scores = np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.52]])
    assert one_se(scores, [0.05, 0.05], [0, 1]) == [0, 1, 0]


def test_complexities_are_ranked():
    ranks = simplicity_ranks([(3, 1.0), (2, 9.0), (3, 0.5), (2, 9.0)])
    assert ranks.tolist() == [2, 0, 1, 0]
