"""What every split must keep to."""

import json
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from toxtune.errors import UserError
from toxtune.parts import read_part, read_table, write_table
from toxtune.splits import PARTS, SPLITTERS, assign_parts, split_groups, write_split

FRACTIONS = {"train": 0.6, "valid": 0.2, "test": 0.2}
SEEDED = ["random", "stratified"]
RINGS = ["C1CC1", "c1ccccc1", "c1ccncc1", "C1CCCC1", "c1ccoc1", "c1ccsc1", "C1CCNCC1"]
KEYS = ["row", "id", "smiles", "group"]


def settings(method, seed=0, **fractions):
    """Return the settings of a split."""
    return {"method": method, "fractions": FRACTIONS | fractions, "seed": seed}


@pytest.fixture(scope="module")
def molecules(tmp_path_factory):
    """Write 230 rows in 200 groups, two sparse tasks, and return the file."""
    rng = np.random.default_rng(0)
    rows = []
    for index in range(230):
        # The last 30 rows are further rows of groups from all over the file.
        group = index if index < 200 else (index - 200) * 6
        labels = rng.choice(["0", "1", ""], size=2, p=[0.6, 0.1, 0.3])
        smiles = "C" * (group // len(RINGS)) + RINGS[group % len(RINGS)]
        rows.append([index, f"m{index}", smiles, f"G{group:03}", *labels])
    path = tmp_path_factory.mktemp("data") / "molecules.csv"
    write_table(path, [*KEYS, "a", "b"], rows)
    return path


@pytest.fixture
def with_column(tmp_path):
    """Return a function that writes molecules.csv with a part column."""

    def write(parts, labels="01" * 50, groups=None):
        path = tmp_path / "molecules.csv"
        rows = [
            [i, i, "C", groups[i] if groups else f"G{i}", labels[i].strip(), part]
            for i, part in enumerate(parts)
        ]
        write_table(path, [*KEYS, "a", "part"], rows)
        return path

    return write


@pytest.mark.parametrize("method", SPLITTERS)
def test_parts_are_disjoint_complete_and_in_order(molecules, tmp_path, method):
    files = {part: tmp_path / f"{part}.csv" for part in PARTS}
    assigned = assign_parts(molecules, settings(method))
    write_split(molecules, assigned, tmp_path / "assignment.tsv", files)
    header, rows = read_table(molecules)
    found = {part: read_table(path) for part, path in files.items()}
    assert all(there == header for there, _ in found.values())
    assert sorted(row for _, members in found.values() for row in members) == sorted(
        rows
    )
    for part, (_, members) in found.items():
        own = [row for row, name in zip(rows, assigned, strict=True) if name == part]
        assert members == own
    lines = (tmp_path / "assignment.tsv").read_text().splitlines()
    assert lines[0] == "row\tgroup\tpart"
    assert lines[1:] == [
        f"{row[0]}\t{row[3]}\t{part}" for row, part in zip(rows, assigned, strict=True)
    ]


@pytest.mark.parametrize("method", SPLITTERS)
def test_no_group_is_in_two_parts(molecules, method):
    assigned = assign_parts(molecules, settings(method))
    pairs = set(zip(read_part(molecules).groups, assigned, strict=True))
    assert len(pairs) == 200


@pytest.mark.parametrize("method", SPLITTERS)
def test_fractions_of_groups_are_as_asked(molecules, method):
    assigned = assign_parts(molecules, settings(method))
    by_group = dict(zip(read_part(molecules).groups, assigned, strict=True))
    sizes = Counter(by_group.values())
    # A scaffold goes as a whole, and the largest have 0.145 of the groups.
    tolerance = 0.145 if method == "scaffold" else 0.02
    shares = {part: sizes[part] / 200 for part in PARTS}
    assert shares == pytest.approx(FRACTIONS, abs=tolerance)


@pytest.mark.parametrize("method", SPLITTERS)
def test_same_seed_gives_the_same_split(molecules, method):
    first = assign_parts(molecules, settings(method, seed=0))
    np.random.seed(1)  # noqa: NPY002 -- the state that DeepChem draws from
    assert assign_parts(molecules, settings(method, seed=0)) == first


def test_same_seed_gives_the_same_split_in_a_fresh_process(molecules):
    code = (
        "import json, sys; from pathlib import Path\n"
        "from toxtune.splits import assign_parts\n"
        "molecules, *all_settings = json.loads(sys.argv[1])\n"
        "print(json.dumps([assign_parts(Path(molecules), s) for s in all_settings]))"
    )
    all_settings = [settings(method) for method in SPLITTERS]
    output = subprocess.check_output(
        [sys.executable, "-c", code, json.dumps([str(molecules), *all_settings])],
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "7"},
        stderr=subprocess.DEVNULL,
    )
    # All that DeepChem prints while it is imported is held back.
    assert json.loads(output) == [assign_parts(molecules, s) for s in all_settings]


@pytest.mark.parametrize("method", SEEDED)
def test_another_seed_gives_another_split(molecules, method):
    splits = [assign_parts(molecules, settings(method, seed)) for seed in (0, 1, 2)]
    assert splits[0] != splits[1] != splits[2] != splits[0]


@pytest.mark.parametrize("method", SEEDED)
def test_seed_is_required(molecules, method):
    with pytest.raises(UserError, match="split.seeds must be an integer"):
        assign_parts(molecules, settings(method, seed=None))


def test_scaffold_does_not_depend_on_the_seed(molecules):
    first, second = (
        assign_parts(molecules, settings("scaffold", seed)) for seed in (None, 1)
    )
    assert first == second


def test_scaffold_keeps_rings_together(molecules):
    assigned = assign_parts(molecules, settings("scaffold"))
    rings = [smiles.lstrip("C") for smiles in read_part(molecules).smiles]
    parts = {}
    for ring, part in zip(rings, assigned, strict=True):
        parts.setdefault(ring, set()).add(part)
    assert all(len(names) == 1 for names in parts.values())


def test_scaffold_too_large_for_train_is_reported(caplog):
    smiles = ["C" * size for size in range(1, 18)] + ["C1CC1", "C1CCC1", "C1CCCC1"]
    fractions = {"train": 0.7, "valid": 0.2, "test": 0.1}
    split_groups("scaffold", fractions, None, smiles, np.ones((20, 1), bool))
    assert any("train has 0.15 of the groups" in line for line in caplog.messages)


def test_stratified_spreads_the_positives():
    positive = np.zeros((200, 2), bool)
    positive[:10, 0] = positive[30:50, 1] = True
    split = split_groups("stratified", FRACTIONS, 3, ["C"] * 200, positive)
    for part, counts in {"train": [6, 12], "valid": [2, 4], "test": [2, 4]}.items():
        members = np.array(split) == part
        assert positive[members].sum(axis=0).tolist() == counts


def test_stratified_sees_the_labels_of_all_rows_of_a_group(tmp_path):
    first = [[i, i, "C", f"G{i}", "" if i % 4 == 0 else "0"] for i in range(200)]
    later = [[200 + i, i, "C", f"G{i}", "1"] for i in range(0, 200, 4)]
    path = tmp_path / "molecules.csv"
    write_table(path, [*KEYS, "a"], first + later)
    assigned = assign_parts(path, settings("stratified"))
    assert Counter(assigned[200:]) == {"train": 30, "valid": 10, "test": 10}


def test_lost_groups_are_noticed():
    with pytest.raises(RuntimeError, match="ScaffoldSplitter lost"):
        split_groups("scaffold", FRACTIONS, 0, ["C", "C?"], np.ones((2, 1), bool))


def test_column_is_taken_as_it_is(with_column, tmp_path):
    parts = ["test", "test", "train", "train", "valid", "valid", "train"]
    path = with_column(parts)
    assigned = assign_parts(path, {"method": "column", "column": "set"})
    assert assigned == parts
    files = {part: tmp_path / f"{part}.csv" for part in PARTS}
    write_split(path, assigned, tmp_path / "assignment.tsv", files)
    header, rows = read_table(files["train"])
    assert header == [*KEYS, "a"]
    assert [row[0] for row in rows] == ["2", "3", "6"]


@pytest.mark.parametrize(
    ("parts", "changes", "message"),
    [
        (["train", "Test"], {}, "'set' must be .*, got 'Test' in data row 1"),
        (["train", ""], {}, "got '' in data row 1"),
        (["train", "train", "test"], {}, "train 2, valid 0, test 1"),
        (
            ["train", "valid"] * 5,
            {"groups": ["G0", "G0", "G1", "G1", "G2", "G2", "G3", "G3", "G4", "G5"]},
            "4 groups are in several, such as G0, G1, G2 ",
        ),
        (
            ["train", "train", "valid", "valid", "test", "test"],
            {"labels": "010111"},
            "no task has both a 0 and a 1 among the 2 molecules of the test part",
        ),
        (
            ["train", "train", "valid", "valid", "test", "test"],
            {"labels": "010 01"},
            "of the valid part",
        ),
    ],
)
def test_unusable_column_is_refused(with_column, parts, changes, message):
    path = with_column(parts, **changes)
    with pytest.raises(UserError, match=message):
        assign_parts(path, {"method": "column", "column": "set"})


def test_missing_column_is_refused(molecules):
    with pytest.raises(UserError, match="no column 'part'"):
        assign_parts(molecules, {"method": "column", "column": "set"})


@pytest.mark.parametrize("method", SPLITTERS)
def test_empty_part_is_refused_with_fractions_and_sizes(molecules, method):
    extreme = settings(method, train=0.999, valid=0.001, test=0.0)
    with pytest.raises(UserError, match="test 0; .*valid 0.001"):
        assign_parts(molecules, extreme)


def test_task_with_one_class_in_a_part_is_reported(tmp_path, caplog):
    labels = ["00", "11", "00", "10", "00", "11"]
    parts = ["train", "train", "valid", "valid", "test", "test"]
    rows = [[i, i, "C", f"G{i}", *labels[i], part] for i, part in enumerate(parts)]
    write_table(tmp_path / "molecules.csv", [*KEYS, "a", "b", "part"], rows)
    split = {"method": "column", "column": "set"}
    assert assign_parts(tmp_path / "molecules.csv", split) == parts
    assert caplog.messages == ["Task b lacks a class in the valid part"]
