"""What backs a single prediction: set or interval, neighbours, properties."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem, rdBase

from helpers.final_models import LABELS, SMILES, make, refused_model
from toxtune.commands.cli import run_command
from toxtune.data.demo import demo_csv
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.features.similarity import fingerprints
from toxtune.prediction.applicability_domain import fit_domain
from toxtune.prediction.descriptor_domain import (
    PROPERTIES,
    fit_descriptor_domain,
    properties_of,
)
from toxtune.prediction.final_model import load
from toxtune.stats.conformal import class_scores, p_values
from toxtune.stats.metrics import Objective


def predict(tmp_path, model, smiles, *options):
    """Predict with the command; return its rows."""
    (tmp_path / "in.csv").write_text("\n".join(["smiles", *smiles]) + "\n", "utf-8")
    paths = [str(each) for each in (model, tmp_path / "in.csv", tmp_path / "out.csv")]
    run_command(["predict", *paths, *options])
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("task_type", ["binary", "multiclass"])
def test_sets_hold_the_classes_whose_p_is_high_enough(tmp_path, task_type):
    path = make(tmp_path, task_type)
    model = load(path)
    n_classes = {"binary": 2, "multiclass": 3}[task_type]
    for confidence in (0.5, 0.7):
        rows = predict(tmp_path, path, SMILES, f"--confidence={confidence}")
        sets = set()
        for row in rows:
            p = [float(row[f"one={number}_p"]) for number in range(n_classes)]
            inside = [str(at) for at in range(n_classes) if p[at] > 1 - confidence]
            assert row["one_set"] == "{" + "|".join(inside) + "}"
            sets.add(row["one_set"])
        assert len(sets) > 1
    # Temperatures do not change what is compared.
    members, _ = model.predict_members(SMILES)
    values = members.mean(axis=0)[:, : n_classes if n_classes > 2 else 1]
    scores = class_scores(values.squeeze(axis=1) if n_classes == 2 else values)
    expected = p_values(model.evidence.calibrations["one"], scores)
    found = [[float(row[f"one={n}_p"]) for n in range(n_classes)] for row in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_intervals_are_around_the_value_and_wider_with_more_confidence(tmp_path):
    path = make(tmp_path, "regression")
    widths = []
    for confidence in (0.5, 0.8):
        (row,) = predict(tmp_path, path, ["CCO"], f"--confidence={confidence}")
        low, high = float(row["one_low"]), float(row["one_high"])
        assert (low + high) / 2 == pytest.approx(float(row["one_value"]), abs=1e-5)
        widths.append(high - low)
    assert 0 < widths[0] < widths[1]
    # Eight molecules cannot promise 90%.
    (row,) = predict(tmp_path, path, ["CCO"])
    assert (row["one_low"], row["one_high"]) == ("-inf", "inf")


@pytest.mark.parametrize("task_type", LABELS)
def test_neighbours_are_named_with_their_labels(tmp_path, task_type):
    rows = predict(
        tmp_path, make(tmp_path, task_type), ["OCC", "c1ccccc1N", "nonsense"]
    )
    assert [rows[0]["neighbour_1"], rows[1]["neighbour_1"]] == ["m0", "m3"]
    assert rows[1]["neighbour_1_smiles"] == "c1ccccc1N"
    assert float(rows[1]["neighbour_1_similarity"]) == 1
    assert rows[1]["neighbour_2"] == "m2"
    known = {"binary": "one=1; two=1", "multiclass": "one=0; two=1"}
    label = known.get(task_type, "one=0.75; two=-3")
    assert rows[1]["neighbour_1_labels"] == label
    for row in rows[:2]:
        near = [float(row[f"neighbour_{n}_similarity"]) for n in (1, 2, 3)]
        assert near == sorted(near, reverse=True)
        assert float(row["similarity"]) == near[0]
    assert not any(rows[2][f"neighbour_{n}"] for n in (1, 2, 3))


def test_neighbours_are_different_molecules(tmp_path):
    """However they are written, and with what any of their rows was measured in."""
    training = [
        *[("a1", "CCO", "0", ""), ("a2", "OCC", "", "1"), ("a3", "C(O)C", "1", "0")],
        *[("b1", "CCN", "1", ""), ("b2", "NCC", "", "")],
        *[("c", "CCCCCl", "1", "0"), ("d", "CCBr", "0", ""), ("e", "CCC", "1", "1")],
    ]
    table = "\n".join(
        ",".join(row) for row in [("id", "smiles", "one", "two"), *training]
    )
    prints = io.BytesIO()
    np.save(prints, fingerprints([smiles for _, smiles, *_ in training]))
    path = repacked(make(tmp_path), "training.csv", f"{table}\n")
    path = repacked(path, "fingerprints.npy", prints.getvalue())
    known = {"a1": "one=0; two=1", "b1": "one=1", "c": "one=1; two=0", "d": "one=0"}
    known["e"] = "one=1; two=1"
    for row, nearest in zip(predict(tmp_path, path, ["CCO", "CCN"]), "ab", strict=True):
        near = [row[f"neighbour_{n}"] for n in (1, 2, 3)]
        assert near[0] == f"{nearest}1"
        assert len({*near}) == 3
        for n, id in enumerate(near, start=1):
            assert row[f"neighbour_{n}_labels"] == known[id]


def test_a_label_that_was_not_measured_is_not_told(tmp_path):
    (row,) = predict(tmp_path, make(tmp_path), ["CCBr"])
    assert (row["neighbour_1"], row["neighbour_1_labels"]) == ("m6", "one=0")


def test_molecule_of_extreme_properties_is_out_of_that_domain(tmp_path):
    long_chain = "C" * 60 + "O"
    near, far = predict(tmp_path, make(tmp_path), ["CCO", long_chain])
    assert (near["in_property_domain"], far["in_property_domain"]) == ("1", "0")
    assert float(far["leverage"]) > 10 * float(near["leverage"])


def test_leverage_is_that_of_linear_regression():
    smiles = [
        f"{'C' * n}{end}" for n in range(1, 7) for end in ("O", "N", "Cl", "c1ccccc1")
    ]
    training = Subset(smiles, smiles, smiles, ["t"], np.zeros((len(smiles), 1)))
    domain = fit_descriptor_domain([training], [training])
    properties = properties_of(smiles)
    design = np.column_stack([np.ones(len(smiles)), properties])
    hat = design @ np.linalg.pinv(design)
    np.testing.assert_allclose(domain.leverage(properties), hat.diagonal(), atol=1e-6)
    share = domain.contains(domain.leverage(properties)).mean()
    assert 0.9 <= share < 1


def of_demo():
    """Molecules of the demo, each once, in a random order."""
    rows = csv.DictReader(io.StringIO(demo_csv()))
    with rdBase.BlockLogs():
        smiles = {row["smiles"]: Chem.MolFromSmiles(row["smiles"]) for row in rows}
    readable = [text for text, molecule in smiles.items() if molecule]
    return np.random.default_rng(0).permutation(readable).tolist()


def unlabelled(smiles):
    ids, groups = [str(number) for number in range(len(smiles))], ["g"] * len(smiles)
    return Subset(ids, smiles, groups, ["t"], np.zeros((len(smiles), 1)))


def spelled_otherwise(smiles):
    molecules = map(Chem.MolFromSmiles, smiles)
    return [
        Chem.MolToSmiles(each, rootedAtAtom=each.GetNumAtoms() - 1)
        for each in molecules
    ]


def test_further_rows_of_a_molecule_move_no_bound():
    smiles = of_demo()[:120]
    parts = smiles[:40], smiles[40:80], smiles[80:]
    train = [unlabelled(parts[0] + parts[1]), unlabelled(parts[1] + parts[2])]
    valid = [unlabelled(parts[2]), unlabelled(parts[0])]
    once = fit_descriptor_domain(train, valid)
    uneven = [
        unlabelled(each.smiles * 2 + spelled_otherwise(each.smiles[:20]))
        for each in train + valid
    ]
    assert fit_descriptor_domain(uneven[:2], uneven[2:]) == once
    similar = fit_domain(train, valid)
    assert fit_domain(uneven[:2], uneven[2:]) == similar


@pytest.mark.parametrize("n_folds", [2, 5])
def test_one_new_molecule_of_twenty_is_out_of_the_domain_of_folds(n_folds):
    smiles, outside = of_demo(), []
    for repeat in range(5):
        drawn = np.random.default_rng(repeat).permutation(smiles).tolist()
        folds = [drawn[:200][number::n_folds] for number in range(n_folds)]
        train = [
            unlabelled([each for other in folds if other is not fold for each in other])
            for fold in folds
        ]
        domain = fit_descriptor_domain(train, [unlabelled(fold) for fold in folds])
        is_inside = domain.contains(domain.leverage(properties_of(drawn[200:])))
        outside.append(1 - is_inside.mean())
    assert 0.025 < np.mean(outside) < 0.085


def test_properties_are_numbers_for_any_molecule():
    odd = ["[Na+].[Cl-]", "O", "[H][H]", "C[Si](C)(C)C", "[Fe]", "C" * 200]
    assert properties_of(odd).shape == (6, len(PROPERTIES))
    assert np.isfinite(properties_of(odd)).all()


@pytest.mark.parametrize("confidence", ["0", "1", "90", "x", "nan"])
def test_confidence_must_be_a_share(tmp_path, confidence):
    with pytest.raises(UserError, match="between 0 and 1"):
        predict(tmp_path, make(tmp_path), ["CCO"], f"--confidence={confidence}")
    assert not (tmp_path / "out.csv").exists()


def repacked(path, name, content):
    """Write a final model with one file replaced; without it if content is None."""
    with zipfile.ZipFile(path) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    files[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            if text is not None:
                archive.writestr(each, text)
    return path


SCORES = {"scores": [[0.1, 0.2], [0.3]], "offset": None}


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("training.csv", None, "it has no training.csv"),
        ("training.csv", "id,smiles,one\n", "training.csv is damaged: its columns"),
        ("training.csv", "id,smiles,one,two\n", "must have 8 rows"),
        ("training.csv", "id,smiles,one,two\n" + "a,C,1\n" * 8, "4 cells"),
        ("training.csv", "id,smiles,one,two\n" + "a,C,1,x\n" * 8, "is damaged"),
        ("training.csv", b"\xff\xfe", "training.csv is damaged"),
        ("conformal.json", None, "it has no conformal.json"),
        ("conformal.json", "{", "conformal.json is damaged"),
        ("conformal.json", "[]", "conformal.json is damaged"),
        ("conformal.json", {"one": SCORES}, "must have the task 'two'"),
        ("conformal.json", {"one": SCORES, "two": {"scores": [[1]]}}, "is damaged"),
        (
            "conformal.json",
            {"one": SCORES, "two": SCORES | {"scores": [[0.2, 0.1], []]}},
            "'two' must have 2 sorted lists",
        ),
        (
            "conformal.json",
            {"one": SCORES, "two": SCORES | {"scores": [[0.2]]}},
            "'two' must have 2 sorted lists",
        ),
    ],
)
def test_evidence_that_does_not_fit_the_model_is_refused(
    tmp_path, name, content, fault
):
    if isinstance(content, dict):
        conformal = {"selection": "5" * 12, "seeds": [3, 5], "tasks": content}
        content = json.dumps(conformal)
    refused_model(repacked(make(tmp_path), name, content), fault)


@pytest.mark.parametrize("label", ["7", "2", "-1", "0.5", "inf", "1e9"])
@pytest.mark.parametrize(("task_type", "highest"), [("binary", 1), ("multiclass", 2)])
def test_training_label_that_is_no_class_is_refused(
    tmp_path, task_type, highest, label
):
    labels = ["", "nan", str(highest), "0", "1", "0", "1"]
    rows = [f"m{row},C,0,{each}" for row, each in enumerate(labels)]

    def with_label(label):
        table = "\n".join(["id,smiles,one,two", *rows, f"m7,C,0,{label}"]) + "\n"
        return repacked(make(tmp_path, task_type), "training.csv", table)

    assert load(with_label("1")).predict(["C"]).values.shape[0] == 1
    if float(label) != highest:
        refused_model(
            with_label(label), f"a label must be a class from 0 to {highest}, got "
        )


@pytest.mark.parametrize("task_type", ["binary", "regression"])
def test_scores_of_a_class_may_lack_only_where_there_are_several(tmp_path, task_type):
    scores = [None] if task_type == "regression" else [[0.1], None]
    offset = 1 if task_type == "regression" else None
    tasks = dict.fromkeys(["one", "two"], {"scores": scores, "offset": offset})
    content = json.dumps({"selection": "5" * 12, "seeds": [3, 5], "tasks": tasks})
    path = repacked(make(tmp_path, task_type), "conformal.json", content)
    refused_model(path, "sorted lists of scores")


OFFSETS = ["x", "1.0", 0, -1.0, float("inf"), float("nan"), True, [], {}]


@pytest.mark.parametrize("offset", OFFSETS, ids=repr)
def test_offset_of_intervals_that_is_no_width_is_refused(tmp_path, offset):
    tasks = {
        "one": {"scores": [[0.1]], "offset": 1},
        "two": {"scores": [[0.1]], "offset": offset},
    }
    content = json.dumps({"selection": "5" * 12, "seeds": [3, 5], "tasks": tasks})
    path = repacked(make(tmp_path, "regression"), "conformal.json", content)
    refused_model(path, "conformal.json is damaged: 'two' must have an offset above 0")


@pytest.mark.parametrize("task_type", LABELS)
def test_the_table_in_python_is_that_of_the_command(tmp_path, task_type, monkeypatch):
    monkeypatch.setattr("toxtune.prediction.row_predictor._AT_A_TIME", 2)
    path = make(tmp_path, task_type)
    smiles = ["CCO", "nonsense", "c1ccccc1N", ""]
    table = load(path).predict_table(smiles, confidence=0.7)
    rows = predict(tmp_path, path, [*smiles[:3], '""'], "--confidence=0.7")
    assert list(table.columns) == list(rows[0])
    assert list(table["smiles"]) == smiles
    for found, row in zip(table.to_dict("records"), rows, strict=True):
        for name, text in row.items():
            if isinstance(found[name], str):
                assert found[name] == text
            else:
                number = float(text) if text else np.nan
                assert found[name] == pytest.approx(number, nan_ok=True)
    assert list(table["problem"].astype(bool)) == [False, True, False, True]
    assert list(load(path).predict_table([]).columns) == list(table.columns)


def test_a_model_says_what_it_is(tmp_path):
    said = str(load(make(tmp_path, validation_score=0.8123, refit="train+valid")))
    for part in ("one, two", "2 random_forest", "8 molecules", "ROC-AUC 0.812", "0.50"):
        assert part in said
    assert "train+valid" in said


@pytest.mark.parametrize(
    ("score", "scale", "said"),
    [
        (4e-6, "task_sd", "score: RMSE / SD 4e-06 in validation"),
        (0.6123, "task_sd", "score: RMSE / SD 0.612 in validation"),
        (12.5, "none", "score: RMSE 12.500 in validation"),
        (None, "task_sd", "selected by RMSE / SD"),
    ],
)
def test_an_error_is_said_in_the_unit_of_the_ranking(tmp_path, score, scale, said):
    objective = Objective("rmse", "minimize", scale)
    changes = {"objective": objective, "validation_score": score}
    path = make(tmp_path, "regression", **changes)
    assert said in str(load(path))


def test_an_error_of_the_one_task_that_was_left_is_not_divided(tmp_path):
    metadata = load(make(tmp_path, "regression", validation_score=0.5)).metadata
    metadata = replace(metadata, objective=Objective("rmse", "minimize"))
    assert metadata.selected_by == "RMSE / SD 0.500"
    left = replace(metadata, tasks=["one"], tasks_left_out={"two": "no labels"})
    assert left.selected_by == "RMSE 0.500"
