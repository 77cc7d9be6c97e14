"""CSV files of users come back cell for cell."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given

from toxtune.errors import UserError
from toxtune.io import text_lines
from toxtune.io.csv_rows import SEPARATORS, read_rows
from toxtune.io.text_lines import bounded_lines, find_encoding

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=6)
DIALECTS = {
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    "lineterminator": st.sampled_from(["\n", "\r\n"]),
}


@st.composite
def tables(draw):
    """Draw tables with a header and at least one column."""
    width = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=5))


def rows_of(path, separator=","):
    """Read a table by the encoding that it is found to have."""
    encoding = find_encoding([path.read_bytes()], fallback=None)
    with open(
        path, encoding=encoding.codec, errors="surrogateescape", newline=""
    ) as stream:
        lines = bounded_lines(stream, str(path), encoding)
        return list(read_rows(lines, str(path), separator))


@given(
    table=tables(),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    separator=st.sampled_from(list(SEPARATORS.values())),
    **DIALECTS,
)
def test_table_comes_back(table, codec, separator, quoting, lineterminator):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with open(path, "w", encoding=codec, newline="") as stream:
            writer = csv.writer(
                stream,
                delimiter=separator,
                quoting=quoting,
                lineterminator=lineterminator,
            )
            writer.writerows(table)
        rows = rows_of(path, separator)
    assert [cells for _, cells in rows] == table
    ends = [end for end, _ in rows]
    assert ends == sorted(set(ends))


def test_row_is_named_by_the_line_that_it_ends_on(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a,b\n\n"1\n2",3\n4,5\n', "utf-8")
    assert [line for line, _ in rows_of(path)] == [1, 4, 5]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,2\n3\n", 3),
        (b"a,b\n1,2,3\n", 2),
        (b"a,b\n\xff\x02,2\n", 2),
        (b"a,b\n1,2\n\0,2\n", 3),
        (b'a,b\n"1,2\n3,4\n', 2),
        (b"a,b\n1,12345678901234567890\n", 2),
    ],
)
def test_fault_is_named_by_its_line(tmp_path, monkeypatch, content, line):
    monkeypatch.setattr(text_lines, "MAX_LINE", 20)
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"table\.csv, line {line}: "):
        rows_of(path)


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("a,b\n1,2,,\n", ["1", "2"]),
        ("a,b,\n1,2\n", ["1", "2", ""]),
        ("a,b,,\n1,2,x\n", ["1", "2", "x", ""]),
        ("a,b, \n1,2,\n", ["1", "2", ""]),
    ],
)
def test_blank_cells_behind_the_last_name_do_not_count(tmp_path, content, cells):
    path = tmp_path / "table.csv"
    path.write_text(content, "utf-8")
    assert rows_of(path)[1] == (2, cells)
