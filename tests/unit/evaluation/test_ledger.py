"""The ledger of openings."""

import multiprocessing
from pathlib import Path

import pytest

from toxtune.evaluation.ledger import (
    Opened,
    opening_id,
    read_openings,
    read_openings_of,
    record_opening,
)

N_WRITERS = 8
N_LINES = 25


def line(selection, run="demo"):
    """One opening."""
    return {"selection": selection, "run": run, "winners": {"dense": "µ" * 200}}


def selections(ledger):
    """The selections in a ledger, in their order."""
    return [opening["selection"] for opening in read_openings(ledger)]


@pytest.fixture
def ledger(tmp_path) -> Path:
    """Path of a ledger that is not there yet."""
    return tmp_path / "ledger" / "a-b.jsonl"


def test_no_ledger_means_no_openings(ledger):
    assert read_openings(ledger) == []
    assert not ledger.exists()


def test_distinct_selections_are_recorded_in_order(ledger):
    for selection in ("b", "a", "c"):
        record_opening(ledger, line(selection))
    assert read_openings(ledger) == [line("b"), line("a"), line("c")]


def test_selection_is_recorded_once_whoever_opens_it_again(ledger):
    record_opening(ledger, line("a", run="first"))
    before = ledger.read_bytes()
    record_opening(ledger, line("a", run="second"))
    assert ledger.read_bytes() == before
    assert read_openings(ledger) == [line("a", run="first")]


def test_lines_are_only_ever_added(ledger):
    record_opening(ledger, line("a"))
    before = ledger.read_bytes()
    record_opening(ledger, line("b"))
    assert ledger.read_bytes().startswith(before)


def test_line_is_on_the_disk_before_anything_is_predicted(ledger, disk):
    for selection in ("a", "b"):
        record_opening(ledger, line(selection))
        assert disk.has_all_of(ledger)


@pytest.mark.parametrize(
    "half", ['{"selec', '{"selection": "b", "run": "d', "\x00\x00"]
)
def test_half_written_line_is_left_alone_and_hides_nothing(ledger, half):
    record_opening(ledger, line("a"))
    with open(ledger, "a") as stream:
        stream.write(half)
    assert selections(ledger) == ["a"]
    record_opening(ledger, line("b"))
    record_opening(ledger, line("c"))
    assert selections(ledger) == ["a", "b", "c"]


def test_whole_last_line_without_its_end_is_kept_whole(ledger):
    record_opening(ledger, line("a"))
    ledger.write_bytes(ledger.read_bytes().removesuffix(b"\n"))
    record_opening(ledger, line("b"))
    assert selections(ledger) == ["a", "b"]


def write_many(ledger, writer, start):
    """Record lines of one's own between lines that every writer records."""
    start.wait()
    for number in range(N_LINES):
        record_opening(ledger, line(f"shared-{number}"))
        record_opening(ledger, line(f"{writer}-{number}"))


def test_writers_at_once_lose_and_double_nothing(ledger):
    context = multiprocessing.get_context("fork")
    start = context.Event()
    writers = [
        context.Process(target=write_many, args=(ledger, writer, start))
        for writer in range(N_WRITERS)
    ]
    for process in writers:
        process.start()
    start.set()
    for process in writers:
        process.join(60)
        assert process.exitcode == 0
    found = selections(ledger)
    assert len(found) == len(set(found)) == (N_WRITERS + 1) * N_LINES
    for writer in range(N_WRITERS):
        own = [name for name in found if name.startswith(f"{writer}-")]
        assert own == [f"{writer}-{number}" for number in range(N_LINES)]


def test_other_models_of_the_same_selection_are_another_look():
    same = opening_id("s", ["b", "a"])
    assert opening_id("s", ["a", "b"]) == same
    assert opening_id("t", ["a", "b"]) != same
    assert opening_id("s", ["a", "c"]) != same


MINE = Opened("d", "s", frozenset("ABC"))


def look(selection, dataset="d", split="s", molecules="ABC", run="demo"):
    """One opening of a test set of these molecules."""
    test_set = Opened(dataset, split, frozenset(molecules))
    return {**line(selection, run), **test_set.in_line()}


def counted(ledger, siblings=None):
    """Selection, molecules shared and whether it is one's own, of each opening."""
    return [
        (opening["selection"], opening["shared"], opening["own"])
        for opening in read_openings_of(ledger, MINE, siblings)
    ]


def test_openings_of_test_sets_that_overlap_are_counted(ledger):
    record_opening(ledger, look("mine"))
    record_opening(ledger, look("other columns", dataset="e"))
    record_opening(ledger, look("other fractions", split="t", molecules="CDE"))
    record_opening(ledger, look("apart", split="u", molecules="DEF"))
    assert counted(ledger) == [
        ("mine", 3, True),
        ("other columns", 3, False),
        ("other fractions", 1, False),
    ]
    assert "molecules" not in read_openings_of(ledger, MINE)[0]


def test_a_line_that_names_no_molecules_counts(ledger):
    record_opening(ledger, line("unknown"))
    record_opening(ledger, {**look("damaged"), "molecules": None})
    assert counted(ledger) == [("unknown", 3, False), ("damaged", 3, True)]


def test_the_former_ledger_of_the_split_counts_and_nothing_twice(ledger):
    record_opening(ledger.with_name("d-s.jsonl"), line("old"))
    record_opening(ledger.with_name("d-t.jsonl"), line("of another split"))
    record_opening(ledger, look("old"))
    record_opening(ledger, look("new"))
    assert counted(ledger) == [("old", 3, True), ("new", 3, True)]


def test_other_splits_of_a_configuration_count_the_same_before_and_after(ledger):
    record_opening(ledger, look("mine", run="demo/split-0"))
    siblings = {"demo/split-1": "t"}
    before = counted(ledger, siblings)
    record_opening(ledger, look("first", split="t", run="demo/split-1"))
    assert counted(ledger, siblings) == before == [("mine", 3, True)]
    record_opening(ledger, look("edited", split="t", run="demo/split-1"))
    assert counted(ledger, siblings) == [*before, ("first", 3, False)]
    # It is a look like any other for those that are not of that configuration.
    assert len(counted(ledger)) == 3


@pytest.mark.parametrize("names", [["old/split-0", "old/split-1"], ["new", "new/b"]])
def test_a_new_name_of_the_run_or_one_more_split_is_no_other_look(ledger, names):
    """The same selection writes no second line, so its line has the old name."""
    for split, run in zip("st", names, strict=True):
        record_opening(ledger, look(f"of {split}", split=split, run=run))
        record_opening(ledger, look(f"of {split}", split=split, run=f"new/{split}"))
    assert counted(ledger, {"new/t": "t"}) == [("of s", 3, True)]
    # Of another dataset, it is another configuration's.
    record_opening(ledger, look("other", dataset="e", split="t", run="new/t"))
    assert counted(ledger, {"new/t": "t"}) == [("of s", 3, True), ("other", 3, False)]
