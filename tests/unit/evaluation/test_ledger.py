"""The ledger of openings."""

import multiprocessing
from pathlib import Path

import pytest

from toxtune.evaluation.ledger import opening_id, read_openings, record_opening

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
