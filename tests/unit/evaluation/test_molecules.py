"""Judgements, examples, activity cliffs and the map of a report's molecules."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from toxtune.data.subsets import Subset
from toxtune.evaluation import chemical_space
from toxtune.evaluation.chemical_space import map_molecules
from toxtune.evaluation.cliffs import SIMILAR, Compared, find_cliffs
from toxtune.evaluation.delivered import Delivered
from toxtune.evaluation.examples import (
    CLEARED,
    ERROR,
    EXAMPLES,
    OTHER_LABEL,
    RIGHT,
    pick_examples,
)
from toxtune.evaluation.judged import judge
from toxtune.evaluation.molecules import show_molecules
from toxtune.features.similarity import fingerprints
from toxtune.tasks import TaskType

# The first two have the same fingerprint; the third is like neither.
LONG, LONGER, OTHER = "CCCCCCCCCCCC(=O)OC", "CCCCCCCCCCCCC(=O)OC", "c1ccccc1O"
CHAINS = ["C" * length for length in range(1, 11)]


def subset(smiles, labels, letter="m", tasks=("a",)):
    ids = [f"{letter}{number}" for number in range(len(smiles))]
    labels = np.array(labels, dtype=np.float32).reshape(len(smiles), len(tasks))
    return Subset(ids, list(smiles), ids, list(tasks), labels)


def delivered(values):
    values = np.array(values, dtype=float)
    return Delivered(values, np.full(values.shape, np.nan))


def compared(train, test, task_type=TaskType.BINARY):
    prints = fingerprints(train.smiles), fingerprints(test.smiles)
    return Compared(train, test, *prints, task_type)


def judged(train, test, values, task_type=TaskType.BINARY, decisions=None):
    return list(judge(test, delivered(values), train, task_type, decisions or {}))


def test_the_threshold_decides_what_is_wrong_and_unmeasured_labels_are_left_out():
    train = subset([OTHER, LONG], [0, 1])
    test = subset([OTHER] * 4, [1, 0, np.nan, 0])
    values = [[0.3], [0.25], [0.9], [0.1]]
    decisions = {"a": {"temperature": 1.0, "threshold": 0.2}}
    (task,) = judged(train, test, values, decisions=decisions)
    assert task.rows.tolist() == [0, 1, 3]
    assert task.predicted.tolist() == [1, 1, 0]
    assert task.errors.tolist() == [0, 1, 0]
    assert task.miss == pytest.approx([0.7, 0.25, 0.1])
    (half,) = judged(train, test, values)
    assert half.errors.tolist() == [1, 0, 0]


def test_a_temperature_changes_the_probability_that_is_told():
    train, test = subset([OTHER, LONG], [0, 1]), subset([OTHER], [1])
    decisions = {"a": {"temperature": 2.0, "threshold": 0.5}}
    (task,) = judged(train, test, [[0.9]], decisions=decisions)
    odds = (0.9 / 0.1) ** 0.5
    assert task.probability == pytest.approx([odds / (1 + odds)])


def test_of_several_classes_the_likeliest_is_predicted():
    train, test = subset([OTHER] * 3, [0, 1, 2]), subset([OTHER] * 2, [2, 1])
    values = [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]
    (task,) = judged(train, test, values, TaskType.MULTICLASS)
    assert task.predicted.tolist() == [2, 0]
    assert task.probability == pytest.approx([0.5, 0.6])
    assert task.miss == pytest.approx([0.5, 0.7])


def test_errors_in_values_are_in_sds_of_the_training_labels():
    train, test = subset([OTHER] * 2, [0, 4]), subset([OTHER] * 2, [1, 5])
    (task,) = judged(train, test, [[2], [1]], TaskType.REGRESSION)
    assert task.errors == pytest.approx([0.5, 2.0])
    constant = subset([OTHER] * 2, [3, 3])
    (task,) = judged(constant, test, [[2], [1]], TaskType.REGRESSION)
    assert task.errors == pytest.approx([1, 4])


def test_classes_take_turns_and_the_surest_come_first():
    train = subset([OTHER, LONG], [0, 1])
    labels = [0] * 8 + [1, 1]
    test = subset(CHAINS, labels)
    values = [[0.9 - number / 100] for number in range(8)] + [[0.3], [0.05]]
    table = pick_examples(
        compared(train, test), judged(train, test, values), {}, SIMILAR
    )
    wrong = table[table["kind"] == ERROR]
    assert len(wrong) == EXAMPLES
    # One of each class in a round, the one that is missed by the most first.
    assert wrong["id"].tolist() == ["m9", "m0", "m1", "m8", "m2", "m3"]
    assert wrong["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table[table["kind"] == RIGHT].empty


def test_the_nearest_one_is_measured_in_the_task_and_may_explain_the_error():
    train = subset([LONG, LONGER, OTHER], [np.nan, 1, 0])
    test = subset([LONG, OTHER], [0, 0])
    values = [[0.9], [0.8]]
    table = pick_examples(
        compared(train, test), judged(train, test, values), {}, SIMILAR
    ).set_index("id")
    assert table.loc["m0", "nearest_train_id"] == "m1"
    assert table.loc["m0", "similarity"] == 1
    assert table.loc["m0", "nearest_label"] == 1
    assert table.loc["m0", "conflict"] == OTHER_LABEL
    assert table.loc["m1", "nearest_train_id"] == "m2"
    assert table.loc["m1", "conflict"] == ""
    cleared = pick_examples(
        compared(train, test), judged(train, test, values), {"a": {"m2"}}, SIMILAR
    ).set_index("id")
    assert cleared.loc["m1", "conflict"] == CLEARED


def test_over_tasks_a_molecule_is_shown_once():
    tasks = ("a", "b")
    train = subset([OTHER, LONG], [[0, 0], [1, 1]], tasks=tasks)
    test = subset(CHAINS[:3], [[0, 0], [0, 0], [1, 1]], tasks=tasks)
    values = [[0.9, 0.8], [0.7, 0.95], [0.1, 0.2]]
    table = pick_examples(
        compared(train, test), judged(train, test, values), {}, SIMILAR
    )
    over = table.dropna(subset="rank_over_tasks").sort_values("rank_over_tasks")
    assert over["id"].tolist() == ["m1", "m2", "m0"]
    assert over["task"].tolist() == ["b", "a", "a"]


@pytest.mark.parametrize("task_type", [TaskType.BINARY, TaskType.REGRESSION])
def test_a_molecule_of_several_rows_is_shown_once(task_type):
    """By its structure: rows may be numbered, and molecules may share an id."""
    tasks = ("a", "b")
    train = subset([OTHER, LONG], [[0, 0], [1, 1]], tasks=tasks)
    chains = CHAINS[1:5]
    otherwise = [f"C({chain[1:]})" for chain in chains]
    test = subset([*chains * 2, *otherwise], [[0, 1]] * 12, tasks=tasks)
    test = replace(test, groups=[*"abcd"] * 3)
    values = [[number / 20, 1 - number / 30] for number in range(12)]
    for of in (test, replace(test, ids=["one"] * 12)):
        table = pick_examples(
            compared(train, of, task_type),
            judged(train, of, values, task_type),
            {},
            SIMILAR,
        )
        for _, shown in table.groupby("task"):
            assert sorted(shown["smiles"]) == chains
        over = table.dropna(subset="rank_over_tasks")
        assert set(over["smiles"]) == {*chains}
        for _, shown in over.groupby("kind"):
            assert shown["smiles"].is_unique


def test_of_values_no_molecule_is_both_the_worst_and_the_best():
    train = subset([OTHER] * 2, [0, 4])
    test = subset(CHAINS[:5], [1, 2, 3, 4, 5])
    values = [[1.1], [3], [3], [9], [5.4]]
    table = pick_examples(
        compared(train, test, TaskType.REGRESSION),
        judged(train, test, values, TaskType.REGRESSION),
        {},
        SIMILAR,
    )
    assert table.loc[table["kind"] == ERROR, "id"].tolist() == ["m3", "m1"]
    assert table.loc[table["kind"] == RIGHT, "id"].tolist() == ["m2", "m0"]


def rdkit_similarities(queries, references):
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [
        [generator.GetFingerprint(Chem.MolFromSmiles(each)) for each in smiles]
        for smiles in (queries, references)
    ]
    return np.array(
        [DataStructs.BulkTanimotoSimilarity(query, bits[1]) for query in bits[0]]
    )


@pytest.mark.parametrize("task_type", [TaskType.BINARY, TaskType.REGRESSION])
def test_cliffs_are_those_that_a_plain_search_finds(task_type):
    random = np.random.default_rng(0)
    chains = ["C" * n + end for n in range(4, 24) for end in ("O", "N", "C(=O)OC")]
    train = subset(chains, random.integers(0, 2, (60, 2)), "t", ("a", "b"))
    test = subset(chains[::-2], random.integers(0, 2, (30, 2)), "m", ("a", "b"))
    if task_type == TaskType.REGRESSION:
        for each in (train, test):
            each.labels[:] = random.normal(size=each.labels.shape)
    train.labels[random.random(train.labels.shape) < 0.3] = np.nan
    values = random.random(test.labels.shape)
    found = judged(train, test, values, task_type)
    cliffs, counts = find_cliffs(compared(train, test, task_type), found)
    near = rdkit_similarities(test.smiles, train.smiles)
    expected = {}
    for number, task in enumerate(test.tasks):
        labels, others = test.labels[:, number], train.labels[:, number]
        apart = np.abs(labels[:, None] - others[None, :])
        bound = np.nanstd(others) if task_type == TaskType.REGRESSION else 0
        with np.errstate(invalid="ignore"):
            is_cliff = (near > SIMILAR) & (apart > bound)
        for row in np.flatnonzero(is_cliff.any(axis=1)):
            best = np.where(is_cliff[row], near[row], -1).max()
            expected[task, test.ids[row]] = (best, is_cliff[row].sum())
        of_task = counts.set_index("task").loc[task]
        assert of_task["at_cliff"] == is_cliff.any(axis=1).sum()
        errors = found[number].errors
        assert of_task["errors"] == pytest.approx(errors.sum())
        at_cliff = is_cliff.any(axis=1)[found[number].rows]
        assert of_task["errors_at_cliff"] == pytest.approx(errors[at_cliff].sum())
    assert len(expected) > 5
    rows = cliffs.set_index(["task", "id"])
    assert set(rows.index) == set(expected)
    for key, (similarity, count) in expected.items():
        assert rows.loc[key, "similarity"] == pytest.approx(similarity)
        assert rows.loc[key, "others"] == count


def test_without_a_cliff_the_tables_have_their_columns():
    train, test = subset([OTHER, LONG], [0, 1]), subset([OTHER], [0])
    cliffs, counts = find_cliffs(compared(train, test), judged(train, test, [[0.1]]))
    assert cliffs.empty
    assert "train_smiles" in cliffs
    assert counts["at_cliff"].tolist() == [0]


def sets(n_train=30):
    smiles = [LONG, OTHER, "CCO", "CCN", "CC(=O)O", "c1ccncc1"] * (n_train // 6)
    random = np.random.default_rng(0)
    return {
        "train": subset(smiles, random.integers(0, 2, len(smiles)), "t"),
        "valid": subset([], np.zeros((0, 1)), "v"),
        "test": subset(smiles[:12], random.integers(0, 2, 12), "m"),
    }


def mapped(subsets):
    prints = {name: fingerprints(each.smiles) for name, each in subsets.items()}
    values = np.linspace(0, 1, len(subsets["test"].ids))[:, None]
    found = judged(subsets["train"], subsets["test"], values)
    return map_molecules(subsets, prints, found, TaskType.BINARY)


def test_the_map_is_the_pca_of_the_training_set():
    subsets = sets()
    space = mapped(subsets)
    bits = np.unpackbits(fingerprints(subsets["train"].smiles), axis=1).astype(float)
    centred = bits - bits.mean(axis=0)
    _, strength, directions = np.linalg.svd(centred, full_matrices=False)
    shares = strength[:2] ** 2 / (strength**2).sum()
    assert space.record["explained_variance"] == pytest.approx(shares, abs=1e-3)
    places = np.abs(centred @ directions[:2].T)
    train = space.table[space.table["subset"] == "train"]
    assert train[["x", "y"]].abs().to_numpy() == pytest.approx(places, abs=1e-2)
    assert set(space.table["subset"]) == {"train", "test"}


def test_the_map_is_the_same_again_and_only_test_molecules_have_errors():
    first, again = mapped(sets()), mapped(sets())
    pd.testing.assert_frame_equal(first.table, again.table)
    has_error = first.table["error: a"].notna()
    assert (first.table.loc[has_error, "subset"] == "test").all()
    assert has_error.sum() == 12


def test_large_sets_are_sampled_and_it_is_said(monkeypatch):
    monkeypatch.setattr(
        chemical_space, "MOST_SHOWN", {"train": 10, "valid": 5, "test": 5}
    )
    space = mapped(sets())
    assert space.table["subset"].value_counts().to_dict() == {"train": 10, "test": 5}
    assert space.record["sets"]["train"] == {"molecules": 30, "shown": 10}
    assert space.table["id"].is_unique


def test_molecules_that_are_all_alike_have_one_place():
    subsets = sets()
    for name in ("train", "test"):
        each = subsets[name]
        subsets[name] = subset(["CCO"] * len(each.ids), each.labels, name)
    space = mapped(subsets)
    assert space.record["explained_variance"] == [0, 0]
    assert (space.table[["x", "y"]] == 0).all(axis=None)


def test_all_of_it_comes_from_one_call():
    subsets = sets()
    values = np.linspace(0, 1, 12)[:, None]
    shown = show_molecules(subsets, delivered(values), TaskType.BINARY, {}, {})
    assert len(shown.cliff_counts) == 1
    assert set(shown.examples["kind"]) == {ERROR, RIGHT}
    assert shown.map_record["seed"] == chemical_space.SEED
    # Whole numbers, as the classes are.
    assert shown.examples["label"].dtype == "Int64"
