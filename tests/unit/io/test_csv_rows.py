"""CSV files of users come back cell for cell."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given

from toxtune.errors import UserError
from toxtune.io import csv_rows
from toxtune.io.csv_rows import read_rows

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


@given(table=tables(), mark=st.sampled_from(["utf-8", "utf-8-sig"]), **DIALECTS)
def test_table_comes_back(table, mark, quoting, lineterminator):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with open(path, "w", encoding=mark, newline="") as stream:
            writer = csv.writer(stream, quoting=quoting, lineterminator=lineterminator)
            writer.writerows(table)
        rows = list(read_rows(path))
    assert [cells for _, cells in rows] == table
    ends = [end for end, _ in rows]
    assert ends == sorted(set(ends))


def test_row_is_named_by_the_line_that_it_ends_on(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('a,b\n\n"1\n2",3\n4,5\n', "utf-8")
    assert [line for line, _ in read_rows(path)] == [1, 4, 5]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,2\n3\n", 3),
        (b"a,b\n1,2,3\n", 2),
        (b"a,b\n\xff,2\n", 2),
        (b"a,b\n1,2\n\0,2\n", 3),
        (b'a,b\n"1,2\n3,4\n', 2),
        (b"a,b\n1,12345678901234567890\n", 2),
    ],
)
def test_fault_is_named_by_its_line(tmp_path, monkeypatch, content, line):
    monkeypatch.setattr(csv_rows, "MAX_LINE", 20)
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"table\.csv, line {line}: "):
        list(read_rows(path))
