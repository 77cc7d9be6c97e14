"""What a final model asks for beside SMILES, and where it is found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.final_models import make
from toxtune.errors import UserError
from toxtune.prediction.final_model import load
from toxtune.prediction.own_numbers import (
    OwnFeatures,
    find_own_numbers,
    given_numbers,
    refuse_both,
)
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading

ASSAY = OwnFeatures("assay", ["a", "b"], None, None)
EMBEDDING = OwnFeatures("embedding", ["e0"], "mol_id", "mol_id")
OPTION = "--features-file NAME=PATH"


@pytest.fixture
def find(tmp_path):
    """Return a function that looks for own numbers beside a table."""

    def run(text, *asked, decimal=None, **files):
        (tmp_path / "in.csv").write_text(text)
        table = open_table(tmp_path / "in.csv", "in.csv", asked=["smiles"])
        return find_own_numbers(asked, table, files, OPTION, Reading(decimal=decimal))

    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("mol_id,other,e0\nx,0,1\ny,0,2\n")
    return str(path)


def test_columns_of_the_table_are_taken(find):
    found = find("smiles,b,a\nCC,2,1\nCCC,,3\n", ASSAY)
    np.testing.assert_array_equal(found["assay"], [[1, 2], [3, np.nan]])


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_numbers_given_in_python_are_finite(value):
    with pytest.raises(UserError, match=r"own\['assay'\]: must be within .* NaN"):
        given_numbers({"assay": [[1.0, value]]}, [ASSAY], 1)
    found = given_numbers({"assay": [[1.0, np.nan]]}, [ASSAY], 1)
    np.testing.assert_array_equal(found["assay"], [[1, np.nan]])


def test_a_file_is_read_by_the_ids_of_the_table(find, file):
    found = find("smiles,mol_id\nCC,y\nCCC,x\n", EMBEDDING, embedding=file)
    assert found["embedding"].tolist() == [[2], [1]]


def test_ids_may_have_another_name_in_the_file(find, file):
    joined = OwnFeatures("embedding", ["e0"], "mol_id", "compound")
    found = find("smiles,compound\nCC,y\nCCC,x\n", joined, embedding=file)
    assert found["embedding"].tolist() == [[2], [1]]
    with pytest.raises(UserError, match="needs a column 'compound'"):
        find("smiles,mol_id\nCC,y\n", joined, embedding=file)


def test_two_columns_of_ids_are_refused(find, file):
    with pytest.raises(UserError, match="has 2 columns 'mol_id'"):
        find("smiles,mol_id,mol_id\nCC,y,x\n", EMBEDDING, embedding=file)


def test_numbers_given_in_python_are_taken_by_name_or_place():
    table = pd.DataFrame({"b": [2, 4], "a": [1, None]}, index=[7, 8])
    for given in (table, table[["a", "b"]].to_numpy(), [[1, 2], [None, 4]]):
        found = given_numbers({"assay": given}, [ASSAY], 2)
        np.testing.assert_array_equal(found["assay"], [[1, 2], [np.nan, 4]])
        assert found["assay"].dtype == np.float32


@pytest.mark.parametrize(
    ("own", "rule"),
    [
        ({}, r"numbers of your own as well: assay \(a, b\); give `own`"),
        ({"assay": np.ones((1, 2))}, r"own\['assay'\]: must have 2 rows and 2 col"),
        ({"assay": np.ones((3, 2))}, r"must have 2 rows and 2 columns, got \(3, 2\)"),
        ({"assay": [[1, 2], [3]]}, r"own\['assay'\]: must be numbers"),
        ({"assay": [["x", 2], [3, 4]]}, r"own\['assay'\]: must be numbers"),
        (
            {"assay": pd.DataFrame({"a": [1, 2]})},
            "numbers, in the columns a, b",
        ),
    ],
)
def test_numbers_given_in_python_that_do_not_fit_are_refused(own, rule):
    with pytest.raises(UserError, match=rule):
        given_numbers(own, [ASSAY], 2)


def test_a_decimal_sign_is_said_for_tables_and_files_alike(find, file):
    Path(file).write_text("mol_id;e0\nx;1.391\ny;314\n")
    asked = find("smiles,mol_id\nCC,y\nCCC,x\n", EMBEDDING, decimal=",", embedding=file)
    assert asked["embedding"].tolist() == [[314], [1391]]
    found = find("smiles;e0\nCC;1.391\nCCC;314\n", EMBEDDING, decimal=",")
    assert found["embedding"].tolist() == [[1391], [314]]


def test_a_column_of_the_table_counts_before_the_file(find, file):
    found = find("smiles,mol_id,e0\nCC,y,7\n", EMBEDDING, embedding=file)
    assert found["embedding"].tolist() == [[7]]


def test_predict_refuses_a_file_for_columns_of_the_table(tmp_path):
    (tmp_path / "in.csv").write_text("smiles,mol_id,a,b\nCC,y,7,8\n")
    table = open_table(tmp_path / "in.csv", "in.csv", asked=["smiles"])
    refuse_both([ASSAY, EMBEDDING], table, {"embedding": "e.csv"})
    with pytest.raises(UserError, match=r"^f\.csv: in\.csv has the columns of assay"):
        refuse_both([ASSAY, EMBEDDING], table, {"assay": "f.csv"})


def test_final_models_of_before_have_one_name_for_the_ids(tmp_path):
    metadata = load(make(tmp_path)).metadata
    file = {"kind": "file", "name": "mine", "columns": ["a"], "id_column": "KEY"}
    both = {"old": file, "new": {**file, "table_id_column": "id"}}
    old, new = replace(metadata, features=both).own_features
    assert (old.id_column, old.table_id_column) == ("KEY", "KEY")
    assert (new.id_column, new.table_id_column) == ("KEY", "id")


def test_all_that_lacks_is_said_at_once(find):
    with pytest.raises(UserError) as error:
        find("smiles,a\nCC,1\n", ASSAY, EMBEDDING)
    one, two = str(error.value).splitlines()
    assert "in.csv" in one
    assert "assay (a, b)" in one
    assert "'b'" in one
    assert OPTION not in one
    assert "embedding (e0)" in two
    assert OPTION in two
    assert "'mol_id'" in two


def test_a_file_without_ids_in_the_table_is_no_use(find, file):
    with pytest.raises(UserError, match="needs a column 'mol_id'"):
        find("smiles\nCC\n", EMBEDDING, embedding=file)


def test_a_file_for_features_that_the_model_does_not_have_is_refused(find, file):
    with pytest.raises(UserError, match="has no features 'embeding'"):
        find("smiles,mol_id\nCC,y\n", EMBEDDING, embeding=file)


def test_a_model_of_computed_features_asks_for_nothing(find):
    assert find("smiles\nCC\n") == {}
