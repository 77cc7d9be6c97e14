"""The store: finished work, done once, whole or absent."""

import errno
import logging
import multiprocessing
import os
import platform
import stat

import pytest

from toxtune.training.store import MANIFEST, Store, default_store, place

KEY = "ab" + "0" * 62


class Maker:
    """Write two files, and count how often."""

    def __init__(self, error=None):
        self.calls = 0
        self.error = error

    def __call__(self, folder):
        self.calls += 1
        (folder / "predictions.npy").write_bytes(b"\x00\x01\x02\x03")
        if self.error:
            raise self.error
        (folder / "result.json").write_text('{"status": "ok"}')


@pytest.fixture
def store(tmp_path) -> Store:
    """Open an empty store."""
    return Store(tmp_path / "store")


def everything(folder):
    """All paths below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_entry_is_made_once(store):
    make = Maker()
    assert not store.has(KEY)
    first = store.get(KEY, make)
    assert store.has(KEY)
    assert store.get(KEY, make) == first == store.entry(KEY)
    assert make.calls == 1
    assert (first / "predictions.npy").read_bytes() == b"\x00\x01\x02\x03"
    assert everything(store.root) == [
        "ab",
        f"ab/{KEY}",
        f"ab/{KEY}/{MANIFEST}",
        f"ab/{KEY}/predictions.npy",
        f"ab/{KEY}/result.json",
    ]


def test_entries_are_found_by_another_process_of_another_person(store):
    entry = store.get(KEY, Maker())
    assert Store(store.root).has(KEY)
    assert stat.S_IMODE(entry.stat().st_mode) == 0o755


def test_other_keys_are_other_entries(store):
    make = Maker()
    store.get(KEY, make)
    store.get("ab" + "1" * 62, make)
    assert make.calls == 2


DAMAGE = {
    "flipped byte": lambda entry: (entry / "predictions.npy").write_bytes(
        b"\x00\x01\x02\x02"
    ),
    "truncated": lambda entry: (entry / "result.json").write_text('{"stat'),
    "emptied": lambda entry: (entry / "predictions.npy").write_bytes(b""),
    "missing file": lambda entry: (entry / "result.json").unlink(),
    "missing manifest": lambda entry: (entry / MANIFEST).unlink(),
    "truncated manifest": lambda entry: (entry / MANIFEST).write_text('{"result'),
    "empty manifest": lambda entry: (entry / MANIFEST).write_text("{}"),
    "manifest of another form": lambda entry: (entry / MANIFEST).write_text('["a"]'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_entry_is_made_again_with_a_warning(store, caplog, damage):
    make = Maker()
    entry = store.get(KEY, make)
    damage(entry)
    with caplog.at_level(logging.WARNING):
        assert store.get(KEY, make) == entry
    assert make.calls == 2
    assert (entry / "predictions.npy").read_bytes() == b"\x00\x01\x02\x03"
    (record,) = caplog.records
    assert f"{entry} is damaged" in record.getMessage()
    assert store.has(KEY)


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt()])
def test_failing_work_leaves_nothing(store, error):
    with pytest.raises(type(error)):
        store.get(KEY, Maker(error))
    assert not store.has(KEY)
    assert everything(store.root) == ["ab"]
    assert store.get(KEY, Maker()).is_dir()


def make_slowly(root, barrier, results):
    """Make the entry at the same moment as the others."""

    def make(folder):
        barrier.wait()
        (folder / "result.json").write_text("same")
        barrier.wait()

    entry = Store(root).get(KEY, make)
    results.put((entry / "result.json").read_text())


def test_two_makers_at_once_both_get_a_sound_entry(store):
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(2, timeout=30), context.Queue()
    makers = [
        context.Process(target=make_slowly, args=(store.root, barrier, results))
        for _ in range(2)
    ]
    for process in makers:
        process.start()
    assert [results.get(timeout=30) for _ in makers] == ["same", "same"]
    for process in makers:
        process.join(30)
        assert process.exitcode == 0
    assert store.has(KEY)
    assert everything(store.root) == [
        "ab",
        f"ab/{KEY}",
        f"ab/{KEY}/{MANIFEST}",
        f"ab/{KEY}/result.json",
    ]


def test_environment_names_a_shared_store(monkeypatch, tmp_path):
    monkeypatch.setenv("TOXTUNE_STORE", str(tmp_path))
    assert default_store().root == tmp_path
    monkeypatch.setenv("TOXTUNE_STORE", "")
    assert str(default_store().root) == "results/store"
    monkeypatch.delenv("TOXTUNE_STORE")
    assert str(default_store().root) == "results/store"


@pytest.fixture
def source(tmp_path):
    """Write a file to place."""
    path = tmp_path / "entry" / "result.json"
    path.parent.mkdir()
    path.write_text("stored")
    return path


@pytest.fixture(params=["link", "copy"])
def way(request, monkeypatch):
    """Place by a hard link, or by a copy where links are refused."""
    if request.param == "copy":

        def refuse(*arguments):
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(os, "link", refuse)
    return request.param


def test_placed_file_has_the_content_and_nothing_stays_beside_it(source, tmp_path, way):
    target = tmp_path / "some" / "new" / "folder" / "result.json"
    place(source, target)
    assert target.read_text() == "stored"
    assert target.samefile(source) == (way == "link")
    assert everything(target.parent) == ["result.json"]


def test_placing_replaces_and_spares_what_was_linked_before(source, tmp_path, way):
    target, older = tmp_path / "result.json", tmp_path / "older.json"
    older.write_text("older")
    place(older, target)
    place(source, target)
    place(source, target)
    assert target.read_text() == "stored"
    assert older.read_text() == "older"
    assert everything(tmp_path) == [
        "entry",
        "entry/result.json",
        "older.json",
        "result.json",
    ]


def test_placing_what_is_not_there_leaves_the_target(tmp_path, way):
    target = tmp_path / "result.json"
    target.write_text("old")
    with pytest.raises(FileNotFoundError):
        place(tmp_path / "missing", target)
    assert target.read_text() == "old"
    assert everything(tmp_path) == ["result.json"]


def test_link_that_a_killed_process_left_is_not_written_through(source, tmp_path):
    older, target = tmp_path / "older.json", tmp_path / "placed" / "result.json"
    older.write_text("older")
    target.parent.mkdir()
    beside = f".result.json.{platform.node()}.{os.getpid()}"
    (target.parent / beside).hardlink_to(older)
    place(source, target)
    assert target.read_text() == "stored"
    assert older.read_text() == "older"
    assert everything(target.parent) == ["result.json"]
