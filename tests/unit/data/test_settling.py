"""Labels are settled among the rows of one compound in one set, and never across."""

import csv

import numpy as np
import pytest

from helpers.molecules import write_molecules
from toxtune.data.settling import (
    AVERAGED,
    CLEARED,
    Measured,
    read_measured,
    settle,
    write_settled,
)
from toxtune.data.subsets import KEYS, write_table
from toxtune.tasks import TaskType

TRAIN = ["train"] * 9


def settled(compounds, labels, task_type=TaskType.BINARY, subsets=TRAIN):
    """Settle labels of tasks a, b, ..., spelled with blanks between them."""
    rows = [["" if label == "-" else label for label in row.split()] for row in labels]
    tasks = list("abc"[: len(rows[0])])
    measured = Measured(list(compounds), tasks, rows)
    return settle(measured, subsets[: len(rows)], task_type)


def test_classes_that_contradict_become_missing_in_all_rows_of_the_compound():
    settlement = settled("XYXXX", ["1 1", "0 0", "0 1", "1 -", "- 0"])
    assert settlement.labels == [["", ""], ["0", "0"], ["", ""], ["", ""], ["", ""]]
    changed = [(change.row, change.task) for change in settlement.changes]
    assert changed == [(0, 0), (0, 1), (2, 0), (2, 1), (3, 0), (4, 1)]
    assert {change.action for change in settlement.changes} == {CLEARED}
    assert settlement.counts == {
        "measured": 8,
        "cleared": 6,
        "averaged": 0,
        "changed_in_test": 0,
        "compounds_with_several_rows": 1,
        "compounds_with_conflicts": 1,
    }
    assert list(settlement.lost) == [0, 2, 3, 4]


def test_labels_that_agree_stay_and_are_not_copied():
    settlement = settled("XXY", ["1 0", "1 -", "0 1"])
    assert settlement.labels == [["1", "0"], ["1", ""], ["0", "1"]]
    assert settlement.changes == []
    assert settlement.lost == {}


def test_one_of_several_classes_becomes_missing():
    settlement = settled("XYXZ", ["2", "1", "0", "2"], TaskType.MULTICLASS)
    assert settlement.labels == [[""], ["1"], [""], ["2"]]
    assert "both 0 and 2" in settlement.changes[0].reason


def test_values_become_their_mean():
    labels = ["1.0 5.0", "7.0 -", "2.5 5.0", "- -"]
    settlement = settled("XYXX", labels, TaskType.REGRESSION)
    expected = [["1.75", "5.0"], ["7.0", ""], ["1.75", "5.0"], ["", ""]]
    assert settlement.labels == expected
    assert {change.action for change in settlement.changes} == {AVERAGED}
    assert "2 values from 1.0 to 2.5" in settlement.changes[0].reason
    # The last row had no label to lose.
    assert settlement.lost == {}


def test_sets_do_not_hear_of_each_other():
    subsets = ["train", "test", "train", "test", "", "valid", ""]
    labels = ["1.0", "2.0", "3.0", "6.0", "100.0", "9.0", "300.0"]
    settlement = settled("XXXXXXX", labels, TaskType.REGRESSION, subsets)
    expected = [["2.0"], ["4.0"], ["2.0"], ["4.0"], ["100.0"], ["9.0"], ["300.0"]]
    assert settlement.labels == expected
    assert settlement.counts["measured"] == 5
    assert settlement.counts["changed_in_test"] == 2


@pytest.mark.parametrize(("agreeing", "is_told"), [(17, True), (18, False)])
def test_more_than_a_tenth_of_changed_labels_is_told(agreeing, is_told):
    compounds = ["X", "X", *map(str, range(agreeing))]
    measured = Measured(compounds, ["a"], [["1"], ["0"]] + [["1"]] * agreeing)
    settlement = settle(measured, ["test"] * len(compounds), TaskType.BINARY)
    assert bool(settlement.warnings) == is_told
    if is_told:
        (warning,) = settlement.warnings
        assert warning.startswith("2 of 19 labels are not as they were measured, 2 of")


def test_each_changed_label_is_listed(tmp_path):
    rows = [
        [3, "x", "CCO", "G", "G-1", "CCO.Cl", "1.0"],
        [5, "y", "CCO", "G", "G-1", "CCO", "2.0"],
    ]
    write_table(tmp_path / "molecules.csv", [*KEYS, "a"], rows)
    measured = read_measured(tmp_path / "molecules.csv")
    settlement = settle(measured, ["test", "test"], TaskType.REGRESSION)
    write_settled(tmp_path / "settled.tsv", tmp_path / "molecules.csv", settlement)
    with open(tmp_path / "settled.tsv", encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream, delimiter="\t")
    assert first == {
        "row": "3",
        "id": "x",
        "smiles": "CCO.Cl",
        "subset": "test",
        "task": "a",
        "measured": "1.0",
        "label": "1.5",
        "action": AVERAGED,
        "reason": "compound G-1 has 2 values from 1.0 to 2.0",
    }
    assert (second["row"], second["measured"]) == ("5", "2.0")


def test_column_of_the_split_is_no_label(tmp_path):
    rows = [[0, "x", "CCO", "G", "1", "", "train"]]
    write_molecules(tmp_path / "molecules.csv", ["a", "b", "split_by"], rows)
    measured = read_measured(tmp_path / "molecules.csv")
    assert (measured.tasks, measured.labels) == (["a", "b"], [["1", ""]])


@pytest.mark.parametrize("task_type", [TaskType.BINARY, TaskType.REGRESSION])
def test_settled_labels_stay_settled(task_type):
    rng = np.random.default_rng(0)
    compounds = [f"C{number}" for number in rng.integers(0, 20, 60)]
    labels = [[str(label)] for label in rng.integers(0, 2, 60)]
    once = settle(Measured(compounds, ["a"], labels), ["train"] * 60, task_type)
    assert once.changes
    again = settle(Measured(compounds, ["a"], once.labels), ["train"] * 60, task_type)
    assert again.changes == []
