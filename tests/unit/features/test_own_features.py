"""Numbers of the user's own: from columns, and from files keyed by id."""

import os
import zipfile
from contextlib import suppress
from hashlib import sha256

import numpy as np
import pytest

from toxtune.data.subsets import KEYS, write_table
from toxtune.errors import UserError
from toxtune.features.keyed_numbers import names_of_columns, read_keyed_numbers
from toxtune.features.numbers import read_numbers, refuse_tasks
from toxtune.features.own import own_features
from toxtune.io.files import write_json
from toxtune.io.integrity import sealed
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading

NAN = np.nan
TABLE = "smiles,mol_id,y,dose,pKa\nCC,a,1,0.5,\nCCC,b,0,n.d.,-1e3\nCCCC,c,1,2,7\n"
COLUMNS = {"smiles_column": "smiles", "id_column": "mol_id", "tasks": ["y"]}


def numbers(tmp_path, text, names, decimal=None):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path, "mine.csv", asked=names)
    rows = list(table.rows())
    return read_numbers(table, rows, names, "features.assay.columns", decimal)


def keyed(path, columns=None, id_column="id", **reading):
    reading = Reading(**reading)
    return read_keyed_numbers(str(path), id_column, columns, "features.mine", reading)


def refusal(call, *arguments, **words):
    with pytest.raises(UserError) as error:
        call(*arguments, **words)
    return str(error.value)


def test_columns_are_read_in_the_order_asked_for(tmp_path):
    values = numbers(tmp_path, TABLE, ["pKa", "dose"])
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, [[NAN, 0.5], [-1000, NAN], [7, 2]])


def test_decimal_commas_are_understood(tmp_path):
    text = "smiles;dose\nCC;0,5\nCCC;12,25\n"
    np.testing.assert_array_equal(numbers(tmp_path, text, ["dose"]), [[0.5], [12.25]])
    quoted = 'smiles,dose\nCC,"0,5"\nCCC,"12,25"\n'
    np.testing.assert_array_equal(numbers(tmp_path, quoted, ["dose"]), [[0.5], [12.25]])


@pytest.mark.parametrize(
    ("separator", "cells", "decimal", "values"),
    [
        (";", ["1.391", "314"], ",", [1391, 314]),
        (";", ["1.391", "314"], ".", [1.391, 314]),
        ("\t", ["1.391", "314"], ",", [1391, 314]),
        (";", ["1.391,5", "314,2", "1.512"], ",", [1391.5, 314.2, 1512]),
        (";", ["1.391.000", "314"], None, [1391000, 314]),
        (";", ["1.39", "314"], ",", [1.39, 314]),
        (",", ["1.391", "314"], ",", [1.391, 314]),
        (";", ["\u22120,5", "\u20131,25"], None, [-0.5, -1.25]),
        (";", ["\u22121.391", "314"], ",", [-1391, 314]),
    ],
)
def test_points_may_stand_between_thousands(
    tmp_path, separator, cells, decimal, values
):
    lines = [f"smiles{separator}dose", *(f"CC{separator}{cell}" for cell in cells)]
    found = numbers(tmp_path, "\n".join(lines), ["dose"], decimal)
    np.testing.assert_array_equal(found[:, 0], np.float32(values))


@pytest.mark.parametrize(
    "cells", ["1.391 314", "1.391,5 314,2 1.512", "1,234 20", "\u22121.391 314"]
)
def test_a_decimal_sign_that_cannot_be_told_is_asked_for(tmp_path, cells):
    text = "\n".join(["smiles;dose", *(f"CC;{cell}" for cell in cells.split())])
    said = refusal(numbers, tmp_path, text, ["dose"])
    assert said.startswith("mine.csv, column 'dose': cannot tell whether the sign in")
    assert "dataset.decimal" in said


@pytest.mark.parametrize("cell", ["high", "1e99", "inf", "<5", "1_000", "0x1F"])
def test_what_is_no_number_is_named_by_file_line_and_column(tmp_path, cell):
    text = TABLE.replace("CCCC,c,1,2,7", f"CCCC,c,1,{cell},7")
    said = refusal(numbers, tmp_path, text, ["dose"])
    assert said.startswith("mine.csv, line 4, column 'dose': must be a number")
    assert cell in said


def test_columns_that_are_not_there_or_twice_are_refused(tmp_path):
    said = refusal(numbers, tmp_path, TABLE, ["pka"])
    assert "mine.csv: has no column 'pka' (features.assay.columns)" in said
    assert "pKa" in said
    twice = "smiles,x,x\nCC,1,2\n"
    assert "has 2 columns 'x'" in refusal(numbers, tmp_path, twice, ["x"])


CSV = "id,x,y\na,1,2\nb,,4\nc,5,6\n"


@pytest.fixture
def files(tmp_path):
    """The same numbers in each format."""
    (tmp_path / "n.csv").write_text(CSV)
    (tmp_path / "n.tsv").write_text(CSV.replace(",", "\t"))
    values = np.array([[1, 2], [NAN, 4], [5, 6]])
    names = np.array(["x", "y"])
    np.savez(tmp_path / "n.npz", ids=np.array(list("abc")), values=values, names=names)
    return [tmp_path / f"n.{ending}" for ending in ("csv", "tsv", "npz")]


def test_formats_give_the_same(files):
    for path in files:
        found = keyed(path)
        assert found.names == ["x", "y"]
        np.testing.assert_array_equal(
            found.of(["c", "b", "c"], "the table"), [[5, 6], [NAN, 4], [5, 6]]
        )
        assert keyed(path, ["y"]).values.tolist() == [[2], [4], [6]]


def test_ids_that_are_not_there_are_counted_with_an_example(files):
    for path in files:
        said = refusal(keyed(path).of, ["a", "Z1", "Z2", "Z1"], "the train set")
        assert "has no row for 2 of 3 ids of the train set, such as 'Z1'" in said
        assert "'a'" in said


def test_an_id_may_be_there_twice_with_the_same_values_only(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text(f"{CSV}b,,4\n")
    assert keyed(path).of(["b"], "").shape == (1, 2)
    path.write_text(f"{CSV}b,7,4\n")
    assert "'b' has different values in line 3 and line 5" in refusal(keyed, path)


def test_words_in_a_file_are_named(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text(CSV.replace("5", "many"))
    said = refusal(keyed, path)
    assert f"{path}, line 4, column 'x': must be a number" in said


@pytest.mark.parametrize("name", ["y", " y ", "tox 21", "tox\n21", "tox\t21 "])
def test_a_task_is_known_by_its_name_as_tables_have_it(name):
    with pytest.raises(UserError, match="features.mine: a task must be no feature"):
        refuse_tasks(["x", name], ["y", "tox 21"], "features.mine")
    refuse_tasks(["x", "Y", "tox21"], ["y", "tox 21"], "features.mine")


def test_what_a_file_does_not_tell_is_told_by_the_dataset(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("id;x\na;1.391\nb;314\n")
    assert "dataset.decimal" in refusal(keyed, path)
    assert keyed(path, decimal=",").values.tolist() == [[1391], [314]]
    path.write_bytes("id,ж\na,1\n".encode("cp1251"))
    assert keyed(path, encoding="cp1251").names == ["ж"]
    path.write_text("x;y,id;z,w\n1;2,a;1,1\n")
    assert "dataset.separator" in refusal(keyed, path, id_column="z")
    assert keyed(path, ["x"], "z,w", separator=";").rows == {"1,1": 0}


def test_ids_must_be_there(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text(CSV)
    said = refusal(keyed, path, id_column="mol_id")
    assert "must have one column 'mol_id' with the ids" in said
    assert "id, x, y" in said


@pytest.mark.parametrize(
    "arrays",
    [
        {"values": np.ones((2, 1))},
        {"ids": np.array(["a", "b"])},
        {"ids": np.array(["a"]), "values": np.ones((2, 1))},
        {"ids": np.array(["a", "b"]), "values": np.ones(2)},
        {"ids": np.array(["a", "b"]), "values": np.array([["x"], ["y"]])},
        {"ids": np.array(["a", "b"], dtype=object), "values": np.ones((2, 1))},
        {"ids": np.array(["a"]), "values": np.ones((1, 2)), "names": np.array(["x"])},
    ],
    ids=["no ids", "no values", "other length", "flat", "words", "objects", "names"],
)
def test_arrays_of_another_form_are_refused_with_the_form(tmp_path, arrays):
    np.savez(tmp_path / "n.npz", **arrays)
    assert "`ids`" in refusal(keyed, tmp_path / "n.npz")


def test_numbers_too_large_for_a_model_are_refused(tmp_path):
    for number in (1e99, np.inf):
        values = np.array([[1.0], [number]])
        np.savez(tmp_path / "n.npz", ids=np.arange(2), values=values)
        assert "row 1, column 0" in refusal(keyed, tmp_path / "n.npz")


def test_whole_numbers_are_ids_as_they_are_written_in_a_table(tmp_path):
    np.savez(tmp_path / "n.npz", ids=np.array([7, 12]), values=np.array([[1], [2]]))
    found = keyed(tmp_path / "n.npz")
    assert found.of(["12", "7"], "").tolist() == [[2], [1]]
    assert found.names == ["value-0"]


def test_a_file_that_cannot_be_read_says_what_it_should_be(tmp_path):
    (tmp_path / "n.npz").write_bytes(b"PK\x03\x04 and nothing else")
    assert "`ids`" in refusal(keyed, tmp_path / "n.npz")
    assert "cannot be read" in refusal(keyed, tmp_path / "absent.csv")


def test_ids_in_bytes_must_be_ascii(tmp_path):
    values = np.array([[1], [2]])
    np.savez(tmp_path / "n.npz", ids=np.array([b"a", b"b"]), values=values)
    assert keyed(tmp_path / "n.npz").of(["b"], "").tolist() == [[2]]
    np.savez(tmp_path / "n.npz", ids=np.array([b"a", "µ".encode()]), values=values)
    assert "`ids` that are bytes must be ASCII" in refusal(keyed, tmp_path / "n.npz")


def test_damaged_archives_are_refused_with_the_form(tmp_path):
    """Whichever byte is damaged, and where a member is no array."""
    path = tmp_path / "n.npz"
    ids = np.array([f"molecule {number}" for number in range(40)])
    values = np.random.default_rng(0).random((40, 3))
    np.savez_compressed(path, ids=ids, values=values, names=np.array(list("xyz")))
    sound, refused = path.read_bytes(), 0
    for place in range(0, len(sound), 3):
        path.write_bytes(sound[:place] + b"\xa5" + sound[place + 1 :])
        if path.read_bytes()[:4] != b"PK\x03\x04":
            continue
        for read in (keyed, names_in_plan):
            # Anything but this would be a crash.
            with suppress(UserError):
                read(path)
                continue
            refused += 1
    assert refused > 100
    np.savez(path, values=values)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("ids", "no array")
    assert "`ids` |S8 ()" in refusal(keyed, path)


def names_in_plan(path):
    return names_of_columns(str(path), "id", [], "features.mine", Reading())


def test_a_workbook_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "n.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "workbook" in refusal(keyed, tmp_path / "n.xlsx")


def test_parquet_is_read_where_pyarrow_is(tmp_path):
    (tmp_path / "n.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    said = refusal(keyed, tmp_path / "n.parquet")
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        assert "pyarrow, which is not installed" in said
    else:
        assert "cannot be read" in said


@pytest.fixture
def dataset(tmp_path):
    """The files of a dataset, one of them a test set's own, and a subset."""
    raw = [tmp_path / name for name in ("raw", "raw_test", "sources.json")]
    raw[0].write_text(TABLE)
    raw[1].write_text("smiles,mol_id,y,dose\nCCO,t,1,9\n")
    write_json(raw[2], sealed({"source": "mine.csv", "test_source": "test.csv"}))
    subset = tmp_path / "train.csv"
    rows = [[3, "t", *"xxxx", 1], [0, "a", *"xxxx", 1], [2, "c", *"xxxx", 1]]
    write_table(subset, [*KEYS, "y"], rows)
    return raw, subset


def test_molecules_get_the_numbers_of_their_rows(dataset):
    raw, subset = dataset
    definition = {"kind": "columns", "columns": ["dose"], "name": "assay"}
    features = own_features(definition, subset, raw, COLUMNS)
    assert features.values.tolist() == [[9], [0.5], [2]]
    assert features.names == ["dose"]


def test_a_test_set_without_the_column_is_named(dataset):
    raw, subset = dataset
    definition = {"kind": "columns", "columns": ["pKa"], "name": "assay"}
    said = refusal(own_features, definition, subset, raw, COLUMNS)
    assert "test.csv: has no column 'pKa'" in said


def of_file(path):
    """Define features of a file as a plan does that has seen it."""
    return {
        "kind": "file",
        "path": str(path),
        "id_column": "mol_id",
        "name": "mine",
        "sha256": sha256(path.read_bytes()).hexdigest(),
    }


def test_a_task_among_the_features_is_refused_where_only_the_job_can_tell(
    dataset, tmp_path
):
    raw, subset = dataset
    definition = {"kind": "columns", "columns": ["dose", "y"], "name": "assay"}
    said = refusal(own_features, definition, subset, raw, COLUMNS)
    assert said.startswith("features.assay: a task must be no feature, got y")
    path = tmp_path / "leak.csv"
    path.write_text("mol_id,x,y\nt,1,0\na,2,1\nc,4,1\n")
    definition = of_file(path)
    said = refusal(own_features, definition, subset, [], COLUMNS)
    assert said.startswith("features.mine: ")
    assert "leak.csv: a task must be no feature, got y" in said
    # The others may be read.
    allowed = own_features({**definition, "columns": ["x"]}, subset, [], COLUMNS)
    assert allowed.values.tolist() == [[1], [2], [4]]


def test_molecules_get_the_numbers_of_their_ids(dataset, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    raw, subset = dataset
    path = tmp_path / "n.csv"
    path.write_text("mol_id,x\nt,1\na,2\nb,3\nc,4\n")
    definition = of_file(path)
    features = own_features(definition, subset, [], COLUMNS)
    assert features.values.tolist() == [[1], [2], [4]]
    assert features.names == ["x"]
    # Planned with, and changed before it is read: also where size and time are kept.
    before = path.stat()
    path.write_text("mol_id,x\nt,1\na,2\nb,3\nc,5\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    said = refusal(own_features, definition, subset, [], COLUMNS)
    assert said.startswith("features.mine.path: ")
    assert "n.csv has changed since the run began" in said
