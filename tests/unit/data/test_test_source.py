"""A test set in a file of its own joins the table."""

import pytest

from toxtune.data.raw_table import join_test_source
from toxtune.errors import UserError


@pytest.fixture
def joined(tmp_path):
    """Return a function that joins two tables, and gives the lines of the result."""

    def join(main, test):
        (tmp_path / "main.csv").write_text(main, "utf-8")
        (tmp_path / "test.csv").write_text(test, "utf-8")
        raw = tmp_path / "raw.csv"
        join_test_source(tmp_path / "main.csv", tmp_path / "test.csv", ["smiles"], raw)
        return raw.read_text("utf-8").splitlines()

    return join


def test_columns_are_matched_by_name(joined):
    lines = joined("id,smiles,a,b\nx,C,0,1\n", "b,note,smiles\n1,new,CC\n0,,CCC\n")
    assert lines == [
        "id,smiles,a,b,split_by",
        "x,C,0,1,",
        ",CC,,1,test",
        ",CCC,,0,test",
    ]


@pytest.mark.parametrize(
    ("main", "test", "message"),
    [
        ("smiles,a\nC,0\n", "structure,a\nC,0\n", "must have smiles and tasks"),
        ("smiles,a\nC,0\n", "smiles,b\nC,0\n", "tasks of dataset.source .smiles, a"),
        ("smiles,split_by\nC,0\n", "smiles\nC\n", "not be named 'split_by'"),
        ("smiles,a\nC,0\n", "smiles,a\nC\n", "test.csv, line 2: must have 2 columns"),
        ("smiles,a\nC,0\n", "smiles,a\n", "test.csv: has no rows"),
    ],
)
def test_tables_that_do_not_go_together_are_refused(
    joined, tmp_path, main, test, message
):
    with pytest.raises(UserError, match=message):
        joined(main, test)
    assert not (tmp_path / "raw.csv").exists()
