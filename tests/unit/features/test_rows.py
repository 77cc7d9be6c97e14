"""Train and valid together."""

import numpy as np

from helpers.molecules import write_molecules
from toxtune.data.subsets import read_subset
from toxtune.features.arrays import Features, save_features
from toxtune.features.rows import join_features
from toxtune.splits.files import join_subsets


def test_molecules_of_both_parts_are_trained_on_and_none_is_left_to_judge(tmp_path):
    paths = [tmp_path / f"{subset}.csv" for subset in ("train", "valid")]
    write_molecules(
        paths[0], ["toxic"], [[2, "c", "CC", "B", 0], [0, "a", "C", "A", 1]]
    )
    write_molecules(paths[1], ["toxic"], [[1, "b", "CCC", "C", ""]])
    joined, empty = tmp_path / "all" / "train.csv", tmp_path / "all" / "valid.csv"
    join_subsets(paths, joined, empty)
    assert read_subset(joined).ids == ["c", "a", "b"]
    np.testing.assert_array_equal(read_subset(joined).labels, [[0], [1], [np.nan]])
    assert (read_subset(empty).ids, read_subset(empty).tasks) == ([], ["toxic"])


def test_features_stand_in_the_order_of_the_molecules(tmp_path):
    paths = [tmp_path / f"{subset}.npz" for subset in ("train", "valid")]
    bits = np.eye(5, 4, dtype=bool)
    save_features(paths[0], Features(bits[:2], failures={1: "too large"}))
    save_features(paths[1], Features(bits[2:], failures={0: "too small"}))
    joined = join_features(paths)
    np.testing.assert_array_equal(joined.values, bits)
    assert joined.values.dtype == bool
    assert joined.failures == {1: "too large", 2: "too small"}
