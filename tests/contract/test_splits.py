"""What every split must keep to."""

import json
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from helpers.molecules import write_molecules
from toxtune.data.subsets import KEYS, read_subset, read_table
from toxtune.errors import UserError
from toxtune.splits.assignment import SUBSETS
from toxtune.splits.files import write_fold, write_split
from toxtune.splits.make import make_split
from toxtune.splits.recipe import Size
from toxtune.splits.settings import SplitSettings
from toxtune.splits.splitters import (
    SPLITTERS,
    Molecules,
    split_by_shares,
    split_into_folds,
)

FRACTIONS = {"train": 0.6, "valid": 0.2, "test": 0.2}
# Every way to split, by a name of its own.
METHODS = {
    "random": {},
    "stratified": {},
    "scaffold without seed": {"method": "scaffold", "seed": None},
    "scaffold": {},
    "butina": {"cutoff": 0.2},
    "group": {"column": "series"},
}
SEEDED = [name for name, changes in METHODS.items() if "seed" not in changes]
# These keep clusters whole, so that sets and folds are less exact.
OF_CLUSTERS = [name for name in METHODS if name not in {"random", "stratified"}]
RINGS = ["C1CC1", "c1ccccc1", "c1ccncc1", "C1CCCC1", "c1ccoc1", "c1ccsc1", "C1CCNCC1"]


def split_of(molecules, split, task_type="binary"):
    return make_split(molecules, SplitSettings.from_dict(split), task_type)


def assign(molecules, split, task_type):
    return split_of(molecules, split, task_type).assignment


def write(molecules, split, folder):
    """Write a split's files; return those of its sets."""
    files = {subset: folder / f"{subset}.csv" for subset in SUBSETS}
    made = split_of(molecules, split)
    names = ("assignment.tsv", "split.json", "settled.tsv")
    write_split(molecules, made, *(folder / name for name in names), files)
    return files


def settings(method, seed=0, **fractions):
    """Return the settings of a split."""
    split = {"method": method, "fractions": FRACTIONS | fractions, "seed": seed}
    return split | METHODS[method]


def assign_subsets(molecules, split, task_type="binary"):
    """Assign to subsets alone."""
    return assign(molecules, split, task_type).subsets


@pytest.fixture(scope="module")
def molecules(tmp_path_factory):
    """Write 230 rows in 200 groups of 17 series, two sparse tasks; return the file."""
    rng = np.random.default_rng(0)
    rows = []
    for index in range(230):
        # The last 30 rows are further rows of groups from all over the file.
        group = index if index < 200 else (index - 200) * 6
        labels = rng.choice(["0", "1", ""], size=2, p=[0.6, 0.1, 0.3])
        # Curation leaves molecules out that have no label.
        labels = labels if any(labels) else ["0", ""]
        smiles = "C" * (group // len(RINGS)) + RINGS[group % len(RINGS)]
        series = f"series {group * group % 17}" if group % 20 else ""
        rows.append([index, f"m{index}", smiles, f"G{group:03}", *labels, series])
    path = tmp_path_factory.mktemp("data") / "molecules.csv"
    write_molecules(path, ["a", "b", "split_by"], rows)
    return path


@pytest.fixture
def with_column(tmp_path):
    """Return a function that writes molecules.csv, with a column of subsets."""

    def write(subsets, labels="01" * 50, groups=None):
        path = tmp_path / "molecules.csv"
        rows = [
            [i, i, "C", groups[i] if groups else f"G{i}", labels[i].strip(), subset]
            for i, subset in enumerate(subsets)
        ]
        write_molecules(path, ["a", "split_by"], rows)
        return path

    return write


@pytest.mark.parametrize("method", METHODS)
def test_subsets_are_disjoint_complete_and_in_order(molecules, tmp_path, method):
    assigned = assign_subsets(molecules, settings(method))
    files = write(molecules, settings(method), tmp_path)
    header, rows = read_table(molecules)
    found = {subset: read_table(path) for subset, path in files.items()}
    rows = [row[:-1] for row in rows]
    assert all(there == header[:-1] for there, _ in found.values())
    assert sorted(row for _, members in found.values() for row in members) == sorted(
        rows
    )
    for subset, (_, members) in found.items():
        own = [row for row, name in zip(rows, assigned, strict=True) if name == subset]
        assert members == own
    lines = (tmp_path / "assignment.tsv").read_text().splitlines()
    assert lines[0] == "row\tgroup\tsubset\treason"
    assert lines[1:] == [
        f"{row[0]}\t{row[3]}\t{subset}\t"
        for row, subset in zip(rows, assigned, strict=True)
    ]


@pytest.mark.parametrize("method", METHODS)
def test_no_group_is_in_two_subsets(molecules, method):
    assigned = assign_subsets(molecules, settings(method))
    pairs = set(zip(read_subset(molecules).groups, assigned, strict=True))
    assert len(pairs) == 200


@pytest.mark.parametrize("method", METHODS)
def test_fractions_of_groups_are_as_asked(molecules, method):
    assigned = assign_subsets(molecules, settings(method))
    by_group = dict(zip(read_subset(molecules).groups, assigned, strict=True))
    sizes = Counter(by_group.values())
    # A scaffold goes as a whole, and the largest have 0.145 of the groups.
    tolerance = 0.145 if method in OF_CLUSTERS else 0.02
    shares = {subset: sizes[subset] / 200 for subset in SUBSETS}
    assert shares == pytest.approx(FRACTIONS, abs=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_gives_the_same_split(molecules, method):
    first = assign_subsets(molecules, settings(method, seed=0))
    np.random.seed(1)  # noqa: NPY002 -- the state that DeepChem draws from
    assert assign_subsets(molecules, settings(method, seed=0)) == first


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "scheme", [{}, {"cross_validation": {"folds": 2, "repeats": 1}}]
)
def test_order_of_the_settings_is_no_matter(molecules, method, scheme):
    split = settings(method, seed=2) | scheme
    turned = json.loads(json.dumps(split, sort_keys=True))
    turned["fractions"] = dict(reversed(FRACTIONS.items()))
    assert assign(molecules, turned, "binary") == assign(molecules, split, "binary")


def test_split_is_that_of_the_first_release(molecules):
    """Ids name splits: what one stands for must not change (docs/results.md)."""
    subsets = assign_subsets(molecules, settings("random"))
    order = np.random.RandomState(0).permutation(200)  # noqa: NPY002
    groups = [row[3] for row in read_table(molecules)[1]]
    named = dict(zip(dict.fromkeys(groups), range(200), strict=True))
    expected = ["train"] * 120 + ["valid"] * 40 + ["test"] * 40
    part_of = dict(zip(order, expected, strict=True))
    assert subsets == [part_of[named[group]] for group in groups]


def test_same_seed_gives_the_same_split_in_a_fresh_process(molecules):
    code = (
        "import json, sys; from pathlib import Path\n"
        "from toxtune.splits.make import make_split\n"
        "from toxtune.splits.settings import SplitSettings\n"
        "read = SplitSettings.from_dict\n"
        "molecules, *all_settings = json.loads(sys.argv[1])\n"
        "def assign(s): return make_split(Path(molecules), read(s), 'binary')\n"
        "of = [assign(s).assignment for s in all_settings]\n"
        "print(json.dumps([[one.subsets, one.folds] for one in of]))"
    )
    all_settings = [
        settings(method, seed=4) | {"cross_validation": {"folds": 3, "repeats": 2}}
        for method in METHODS
    ]
    output = subprocess.check_output(
        [sys.executable, "-c", code, json.dumps([str(molecules), *all_settings])],
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7"},
        stderr=subprocess.DEVNULL,
    )
    # All that DeepChem prints while it is imported is held back.
    here = [assign(molecules, s, "binary") for s in all_settings]
    assert json.loads(output) == [[one.subsets, one.folds] for one in here]


@pytest.mark.parametrize("method", SEEDED)
def test_another_seed_gives_another_split(molecules, method):
    splits = [assign_subsets(molecules, settings(method, seed)) for seed in range(4)]
    # The scaffolds are so large that two of four orders may give the same sets.
    expected = 2 if method == "scaffold" else 4
    assert len({tuple(subsets) for subsets in splits}) >= expected


@pytest.mark.parametrize("method", [m for m in SEEDED if m != "scaffold"])
def test_seed_is_required(molecules, method):
    with pytest.raises(ValueError, match="needs a seed"):
        assign_subsets(molecules, settings(method, seed=None))


def test_splitters_are_those_of_the_suite():
    assert {settings(name)["method"] for name in METHODS} == set(SPLITTERS)


@pytest.mark.parametrize("method", ["scaffold", "scaffold without seed"])
def test_scaffold_keeps_rings_together(molecules, method):
    assigned = assign_subsets(molecules, settings(method))
    rings = [smiles.lstrip("C") for smiles in read_subset(molecules).smiles]
    subsets = {}
    for ring, subset in zip(rings, assigned, strict=True):
        subsets.setdefault(ring, set()).add(subset)
    assert all(len(names) == 1 for names in subsets.values())


def test_scaffold_too_large_for_its_set_is_reported(tmp_path):
    # 9 molecules without a ring fit into no training set of 7.
    smiles = ["C" * size for size in range(1, 10)]
    smiles += [f"{'C' * size}C1CC1" for size in range(7)]
    smiles += ["C1CCC1", "C1CCCC1", "C1CCCCC1", "C1CCCCCC1"]
    rows = [[i, i, text, f"G{i}", i % 2] for i, text in enumerate(smiles)]
    write_molecules(tmp_path / "molecules.csv", ["a"], rows)
    fractions = {"train": 0.35, "valid": 0.25, "test": 0.4}
    split = settings("scaffold without seed", **fractions)
    recipe = split_of(tmp_path / "molecules.csv", split).recipe
    assert recipe.sets == {
        "train": Size(7, 7),
        "valid": Size(9, 9),
        "test": Size(4, 4),
    }
    assert recipe.warnings == [
        "The validation set has 0.45 of the groups, 0.25 were asked for.",
        "The test set has 0.20 of the groups, 0.4 were asked for.",
    ]


def test_recipe_says_what_the_split_is(molecules, tmp_path):
    write(molecules, folded("random", seed=3), tmp_path)
    recipe = json.loads((tmp_path / "split.json").read_text())
    assert (recipe["method"], recipe["seed"]) == ("random", 3)
    assert recipe["fractions"] == FRACTIONS
    sizes, rows = recipe["sets"], read_subset(molecules)
    assert sum(size["molecules"] for size in sizes.values()) == len(rows.ids)
    assert sum(size["groups"] for size in sizes.values()) == len(set(rows.groups))
    assert sizes["valid"] == {"molecules": 0, "groups": 0}
    assert len(recipe["folds"]) == 2
    for folds in recipe["folds"]:
        assert sum(fold["groups"] for fold in folds) == sizes["train"]["groups"]
    assert recipe["warnings"] == []
    assert recipe["left_out"] == {}


def test_stratified_spreads_the_positives():
    positive = np.zeros((200, 2), bool)
    positive[:10, 0] = positive[30:50, 1] = True
    shares = list(FRACTIONS.values())
    split = split_by_shares("stratified", shares, 3, Molecules(["C"] * 200, positive))
    for members, counts in zip(split, [[6, 12], [2, 4], [2, 4]], strict=True):
        assert positive[members].sum(axis=0).tolist() == counts


def test_stratified_sees_the_labels_of_all_rows_of_a_group(tmp_path):
    first = [[i, i, "C", f"G{i}", "" if i % 4 == 0 else "0"] for i in range(200)]
    later = [[200 + i, i, "C", f"G{i}", "1"] for i in range(0, 200, 4)]
    path = tmp_path / "molecules.csv"
    write_molecules(path, ["a"], first + later)
    assigned = assign_subsets(path, settings("stratified"))
    assert Counter(assigned[200:]) == {"train": 30, "valid": 10, "test": 10}


def test_stratified_spreads_each_of_several_classes(tmp_path):
    # Class 2 of the first task and class 1 of the second are rare; a tenth is missing.
    rng = np.random.default_rng(0)
    rows = [
        [row, row, "C", f"G{row}"]
        + [
            rng.choice(4, p=[0.5, 0.3, 0.05, 0.15]),
            rng.choice([0, 1, 2], p=[0.6, 0.05, 0.35]),
        ]
        for row in range(400)
    ]
    for row in rng.choice(400, 40, replace=False):
        rows[row][4] = ""
    path = tmp_path / "molecules.csv"
    write_molecules(path, ["a", "b"], rows)
    split = folded("stratified", folds=4, repeats=1)
    assigned = assign(path, split, "multiclass")
    labels = read_subset(path).labels
    test = np.array(assigned.subsets) == "test"
    folds = np.array(assigned.folds[0])
    for task in labels.T:
        for number in np.unique(task[~np.isnan(task)]):
            members = task == number
            assert abs((members & test).sum() - 0.2 * members.sum()) <= 3
            rest = [(members & (folds == fold)).sum() for fold in range(4)]
            assert max(rest) - min(rest) <= 4
    holdout = assign_subsets(path, settings("stratified", 1), "multiclass")
    shares = {name: holdout.count(name) / 400 for name in SUBSETS}
    assert shares == pytest.approx(FRACTIONS, abs=0.02)


def test_lost_groups_are_noticed():
    with pytest.raises(RuntimeError, match="ScaffoldSplitter lost"):
        split_by_shares(
            "scaffold", [0.5, 0.5], None, Molecules(["C", "C?"], np.ones((2, 1), bool))
        )


def test_column_is_taken_as_it_is(with_column, tmp_path):
    subsets = ["test", "test", "train", "train", "valid", "valid", "train"]
    path = with_column(subsets)
    assigned = assign_subsets(path, {"method": "column", "column": "set"})
    assert assigned == subsets
    files = write(path, {"method": "column", "column": "set"}, tmp_path)
    header, rows = read_table(files["train"])
    assert header == [*KEYS, "a"]
    assert [row[0] for row in rows] == ["2", "3", "6"]


@pytest.mark.parametrize(
    ("subsets", "changes", "message"),
    [
        (["train", "tset"], {}, "'set' must say .*; got 'tset' in data row 2"),
        (["train", ""], {}, "got '' in data row 2"),
        (["train", "test", "test"], {}, "valid 1, test 2"),
        (["train", "train", "valid"], {}, "train 2, valid 1, test 0"),
        (
            ["train", "train", "valid", "valid", "test", "test"],
            {"labels": "010111"},
            "no task has two different labels among the 2 molecules of the test set",
        ),
        (
            ["train", "train", "valid", "valid", "test", "test"],
            {"labels": "010 01"},
            "of the validation set",
        ),
    ],
)
def test_unusable_column_is_refused(with_column, subsets, changes, message):
    path = with_column(subsets, **changes)
    with pytest.raises(UserError, match=message):
        assign_subsets(path, {"method": "column", "column": "set"})


def test_missing_column_is_refused(tmp_path):
    write_molecules(tmp_path / "molecules.csv", ["a"], [[0, 0, "C", "G0", 1]])
    with pytest.raises(ValueError, match="no column 'split_by'"):
        assign_subsets(
            tmp_path / "molecules.csv", {"method": "column", "column": "set"}
        )


@pytest.mark.parametrize("method", ["random", "stratified", "scaffold without seed"])
def test_empty_part_is_refused_with_fractions_and_sizes(molecules, method):
    extreme = settings(method, train=0.999, valid=0.001, test=0.0)
    with pytest.raises(UserError, match="test 0.*; .*valid 0.001"):
        assign_subsets(molecules, extreme)


def test_task_with_one_class_in_a_part_is_reported(tmp_path):
    labels = ["00", "11", "00", "10", "00", "11"]
    subsets = ["train", "train", "valid", "valid", "test", "test"]
    rows = [
        [i, i, "C", f"G{i}", *labels[i], subset] for i, subset in enumerate(subsets)
    ]
    write_molecules(tmp_path / "molecules.csv", ["a", "b", "split_by"], rows)
    split = {"method": "column", "column": "set"}
    made = split_of(tmp_path / "molecules.csv", split)
    assert made.assignment.subsets == subsets
    assert made.recipe.warnings == [
        "Task b has no two different labels in the validation set."
    ]


def folded(method, seed=0, folds=4, repeats=2):
    scheme = {"folds": folds, "repeats": repeats}
    return settings(method, seed) | {"cross_validation": scheme}


@pytest.mark.parametrize("method", METHODS)
def test_folds_cut_the_groups_of_the_training_part(molecules, method):
    assigned = assign(molecules, folded(method), "binary")
    assert set(assigned.subsets) == {"train", "test"}
    assert len(assigned.folds) == 2
    groups = read_subset(molecules).groups
    for fold_of in assigned.folds:
        pairs = set(zip(groups, fold_of, strict=True))
        assert len(pairs) == len(set(groups))
        for fold, subset in zip(fold_of, assigned.subsets, strict=True):
            assert (fold >= 0) == (subset == "train")
        sizes = Counter(fold for _, fold in pairs if fold >= 0)
        assert set(sizes) == {0, 1, 2, 3}
        # A scaffold goes as a whole.
        spread = 30 if method in OF_CLUSTERS else 2
        assert max(sizes.values()) - min(sizes.values()) <= spread
    same = assigned.folds[0] == assigned.folds[1]
    assert same == (method == "scaffold without seed")


def test_folds_leave_the_test_part_to_hold_out(molecules):
    one = assign(molecules, folded("random", repeats=1), "binary")
    two = assign(molecules, folded("random", folds=2), "binary")
    assert one.subsets == two.subsets
    assert Counter(one.subsets)["test"] == pytest.approx(0.2 * 230, abs=12)


@pytest.mark.parametrize("method", METHODS)
def test_outer_folds_test_every_molecule_once(molecules, method):
    tested = Counter()
    for fold in range(3):
        outer = {"outer": {"folds": 3, "fold": fold}}
        split = folded(method, folds=2, repeats=1) | outer
        del split["fractions"]
        assigned = assign(molecules, split, "binary")
        tested.update(row for row, p in enumerate(assigned.subsets) if p == "test")
    assert tested == dict.fromkeys(range(230), 1)


def test_stratified_folds_spread_the_positives():
    positive = np.zeros((120, 1), bool)
    positive[:12] = True
    fold_of = split_into_folds("stratified", 4, 0, Molecules(["C"] * 120, positive))
    assert Counter(fold_of[:12].tolist()) == dict.fromkeys(range(4), 3)


@pytest.mark.parametrize("repeat", [0, 1])
def test_fold_files_are_the_training_part(molecules, tmp_path, repeat):
    files = write(molecules, folded("random"), tmp_path)
    header, rows = read_table(files["train"])
    columns, lines = read_table(tmp_path / "assignment.tsv", "\t")
    number = columns.index(f"repeat-{repeat}")
    fold_of = {line[0]: line[number] for line in lines}
    judged = []
    for fold in range(4):
        own = {
            subset: tmp_path / f"{fold}-{subset}.csv" for subset in ("train", "valid")
        }
        write_fold(files["train"], tmp_path / "assignment.tsv", repeat, fold, own)
        members = {subset: read_table(path) for subset, path in own.items()}
        assert all(there == header for there, _ in members.values())
        both = members["train"][1] + members["valid"][1]
        assert sorted(both) == sorted(rows)
        assert {fold_of[row[0]] for row in members["valid"][1]} == {str(fold)}
        judged += members["valid"][1]
    assert sorted(judged) == sorted(rows)
    assert not read_table(files["valid"])[1]


TIMED = {"method": "time", "column": "measured", "fractions": FRACTIONS}


@pytest.mark.parametrize(
    "times",
    [
        [str(year) for year in (2010, 2003, 2007, 2001, 2009, 2005, 2002, 2004, 2006)],
        [f"20{y:02}-01-31" for y in (10, 3, 7, 1, 9, 5, 2, 4, 6)],
    ],
)
def test_latest_molecules_are_the_test_part(with_column, times):
    order = sorted(range(9), key=times.__getitem__)
    labels = "".join(str(order.index(row) % 2) for row in range(9))
    fractions = {"train": 5 / 9, "valid": 2 / 9, "test": 2 / 9}
    path = with_column(times, labels=labels)
    subsets = assign_subsets(path, TIMED | {"fractions": fractions})
    by_time = [subsets[row] for row in order]
    assert by_time == ["train"] * 5 + ["valid"] * 2 + ["test"] * 2


def test_molecules_of_one_time_and_of_one_group_stay_together(with_column):
    times = ["1", "2", "2", "2", "2", "3", "3", "4", "5", "9"]
    # The last row is the same molecule as the first one, known since then: left out.
    groups = [*map("G{}".format, range(9)), "G0"]
    path = with_column(times, labels="0110001010", groups=groups)
    fractions = {"train": 0.4, "valid": 0.25, "test": 0.35}
    subsets = assign_subsets(path, TIMED | {"fractions": fractions})
    assert subsets == [*["train"] * 5, *["valid"] * 2, *["test"] * 2, ""]


def given(**changes):
    return settings("random") | {"column": "set"} | changes


def test_given_test_part_stays_as_it_is(with_column):
    column = ["test", "", "test", *[""] * 37]
    # Row 7 is the same molecule as row 0 of the test set.
    groups = [f"G{0 if row == 7 else row}" for row in range(40)]
    path = with_column(column, labels="0110" * 10, groups=groups)
    subsets = assign_subsets(path, given())
    assert [row for row, subset in enumerate(subsets) if subset == "test"] == [0, 2]
    assert [row for row, subset in enumerate(subsets) if subset == ""] == [7]
    recipe = split_of(path, given()).recipe
    assert list(recipe.left_out.values()) == [1]
    assert recipe.warnings[0].startswith("1 row is in no set: ")
    sizes = Counter(subsets)
    assert (sizes["train"], sizes["valid"]) == (27, 10)
    crossed = given(cross_validation={"folds": 3, "repeats": 1})
    assigned = assign(path, crossed, "binary")
    assert set(assigned.subsets) == {"train", "test", ""}
    assert assigned.folds[0][0] == assigned.folds[0][7] == -1


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["", "tset"], "must say test, or train or nothing .*'tset' in data row 2"),
        (["val", "test"], "names a validation set, 'val' in data row 1"),
        (["", "train"], "for no molecule"),
    ],
)
def test_unusable_given_test_part_is_refused(with_column, column, message):
    with pytest.raises(UserError, match=message):
        assign_subsets(with_column(column), given())


def test_class_that_training_lacks_is_refused(with_column):
    path = with_column(["train", "train", "valid", "valid", "test", "test"], "010201")
    by_column = {"method": "column", "column": "set"}
    with pytest.raises(UserError, match="training set has no molecule of class 2 of"):
        assign_subsets(path, by_column, "multiclass")
    assert len(assign_subsets(path, by_column, "regression")) == 6


@pytest.mark.parametrize("lost", ["1", "2"])
@pytest.mark.parametrize(
    ("column", "split"),
    [
        ([*map(str, range(2000, 2018)), "", "n.d."], TIMED),
        ([""] * 12 + ["test"] * 6 + [""] * 2, given()),
        (
            [""] * 12 + ["test"] * 6 + [""] * 2,
            given(cross_validation={"folds": 2, "repeats": 1}),
        ),
    ],
)
def test_class_that_no_set_has_blocks_nothing_and_is_told(
    with_column, column, split, lost
):
    # The last two rows are in no set: without a date, or of molecules of the test set.
    labels = ("01" * 9).replace("1", "2" if lost == "1" else "1") + lost * 2
    groups = [f"G{row if row < 18 else row - 4}" for row in range(20)]
    path = with_column(column, labels, groups)
    made = split_of(path, split, "multiclass")
    assert [n for n, name in enumerate(made.assignment.subsets) if not name] == [18, 19]
    assert f"Class {lost} of task a is in no set: no model knows it." in (
        made.recipe.warnings
    )
