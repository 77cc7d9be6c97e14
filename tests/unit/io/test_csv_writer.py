"""Cells of users come back from the tables that they are written to."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from toxtune.io.csv_writer import CsvRows, write_csv

# Whatever a file may hold that is read with a quote around its cells.
TEXT = st.text(st.sampled_from("\r\n\t,;\"' a1\v\f\u2028"), max_size=5)


@given(
    rows=st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5),
    separator=st.sampled_from([",", "\t"]),
)
def test_table_comes_back(rows, separator):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        write_csv(path, rows[0], rows[1:], separator)
        with open(path, encoding="utf-8", newline="") as stream:
            assert list(csv.reader(stream, delimiter=separator)) == rows


@pytest.mark.parametrize("cell", ["a\rb", "\r", "a\r", "\rb", "a\r\nb", "a\nb", '"\r"'])
def test_line_ends_in_a_cell_begin_no_row(cell):
    table = io.StringIO()
    rows = CsvRows(table)
    rows.write_row(["cell", "x"])
    rows.write_rows([[cell, "1"], ["plain", "2"]])
    read = pd.read_csv(io.StringIO(table.getvalue(), newline=""))
    assert read["cell"].tolist() == [cell, "plain"]


def test_other_cells_are_written_as_python_does():
    rows = [["a b", 1, 0.5, None, "", 'x"y', "x,y", "x\ny"], [""], []]
    ours, theirs = io.StringIO(), io.StringIO()
    CsvRows(ours).write_rows(rows)
    csv.writer(theirs, lineterminator="\n").writerows(rows)
    assert ours.getvalue() == theirs.getvalue()
