"""From a table to the files of its sets: what is one compound, and its labels."""

import itertools
import json

import pytest

from toxtune.data.curation import curate, write_curation
from toxtune.data.kept_files import UserFile
from toxtune.data.subsets import KEYS, read_table
from toxtune.splits.files import write_split
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings

RINGS = ["c1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "C1CCOCC1", "c1ccc2ccccc2c1"]
ENDS = ["N", "O", "F", "Cl", "C#N", "OC", "S", "C(=O)O", "NC(C)=O"]
RANDOM = {
    "method": "random",
    "seed": 0,
    "fractions": {"train": 0.6, "valid": 0.2, "test": 0.2},
}


@pytest.fixture
def sets_of(tmp_path):
    """Return a function that curates and splits tables; it returns the sets' rows."""

    def run(rows, split=RANDOM, test_rows=(), task_type="regression", **changes):
        columns = {"smiles_column": "smiles", "id_column": None, "part_column": None}
        columns |= {"tasks": ["y"], "task_type": task_type}
        columns |= {"standardize": "parent", "merge": "stereo"} | changes
        header = ["smiles", "y", *changes.get("part_column", "").split()]
        (tmp_path / "raw.csv").write_text(lines([header, *rows]), encoding="utf-8")
        test = None
        if test_rows:
            path = tmp_path / "test_raw.csv"
            path.write_text(lines([["smiles", "y"], *test_rows]), encoding="utf-8")
            test = UserFile(path, "test.csv")
            columns["part_column"] = split["column"] = "split_by"
        curation = curate(tmp_path / "raw.csv", columns, test=test)
        names = ["molecules.csv", "curation.tsv", "curation.json"]
        write_curation(
            curation,
            columns["part_column"] is not None,
            *(tmp_path / name for name in names),
        )
        return written(tmp_path, split, task_type)

    return run


def lines(rows):
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def written(folder, split, task_type):
    """Split molecules.csv; return each set's rows, as mappings, and split.json."""
    made = make_split(
        folder / "molecules.csv", SplitSettings.from_dict(dict(split)), task_type
    )
    files = {name: folder / f"{name}.csv" for name in ("train", "valid", "test")}
    names = ["assignment.tsv", "split.json", "settled.tsv"]
    write_split(
        folder / "molecules.csv", made, *(folder / name for name in names), files
    )
    sets = {}
    for name, path in files.items():
        header, rows = read_table(path)
        assert header == [*KEYS, "y"]
        sets[name] = [dict(zip(header, row, strict=True)) for row in rows]
    return sets, json.loads((folder / "split.json").read_text("utf-8"))


def singles():
    """Return molecules that are alone with their connectivity, each with a value."""
    molecules = [
        ring + "C" * length + end
        for ring, end, length in itertools.product(RINGS, ENDS, (2, 3))
    ]
    return [[smiles, number / 10] for number, smiles in enumerate(molecules)]


def stereoisomers():
    """Return pairs of enantiomers, whose values are 5 and 8."""
    return [
        [f"{ring}{'C' * length}[{chirality}H](F)Cl", value]
        for ring, length in itertools.product(RINGS, (1, 2, 3, 4))
        for chirality, value in (("C@", 5.0), ("C@@", 8.0))
    ]


def test_stereoisomers_keep_their_labels_in_one_set(sets_of):
    sets, recipe = sets_of(stereoisomers() + singles())
    of_group = {}
    for name, rows in sets.items():
        for row in rows:
            if row["smiles"].endswith("(F)Cl"):
                of_group.setdefault(row["group"], []).append((name, row["y"]))
    assert len(of_group) == 24
    for members in of_group.values():
        assert len({name for name, _ in members}) == 1
        assert sorted(value for _, value in members) == ["5.0", "8.0"]
    assert recipe["labels"]["averaged"] == 0
    assert recipe["warnings"] == []


def test_stereoisomers_are_merged_if_that_is_asked_for_and_it_is_told(sets_of):
    sets, recipe = sets_of(stereoisomers() + singles(), merge="connectivity")
    merged = [
        row["y"]
        for rows in sets.values()
        for row in rows
        if row["smiles"].endswith("(F)Cl")
    ]
    assert merged == ["6.5"] * 48
    assert recipe["labels"]["averaged"] == 48
    assert recipe["labels"]["compounds_with_conflicts"] == 24
    (warning,) = recipe["warnings"]
    assert warning.startswith("48 of 156 labels are not as they were measured")


def test_salt_and_free_base_are_one_compound_in_one_set(sets_of):
    bases = [[smiles, 1.0] for smiles, _ in singles()]
    salts = [[f"{smiles}.Cl", 3.0] for smiles, _ in bases[::2]]
    sets, recipe = sets_of(bases + salts)
    sets_of_group = {}
    for name, rows in sets.items():
        for row in rows:
            assert "." not in row["smiles"]
            sets_of_group.setdefault(row["compound"], set()).add(name)
    given = [row["given_smiles"] for rows in sets.values() for row in rows]
    assert sorted(given) == sorted(smiles for smiles, _ in bases + salts)
    assert len(sets_of_group) == len(bases)
    assert all(len(names) == 1 for names in sets_of_group.values())
    assert recipe["labels"]["compounds_with_conflicts"] == len(salts)
    assert recipe["labels"]["averaged"] == 2 * len(salts)


def test_salts_are_compounds_of_their_own_without_standardization(sets_of):
    bases = [[smiles, 1.0] for smiles, _ in singles()]
    salts = [[f"{smiles}.Cl", 3.0] for smiles, _ in bases]
    sets, recipe = sets_of(bases + salts, standardize="none")
    rows = [row for members in sets.values() for row in members]
    assert all(row["smiles"] == row["given_smiles"] for row in rows)
    assert len({row["group"] for row in rows}) == len(bases + salts)
    assert recipe["labels"]["averaged"] == 0


@pytest.mark.parametrize("merge", ["stereo", "connectivity"])
def test_labels_of_a_given_test_file_are_those_of_the_file(sets_of, merge):
    """Most of it is in the other table, too, with other values and as other salts."""
    molecules = singles()
    test_rows = [[smiles, value + 100] for smiles, value in molecules[:40]]
    test_rows += [["CC[C@H](F)Cl", 200.25]]
    dataset = [[f"{smiles}.Cl", value] for smiles, value in molecules]
    dataset += [["CC[C@@H](F)Cl", 1.0], *stereoisomers()]
    sets, recipe = sets_of(dataset, dict(RANDOM), test_rows, merge=merge)
    found = [(row["given_smiles"], float(row["y"])) for row in sets["test"]]
    assert found == [(smiles, float(value)) for smiles, value in test_rows]
    assert recipe["labels"]["changed_in_test"] == 0
    groups = {name: {row["group"] for row in rows} for name, rows in sets.items()}
    assert not groups["test"] & (groups["train"] | groups["valid"])
    assert sum(recipe["left_out"].values()) == 41


def test_equal_rows_of_a_given_test_file_keep_what_was_measured(sets_of):
    test_rows = [["CCN", 1.0], ["CCN.Cl", 2.0], ["CCO", 5.0]]
    dataset = [["CCN", 50.0], *singles()]
    sets, recipe = sets_of(dataset, dict(RANDOM), test_rows)
    assert [row["y"] for row in sets["test"]] == ["1.0", "2.0", "5.0"]
    assert any("2 labels of the test set differ" in text for text in recipe["warnings"])
    assert recipe["labels"]["changed_in_test"] == 0


def test_later_labels_are_as_they_were_measured(sets_of):
    """Of a compound that is known earlier, the later rows are in no set."""
    rows = [
        [smiles, value, 2000 + n % 20] for n, (smiles, value) in enumerate(singles())
    ]
    again = [[f"{smiles}.Cl", 99.0, 2019] for smiles, _, year in rows if year < 2010]
    split = {
        "method": "time",
        "column": "year",
        "fractions": {"train": 0.6, "valid": 0.2, "test": 0.2},
    }
    sets, recipe = sets_of(rows + again, split, part_column="year")
    given = {smiles: (value, year) for smiles, value, year in rows}
    assert len(sets["test"]) > 10
    for name, first, last in (("train", 2000, 2012), ("test", 2015, 2019)):
        for row in sets[name]:
            value, year = given[row["given_smiles"]]
            assert float(row["y"]) == value
            assert first <= year <= last
    assert recipe["labels"]["averaged"] == 0


def test_row_that_loses_its_only_label_is_in_no_set(sets_of):
    rows = [[smiles, n % 2] for n, (smiles, _) in enumerate(singles())]
    rows += [["CCN", 0], ["CCN.Cl", 1], ["CCNC", 0], ["CCNC.Cl", 0]]
    sets, recipe = sets_of(rows, task_type="binary")
    given = {row["given_smiles"] for members in sets.values() for row in members}
    assert {"CCNC", "CCNC.Cl"} <= given
    assert not {"CCN", "CCN.Cl"} & given
    assert recipe["left_out"] == {"labels of one compound contradict each other": 2}
    assert recipe["labels"]["cleared"] == 2
