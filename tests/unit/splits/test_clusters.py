"""Clusters of molecules, and sets and folds that are made of them."""

from collections import Counter

import numpy as np
import pytest
from rdkit import Chem, DataStructs, rdBase
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.ML.Cluster import Butina

from helpers.molecules import write_molecules
from toxtune.data.demo import demo_csv
from toxtune.errors import UserError
from toxtune.splits.clusters import Clusters, by_name, by_scaffold, by_similarity
from toxtune.splits.filling import fill_folds, fill_sets
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings

SHARES = [0.8, 0.1, 0.1]


def clusters(*sizes):
    return Clusters("scaffold", np.repeat(np.arange(len(sizes)), sizes))


def members(found):
    return {
        frozenset(np.flatnonzero(found.numbers == number).tolist())
        for number in range(len(found.sizes))
    }


@pytest.fixture(scope="module")
def smiles():
    """Take molecules of the demo."""
    lines = demo_csv().splitlines()
    column = lines[0].split(",").index("smiles")
    found = [line.split(",")[column] for line in lines[1:301]]
    with rdBase.BlockLogs():
        return [text for text in found if Chem.MolFromSmiles(text)]


@pytest.mark.parametrize("cutoff", [0.2, 0.5, 0.65])
def test_clusters_of_similar_molecules_are_those_of_rdkit(smiles, cutoff):
    generator = GetMorganGenerator(radius=2, fpSize=2048)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in smiles]
    distances = 1 - np.array(
        [DataStructs.BulkTanimotoSimilarity(each, prints) for each in prints]
    )
    expected = Butina.ClusterData(distances, len(smiles), cutoff, isDistData=True)
    assert members(by_similarity(smiles, cutoff)) == set(map(frozenset, expected))


def test_too_many_to_compare_are_refused(monkeypatch):
    monkeypatch.setattr("toxtune.splits.clusters.MOST_TO_COMPARE", 2)
    with pytest.raises(UserError, match="at most 2; .*got 3 molecules"):
        by_similarity(["C", "CC", "CCC"], 0.5)


def test_molecules_of_one_scaffold_are_together():
    found = by_scaffold(["c1ccccc1C", "CC", "c1ccccc1CC", "CCC", "C1CC1"])
    assert members(found) == {frozenset({0, 2}), frozenset({1, 3}), frozenset({4})}


def test_names_join_molecules_through_others():
    # Molecules 0 and 1 share a name, 1 and 2 another; 3 and 4 have none.
    found = by_name([0, 1, 1, 2, 3, 4], ["x", "x", "y", "y", "", ""])
    assert members(found) == {frozenset({0, 1, 2}), frozenset({3}), frozenset({4})}


def test_sets_are_filled_as_asked():
    found = fill_sets(clusters(*[1] * 100), SHARES, seed=0)
    assert [len(each) for each in found] == [80, 10, 10]
    assert sorted(np.concatenate(found)) == list(range(100))


def test_the_largest_cluster_is_in_the_training_set():
    """In one random order it would be most of the test set now and then."""
    for seed in range(10):
        train, _, _ = fill_sets(clusters(20, 70, *[1] * 10), SHARES, seed)
        assert set(range(20, 90)) <= set(train)


def test_no_set_is_empty_if_there_are_clusters_enough():
    for sizes in ([20] * 5, [30, 30, 40], [75, 20, 5], [10, 10, 70, 10]):
        for seed in range(5):
            assert all(len(each) for each in fill_sets(clusters(*sizes), SHARES, seed))


def test_a_giant_is_refused_with_its_size():
    with pytest.raises(UserError, match=r"90 of 100 .*one scaffold.* to have 80"):
        fill_sets(clusters(90, 5, 5), SHARES, 0)


@pytest.mark.parametrize("fill", [fill_sets, fill_folds])
def test_too_few_clusters_are_refused(fill):
    wanted = SHARES if fill is fill_sets else 3
    with pytest.raises(UserError, match="no more than 2 scaffolds"):
        fill(clusters(50, 50), wanted, 0)


def test_folds_are_as_equal_as_clusters_allow():
    sizes = [17, 13, 11, 7, 5, 3, 2, 2]
    for seed in range(3):
        found = fill_folds(clusters(*sizes), 4, seed)
        assert sorted(Counter(found.tolist()).values()) == [14, 14, 15, 17]


def test_folds_of_two_seeds_differ():
    first, second = (fill_folds(clusters(*[2] * 20), 4, seed) for seed in (0, 1))
    assert first.tolist() != second.tolist()


@pytest.fixture
def made(tmp_path):
    """Split 60 molecules."""

    def make(names, smiles=None, **changes):
        rows = [
            [row, f"m{row}", smiles[row] if smiles else "C" * (row + 1), f"G{row}"]
            + [row % 2, name]
            for row, name in enumerate(names)
        ]
        write_molecules(tmp_path / "molecules.csv", ["toxic", "split_by"], rows)
        shares = {"train": 0.6, "valid": 0.2, "test": 0.2}
        given = {"method": "group", "seed": 0, "fractions": shares} | changes
        if given["method"] == "group":
            given["column"] = "series"
        settings = SplitSettings(**given)
        return make_split(tmp_path / "molecules.csv", settings, "binary")

    return make


def test_rows_of_one_name_are_in_one_set(made):
    names = [f"series {row * row % 13}" for row in range(60)]
    split = made(names)
    pairs = set(zip(names, split.assignment.subsets, strict=True))
    assert len(pairs) == len(set(names))
    assert "60 molecules are in 7 groups" in split.recipe.notes[0]


def test_nameless_rows_and_names_of_one_row_are_warned_of(made):
    split = made(["a"] * 20 + ["", "NA"] * 5 + [*"bcdef"] * 6)
    assert any("Rows without a group" in line for line in split.recipe.warnings)
    split = made(["a"] * 20 + ["unknown", " N.D. "] * 5 + [*"bcdef"] * 6)
    (warning,) = (line for line in split.recipe.warnings if "Rows without" in line)
    assert "'series': 10;" in warning
    split = made([str(row) for row in range(60)])
    assert any("a random split" in line for line in split.recipe.warnings)


def test_uneven_folds_are_warned_of(made):
    names = ["a"] * 30 + ["b"] * 8 + ["c"] * 8 + ["d"] * 8 + ["e"] * 6
    folds = {"folds": 3, "repeats": 2}
    split = made(names, cross_validation=folds)
    uneven = [line for line in split.recipe.warnings if "differ much in size" in line]
    assert len(uneven) == 2
    assert any("folds of repeat 1 are those" in line for line in split.recipe.warnings)


def test_an_empty_fold_is_refused(made):
    # Without a seed, DeepChem's scaffolds fill two of four folds.
    smiles = ["c1ccccc1" + "C" * row for row in range(30)]
    smiles += ["C" * (row + 1) for row in range(30)]
    with pytest.raises(UserError, match="split: .*; change"):
        made(
            [""] * 60,
            smiles,
            method="scaffold",
            seed=None,
            cross_validation={"folds": 4, "repeats": 1},
        )


def test_scaffold_that_leaves_a_set_empty_is_named(made):
    with pytest.raises(UserError, match="since 60 of 60 molecules have one scaffold"):
        made([""] * 60, method="scaffold", seed=None)
