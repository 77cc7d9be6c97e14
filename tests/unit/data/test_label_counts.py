import numpy as np
import pytest

from toxtune.data.label_counts import cleared_labels, count_changes, count_labels
from toxtune.data.subsets import Subset, write_table
from toxtune.tasks import TaskType


def subset(labels):
    labels = np.array(labels, dtype=np.float32).reshape(-1, 2)
    ids = [str(number) for number in range(len(labels))]
    return Subset(ids, ["C"] * len(ids), ids, ["a", "b"], labels)


@pytest.fixture
def settled(tmp_path):
    header = ["row", "id", "smiles", "subset", "task", "measured", "label", "action"]
    rows = [
        [1, "m1", "C", "train", "a", "0", "", "label cleared"],
        [2, "m2", "C", "train", "a", "1", "", "label cleared"],
        [3, "m3", "C", "test", "a", "1", "", "label cleared"],
        [4, "m4", "C", "train", "b", "1.0", "1.5", "label averaged"],
    ]
    path = tmp_path / "settled.tsv"
    write_table(path, header, rows, delimiter="\t")
    return path


def test_each_label_is_counted_once(settled):
    sets = {
        "train": subset([[0, 1], [1, np.nan], [np.nan, np.nan], [0, 2]]),
        "valid": subset([]),
        "test": subset([[1, 0]]),
    }
    table = count_labels(sets, count_changes(settled), TaskType.MULTICLASS)
    rows = table.set_index(["task", "subset"])
    assert list(rows.index) == [
        ("a", "train"),
        ("a", "test"),
        ("b", "train"),
        ("b", "test"),
    ]
    classes = ["class_0", "class_1", "class_2"]
    assert rows.loc[("a", "train"), classes].tolist() == [2, 1, 0]
    assert rows.loc[("b", "train"), classes].tolist() == [0, 1, 1]
    assert (table["measured"] + table["missing"] == table["molecules"]).all()
    assert (table[classes].sum(axis=1) == table["measured"]).all()
    assert rows["cleared"].tolist() == [2, 1, 0, 0]
    assert rows["averaged"].tolist() == [0, 0, 1, 0]


def test_binary_tasks_have_two_classes_even_where_one_is_absent():
    sets = {"train": subset([[0, 0]]), "test": subset([[0, np.nan]])}
    table = count_labels(sets, {}, TaskType.BINARY)
    assert [name for name in table if name.startswith("class")] == [
        "class_0",
        "class_1",
    ]


def test_values_have_percentiles_and_a_task_without_any_has_none():
    sets = {"train": subset([[v, np.nan] for v in range(101)])}
    rows = count_labels(sets, {}, TaskType.REGRESSION).set_index("task")
    names = ["low", "lower", "median", "upper", "high"]
    assert rows.loc["a", names].tolist() == [5, 25, 50, 75, 95]
    assert rows.loc["a", "sd"] == pytest.approx(np.std(range(101)), rel=1e-5)
    assert rows.loc["b", "measured"] == 0
    assert rows.loc["b", names].isna().all()


def test_contradicting_labels_are_those_of_one_set(settled):
    assert cleared_labels(settled, "train") == {"a": {"m1", "m2"}}
    assert cleared_labels(settled, "valid") == {}
