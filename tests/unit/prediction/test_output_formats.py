"""Predictions as CSV, as an SD file and as a page, and what may not be asked for."""

import csv
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from helpers.final_models import SMILES, make
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.prediction import page_writer, predict_table
from toxtune.prediction.final_model import load
from toxtune.prediction.output_formats import OutputFormat, format_of
from toxtune.prediction.sd_writer import field_value, structures_of
from toxtune.tables.tables import open_table

TEXT = (
    'name,smiles,"a <b> note"\n'
    'x,CCO,"one\n\n$$$$\n> <name>"\n'
    "y,nonsense,<!-- </script><script>alert(1)</script>\n"
    "z,c1ccccc1O,{{ ROWS }} {{ HEAD }}\n"
    ",,\n"
)


@pytest.fixture
def given(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def predict(folder, given, name, *options, task_type="binary", **changes):
    """Have the command write a file of that name; return its path."""
    path = folder / name
    model = make(folder, task_type, **changes)
    assert run_command(["predict", str(model), str(given), str(path), *options]) == 0
    return path


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def parts_of(path):
    """Return the JSON of a page: head, training molecules, rows."""
    text = path.read_text("utf-8")
    found = re.findall(
        r'<script type="application/json" id="(\w+)">(.*?)</script>', text, re.DOTALL
    )
    parts = {name: json.loads(content) for name, content in found}
    return parts["head"], parts["training"], parts["rows"]


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("a.csv", None, "csv"),
        ("a.html", None, "html"),
        ("A.HTM", None, "html"),
        ("a.sdf", "sdf", "sdf"),
        ("a.sd", None, "sdf"),
        ("a.txt", None, "csv"),
        ("a", "html", "html"),
        ("a.txt", "sdf", "sdf"),
        (None, None, "csv"),
        (None, "html", "html"),
    ],
)
def test_the_name_or_the_option_says_what_is_written(name, asked, expected):
    assert format_of(name and Path(name), asked) == OutputFormat(expected)


@pytest.mark.parametrize(
    ("name", "asked"), [("a.csv", "html"), ("a.html", "sdf"), ("b.SDF", "csv")]
)
def test_contradictions_are_refused_before_anything(tmp_path, given, name, asked):
    out = tmp_path / name
    with pytest.raises(UserError, match=rf"{name}.*--format {asked}.*FORMAT={asked}"):
        run_command(["predict", "absent.zip", str(given), str(out), "--format", asked])
    assert not out.exists()


@pytest.mark.parametrize("asked", [[], ["--format", "csv"]])
@pytest.mark.parametrize(
    "name",
    ["a.xlsx", "B.XLS", "a.ods", "a.parquet", "a.json", "a.tsv", "a.csv.gz"],
)
def test_endings_that_are_not_written_are_refused(tmp_path, given, name, asked):
    out = tmp_path / name
    with pytest.raises(UserError) as error:
        run_command(["predict", "absent.zip", str(given), str(out), *asked])
    (line,) = str(error.value).splitlines()
    assert f"{name}: {out.suffix.lower()} is not written" in line
    assert ".csv, .html, .htm, .sdf, .sd" in line
    assert not out.exists()


def test_other_formats_are_refused_with_those_there_are(tmp_path, given):
    with pytest.raises(UserError, match=r"--format.*'htm'.*'csv', '?html'?, '?sdf"):
        run_command(["predict", "absent.zip", str(given), "--format", "htm"])


def test_without_a_name_the_format_names_the_file(tmp_path, given, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = str(make(tmp_path))
    assert run_command(["predict", model, str(given), "--format", "sdf"]) == 0
    assert (tmp_path / "in.predictions.sdf").is_file()


@pytest.mark.parametrize("name", ["in.csv", "model", "numbers.csv", "/dev/null"])
def test_nothing_that_is_read_and_no_device_is_replaced(tmp_path, given, name):
    (tmp_path / "numbers.csv").write_text("id,x\n", encoding="utf-8")
    out, model = tmp_path / name, make(tmp_path).rename(tmp_path / "model")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    options = ["--format=csv", f"--features-file=own={tmp_path / 'numbers.csv'}"]
    with pytest.raises(UserError, match=f"{out}: is (a file that is read|no regular)"):
        run_command(["predict", str(model), str(given), str(out), *options])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert not out.is_relative_to("/dev") or out.is_char_device()


def test_two_files_of_one_name_are_refused(tmp_path, given):
    options = ["--features-file=own=a.csv", "--features-file=own=b.csv"]
    with pytest.raises(UserError, match=r"own must have one file, got a\.csv"):
        run_command(["predict", str(make(tmp_path)), str(given), *options])


@pytest.mark.parametrize("name", ["out.csv", "out.html", "out.sdf"])
def test_nothing_is_left_of_a_table_that_was_interrupted(
    tmp_path, given, name, monkeypatch
):
    out, model = tmp_path / name, make(tmp_path)
    out.write_text("as before", encoding="utf-8")
    before = sorted(tmp_path.iterdir())

    def interrupted(predictor, smiles, own):
        raise KeyboardInterrupt

    monkeypatch.setattr(predict_table.RowPredictor, "predict", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_command(["predict", str(model), str(given), str(out)])
    assert out.read_text("utf-8") == "as before"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends_in_cells_begin_no_row(tmp_path, end):
    (tmp_path / "in.csv").write_text(
        f'name,smiles\n"a{end}b",CCO\nc,CC\n', encoding="utf-8", newline=""
    )
    rows = rows_of(predict(tmp_path, tmp_path / "in.csv", "out.csv"))
    assert [row["name"] for row in rows] == [f"a{end}b", "c"]


# The SD file.


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("options", [[], ["--fallback"]])
def test_sd_file_is_read_back_as_what_the_csv_file_says(
    tmp_path, given, task_type, options
):
    written = predict(tmp_path, given, "out.sdf", *options, task_type=task_type)
    expected = rows_of(
        predict(tmp_path, given, "out.csv", *options, task_type=task_type)
    )
    table = open_table(written)
    rows = list(table.rows())
    assert [row.cells[0] for row in rows] == ["CCO", "", "Oc1ccccc1", ""]
    assert [row.problem for row in rows] == ["", "no structure", "", "no structure"]
    columns = list(expected[0])
    assert table.header == ["smiles_of_structure", *columns]
    for row, there in zip(rows, expected, strict=True):
        there["a <b> note"] = field_value(there["a <b> note"]).strip()
        assert row.cells[1:] == list(there.values())
    molecules = list(Chem.SDMolSupplier(str(written)))
    assert [molecule.GetNumAtoms() for molecule in molecules] == [3, 0, 7, 0]
    for molecule, there in zip(molecules, expected, strict=True):
        assert {name: molecule.GetProp(name) for name in columns} == there
    assert molecules[1].GetProp("problem").startswith("RDKit cannot parse the SMILES")


def test_records_of_an_sd_file_keep_their_coordinates_and_titles(tmp_path):
    block = "ethanol\n  mine\n\n" + "\n".join(
        [
            "  3  2  0  0  0  0  0  0  0  0999 V2000",
            "    1.5000    0.2500    0.7500 C   0  0",
            "    0.0000    1.2500    0.1234 C   0  0",
            "    2.5000    2.2500    0.5000 O   0  0",
            "  1  2  1  0",
            "  2  3  1  0",
            "M  END",
        ]
    )
    broken = "second\n\n\n  1  0  0  0\nM  END"
    given = tmp_path / "in.sdf"
    given.write_text(
        f"{block}\n> <id>\n7\n\n$$$$\n{broken}\n> <id>\n8\n\n$$$$\n", encoding="utf-8"
    )
    text = predict(tmp_path, given, "out.sdf").read_text("utf-8")
    assert text.startswith(block + "\n")
    first, second = Chem.SDMolSupplier(str(tmp_path / "out.sdf"))
    assert (first.GetProp("_Name"), second.GetProp("_Name")) == ("ethanol", "second")
    assert (first.GetProp("id"), second.GetProp("id")) == ("7", "8")
    assert not first.HasProp("smiles")
    assert second.GetProp("problem") == "RDKit cannot read the structure"


@pytest.mark.parametrize(
    "smiles",
    [
        "CC=CC",
        "C/C=C/C",
        "C[C@H](O)F",
        "CC(O)F",
        "CC=NO",
        "*CC(C)(*)CCO*",
        "[NH3]->[Fe]<-[NH3]",
        "[2H]C([3H])([13CH3])Br",
        "C[N+](=O)[O-].[Na+].[Cl-]",
        "N[Pt](N)(Cl)Cl",
        "[CH3]",
        "C" * 1000,
        # In the plane its atoms lie on each other.
        "C[C@@H]1CC[C@H]2[C@@H](C)C(=O)O[C@@H]3O[C@]4(C)CC[C@@H]1C32OO4",
    ],
)
def test_structures_are_read_back_as_the_molecule(smiles):
    (block,) = structures_of([smiles])
    assert Chem.MolToSmiles(Chem.MolFromMolBlock(block)) == Chem.CanonSmiles(smiles)


# The page.


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_page_says_what_the_csv_file_says(tmp_path, given, task_type):
    options = ["--confidence", "0.7"]
    page = predict(tmp_path, given, "out.html", *options, task_type=task_type)
    table = rows_of(predict(tmp_path, given, "out.csv", *options, task_type=task_type))
    head, training, rows = parts_of(page)
    assert (head["kind"], head["confidence"]) == (task_type, 0.7)
    assert [task["name"] for task in head["tasks"]] == ["one", "two"]
    thresholds = [task["threshold"] for task in head["tasks"] if "threshold" in task]
    assert thresholds == ([0.4, None] if task_type == "binary" else [])
    assert [row["c"] for row in rows] == [list(row.values())[:3] for row in table]
    for row, there in zip(rows, table, strict=True):
        assert row.get("x", "") == there["problem"]
        if there["problem"]:
            assert "v" not in row
            continue
        for number, task in enumerate(["one", "two"]):
            ends = ("_value", "_probability")
            outputs = [
                float(there[name])
                for name in there
                if name.startswith(task) and name.endswith(ends)
            ]
            assert outputs
            np.testing.assert_allclose(row["v"][number], outputs, rtol=1e-3)
            if task_type == "regression":
                bounds = [float(there[f"{task}_{end}"]) for end in ("low", "high")]
                if np.isinf(bounds).any():
                    bounds = [None, None]
                assert row["b"][number] == pytest.approx(bounds, rel=1e-3)
            else:
                names = head["tasks"][number]["classes"]
                inside = "|".join(names[at] for at in row["t"][number])
                assert f"{{{inside}}}" == there[f"{task}_set"]
                assert row["k"][number] == there[f"{task}_class"]
                p = [float(there[f"{task}={name}_p"]) for name in names]
                np.testing.assert_allclose(row["p"][number], p, rtol=1e-3)
        assert str(row["in"]) == there["in_domain"]
        assert str(row["prop"]) == there["in_property_domain"]
        near = [training[str(at)]["id"] for at, _ in row["near"]]
        assert near == [there[f"neighbour_{n}"] for n in (1, 2, 3)]
    assert all(each["d"].startswith("<svg") for each in training.values())
    assert rows[0]["d"].startswith("<svg")
    assert rows[1]["d"] == "RDKit cannot parse the SMILES"


def test_texts_of_the_table_end_no_part_of_the_page(tmp_path, given):
    page = predict(tmp_path, given, "out.html")
    text = page.read_text("utf-8")
    assert text.count("</script>") == 4
    assert "<!--" not in text
    assert "<!-- </script><script>alert(1)</script>" in parts_of(page)[2][1]["c"]
    assert "{{ STYLE }}" not in text
    assert parts_of(page)[2][2]["c"][2] == "{{ ROWS }} {{ HEAD }}"


def test_page_asks_for_nothing_from_elsewhere(tmp_path, given):
    text = predict(tmp_path, given, "out.html").read_text("utf-8")
    assert "default-src 'none'" in text
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", text))
    # The name of a kind of XML, which nobody fetches.
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_page_has_the_fallback_beside_the_reason(tmp_path, given):
    _, _, rows = parts_of(predict(tmp_path, given, "out.html", "--fallback"))
    assert rows[1]["v"] == [[0.5], [0.5714]]
    assert rows[1]["x"].endswith("answered with the mean of the training set")
    assert "near" not in rows[1]
    assert rows[1]["c"][0] == "y"


def test_page_of_a_model_with_few_training_molecules(tmp_path, given, monkeypatch):
    monkeypatch.setattr("toxtune.prediction.final_model.NEIGHBOURS", 2)
    _, training, rows = parts_of(predict(tmp_path, given, "out.html"))
    assert [len(row.get("near", "")) for row in rows] == [2, 0, 2, 0]
    assert 2 <= len(training) <= 4


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_page_has_the_atoms_on_request(tmp_path, task_type):
    given = tmp_path / "in.csv"
    given.write_text("smiles\nC[NH3+].[Cl-]\nnonsense\nCCCN\n", encoding="utf-8")
    page = predict(tmp_path, given, "out.html", "--explain", task_type=task_type)
    head, _, (salt, bad, amine) = parts_of(page)
    assert head["held"] == []
    assert "a" not in bad
    expected = load(tmp_path / "final.zip").explain(["CN", "CCCN"])
    for row, explanation in zip((salt, amine), expected, strict=True):
        tasks = explanation.tasks.values()
        for number, task in enumerate(tasks):
            found = row["a"]["w"][number]
            np.testing.assert_allclose(found, task.contributions, rtol=1e-3, atol=1e-6)
            # JSON has no NaN.
            share = row["a"]["e"][number]
            assert share == pytest.approx(task.explained, rel=1e-3, nan_ok=True) or (
                share is None and np.isnan(task.explained)
            )
        assert row["a"]["o"] == [task.output for task in tasks]
        assert row["a"]["d"].count("<ellipse") == len(found)
    assert parts_of(predict(tmp_path, given, "plain.html"))[0]["held"] is None


def test_table_that_is_too_long_for_a_page_is_refused(tmp_path, given, monkeypatch):
    monkeypatch.setattr(page_writer, "MAX_MOLECULES", 3)
    with pytest.raises(UserError, match=r"in.csv: a page holds at most 3 .* has 4"):
        predict(tmp_path, given, "out.html")
    assert not (tmp_path / "out.html").exists()
    predict(tmp_path, given, "out.sdf")


@pytest.mark.parametrize("name", ["out.html", "out.sdf"])
def test_a_crash_in_what_a_file_shows_costs_no_prediction(
    tmp_path, given, name, monkeypatch
):
    make_them = predict_table.MAKERS[format_of(Path(name), None)]

    def crash(smiles):
        return os._exit(1) if "CCO" in smiles else make_them(smiles)

    harmful = dict.fromkeys(predict_table.MAKERS, crash)
    monkeypatch.setattr(predict_table, "MAKERS", harmful)
    path = predict(tmp_path, given, name)
    if name == "out.html":
        rows = parts_of(path)[2]
        assert [row["d"][:4] for row in rows] == ["", "RDKi", "<svg", "no S"]
        assert "v" in rows[0]
    else:
        first, _, third, _ = Chem.SDMolSupplier(str(path))
        assert (first.GetNumAtoms(), third.GetNumAtoms()) == (0, 7)
        assert first.GetProp("one_probability")


def test_numbers_are_those_of_the_model(tmp_path):
    given = tmp_path / "in.csv"
    given.write_text("smiles\n" + "\n".join(SMILES) + "\n", encoding="utf-8")
    path = predict(tmp_path, given, "out.html", temperature=1.0)
    values = load(tmp_path / "final.zip").predict(SMILES).values
    found = [np.concatenate(row["v"]) for row in parts_of(path)[2]]
    np.testing.assert_allclose(found, values, rtol=1e-3)
