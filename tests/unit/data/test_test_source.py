"""A test set in a file of its own: its rows follow the dataset's."""

import pytest

from toxtune.data.kept_files import UserFile
from toxtune.data.raw_table import read_raw
from toxtune.errors import UserError

COLUMNS = {
    "smiles_column": "smiles",
    "id_column": None,
    "part_column": "split_by",
    "tasks": [],
    "task_type": "binary",
    "standardize": "none",
    "merge": "connectivity",
}


@pytest.fixture
def read(tmp_path):
    """Return a function that reads two tables, which are called main and test."""

    def read(main, test, **changes):
        files = []
        for name, content in {"raw": main, "raw_test": test}.items():
            path = tmp_path / name
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)
            files.append(path)
        test_file = UserFile(files[1], "mine/test.csv")
        return read_raw(files[0], COLUMNS | changes, "mine/main.csv", test_file)

    return read


def test_columns_are_matched_by_name(read):
    table = read(
        "id,smiles,a,b\nx,C,0,1\n",
        "b,note,smiles\n1,new,CC\n0,,CCC\n",
        tasks=["a", "b"],
    )
    assert [(r.row, r.smiles, r.labels, r.subset) for r in table.rows] == [
        (0, "C", ["0", "1"], ""),
        (1, "CC", ["", "1"], "test"),
        (2, "CCC", ["", "0"], "test"),
    ]
    assert table.rows[2].where == "mine/test.csv, line 3"


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_a_task_that_the_test_set_lacks_has_no_labels_there(read, task_type):
    """Whatever an empty cell means: none is there."""
    for words in ({"": 0}, {"a": {"": 0}}, {"": 1, "b": {"": None}}):
        table = read(
            "smiles,a,b\nC,1,1\nO,,0\n",
            "smiles,b\nCC,1\nCCC,\n",
            tasks=["a", "b"],
            task_type=task_type,
            labels=words,
        )
        labels = [row.labels for row in table.rows]
        assert labels[1][0] != ""
        assert [of_row[0] for of_row in labels[2:]] == ["", ""]
    # Where the column is there, its empty cells mean what the user says.
    assert labels[3] == ["", ""]
    table = read("smiles,b\nC,1\n", "smiles,b\nCC,\n", labels={"": 0})
    assert [row.labels for row in table.rows] == [["1"], ["0"]]


def test_bounds_and_faults_of_a_task_that_the_test_set_lacks(read):
    main, test = "smiles,a,b\nC,1,1\nO,<5,0\n", "smiles,b\nCC,2\nCCC,>9\n"
    settings = {"tasks": ["a", "b"], "task_type": "regression"}
    table = read(main, test, **settings, bounds="drop")
    assert table.columns["a"].bounds == {1: "<5"}
    assert table.columns["b"].bounds == {3: ">9"}
    assert [row.labels for row in table.rows[2:]] == [["", "2.0"], ["", ""]]
    with pytest.raises(UserError, match="mine/test.csv, line 3, column 'b'"):
        read(main.replace("<5", "5"), test, **settings)


@pytest.mark.parametrize(
    "test",
    [
        "smiles;b\nCC;1\nCCC;0\n",
        "structure\tb\nCC\t1\nCCC\t0\n".encode("utf-16"),
        "b,SMILES \n1,CC\n0,CCC\n",
    ],
)
def test_formats_of_the_two_files_may_differ(read, test):
    table = read("smiles,b\nC,1\n", test)
    assert [(row.smiles, row.labels) for row in table.rows[1:]] == [
        ("CC", ["1"]),
        ("CCC", ["0"]),
    ]


@pytest.mark.parametrize(
    ("main", "test", "message"),
    [
        ("smiles,a\nC,0\n", "compound,a\nC,0\n", "mine/test.csv: has no column 'smi"),
        ("smiles,a\nC,0\n", "smiles,b\nC,0\n", "mine/test.csv must have a task .*a.;"),
        ("smiles,split_by\nC,0\n", "smiles,split_by\nC,0\n", "'split_by' in .* cannot"),
        ("smiles,a\nC,0\n", "smiles,a\nC\n", "mine/test.csv, line 2: must have 2 col"),
        ("smiles,a\nC,0\n", "smiles,a\n", "mine/test.csv: has no rows"),
        ("smiles,a\nC,0\n", "smiles,a,a\nC,0,1\n", "mine/test.csv: .*repeated: a"),
        ("smiles,a\nC,0\n", "smiles,a\nC,x\n", "mine/test.csv, line 2, column 'a'"),
        ("smiles,a\nC,x\n", "smiles,a\nC,1\n", "mine/main.csv, line 2, column 'a'"),
    ],
)
def test_tables_that_do_not_go_together_are_refused(read, main, test, message):
    with pytest.raises(UserError, match=message):
        read(main, test)
