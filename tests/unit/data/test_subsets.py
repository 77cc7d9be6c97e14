"""The tables every training reads."""

import subprocess
import sys

import numpy as np
import pytest

from toxtune.data.subsets import KEYS, read_subset, read_table, write_table

HEADER = [*KEYS, "SR-p53", "NR-AR"]
ROWS = [
    ["0", "a, b", "CCO", "GA", "GA-1", "CCO.O", "1", ""],
    ["2", "c", "CC", "GB", "GB-1", "CC", "0", "1"],
]


def test_part_is_read_in_the_order_of_its_file(tmp_path):
    write_table(tmp_path / "train.csv", HEADER, ROWS)
    subset = read_subset(tmp_path / "train.csv")
    assert subset.ids == ["a, b", "c"]
    assert subset.smiles == ["CCO", "CC"]
    assert subset.groups == ["GA", "GB"]
    assert subset.tasks == ["SR-p53", "NR-AR"]
    assert subset.labels.dtype == np.float32
    np.testing.assert_array_equal(subset.labels, [[1, np.nan], [0, 1]])


def test_part_column_is_no_task(tmp_path):
    rows = [[*row, "train"] for row in ROWS]
    write_table(tmp_path / "molecules.csv", [*HEADER, "split_by"], rows)
    subset = read_subset(tmp_path / "molecules.csv")
    assert subset.tasks == ["SR-p53", "NR-AR"]
    assert subset.labels.shape == (2, 2)


def test_part_without_rows_has_labels_of_the_right_shape(tmp_path):
    write_table(tmp_path / "train.csv", HEADER, [])
    assert read_subset(tmp_path / "train.csv").labels.shape == (0, 2)


def test_other_tables_are_refused(tmp_path):
    write_table(tmp_path / "train.csv", ["smiles", "toxic"], [["CCO", "1"]])
    with pytest.raises(ValueError, match="must start with"):
        read_subset(tmp_path / "train.csv")


def test_table_comes_back_as_it_was_written(tmp_path):
    rows = [["0", 'quote " and comma,', "line\nbreak", "µ", "µ-1", "C", "", "1"]]
    write_table(tmp_path / "table.csv", HEADER, rows)
    assert read_table(tmp_path / "table.csv") == (HEADER, rows)
    assert b"\r" not in (tmp_path / "table.csv").read_bytes()


def test_import_is_light():
    code = "import sys, toxtune.data.subsets; print(*sys.modules)"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    modules = subprocess.check_output([sys.executable, "-c", code], env=environment)
    heavy = {b"pandas", b"rdkit", b"deepchem", b"tensorflow", b"sklearn"}
    assert heavy.isdisjoint(modules.split())
