"""Features of some molecules, and of train and valid together."""

import numpy as np
import pytest

from helpers.molecules import write_molecules
from toxtune.data.subsets import read_subset
from toxtune.features.arrays import Features, save_features
from toxtune.features.rows import join_features, take_molecules
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


@pytest.mark.parametrize("numbers", [[0, 1, 2, 3, 4], [1, 4], [4, 0, 2], [3], []])
def test_molecules_of_a_fold_have_their_own_features(tmp_path, numbers):
    """Rows have the numbers of the whole dataset, wherever their set has them."""
    members = [[7 * n + 3, f"m{n}", "C", f"G{n}", n % 2] for n in range(5)]
    write_molecules(tmp_path / "all.csv", ["toxic"], members)
    fold = [members[number] for number in numbers]
    write_molecules(tmp_path / "fold.csv", ["toxic"], fold)
    values = np.arange(10, dtype=np.float32).reshape(5, 2)
    features = Features(values, ["a", "b"], failures={1: "odd", 4: "too large"})
    taken = take_molecules(features, tmp_path / "all.csv", tmp_path / "fold.csv")
    np.testing.assert_array_equal(taken.values, values[numbers])
    assert taken.names == ["a", "b"]
    assert taken.failures == {
        row: features.failures[number]
        for row, number in enumerate(numbers)
        if number in features.failures
    }


def test_rows_of_a_set_are_found_by_the_assignment(tmp_path):
    """It has a row for each molecule of the dataset, in whatever set that is."""
    members = [[7 * n + 3, f"m{n}", "C", f"G{n}", n % 2] for n in range(5)]
    lines = [f"{7 * n + 3}\tG{n}\t{'train' if n % 2 else ''}\t" for n in range(5)]
    assignment = tmp_path / "assignment.tsv"
    assignment.write_text("\n".join(["row\tgroup\tsubset\treason", *lines, ""]))
    write_molecules(tmp_path / "train.csv", ["toxic"], members[1::2])
    features = Features(np.arange(5, dtype=np.uint8)[:, None], failures={3: "odd"})
    taken = take_molecules(features, assignment, tmp_path / "train.csv")
    assert taken.values.tolist() == [[1], [3]]
    assert taken.failures == {1: "odd"}
