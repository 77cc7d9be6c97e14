"""Who is in which set of a split by time."""

from collections import Counter

import pytest

from helpers.molecules import write_molecules
from toxtune.errors import UserError
from toxtune.splits.by_time import KNOWN_BEFORE
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings

FRACTIONS = {"train": 0.6, "valid": 0.2, "test": 0.2}


@pytest.fixture
def split(tmp_path):
    """Split molecules by their times."""

    def make(times, groups=None, labels=None, **changes):
        rows = [
            [
                row,
                f"m{row}",
                "C" * (row + 1),
                groups[row] if groups else f"G{row}",
                labels[row] if labels else row % 2,
                time,
            ]
            for row, time in enumerate(times)
        ]
        write_molecules(tmp_path / "molecules.csv", ["toxic", "split_by"], rows)
        given = {"column": "measured", "fractions": FRACTIONS} | changes
        settings = SplitSettings("time", **given)
        return make_split(tmp_path / "molecules.csv", settings, "binary")

    return make


def spelled(pattern):
    """Write 60 months, one after the other, and the fifth not at all."""
    times = [(2010 + n // 12, n % 12 + 1) for n in range(60)]
    texts = [
        pattern.format(year=year, month=month, short=f"{year % 100:02}")
        for year, month in times
    ]
    return [*texts[:4], "", *texts[5:]]


@pytest.mark.parametrize(
    "pattern",
    [
        "{year}-{month:02}",
        "{month:02}/28/{year}",
        "{year}/{month:02}/05",
        "28.{month:02}.{year}",
        "{month}/28/{short}",
        "{year}{month:02}28",
        "{year}-{month:02}-05T12:00:00Z",
    ],
)
def test_rows_come_in_the_order_of_their_dates_and_one_without_is_left_out(
    split, pattern
):
    made = split(spelled(pattern))
    subsets = made.assignment.subsets
    assert subsets.pop(4) == ""
    assert subsets == ["train"] * 35 + ["valid"] * 12 + ["test"] * 12
    assert made.recipe.left_out == {"no date in column 'measured'": 1}
    assert any("no date in column 'measured'" in line for line in made.recipe.warnings)


def test_rows_left_out_are_logged_by_id(split, caplog):
    assigned = split([*map(str, range(2000, 2010)), "", "n.d."]).assignment
    caplog.set_level("INFO")
    assigned.log_left_out([f"m{row}" for row in range(12)])
    assert [line.split(",")[0] for line in caplog.messages] == [
        "In no set: m10",
        "In no set: m11",
    ]


def test_boundaries_are_told(split):
    (note,) = split([f"{year}" for year in range(2000, 2010)]).recipe.notes
    assert "the validation set begins with 2006, the test set begins with 2008" in note


def test_later_measurements_of_known_molecules_are_left_out(split):
    times = [str(year) for year in range(2000, 2012)]
    # 2005 repeats a molecule of 2004, in the same set, and 2011 one of 2000.
    made = split(times, groups=[*"ABCDEEGHIJKA"])
    subsets = ["train"] * 7 + ["valid"] * 2 + ["test"] * 2 + [""]
    assert made.assignment.subsets == subsets
    assert made.recipe.left_out == {KNOWN_BEFORE: 1}


def test_undated_rows_of_a_dated_molecule_are_left_out(split):
    times = [*map(str, range(2000, 2010)), ""]
    made = split(times, groups=[*"ABCDEFGHIJA"], labels=[0, 1] * 5 + [0])
    assert made.assignment.subsets[0] == "train"
    assert made.assignment.subsets[-1] == ""
    assert Counter(made.assignment.subsets)[""] == 1


def test_too_few_times_are_refused(split):
    with pytest.raises(UserError, match="three different times .*got 2"):
        split(["2010", "2011"] * 10)


def test_labels_of_the_later_part_are_as_measured(split):
    times = [str(year) for year in range(2000, 2010)]
    groups = [*"ABCDEFGHIJ"]
    groups[9] = "A"
    labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    made = split([*times, "2009"], [*groups, "J"], [*labels, 1])
    rows = range(11)
    measured = dict(zip(rows, [*labels, 1], strict=True))
    later = [n for n in rows if made.assignment.subsets[n] in {"valid", "test"}]
    assert len(later) == 4
    for row in later:
        assert made.settlement.labels[row] == [str(measured[row])]
    # Molecule A is 0 in 2000 and 1 in 2009: the later value says nothing to the former.
    assert made.settlement.labels[0] == ["0"]


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [
        ([24, 8, 8], [24, 8, 8]),
        # The test set moves on to the next later time.
        ([8, 24, 4, 4], [32, 4, 4]),
        # Where none is left, the validation set moves back.
        ([16, 60, 4], [16, 60, 4]),
        ([20, 40, 20], [20, 40, 20]),
        ([8, 8, 64], [8, 8, 64]),
    ],
)
def test_every_set_has_a_time_and_one_unlike_its_share_is_told(split, counts, sizes):
    times = [str(2000 + n) for n, count in enumerate(counts) for _ in range(count)]
    made = split(times)
    found = Counter(made.assignment.subsets)
    assert [found[subset] for subset in ("train", "valid", "test")] == sizes
    shares = [size / len(times) for size in sizes]
    unlike = [
        f" has {share:.2f} of the groups, {asked:.2g} were asked for."
        for share, asked in zip(shares, FRACTIONS.values(), strict=True)
        if abs(share - asked) > 0.1
    ]
    told = [line for line in made.recipe.warnings if "of the groups" in line]
    assert [line[line.index(" has ") :] for line in told] == unlike
