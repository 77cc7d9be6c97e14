"""Tasks that the training set cannot teach, and molecules that lose all labels."""

import numpy as np
import pytest

from helpers.molecules import write_molecules
from toxtune.data.subsets import KEYS, read_subset, read_table
from toxtune.errors import UserError
from toxtune.io.files import read_json
from toxtune.splits.files import write_split
from toxtune.splits.left_out import tasks_left_out
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings

SETS = ["train"] * 6 + ["valid"] * 3 + ["test"] * 3
# Of each set, in its order: both classes; nothing; one class; one class in training
# alone.
LABELS = {
    "good": "010101010010",
    "never": "            ",
    "same": "1111 1 11 11",
    "rare": "000 00010010",
}


def made(tmp_path, tasks, task_type="binary", **changes):
    """Split a small table by a column; return its files and ``split.json``."""
    rows = [
        [row, f"m{row}", "C" * (row + 1), f"G{row}"]
        + [column[row].strip() for column in tasks.values()]
        + [SETS[row]]
        for row in range(len(SETS))
    ]
    path = tmp_path / "molecules.csv"
    write_molecules(path, [*tasks, "split_by"], rows)
    settings = {"method": "column", "column": "set"} | changes
    split = make_split(path, SplitSettings.from_dict(settings), task_type)
    files = {
        subset: tmp_path / f"{subset}.csv" for subset in ("train", "valid", "test")
    }
    names = ("assignment.tsv", "split.json", "settled.tsv")
    write_split(path, split, *(tmp_path / name for name in names), files)
    return files, read_json(tmp_path / "split.json")


def test_tasks_that_cannot_be_learned_are_in_no_set(tmp_path):
    files, recipe = made(tmp_path, LABELS)
    assert set(recipe["tasks_left_out"]) == {"never", "same", "rare"}
    assert recipe["tasks_left_out"]["never"].startswith("no molecule")
    assert recipe["tasks_left_out"]["same"].endswith(" are 1")
    for path in files.values():
        assert read_table(path)[0] == [*KEYS, "good"]
    for task in ("never", "same", "rare"):
        (warning,) = [text for text in recipe["warnings"] if f" {task} " in text]
        assert "left out" in warning


def test_molecules_of_tasks_that_are_left_out_are_in_no_set(tmp_path):
    files, recipe = made(tmp_path, {"good": "0101  01 01 ", "same": "111111111111"})
    sizes = {name: len(read_subset(path).ids) for name, path in files.items()}
    assert sizes == {"train": 4, "valid": 2, "test": 2}
    assert {name: size["molecules"] for name, size in recipe["sets"].items()} == sizes
    assert sum(recipe["left_out"].values()) == 4
    _, lines = read_table(tmp_path / "assignment.tsv", delimiter="\t")
    reasons = [line[3] for line in lines if not line[2]]
    assert len(reasons) == 4
    assert all("tasks that are left" in reason for reason in reasons)


def test_values_that_are_all_the_same_are_left_out():
    labels = np.array([[5.5, 1.0, np.nan], [5.5, 2.0, 7.0]])
    assert tasks_left_out(["same", "good", "one"], labels) == {
        "same": "all 2 labels of the training set are 5.5",
        "one": "the training set has a single label, 7",
    }


def test_no_task_left_is_refused_with_what_to_do(tmp_path):
    tasks = {"never": " " * 12, "same": "1" * 12}
    with pytest.raises(UserError, match="no task is left") as refusal:
        made(tmp_path, tasks)
    for word in ("never", "same", '{"": 0}', "split.column"):
        assert word in str(refusal.value)


def test_nothing_is_left_out_where_all_can_be_learned(tmp_path):
    _, recipe = made(tmp_path, {"good": "010101010101"})
    assert recipe["tasks_left_out"] == {}
    assert recipe["warnings"] == []


def test_task_with_one_class_outside_of_a_fold_is_warned_of(tmp_path):
    """Its only positive is held out: what is predicted there is a constant."""
    rows = [
        [row, f"m{row}", "C" * (row + 1), f"G{row}", row % 2, int(row == 3)]
        for row in range(30)
    ]
    path = tmp_path / "molecules.csv"
    write_molecules(path, ["good", "rare"], rows)
    settings = SplitSettings(
        method="random",
        seed=0,
        fractions={"train": 0.8, "valid": 0.1, "test": 0.1},
        cross_validation={"folds": 3, "repeats": 1},
    )
    recipe = make_split(path, settings, "binary").recipe
    assert recipe.tasks_left_out == {}
    (warning,) = [text for text in recipe.warnings if "outside" in text]
    assert "Task rare" in warning
    assert "1 of 3 folds" in warning
