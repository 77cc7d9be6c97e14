"""The final model, written and read, and tables that it predicts."""

import csv
import io
import json
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from helpers.final_models import (
    FALLBACK,
    LABELS,
    SEEDS,
    SMILES,
    freeze,
    make,
    refused_model,
)
from toxtune.commands.cli import run_command
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.evaluation.delivered import ALL_SEEDS, member_seeds
from toxtune.io.files import read_json, write_json
from toxtune.models.registry import current_versions
from toxtune.molecules.smiles import read_compound
from toxtune.prediction import inputs as reading
from toxtune.prediction import molecule_table
from toxtune.prediction import predict_table as predicting
from toxtune.prediction.fallback import fit_fallback
from toxtune.prediction.final_file import describe_models, write_final_model
from toxtune.prediction.final_model import load
from toxtune.prediction.inputs import input_readers
from toxtune.prediction.metadata import (
    METADATA_FILE,
    FinalModelMetadata,
    TaskThreshold,
)
from toxtune.prediction.molecule_table import read_molecules
from toxtune.prediction.predict_table import PredictionCounts, write_predictions
from toxtune.prediction.row_predictor import MOLECULE_COLUMNS, RowPredictor
from toxtune.prediction.writer import CsvWriter, Makers, Written
from toxtune.search.selection_file import read_selection
from toxtune.tables.text_files import Reading
from toxtune.tasks import TaskType


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def predicted(tmp_path, model, text, fallback=False, confidence=0.9):
    """Predict a table, given and returned as text."""
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    stream = io.StringIO()
    molecules = read_molecules(tmp_path / "in.csv", "smiles")
    final_model = load(model)
    with input_readers(final_model.metadata, molecules.n_rows) as readers:
        predictor = RowPredictor(final_model, readers, confidence, fallback)
        with Makers(list, 0, 1) as makers:
            writer = CsvWriter(Written(stream, molecules, predictor, makers))
            write_predictions(predictor, molecules, writer, molecules.chunks())
    return stream.getvalue()


def test_means_and_spread_over_the_seeds(tmp_path):
    model = load(make(tmp_path, temperature=1.0))
    members, failures = model.predict_members(SMILES)
    assert (members.shape, failures) == ((2, 8, 2), {})
    assert (members[0] != members[1]).any()
    prediction = model.predict(SMILES)
    np.testing.assert_allclose(prediction.values, (members[0] + members[1]) / 2)
    difference = np.abs(members[0] - members[1])
    np.testing.assert_allclose(prediction.spread, difference / np.sqrt(2), atol=1e-12)
    np.testing.assert_array_equal(prediction.similarity, 1)


def test_members_count_as_often_as_they_say(tmp_path):
    path = make(tmp_path, temperature=1.0)
    model = load(path)
    weights = [1, 3]
    weighted = tuple(
        replace(member, weight=weight)
        for member, weight in zip(model.metadata.members, weights, strict=True)
    )
    model = load(make(tmp_path, temperature=1.0, members=weighted))
    members, _ = model.predict_members(SMILES)
    prediction = model.predict(SMILES)
    np.testing.assert_allclose(prediction.values, (members[0] + 3 * members[1]) / 4)
    # Chance in training has no other spread for it.
    difference = np.abs(members[0] - members[1])
    np.testing.assert_allclose(prediction.spread, difference / np.sqrt(2), atol=1e-12)


@pytest.mark.parametrize("weight", [0, -1, 1.5, "2", 10**9])
def test_weights_that_are_none_are_refused(tmp_path, weight):
    (first, second) = load(make(tmp_path)).metadata.members
    path = make(tmp_path, members=(replace(first, weight=weight), second))
    with pytest.raises(UserError, match=r"members.*weight"):
        load(path)


def test_salts_are_predicted_as_their_parents(tmp_path):
    salts = ["CC[NH3+].[Cl-]", "CC(=O)[O-].[Na+]", "CCO.O"]
    bases = ["CCN", "CC(=O)O", "CCO"]
    path = make(tmp_path)
    by_salt, by_base = (load(path).predict(each) for each in (salts, bases))
    np.testing.assert_array_equal(by_salt.values, by_base.values)
    np.testing.assert_array_equal(by_salt.similarity, 1)
    text = predicted(tmp_path, path, "smiles\n" + "\n".join(salts) + "\n")
    assert [row["smiles"] for row in table(text)] == salts
    # A model of molecules as they were written takes them as they are written.
    as_written = make(tmp_path, standardize="none")
    assert load(as_written).predict(salts).similarity.max() < 1


def test_what_is_no_list_of_molecules_is_refused_in_python(tmp_path):
    model = load(make(tmp_path))
    for ask in (model.predict, model.predict_table, model.explain):
        with pytest.raises(UserError, match=r"a list of texts, such as \['CCO'"):
            ask("CCO")
    with pytest.raises(UserError, match=r"smiles\[1\]: RDKit cannot parse .*'xx'"):
        model.predict(["CCO", "xx"])


@pytest.mark.parametrize("confidence", [95, 1, 0, -0.1, float("nan")])
def test_a_confidence_that_is_no_share_is_refused_in_python(tmp_path, confidence):
    model = load(make(tmp_path, "regression"))
    with pytest.raises(UserError, match="confidence: must be a number between 0 and 1"):
        model.predict_table(["CCO"], confidence=confidence)


def test_temperature_divides_the_log_odds_of_its_task_alone(tmp_path):
    model = load(make(tmp_path))
    mean = model.predict_members(SMILES)[0].mean(axis=0)
    values = model.predict(SMILES).values
    np.testing.assert_array_equal(values[:, 1], mean[:, 1])
    inside = (mean[:, 0] > 0.05) & (mean[:, 0] < 0.95)
    assert inside.any()
    odds, halved = (np.log(p[inside, 0] / (1 - p[inside, 0])) for p in (mean, values))
    np.testing.assert_allclose(halved, odds / 2, atol=1e-9)


def test_folder_is_read_like_the_file_and_equal_models_are_equal_files(tmp_path):
    path = make(tmp_path)
    zipfile.ZipFile(path).extractall(tmp_path / "unpacked")
    values = [load(one).predict(SMILES).values for one in (path, tmp_path / "unpacked")]
    np.testing.assert_array_equal(*values)
    first = path.read_bytes()
    files = {
        f"models/random_forest-seed-{n}.skops": tmp_path / f"seed-{n}.skops"
        for n in SEEDS
    }
    metadata = load(path).metadata
    evidence = load(path).evidence
    write_final_model(tmp_path / "again.zip", metadata, files, evidence, "# small\n")
    assert (tmp_path / "again.zip").read_bytes() == first


def test_bad_smiles_keep_their_rows_with_the_reason(tmp_path):
    text = "id,smiles\na,CCO\nb,nonsense\nc,\nd, c1ccccc1O \n"
    rows = table(predicted(tmp_path, make(tmp_path), text))
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert [row["smiles"] for row in rows] == ["CCO", "nonsense", "", " c1ccccc1O "]
    assert [row["problem"] for row in rows] == [
        "",
        "RDKit cannot parse the SMILES",
        "no SMILES",
        "",
    ]
    for row in rows[1:3]:
        assert not any(
            row[name] for name in row if name not in {"id", "smiles", "problem"}
        )
    assert all(
        0 <= float(rows[0][f"{task}_probability"]) <= 1 for task in ("one", "two")
    )


@pytest.mark.parametrize("task_type", FALLBACK)
def test_every_row_is_answered_on_request(tmp_path, task_type):
    model = make(tmp_path, task_type)
    text = 'smiles\nCCO\nnonsense\n""\nCCC\n'
    plain = table(predicted(tmp_path, model, text))
    rows = table(predicted(tmp_path, model, text, fallback=True))
    assert (rows[0], rows[3]) == (plain[0], plain[3])
    for row, without in zip(rows[1:3], plain[1:3], strict=True):
        assert row["problem"].startswith(without["problem"] + "; answered with")
        assert (row["similarity"], row["in_domain"]) == ("", "0")
        assert not any(row[name] for name in row if name.endswith("_sd"))
        numbers = [
            float(row[name])
            for name in row
            if name.endswith(("_probability", "_value"))
        ]
        expected = [number for task in FALLBACK[task_type].values() for number in task]
        np.testing.assert_allclose(numbers, expected, rtol=1e-6)
    # Classes are told as those of predictions: by thresholds, or the most frequent.
    classes = {"binary": ["1", ""], "multiclass": ["0", "0"]}
    if task_type in classes:
        assert [rows[1]["one_class"], rows[1]["two_class"]] == classes[task_type]


@pytest.mark.parametrize("task_type", FALLBACK)
def test_fallback_is_the_mean_of_the_labels(task_type):
    labels = np.array(LABELS[task_type], dtype=np.float32)
    names = ["x"] * len(labels)
    training = Subset(names, names, names, ["one", "two"], labels)
    outputs = 3 if task_type == "multiclass" else 1
    fitted = fit_fallback(training, TaskType(task_type), outputs)
    assert fitted == {
        task: pytest.approx(numbers) for task, numbers in FALLBACK[task_type].items()
    }
    assert all(sum(shares) == 1 for shares in fitted.values() if len(shares) > 1)


@pytest.mark.parametrize(
    ("fallback", "fault"),
    [
        ({"one": [0.5]}, "fallback: must have a list of 1 for the task 'two'"),
        ({"one": [0.5], "two": [0.1, 0.9]}, "must have a list of 1 for the task 'two'"),
        ({"one": [0.5], "two": ["x"]}, "fallback"),
    ],
)
def test_fallback_must_have_an_answer_for_every_task(tmp_path, fallback, fault):
    refused_model(make(tmp_path, fallback=fallback), fault)


def test_command_answers_for_every_row(tmp_path, capsys):
    (tmp_path / "in.csv").write_text("smiles\nCCO\nnonsense\n", encoding="utf-8")
    model, source, out = (
        str(path)
        for path in (make(tmp_path), tmp_path / "in.csv", tmp_path / "out.csv")
    )
    assert run_command(["predict", model, source, out, "--fallback"]) == 0
    assert "1 without a prediction, answered with" in capsys.readouterr().out
    rows = table((tmp_path / "out.csv").read_text("utf-8"))
    assert [bool(row["two_probability"]) for row in rows] == [True, True]
    (tmp_path / "in.csv").write_text("smiles\nnonsense\n", encoding="utf-8")
    # The wrong column is no answer.
    with pytest.raises(UserError, match="no row has a prediction"):
        run_command(["predict", model, source, out, "--fallback"])


def test_command_passes_on_what_the_table_does_not_tell(tmp_path, monkeypatch):
    asked = {}

    def note(**arguments):
        asked.update(arguments)
        return PredictionCounts(rows=2, problems=0)

    monkeypatch.setattr(predicting, "predict_file", note)
    options = ["--decimal=,", "--separator=semicolon", "--encoding=cp1252"]
    assert run_command(["predict", "m.zip", "in.csv", "out.csv", *options]) == 0
    assert asked["reading"] == Reading(";", ",", "cp1252", prefix="--")
    assert asked["fallback"] is False


def test_classes_are_told_at_the_threshold_and_only_where_there_is_one(tmp_path):
    rows = table(
        predicted(tmp_path, make(tmp_path), "smiles\n" + "\n".join(SMILES) + "\n")
    )
    classes = [row["one_class"] for row in rows]
    assert classes == [str(int(float(row["one_probability"]) >= 0.4)) for row in rows]
    assert set(classes) == {"0", "1"}
    assert {row["two_class"] for row in rows} == {""}


def test_domain_is_what_is_similar_enough(tmp_path):
    text = "smiles\nCCO\nFC(F)(F)S(=O)(=O)C1CC1\n"
    near, far = table(predicted(tmp_path, make(tmp_path), text))
    assert (near["similarity"], near["in_domain"]) == ("1.0", "1")
    assert float(far["similarity"]) < 0.5
    assert far["in_domain"] == "0"


@pytest.mark.parametrize(
    ("task_type", "columns"),
    [
        (
            "regression",
            [
                "one_value",
                "one_sd",
                "one_low",
                "one_high",
                "two_value",
                "two_sd",
                "two_low",
                "two_high",
            ],
        ),
        (
            "multiclass",
            [
                "one=0_probability",
                "one=1_probability",
                "one=2_probability",
                "one=0_sd",
                "one=1_sd",
                "one=2_sd",
                "one_class",
                "one=0_p",
                "one=1_p",
                "one=2_p",
                "one_set",
                "two=0_probability",
                "two=1_probability",
                "two=2_probability",
                "two=0_sd",
                "two=1_sd",
                "two=2_sd",
                "two_class",
                "two=0_p",
                "two=1_p",
                "two=2_p",
                "two_set",
            ],
        ),
    ],
)
def test_columns_of_other_task_types(tmp_path, task_type, columns):
    path = make(tmp_path, task_type)
    (row,) = table(predicted(tmp_path, path, "smiles\nCCO\n"))
    assert list(row) == ["smiles", *columns, *MOLECULE_COLUMNS]
    values = load(path).predict(["CCO"]).values[0]
    assert float(row[columns[0]]) == pytest.approx(values[0], abs=1e-6)
    if task_type == "multiclass":
        assert row["one_class"] == str(values[:3].argmax())
        assert row["two_class"] == str(values[3:].argmax())


def test_chunks_change_nothing(tmp_path, monkeypatch):
    path = make(tmp_path)
    text = "smiles\n" + "\n".join([*SMILES, "bad"] * 3) + "\n"
    whole = predicted(tmp_path, path, text)
    monkeypatch.setattr(molecule_table, "CHUNK", 4)
    assert predicted(tmp_path, path, text) == whole


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (
            b"compound,x\nCCO,1\n",
            ["--smiles-column NAME", "compound, x", "SMILES_COLUMN=NAME"],
        ),
        (b"smiles,x\nCCO\n", ["in.csv, line 2", "2 columns", "got 1"]),
        (b"smiles\n", ["in.csv", "no rows"]),
        (b"", ["in.csv", "is empty"]),
        (b"smiles\n\xff\xfe\0\n", ["in.csv, line 2", "UTF-8"]),
        (b"smiles\nC>>CC\nC.C>O>N\n", ["in.csv", "these are reactions", "C>>CC"]),
        (b"PK\3\4 xl/workbook.xml", ["in.csv", "workbook", "as CSV"]),
        (b"smiles,similarity\nCCO,1\n", ["'similarity' of its own"]),
        (None, ["in.csv", "cannot be read"]),
    ],
)
def test_table_that_cannot_be_read(tmp_path, content, fragments):
    model, given = make(tmp_path), tmp_path / "in.csv"
    if content is not None:
        given.write_bytes(content)
    with pytest.raises(UserError) as error:
        run_command(["predict", str(model), str(given), str(tmp_path / "out.csv")])
    for fragment in fragments:
        assert fragment in str(error.value)
    assert not list(tmp_path.glob("*out.csv*"))


def test_a_molecule_that_rdkit_crashes_on_has_a_problem(tmp_path, monkeypatch):
    def read(smiles, standardize):
        return os._exit(1) if smiles == "CCN" else read_compound(smiles, standardize)

    monkeypatch.setattr(reading, "read_compound", read)
    given, written = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("smiles\nCCO\nCCN\nCCC\n", encoding="utf-8")
    run_command(["predict", str(make(tmp_path)), str(given), str(written)])
    problems = [row["problem"] for row in table(written.read_text("utf-8"))]
    assert problems == ["", "RDKit crashes on it", ""]


def test_what_was_taken_for_what_is_said(tmp_path, capsys):
    given = tmp_path / "in.csv"
    given.write_text("Canonical SMILES;x\nCCO;1\n", encoding="utf-8")
    run_command(["predict", str(make(tmp_path)), str(given), str(tmp_path / "out.csv")])
    notes, counts = capsys.readouterr().out.splitlines()
    assert "separated by semicolons" in notes
    assert "The SMILES are in the column 'Canonical SMILES'." in notes
    assert " is called " in notes
    assert "1 rows" in counts


@pytest.mark.parametrize(
    ("threshold", "said"), [(0.5, "0.50"), (0.046, "0.046"), (0.004, "0.0040")]
)
def test_no_threshold_is_rounded_to_0(tmp_path, capsys, threshold, said):
    given = tmp_path / "in.csv"
    given.write_text("smiles\nCCO\n", encoding="utf-8")
    fitted = {name: TaskThreshold(None, threshold) for name in ("one", "two")}
    model = make(tmp_path, thresholds=fitted)
    run_command(["predict", str(model), str(given), str(tmp_path / "out.csv")])
    assert f" from {said} on" in capsys.readouterr().out


def test_output_is_not_the_input(tmp_path):
    given = tmp_path / "in.csv"
    given.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(UserError, match="name another"):
        run_command(["predict", str(make(tmp_path)), str(given), str(given)])
    assert given.read_text("utf-8") == "smiles\nCCO\n"


def test_what_is_no_final_model_is_refused(tmp_path):
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    with pytest.raises(UserError, match="not a zip file"):
        load(tmp_path / "text.zip")
    with pytest.raises(UserError, match="no such file"):
        load(tmp_path / "absent.zip")
    with pytest.raises(UserError, match="has no final.json"):
        load(tmp_path)


def test_the_folder_of_a_run_is_told_which_file_is_meant(tmp_path):
    run = tmp_path / "results/mine"
    run.mkdir(parents=True)
    path = make(tmp_path).rename(run / "final.zip")
    with pytest.raises(UserError, match=f"name its model, {path}"):
        load(run)


def test_metadata_are_written_and_read_alike(tmp_path):
    path = make(tmp_path)
    with zipfile.ZipFile(path) as archive:
        values = json.loads(archive.read(METADATA_FILE))
    metadata = load(path).metadata
    assert json.loads(json.dumps(metadata.to_dict())) == values
    assert FinalModelMetadata.from_dict(values) == metadata
    assert (values["format"], metadata.seeds) == (4, SEEDS)


def test_other_versions_are_told(tmp_path, caplog):
    versions = current_versions(["random_forest"]) | {"scikit-learn": "0.1"}
    load(make(tmp_path, versions=versions))
    assert "made with scikit-learn 0.1" in caplog.text
    caplog.clear()
    load(make(tmp_path))
    assert not caplog.text


def test_versions_are_those_that_trained_the_models(tmp_path):
    """An upgrade between the training and a repack relabels nothing."""
    frozen = freeze(tmp_path)
    selection = read_selection(frozen.selection)

    def packed(changes):
        for path, versions in changes.items():
            record = frozen.models / "random_forest" / path
            write_json(record, read_json(record) | {"versions": versions})
        parts = describe_models(
            selection,
            {"random_forest": 1},
            frozen.settings,
            frozen.models,
            frozen.transforms,
        )
        return parts.versions

    assert packed({}) == current_versions(["random_forest"])
    older = {"rdkit": "2020.3", "scikit-learn": "0.1"}
    names = [f"seed-{seed}.skops.json" for seed in SEEDS]
    assert packed(dict.fromkeys(names, older)) == older
    assert packed({names[0]: older | {"scikit-learn": "0.2"}}) == {
        "rdkit": "2020.3",
        "scikit-learn": "0.1 and 0.2",
    }


class _Nothing:
    """In place of a transform: all values are 0."""

    def apply(self, features):
        return replace(features, values=np.zeros_like(features.values))


def test_features_are_scaled_as_they_were_for_the_training(tmp_path):
    model = load(make(tmp_path))
    assert np.ptp(model.predict(SMILES).values, axis=0).max() > 0
    scaled = replace(model, transforms={"ecfp": _Nothing()})
    assert np.ptp(scaled.predict(SMILES).values, axis=0).max() == 0


@pytest.mark.parametrize("seeds", [[3, 5, 8], [8, 3, 5]])
def test_a_single_seed_is_the_lowest(seeds):
    assert member_seeds(seeds, "lowest") == [3]
    assert member_seeds(seeds, ALL_SEEDS) == [3, 5, 8]
