"""The store: finished work, done once, whole or absent."""

import errno
import logging
import multiprocessing
import os
import platform
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from helpers.patience import STEP
from toxtune.errors import UserError
from toxtune.training import store as store_module
from toxtune.training.store import (
    MANIFEST,
    OWN,
    Store,
    default_store,
    is_sound,
    place,
)

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


@pytest.fixture(params=["read_json", "sha256_of_file"])
def refuse_to_read(request, store, monkeypatch):
    """Let reading of the entry, or of its manifest, fail as often as is asked for."""
    read, left = getattr(store_module, request.param), []

    def refuse(path):
        if left and path.parent == store.entry(KEY):
            code = left.pop()
            raise OSError(code, os.strerror(code), str(path))
        return read(path)

    monkeypatch.setattr(store_module, request.param, refuse)
    return lambda code, times=1: left.extend([code] * times)


@pytest.mark.parametrize("code", [errno.ESTALE, errno.EIO, errno.EACCES, errno.EMFILE])
def test_entry_that_cannot_be_read_now_is_kept(store, caplog, refuse_to_read, code):
    make = Maker()
    entry = store.get(KEY, make)
    inode = entry.stat().st_ino
    refuse_to_read(code)
    assert store.find(KEY) is None
    assert f"{entry} cannot be read: {os.strerror(code)}" in caplog.text
    assert store.find(KEY) == entry
    refuse_to_read(code)
    # The work is done again; the entry can be read by then.
    assert store.get(KEY, make) == entry
    assert make.calls == 2
    assert entry.stat().st_ino == inode


def test_entry_that_can_never_be_read_makes_way_for_the_same_work(
    store, refuse_to_read
):
    make = Maker()
    entry = store.get(KEY, make)
    inode = entry.stat().st_ino
    refuse_to_read(errno.EIO, times=2)
    assert store.get(KEY, make) == entry
    assert entry.stat().st_ino != inode
    assert store.has(KEY)
    assert [path.name for path in entry.parent.iterdir()] == [KEY]


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
    barrier, results = context.Barrier(2, timeout=STEP), context.Queue()
    makers = [
        context.Process(target=make_slowly, args=(store.root, barrier, results))
        for _ in range(2)
    ]
    for process in makers:
        process.start()
    assert [results.get(timeout=STEP) for _ in makers] == ["same", "same"]
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


def test_project_has_a_store_beside_a_shared_one(monkeypatch, tmp_path):
    monkeypatch.setenv("TOXTUNE_STORE", str(tmp_path))
    assert default_store().own == OWN
    monkeypatch.chdir(tmp_path)
    entry = Store(OWN).get(KEY, Maker())
    assert default_store().find(KEY) == entry


def everything_with_times(folder):
    paths = [folder, *folder.rglob("*")]
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_mode) for path in paths}


def test_read_store_is_looked_at_and_never_changed(monkeypatch, tmp_path, caplog):
    read = tmp_path / "read"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOXTUNE_READ_STORE", str(read))
    with pytest.raises(UserError, match=r"^TOXTUNE_READ_STORE must name a folder"):
        default_store()
    make, other_key = Maker(), "ab" + "1" * 62
    entry = Store(read).get(KEY, make)
    damaged = Store(read).get(other_key, make)
    (damaged / "result.json").write_text("other")
    before = everything_with_times(read)
    assert default_store().get(KEY, make) == entry
    assert make.calls == 2
    assert default_store().get(other_key, make) == OWN / "ab" / other_key
    assert make.calls == 3
    assert f"{damaged} is damaged; the work is done again" in caplog.text
    assert everything_with_times(read) == before
    assert default_store().entries(other_key) == [OWN / "ab" / other_key, damaged]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_what_the_root_refuses_goes_to_the_project(monkeypatch, tmp_path, code):
    shared, own = tmp_path / "shared", tmp_path / "own"
    mkdtemp = tempfile.mkdtemp

    def refuse(dir, prefix):
        if Path(dir).is_relative_to(shared):
            raise OSError(code, os.strerror(code))
        return mkdtemp(dir=dir, prefix=prefix)

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    store = Store(shared, own=own)
    assert store.get(KEY, Maker()) == own / "ab" / KEY
    assert store.find(KEY) == own / "ab" / KEY
    with pytest.raises(OSError, match=os.strerror(code)):
        Store(shared).get(KEY, Maker())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE])
def test_what_is_no_refusal_does_not_go_elsewhere(monkeypatch, tmp_path, code):
    mkdtemp = tempfile.mkdtemp

    def refuse(dir, prefix):
        if Path(dir).is_relative_to(tmp_path / "shared"):
            raise OSError(code, os.strerror(code))
        return mkdtemp(dir=dir, prefix=prefix)

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(OSError, match=os.strerror(code)):
        Store(tmp_path / "shared", own=tmp_path / "own").get(KEY, Maker())
    assert not (tmp_path / "own").exists()


def test_entry_is_on_the_disk_before_it_has_its_name(store, disk):
    entry = store.get(KEY, Maker())
    assert disk.too_soon == []
    assert all(disk.has_all_of(file) for file in entry.iterdir())


def modes(entry):
    return [
        stat.S_IMODE(path.stat().st_mode)
        for path in (entry.parent, entry, entry / "result.json", entry / MANIFEST)
    ]


@pytest.mark.parametrize(
    ("root", "folder", "entry", "file"),
    [
        (0o755, 0o755, 0o755, 0o644),
        (0o700, 0o700, 0o700, 0o600),
        (0o1777, 0o1777, 0o755, 0o644),
        (0o770, 0o770, 0o750, 0o640),
        (0o1775, 0o1775, 0o755, 0o644),
    ],
)
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_root_says_who_may_add_and_read_whatever_the_umask(
    store, root, folder, entry, file, umask
):
    store.root.mkdir()
    store.root.chmod(root)
    before = os.umask(umask)
    try:
        path = store.get(KEY, Maker())
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert modes(path) == [folder, entry, file, file]


ANNE, BOB = 40001, 40002
SHARED_GROUP = 40100


@pytest.fixture
def two_users():
    """Give a folder with a store for two users, and a folder for each of them."""
    if os.geteuid() != 0:
        pytest.skip("only root can be two users")
    # Others may not enter the folders that pytest makes.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for user in (ANNE, BOB):
            (folder / str(user)).mkdir()
            os.chown(folder / str(user), user, user)
        (folder / "store").mkdir()
        yield folder


def as_user(user, function, *arguments):
    """Call in a process of a user, under the usual umask; return what it returns."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    def work():
        os.setgroups([SHARED_GROUP])
        os.setgid(user)
        os.setuid(user)
        os.umask(0o022)
        try:
            results.put((function(*arguments), None))
        except BaseException as error:
            results.put((None, repr(error)))

    process = context.Process(target=work)
    process.start()
    result, error = results.get(timeout=STEP)
    process.join(30)
    assert error is None, error
    return result


def add(folder, user, keys):
    """Get entries; return in which store each is, and how many had to be made."""
    make = Maker()
    store = Store(folder / "store", own=folder / str(user) / "store")
    places = [store.get(key, make).parents[1] for key in keys]
    return [place == store.root for place in places], make.calls


def keys_of(letter):
    """Return keys with the same prefixes as other letters' keys."""
    return [f"{prefix:02x}{letter * 62}" for prefix in range(0, 256, 16)]


@pytest.mark.parametrize(
    ("mode", "group"), [(0o1777, 0), (0o2770, SHARED_GROUP), (0o3775, SHARED_GROUP)]
)
def test_two_users_share_a_store(two_users, mode, group):
    os.chown(two_users / "store", 0, group)
    (two_users / "store").chmod(mode)
    n = len(keys_of("a"))
    assert as_user(ANNE, add, two_users, ANNE, keys_of("a")) == ([True] * n, n)
    assert as_user(BOB, add, two_users, BOB, keys_of("b")) == ([True] * n, n)
    both = keys_of("a") + keys_of("b")
    for user in (ANNE, BOB):
        assert as_user(user, add, two_users, user, both) == ([True] * 2 * n, 0)
    assert as_user(BOB, remove, two_users / "store/00" / keys_of("a")[0]) is False


def remove(entry):
    """Try to change another user's entry; return whether a byte of it is gone."""
    shutil.rmtree(entry, ignore_errors=True)
    with suppress(PermissionError):
        (entry / "result.json").write_text("other")
    return not is_sound(entry)


def test_who_may_not_write_goes_on_in_a_store_of_their_own(two_users):
    os.chown(two_users / "store", ANNE, ANNE)
    first, other = keys_of("a"), keys_of("b")
    n = len(first)
    assert as_user(ANNE, add, two_users, ANNE, first) == ([True] * n, n)
    expected = [True] * n + [False] * n
    assert as_user(BOB, add, two_users, BOB, first + other) == (expected, n)
    assert as_user(BOB, add, two_users, BOB, first + other) == (expected, 0)


def test_damaged_entry_of_another_user_is_no_obstacle(two_users):
    (two_users / "store").chmod(0o1777)
    (key, *_) = keys_of("a")
    assert as_user(ANNE, add, two_users, ANNE, [key]) == ([True], 1)
    (two_users / "store/00" / key / "result.json").write_text("other")
    assert as_user(BOB, add, two_users, BOB, [key]) == ([False], 1)
    assert as_user(BOB, add, two_users, BOB, [key]) == ([False], 0)
    assert as_user(ANNE, add, two_users, ANNE, [key]) == ([True], 1)


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


@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_copy_is_on_the_disk_before_it_has_its_name(source, tmp_path, way, disk):
    place(source, tmp_path / "result.json")
    assert disk.too_soon == []
    assert disk.has_all_of(tmp_path / "result.json")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_copy_that_ends_halfway_leaves_what_was_there(
    source, tmp_path, monkeypatch, error
):
    target, seen = tmp_path / "placed" / "result.json", []
    target.parent.mkdir()
    target.write_text("old")

    def refuse(*arguments):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def copy_half(file, copy):
        Path(copy).write_text(Path(file).read_text()[:3])
        seen.append(target.read_text())
        raise error

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(shutil, "copyfile", copy_half)
    with pytest.raises(type(error)):
        place(source, target)
    assert seen == ["old"]
    assert target.read_text() == "old"
    assert everything(target.parent) == ["result.json"]


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
