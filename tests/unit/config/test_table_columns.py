"""Columns that tables lack are named before any job, whichever table it is."""

from pathlib import Path

import pytest
from rdkit import Chem

from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.errors import UserError

TABLE = "structure,name,toxic,dose,when\nC,a,1,2,2020\nCC,b,0,3,2021\n"
SD = f"{Chem.MolToMolBlock(Chem.MolFromSmiles('CO'))}> <toxic>\n1\n\n$$$$\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Return a function that loads an overlay, beside tables of these names."""
    monkeypatch.chdir(tmp_path)

    def loaded(dataset, more="", **tables):
        for name, text in {"my": TABLE, **tables}.items():
            Path(f"{name}.csv").write_text(text)
        Path("my.yaml").write_text(f"dataset: {{{dataset}}}\n{more}\n")
        return load_config([ROOT / "config.yaml", Path("my.yaml")])

    return loaded


MY = "source: my.csv, tasks: [toxic]"
LATER = "prospective: [{name: later, source: later.csv}]"
BY_DATE = "split: {method: time, column: date}"


@pytest.mark.parametrize(
    ("dataset", "more", "tables", "faults"),
    [
        ("source: my.csv, id_column: names", "", {}, ["my.csv: has no column 'names'"]),
        ("source: my.csv, tasks: [toxci]", "", {}, ["my.csv has no column toxci"]),
        (f"{MY}, smiles_column: smi", "", {}, ["my.csv: has no column 'smi'"]),
        (MY, "", {"my": "toxic,dose\n1,2\n"}, ["my.csv: has no column 'smiles'"]),
        (MY, BY_DATE, {}, ["my.csv: has no column 'date' (split.column)"]),
        (
            "source: my.csv, id_column: name",
            "",
            {"my": "smiles,name\nC,a\n"},
            ["no task"],
        ),
        (
            f"{MY}, id_column: name, test_source: test.csv",
            LATER,
            {"test": "smiles,toxic\nCO,1\n", "later": "smiles,dose\nCO,1\n"},
            ["test.csv: has no column 'name'", "later.csv: has none of the model's"],
        ),
        (
            MY,
            "prospective: [{name: good, source: my.csv}, {name: b, source: later.csv}]",
            {"later": "smiles,Toxic?,dose\nCO,1,2\n"},
            [
                "prospective[1].source: later.csv: has none of the model's tasks "
                "toxic; did you mean Toxic?"
            ],
        ),
        (MY, LATER, {"later": "toxic,dose\n1,2\n"}, ["later.csv: has no column"]),
        (
            MY,
            LATER,
            {"later": ""},
            ["prospective[0].source: later.csv: the file is empty"],
        ),
        (MY, "", {"my": ""}, ["dataset.source: my.csv: the file is empty"]),
    ],
)
def test_what_is_missing_is_named_a_line_each(load, dataset, more, tables, faults):
    with pytest.raises(UserError) as error:
        load(dataset, more, **tables)
    lines = str(error.value).splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert fault in line


@pytest.mark.parametrize("later", ["smiles,toxic\nCO,1\n", "toxic,structure\n1,CO\n"])
def test_what_is_there_passes(load, later):
    config = load(f"{MY}, id_column: name", LATER, later=later)
    assert config["prospective"][0]["source"].endswith("later.csv")


def test_later_data_of_a_dataset_that_is_fetched_are_looked_at(load):
    with pytest.raises(UserError, match="none of the model's tasks NR-AR"):
        load("source: tox21, tasks: [NR-AR]", LATER, later="smiles,dose\nCO,1\n")
    # Where only the fetched table says what the tasks are, its job will look.
    load("source: tox21", LATER, later="smiles,dose\nCO,1\n")


def test_sd_files_are_left_to_their_job(load, monkeypatch):
    """Their columns are known only when all of the file has been read."""
    monkeypatch.setattr("toxtune.tables.tables.sd_table", None)
    load("source: my.csv, tasks: [toxci]", my=SD)
