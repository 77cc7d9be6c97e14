"""Counting stereoisomers whose labels differ."""

from toxtune.data.settling import Measured, settle
from toxtune.data.stereo_labels import contrasting_stereoisomers
from toxtune.tasks import TaskType

LEFT, RIGHT, OTHER = "A" * 14 + "-L", "A" * 14 + "-R", "B" * 14 + "-L"


def count(compounds, labels, subsets=None, task_type=TaskType.BINARY):
    measured = Measured(list(compounds), ["a"], [[label] for label in labels])
    subsets = subsets or ["train"] * len(labels)
    return contrasting_stereoisomers(settle(measured, subsets, task_type), task_type)


def test_both_stereoisomers_count_where_their_classes_differ():
    assert count([LEFT, RIGHT, OTHER], "101") == 2
    assert count([LEFT, RIGHT, OTHER], "110") == 0


def test_rows_of_one_compound_are_no_stereoisomers():
    assert count([LEFT, LEFT, OTHER], "101") == 0


def test_a_missing_label_differs_from_nothing():
    assert count([LEFT, RIGHT], ["1", ""]) == 0


def test_the_test_set_is_not_looked_at():
    subsets = ["train", "test", "train"]
    assert count([LEFT, RIGHT, OTHER], "101", subsets) == 0
    assert count([LEFT, RIGHT, OTHER], "101", ["test"] * 3) == 0


def test_values_differ_by_more_than_an_sd():
    far, near = ["0", "10", "5"], ["5", "6", "100"]
    assert count([LEFT, RIGHT, OTHER], far, task_type=TaskType.REGRESSION) == 2
    assert count([LEFT, RIGHT, OTHER], near, task_type=TaskType.REGRESSION) == 0
