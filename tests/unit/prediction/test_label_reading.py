"""Words of the dataset's labels: in predictions, and in data that came later."""

import csv

import pytest

from helpers.final_models import SMILES, make
from toxtune.commands.cli import main
from toxtune.errors import UserError
from toxtune.prediction.final_model import load
from toxtune.prediction.label_reading import LabelReading
from toxtune.prediction.prospective_data import read_prospective

WORDS = {"one": {"inactive": 0, "active": 1, "odd": None}}
CURATION = {"words": WORDS, "classes": {"one": ["inactive", "Active"]}}
READING = LabelReading.of(["one", "two"], CURATION, {"Odd": None, "x": 1}, "refuse")


def predicted(folder, **changes):
    """Predict the molecules that a small model was trained on; return the rows."""
    model = make(folder, **changes)
    source, destination = folder / "in.csv", folder / "out.csv"
    source.write_text("smiles\n" + "\n".join(SMILES) + "\n")
    assert main(["predict", str(model), str(source), str(destination)]) == 0
    with open(destination, newline="") as stream:
        return list(csv.DictReader(stream))


def test_words_of_the_user_and_of_the_column_are_put_together():
    assert READING.words == {
        "one": {**WORDS["one"], "x": 1},
        "two": {"odd": None, "x": 1},
    }
    assert READING.of_tasks(["two"]) == {"two": {"odd": None, "x": 1}}
    assert READING.class_names("one", 2) == ["inactive", "Active"]
    assert READING.class_names("two", 2) == ["0", "1"]


def test_predicted_classes_are_called_as_in_the_dataset(tmp_path):
    rows = predicted(tmp_path, labels=READING)
    found = {row["one_class"] for row in rows}
    assert found == {"inactive", "Active"}
    for row in rows:
        is_active = float(row["one_probability"]) >= 0.4
        assert row["one_class"] == ("Active" if is_active else "inactive")


def test_several_classes_are_named_in_cells_and_columns(tmp_path):
    names = ["high", "low", "medium"]
    reading = LabelReading(classes={"one": names})
    rows = predicted(tmp_path, task_type="multiclass", thresholds={}, labels=reading)
    for row in rows:
        probabilities = {name: float(row[f"one={name}_probability"]) for name in names}
        assert row["one_class"] == max(probabilities, key=probabilities.get)
        assert row["two_class"] in {"0", "1", "2"}
        assert "two=0_probability" in row


def test_a_table_without_a_single_prediction_is_an_error(tmp_path, capsys):
    model, source = make(tmp_path), tmp_path / "in.csv"
    destination = tmp_path / "new" / "out.csv"
    source.write_text("smiles,Notiz\nCCO,x\nCC,x\n")
    options = ["predict", str(model), str(source), str(destination)]
    assert main([*options, "--smiles-column", "Notiz"]) == 1
    said = capsys.readouterr()
    assert "no row has a prediction" in said.err
    assert "the column 'Notiz'" in said.err
    assert f"The folder {destination.parent} is new." in said.out
    # The reason stands in each row.
    with open(destination, newline="") as stream:
        assert all(row["problem"] for row in csv.DictReader(stream))
    assert main(options) == 0
    said = capsys.readouterr()
    assert "The SMILES are in the column 'smiles'." in said.out
    assert "is new" not in said.out


def test_what_is_not_predicted_is_said_and_has_no_column(tmp_path, capsys):
    left_out = {"never": "no molecule of the training set has a label"}
    rows = predicted(tmp_path, tasks_left_out=left_out)
    assert not any(name.startswith("never") for name in rows[0])
    told = capsys.readouterr().out
    assert "Task never is not predicted" in told
    assert left_out["never"] in told


def test_later_data_are_read_as_the_dataset_was(tmp_path):
    metadata = load(make(tmp_path, labels=READING)).metadata
    later = tmp_path / "later.csv"
    later.write_text(
        "smiles,one,two\nCCCO,ACTIVE,0\nCCCN,Inactive,1\nCCCF,odd,\nCCCBr,0,x\n"
    )
    found = read_prospective(later, metadata, None, {})
    labels = found.subset.labels.tolist()
    assert labels == [[1, 0], [0, 1], [0, 1]]
    assert found.counts.without_label == 1
    assert [row.reason for row in found.exclusions] == ["no label in any task"]


def test_later_data_of_classes_that_are_not_known_are_refused(tmp_path):
    reading = LabelReading(words={"one": {"low": 0, "medium": 1, "high": 2}})
    metadata = load(
        make(tmp_path, task_type="multiclass", thresholds={}, labels=reading)
    ).metadata
    later = tmp_path / "later.csv"
    later.write_text("smiles,one\nCCCO,high\nCCCN,tiny\n")
    with pytest.raises(UserError, match="line 3, column 'one'.*got 'tiny'"):
        read_prospective(later, metadata, None, {})


@pytest.mark.parametrize(("bounds", "kept"), [("drop", [1]), ("value", [5, 1])])
def test_bounds_of_later_data_are_as_in_the_dataset(tmp_path, bounds, kept):
    reading = LabelReading(bounds=bounds)
    metadata = load(
        make(tmp_path, "regression", thresholds={}, labels=reading)
    ).metadata
    later = tmp_path / "later.csv"
    later.write_text("smiles,one\nCCCO,<5\nCCCN,1\n")
    found = read_prospective(later, metadata, None, {})
    assert found.subset.labels[:, 0].tolist() == kept
