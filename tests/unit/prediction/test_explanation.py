"""Which atoms a prediction comes from: of models whose answer is known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem
from rdkit.Chem.rdFingerprintGenerator import AdditionalOutput, GetMorganGenerator

from helpers.final_models import made_trial, make
from toxtune.errors import UserError
from toxtune.features.transforms import Transform
from toxtune.prediction import explanation
from toxtune.prediction.explained_examples import explain_examples
from toxtune.prediction.explanation import TaskExplanation, explain
from toxtune.prediction.explanation_columns import rounded
from toxtune.prediction.final_model import load
from toxtune.prediction.metadata import Member
from toxtune.tasks import TaskType

COUNTS = {"kind": "circular", "radius": 2, "size": 64, "count": True}
BITS = {**COUNTS, "count": False}
MACCS = {"kind": "maccs"}
OWN = {"kind": "columns", "columns": ["dose"], "name": "mine"}
# One atom, a ring, twice the same group, branches, charges, isotopes, two fragments.
MOLECULES = [
    "C",
    "[He]",
    "c1ccccc1O",
    "Oc1ccc(C(C)(C)c2ccc(O)cc2)cc1",
    "C[N+](C)(C)CC(=O)[O-]",
    "[2H]C([2H])([2H])O",
    "C[C@H](N)C(=O)O",
    "CCO.CCN",
    "[H][H]",
]


class Linear:
    """A model that predicts a weighted sum of its inputs, the same for two tasks."""

    def __init__(self, weights):
        self.weights = np.asarray(weights, dtype=np.float32)
        self.calls = []

    def predict(self, features):
        """Predict; remember how many molecules at a time."""
        self.calls.append(len(features))
        values = features.astype(np.float64) @ self.weights
        return np.stack([values, -2 * values], axis=1)


def linear_model(tmp_path, features=COUNTS, n_features=64, **changes):
    """Put a linear model in place of a final model's forests."""
    model = load(make(tmp_path, "regression"))
    weights = np.random.default_rng(3).normal(size=n_features)
    metadata = replace(
        model.metadata,
        features={"ecfp": features},
        members=model.metadata.members[:1],
        **changes,
    )
    return replace(model, metadata=metadata, members=[Linear(weights)]), weights


def environments_by_hand(smiles):
    """Return (column, atoms) of circular fingerprints, from centres and radii."""
    molecule = Chem.MolFromSmiles(smiles)
    output = AdditionalOutput()
    output.CollectBitInfoMap()
    generator = GetMorganGenerator(radius=COUNTS["radius"], fpSize=COUNTS["size"])
    generator.GetCountFingerprint(molecule, additionalOutput=output)
    distances = Chem.GetDistanceMatrix(molecule)
    return [
        (column, np.flatnonzero(distances[centre] <= radius))
        for column, places in output.GetBitInfoMap().items()
        for centre, radius in places
    ]


@pytest.mark.parametrize("smiles", MOLECULES)
def test_of_a_linear_model_on_counts_an_atom_has_its_environments_weights(
    tmp_path, smiles
):
    model, weights = linear_model(tmp_path)
    (found,) = explain(model, [smiles])
    want = np.zeros(Chem.MolFromSmiles(smiles).GetNumAtoms())
    for column, atoms in environments_by_hand(smiles):
        want[atoms] += weights[column]
    assert np.abs(want).max() > 0.01
    one, two = found.tasks["one"], found.tasks["two"]
    np.testing.assert_allclose(one.contributions, want, atol=1e-5)
    np.testing.assert_allclose(two.contributions, -2 * want, atol=1e-5)
    everything = sum(weights[column] for column, _ in environments_by_hand(smiles))
    assert one.prediction - one.masked == pytest.approx(everything, abs=1e-5)
    assert one.masked == pytest.approx(0, abs=1e-9)
    assert one.explained == pytest.approx(want.sum() / everything, rel=1e-4)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_bit_goes_off_with_each_of_its_atoms(tmp_path, smiles):
    model, weights = linear_model(tmp_path, BITS)
    (found,) = explain(model, [smiles])
    want = np.zeros(Chem.MolFromSmiles(smiles).GetNumAtoms())
    held = {
        (column, at) for column, atoms in environments_by_hand(smiles) for at in atoms
    }
    for column, atom in held:
        want[atom] += weights[column]
    np.testing.assert_allclose(found.tasks["one"].contributions, want, atol=1e-5)


def test_a_group_that_is_there_twice_is_seen_twice(tmp_path):
    smiles = "Oc1ccc(C(C)(C)c2ccc(O)cc2)cc1"
    oxygens = [
        atom.GetAtomicNum() == 8 for atom in Chem.MolFromSmiles(smiles).GetAtoms()
    ]
    assert sum(oxygens) == 2
    model, _ = linear_model(tmp_path, MACCS, 167)
    # Key 139 says that there is a hydroxyl group.
    model.members[0].weights = np.arange(167) == 139
    (found,) = explain(model, [smiles])
    np.testing.assert_array_equal(found.tasks["one"].contributions, oxygens)


def test_environments_beyond_what_counts_can_hold_are_counted(tmp_path):
    # 298 equal places, of which the fingerprint has 255: one less is still 255.
    model, _ = linear_model(tmp_path, {**COUNTS, "radius": 0})
    (found,) = explain(model, ["C" * 300])
    contributions = found.tasks["one"].contributions
    assert len(contributions) == 300
    np.testing.assert_array_equal(contributions[1:-1], 0)
    assert contributions[0] == contributions[-1] != 0


def test_a_molecule_and_all_its_variants_are_one_call(tmp_path, monkeypatch):
    model, _ = linear_model(tmp_path)
    (whole,) = explain(model, ["c1ccccc1O"])
    assert model.members[0].calls == [9]
    # But for giants, which are cut so that memory is bounded.
    monkeypatch.setattr(explanation, "_NUMBERS_AT_ONCE", 64 * 4)
    (cut,) = explain(model, ["c1ccccc1O"])
    assert model.members[0].calls == [9, 4, 4, 1]
    np.testing.assert_array_equal(
        cut.tasks["one"].contributions, whole.tasks["one"].contributions
    )


def test_members_have_their_own_features_and_count_by_weight(tmp_path):
    model = load(make(tmp_path, "regression"))
    weights = np.random.default_rng(0).normal(size=64 + 167)
    trials = (
        replace(made_trial("regression"), features="ecfp"),
        replace(made_trial("regression"), id="4" * 12, features="ecfp+maccs"),
    )
    members = (
        Member("1" * 12, 3, "a", "a", weight=1),
        Member("4" * 12, 3, "b", "b", weight=3),
    )
    metadata = replace(
        model.metadata,
        features={"ecfp": COUNTS, "maccs": MACCS},
        trials=trials,
        members=members,
    )

    def explained(*models):
        ensemble = replace(model, metadata=metadata, members=list(models))
        return explain(ensemble, ["Nc1ccccc1"])[0].tasks["one"].contributions

    first, second = Linear(weights[:64]), Linear(weights)
    nothing = [Linear(0 * first.weights), Linear(0 * second.weights)]
    alone = explained(first, nothing[1]), explained(nothing[0], second)
    assert np.abs(alone).max(axis=1).min() > 0.01
    np.testing.assert_allclose(explained(first, second), sum(alone), atol=1e-6)
    single, _ = linear_model(tmp_path)
    single.members[0].weights = first.weights
    (of_first,) = explain(single, ["Nc1ccccc1"])
    np.testing.assert_allclose(
        alone[0], of_first.tasks["one"].contributions / 4, atol=1e-6
    )


def test_features_of_the_whole_molecule_stay_and_are_named(tmp_path):
    model = load(make(tmp_path, "regression"))
    own = {**OWN}
    transform = Transform(["dose"], np.array([1.0]), np.array([[0.0], [1.0], [2.0]]))
    metadata = replace(
        model.metadata,
        features={"ecfp": COUNTS, "columns-1": own},
        trials=(replace(made_trial("regression"), features="columns-1+ecfp"),),
        members=model.metadata.members[:1],
    )
    weights = np.concatenate([[7.0], np.random.default_rng(1).normal(size=64)])
    model = replace(
        model,
        metadata=metadata,
        members=[Linear(weights)],
        transforms={"columns-1": transform},
    )
    dose = {"mine": np.array([[0.5], [1.5]], dtype=np.float32)}
    low, high = explain(model, ["CCO", "CCO"], own=dose)
    assert low.held_fixed == high.held_fixed == ("mine",)
    first, second = low.tasks["one"], high.tasks["one"]
    np.testing.assert_allclose(first.contributions, second.contributions, atol=1e-5)
    # What no atom shows is in the prediction with all atoms masked.
    assert first.masked == pytest.approx(-second.masked)
    assert first.masked < -1
    with pytest.raises(UserError, match="mine"):
        explain(model, ["CCO"])


def test_without_environments_there_is_nothing_to_explain(tmp_path):
    model, _ = linear_model(tmp_path, {"kind": "avalon", "size": 64})
    (found,) = explain(model, ["c1ccccc1O"])
    assert found.held_fixed == ("ecfp",)
    np.testing.assert_array_equal(found.tasks["one"].contributions, np.zeros(7))
    assert found.tasks["one"].prediction == found.tasks["one"].masked != 0
    assert np.isnan(found.tasks["one"].explained)


@pytest.mark.parametrize(
    ("output", "prediction", "masked", "share"),
    [
        # The contributions add up to -0.0006, and everything together to 0.00003.
        ("active", 0.25003, 0.25, None),
        ("active", 0.252, 0.25, -0.3),
        ("active", 0.002, 0.0, -0.3),
        ("", 250.03, 250.0, None),
        ("", 0.003, 0.001, -0.3),
        ("", 0.0, 0.0, None),
    ],
)
def test_where_all_together_add_nearly_nothing_there_is_no_share(
    output, prediction, masked, share
):
    task = TaskExplanation(output, np.array([0.0004, -0.001]), prediction, masked)
    assert task.explained == pytest.approx(share or np.nan, nan_ok=True)


@pytest.mark.parametrize("unit", [1e-7, 1e-12, 1.0, 1000.0])
def test_the_share_does_not_depend_on_the_unit(unit):
    def share(*numbers):
        contributions, prediction, masked = numbers
        values = unit * np.array(contributions)
        task = TaskExplanation("", values, unit * prediction, unit * masked)
        return task.explained

    assert share([0.4, 0.2], 3.0, 2.0) == pytest.approx(0.6)
    assert np.isnan(share([0.4, 0.2], 3.0, 2.9999))
    # Where both predictions are about 0, their difference may be rounding.
    assert np.isnan(share([4.0, -4.0], 1e-9, 0.0))


@pytest.mark.parametrize(
    ("contributions", "prediction", "text"),
    [
        ([0.1234567, -0.02, 4e-7], 0.5, "[0.123457, -0.02, 0.0]"),
        ([0.1234567, -0.02], 1234.5, "[0.123457, -0.02]"),
        ([1.234567e-8, -2e-9, 1e-18], 5e-7, "[1.2346e-08, -2e-09, 0.0]"),
        ([0.0], 0.0, "[0.0]"),
    ],
)
def test_contributions_have_digits_by_the_size_of_what_is_predicted(
    contributions, prediction, text
):
    task = TaskExplanation("", np.array(contributions), prediction, 0.0)
    assert json.dumps(rounded(task)) == text


@pytest.mark.parametrize("task_type", list(TaskType))
def test_the_output_is_what_predict_reports(tmp_path, task_type):
    model = load(make(tmp_path, task_type))
    values = model.predict_standardized(MOLECULES).values.reshape(len(MOLECULES), 2, -1)
    for row, found in enumerate(explain(model, MOLECULES)):
        for number, task in enumerate(["one", "two"]):
            of_task = found.tasks[task]
            best = values[row, number].max()
            assert of_task.prediction == pytest.approx(best)
            size = Chem.MolFromSmiles(found.parent_smiles).GetNumAtoms()
            assert of_task.contributions.shape == (size,)
            output = str(values[row, number].argmax())
            expected = {"multiclass": output, "binary": "1", "regression": ""}
            assert of_task.output == expected[task_type]


def test_texts_are_read_as_predict_reads_them(tmp_path):
    model = load(make(tmp_path))
    texts = ["CC[NH3+].[Cl-]", "junk", "", " [H]OCC ", "CCO>>CC=O", "C" * 1001]
    found = model.explain(texts)
    parents = ["CCN", "junk", "", "CCO", "CCO>>CC=O", "C" * 1001]
    assert [each.parent_smiles for each in found][:3] == parents[:3]
    assert [bool(each.problem) for each in found] == [0, 1, 1, 0, 1, 1]
    assert [len(each.tasks) for each in found] == [2, 0, 0, 2, 0, 0]
    # Neither the counterion nor a hydrogen is an atom of what is explained.
    assert [len(found[row].tasks["one"].contributions) for row in (0, 3)] == [3, 3]
    assert model.explain([]) == []


def test_tasks_are_those_asked_for(tmp_path):
    model = load(make(tmp_path))
    assert list(model.explain(["CCO"], ["two"])[0].tasks) == ["two"]
    with pytest.raises(UserError, match="no task 'tow'; did you mean two"):
        model.explain(["CCO"], ["tow"])
    with pytest.raises(UserError, match="no task 'one '"):
        explain(model, [], ["one "])


def test_large_molecules_have_as_many_numbers_as_atoms(tmp_path):
    model = load(make(tmp_path))
    rings = "c1ccccc1" * 50
    (found,) = model.explain([rings])
    contributions = found.tasks["two"].contributions
    assert contributions.shape == (300,)
    assert np.isfinite(contributions).all()


def test_examples_of_a_report_are_explained_in_their_task(tmp_path):
    model = load(make(tmp_path))
    examples = pd.DataFrame(
        {
            "task": ["one", "two", "one"],
            "smiles": ["CCO", "c1ccccc1N", "CCN"],
            "rank_over_tasks": [1, 2, np.nan],
        }
    )
    explained = explain_examples(model, examples)
    assert explained["held_fixed"] == []
    assert [each["smiles"] for each in explained["examples"]] == ["CCO", "c1ccccc1N"]
    (found,) = explain(model, ["c1ccccc1N"])
    second, want = explained["examples"][1], found.tasks["two"]
    np.testing.assert_allclose(second["contributions"], want.contributions, atol=1e-6)
    assert (second["prediction"], second["masked"]) == (want.prediction, want.masked)
    # Nothing is known of the numbers that such a model asks for.
    features = {**model.metadata.features, "columns-1": OWN}
    asking = replace(model, metadata=replace(model.metadata, features=features))
    assert explain_examples(asking, examples)["examples"] == []


def test_of_several_classes_the_one_that_an_example_names_is_explained(tmp_path):
    model = load(make(tmp_path, "multiclass"))
    values = model.predict_standardized(["CCO"]).values.reshape(2, -1)
    examples = pd.DataFrame(
        {
            "task": ["one"] * 3,
            "smiles": ["CCO"] * 3,
            "predicted": [0, 1, 2],
            "rank_over_tasks": [1, 2, 3],
        }
    )
    found = explain_examples(model, examples)["examples"]
    predictions = [each["prediction"] for each in found]
    assert predictions == pytest.approx(values[0].tolist())
    assert len(set(predictions)) > 1
