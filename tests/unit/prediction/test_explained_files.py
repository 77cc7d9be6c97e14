"""What `predict --explain` writes: contributions, as columns and in records."""

import csv
import json

import numpy as np
import pytest
from rdkit import Chem

from helpers.final_models import make
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.prediction.explanation_columns import explanation_columns
from toxtune.prediction.final_model import load

RINGS = "c1ccccc1" * 50
TEXT = (
    "name,smiles\n"
    "salt,CC[NH3+].[Cl-]\n"
    "bad,nonsense\n"
    "none,\n"
    f"large,{RINGS}\n"
    "phenol,Oc1ccccc1\n"
    "one,C\n"
    "heavy,[2H]C([2H])[2H]\n"
)
ATOMS = {"salt": 3, "large": 300, "phenol": 7, "one": 1, "heavy": 4}


@pytest.fixture
def given(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def explained(folder, given, name, *options, task_type="binary"):
    path, model = folder / name, make(folder, task_type)
    command = ["predict", str(model), str(given), str(path), "--explain", *options]
    assert run_command(command) == 0
    return path, load(model)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_the_table_has_a_number_for_each_atom(tmp_path, given, task_type):
    path, model = explained(tmp_path, given, "out.csv", task_type=task_type)
    rows = {row["name"]: row for row in rows_of(path)}
    columns = list(rows["salt"])
    assert columns[-8:-1] == explanation_columns(model.metadata)
    assert columns[-1] == "problem"
    assert rows["salt"]["parent_smiles"] == "CCN"
    found = model.explain([row["smiles"] for row in rows.values()])
    for row, explanation in zip(rows.values(), found, strict=True):
        n_atoms = ATOMS.get(row["name"], 0)
        if not n_atoms:
            assert not any(row[name] for name in columns[-8:-1])
            assert row["problem"] == explanation.problem != ""
            continue
        for task, of_task in explanation.tasks.items():
            contributions = json.loads(row[f"{task}_atoms"])
            assert len(contributions) == n_atoms
            np.testing.assert_allclose(contributions, of_task.contributions, atol=1e-6)
            assert float(row[f"{task}_masked"]) == pytest.approx(of_task.masked)
            share = row[f"{task}_explained"]
            assert float(share or "nan") == pytest.approx(
                of_task.explained, nan_ok=True
            )


def test_predictions_are_the_same_with_and_without(tmp_path, given):
    path, _ = explained(tmp_path, given, "out.csv", "--fallback")
    plain = tmp_path / "plain.csv"
    model = str(tmp_path / "final.zip")
    assert run_command(["predict", model, str(given), str(plain), "--fallback"]) == 0
    before, after = rows_of(plain), rows_of(path)
    assert [{name: row[name] for name in before[0]} for row in after] == before
    assert not any(name in before[0] for name in ("parent_smiles", "one_atoms"))
    # An answer that no molecule was asked for comes from no atoms.
    assert [row["one_atoms"] for row in after[1:3]] == ["", ""]
    assert after[1]["one_probability"]


def test_an_sd_file_has_them_as_properties_of_atoms(tmp_path, given):
    path, model = explained(tmp_path, given, "out.sdf")
    molecules = list(Chem.SDMolSupplier(str(path)))
    assert len(molecules) == 7
    parents = 0
    for molecule in molecules:
        name = molecule.GetProp("name")
        assert not molecule.HasProp("one_atoms")
        if name not in ATOMS:
            assert molecule.GetNumAtoms() == 0
            continue
        parent = molecule.GetProp("parent_smiles")
        (explanation,) = model.explain([parent])
        for task in ("one", "two"):
            values = [
                atom.GetDoubleProp(f"{task}_atoms") for atom in molecule.GetAtoms()
            ]
            assert len(values) == ATOMS[name]
            np.testing.assert_allclose(
                values, explanation.tasks[task].contributions, atol=1e-6
            )
        elements = [atom.GetSymbol() for atom in Chem.MolFromSmiles(parent).GetAtoms()]
        assert [atom.GetSymbol() for atom in molecule.GetAtoms()] == elements
        parents += 1
    assert parents == len(ATOMS)
    longest = max(map(len, path.read_text("utf-8").splitlines()))
    assert longest < 700  # The SMILES of 300 atoms; lists of atoms are folded.


def test_a_record_has_the_structure_that_was_predicted(tmp_path, given):
    first, _ = explained(tmp_path, given, "first.sdf")
    salt = Chem.MolFromSmiles("CC[NH3+].[Cl-]")
    salt.SetProp("_Name", "the salt")
    with Chem.SDWriter(str(tmp_path / "salts.sdf")) as writer:
        writer.write(salt)
    path, _ = explained(tmp_path, tmp_path / "salts.sdf", "second.sdf")
    (molecule,) = Chem.SDMolSupplier(str(path))
    assert Chem.MolToSmiles(molecule) == "CCN"
    assert molecule.GetProp("_Name") == "the salt"
    assert [atom.HasProp("two_atoms") for atom in molecule.GetAtoms()] == [1, 1, 1]


def test_names_that_are_taken_are_refused_before_anything_is_written(tmp_path, capsys):
    given = tmp_path / "in.csv"
    given.write_text("smiles,one_atoms\nCCO,1\n", encoding="utf-8")
    model, out = make(tmp_path), tmp_path / "out.csv"
    assert run_command(["predict", str(model), str(given), str(out)]) == 0
    out.unlink()
    with pytest.raises(UserError, match="'one_atoms'"):
        run_command(["predict", str(model), str(given), str(out), "--explain"])
    assert not out.exists()
