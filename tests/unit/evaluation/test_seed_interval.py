"""The interval over seeds."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from toxtune.evaluation.scores import seed_interval


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_interval_over_seeds_is_students(confidence):
    scores = np.array([0.79, 0.80, 0.84])
    want = ttest_1samp(scores, 0).confidence_interval(confidence)
    assert seed_interval(scores, confidence) == pytest.approx([want.low, want.high])


def test_interval_over_seeds_needs_several_scores():
    assert seed_interval(np.array([0.8]), 0.95) is None
    assert seed_interval(np.array([0.8, np.nan]), 0.95) is None


def test_where_the_seed_has_no_say_the_interval_has_no_width():
    assert seed_interval(np.array([0.8, 0.8]), 0.95) == pytest.approx([0.8, 0.8])
