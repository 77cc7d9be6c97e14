"""Sets that a column names, in the words that people use."""

from collections import Counter

import pytest

from helpers.molecules import write_molecules
from toxtune.errors import UserError
from toxtune.labels.words import MISSING
from toxtune.splits.make import make_split
from toxtune.splits.set_words import set_named
from toxtune.splits.settings import SplitSettings


@pytest.fixture
def split(tmp_path):
    """Split molecules by a column."""

    def make(column, groups=None, method="column", **changes):
        rows = [
            [
                row,
                f"m{row}",
                "C" * (row + 1),
                groups[row] if groups else f"G{row}",
                row % 2,
                text,
            ]
            for row, text in enumerate(column)
        ]
        write_molecules(tmp_path / "molecules.csv", ["toxic", "split_by"], rows)
        settings = SplitSettings(method, column="set", **changes)
        return make_split(tmp_path / "molecules.csv", settings, "binary")

    return make


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("train Train TRAINING training_set Training-Set trn", "train"),
        ("valid Validation val VAL dev Dev_set development", "valid"),
        ("test Testing TST test-set holdout Hold-out external External_Test", "test"),
        ("tset 0 1 evaluation ts calibration trainvalid", None),
    ],
)
def test_words_for_sets(words, name):
    for word in words.split():
        assert set_named(f" {word} ") == name


@pytest.mark.parametrize("word", sorted(MISSING))
def test_what_is_missing_elsewhere_names_no_set(word):
    """`make init` counts such cells as empty, and writes a configuration for that."""
    assert set_named(f" {word.upper()} ") == ""


def test_synonyms_are_read_and_told(split):
    words = {"Training": "train", "dev": "valid", "Hold-out": "test"}
    column = ["Training", "Training", "dev", " dev ", "Hold-out", "Hold-out"]
    made = split(column)
    assert made.assignment.subsets == [words[text.strip()] for text in column]
    assert len(made.recipe.notes) == 3
    assert made.recipe.warnings == []


def test_two_words_for_one_set_are_warned_of(split):
    made = split(["train", "train", "val", "val", "test", "external"])
    assert made.assignment.subsets[-2:] == ["test", "test"]
    (warning,) = made.recipe.warnings
    assert "'test', 'external'" in warning


def test_missing_validation_set_is_drawn_from_the_training_set(split):
    made = split(["Train"] * 45 + ["Test"] * 5)
    assert Counter(made.assignment.subsets) == {"train": 40, "valid": 5, "test": 5}
    assert made.assignment.subsets[45:] == ["test"] * 5
    assert any("names no validation set: 5 of the 45" in n for n in made.recipe.notes)
    assert split(["Train"] * 45 + ["Test"] * 5) == made


def test_another_method_draws_the_validation_set_as_configured(split):
    shares = {"train": 0.6, "valid": 0.3, "test": 0.1}
    for word in ("Train", "", "unknown", "n.d."):
        column = [word] * 45 + ["Test"] * 5
        made = split(column, method="random", seed=1, fractions=shares)
        assert Counter(made.assignment.subsets) == {"train": 30, "valid": 15, "test": 5}


def test_validation_words_join_the_folds(split):
    shares = {"train": 0.8, "valid": 0.1, "test": 0.1}
    made = split(
        ["train"] * 20 + ["val"] * 10 + ["test"] * 10,
        method="random",
        seed=0,
        fractions=shares,
        cross_validation={"folds": 3, "repeats": 1},
    )
    assert Counter(made.assignment.folds[0]) == {0: 10, 1: 10, 2: 10, -1: 10}


def test_a_molecule_in_several_sets_stays_in_the_last(split):
    column = ["train"] * 6 + ["val"] * 4 + ["test"] * 4
    groups = [f"G{row}" for row in range(14)]
    groups[0], groups[1], groups[6] = groups[10], groups[7], groups[11]
    made = split(column, groups=groups)
    assert made.assignment.subsets == [
        *["", ""],
        *["train"] * 4,
        "",
        *["valid"] * 3,
        *["test"] * 4,
    ]
    assert sorted(made.recipe.left_out.values()) == [1, 2]


@pytest.mark.parametrize(
    ("column", "method", "message"),
    [
        (["train", "tset"], "column", "got 'tset' in data row 2 .id m1"),
        (["train", ""], "column", "got '' in data row 2 .id m1"),
        (["train"] * 10 + ["val"] * 4, "column", "train 10, valid 4, test 0"),
        (["", "val", "test"], "random", "names a validation set, 'val' in data row 2"),
        (["", "??a"], "random", "must say test, .*got '..a' in data row 2"),
    ],
)
def test_unusable_columns_are_refused(split, column, method, message):
    shares = {"train": 0.8, "valid": 0.1, "test": 0.1}
    changes = {} if method == "column" else {"seed": 0, "fractions": shares}
    with pytest.raises(UserError, match=message):
        split(column, method=method, **changes)


@pytest.mark.parametrize("folds", [None, {"folds": 3, "repeats": 1}])
@pytest.mark.parametrize(
    ("method", "seed"),
    [("random", 0), ("stratified", 0), ("scaffold", None), ("scaffold", 0)],
)
def test_a_test_set_of_all_molecules_is_refused(split, method, seed, folds):
    # The second row of a molecule of the test set is for no set either.
    column, groups = ["test"] * 11 + [""], [f"G{row}" for row in range(11)] + ["G0"]
    shares = {"train": 0.8, "valid": 0.1, "test": 0.1}
    changes = {"seed": seed, "fractions": shares, "cross_validation": folds}
    with pytest.raises(UserError, match="test set .* has all 11 molecules") as refusal:
        split(column, groups, method, **changes)
    for key in ("dataset.test_source", "split.column"):
        assert key in str(refusal.value)
