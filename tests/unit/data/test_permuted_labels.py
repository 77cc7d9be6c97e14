"""Shuffled labels: the same labels, on other molecules."""

from collections import Counter

import numpy as np
import pytest

from toxtune.labels.legal import permute_labels

GROUPS = ["a", "b", "a", "c", "d", "e", "f"]
LABELS = [
    ["1", ""],
    ["0", "0"],
    ["1", "1"],
    ["", ""],
    ["0", "1"],
    ["1", "0"],
    ["0", ""],
]


def test_molecules_get_the_labels_of_others_together():
    permuted = permute_labels(GROUPS, LABELS, seed=3)
    assert permuted != LABELS
    by_group = dict(zip(GROUPS, permuted, strict=True))
    # The labels of the rows of `a` are put together.
    want = [("1", "1"), ("0", "0"), ("", ""), ("0", "1"), ("1", "0"), ("0", "")]
    assert Counter(map(tuple, by_group.values())) == Counter(want)


def test_rows_of_one_molecule_stay_alike():
    for seed in range(10):
        permuted = permute_labels(GROUPS, LABELS, seed)
        assert permuted[0] == permuted[2]


def test_seed_decides():
    first = permute_labels(GROUPS, LABELS, 0)
    assert first == permute_labels(GROUPS, LABELS, 0)
    assert any(first != permute_labels(GROUPS, LABELS, seed) for seed in (1, 2))


def test_labels_say_nothing_about_the_molecule_any_more():
    # Label = parity of the molecule: after permutation, 1000 labels agree with it as
    # often as by chance, 500 with a standard deviation of 16.
    groups = [str(number) for number in range(1000)]
    parity = [str(number % 2) for number in range(1000)]
    permuted = permute_labels(groups, [[label] for label in parity], seed=0)
    agreed = np.mean([new[0] == old for new, old in zip(permuted, parity, strict=True)])
    assert agreed == pytest.approx(0.5, abs=0.06)
