"""The store: finished work, kept under the hash of all that determines it.

An entry is a folder that appears whole, by one rename. Its manifest has the checksum of
each file, so that an entry that was damaged later counts as absent.

A store may be shared. Its folders get the permissions of its root, so who may write to
the root may add entries. For whom that does not hold, the project has a store as well.
"""

import errno
import logging
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from toxtune.errors import UserError
from toxtune.io.files import read_json, sha256_of_file, write_json

MANIFEST = "manifest.json"
# The environment variables with the folder of a shared store, and of one that is looked
# at and never changed.
LOCATION = "TOXTUNE_STORE"
READ_LOCATION = "TOXTUNE_READ_STORE"
OWN = Path("results/store")
# Whoever may not write to a folder learns one of these.
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_DAMAGED = "is damaged"


class Store:
    """A folder of entries, safe to share between runs and people.

    Parameters
    ----------
    root
        The folder; made with the first entry.
    own
        A folder of the project, looked at as well. Gets the entries that this user may
        not write to `root`.
    read_only
        A folder that is looked at last, and never changed.
    """

    def __init__(
        self, root: Path, own: Path | None = None, read_only: Path | None = None
    ) -> None:
        self.root = Path(root)
        self.own = Path(own or root)
        # One that is named twice is one.
        self._written = list(dict.fromkeys([self.root, self.own]))
        self._read = [Path(read_only)] if read_only else []

    def entry(self, key: str) -> Path:
        """Folder of the entry for `key` in `root`, whether it is there or not."""
        return _entry(self.root, key)

    def entries(self, key: str) -> list[Path]:
        """Folders of the entries for `key` that are there, sound or not."""
        folders = [_entry(root, key) for root in (*self._written, *self._read)]
        # Unlike `Path.is_dir`, it raises nothing where this user may not look.
        return [folder for folder in folders if os.path.isdir(folder)]

    def get(self, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of a sound entry; make the entry if there is none.

        Parameters
        ----------
        key
            Hexadecimal hash of all that determines the content.
        make
            Writes the entry's files into the empty folder that it is given.
        """
        return self.find(key) or self._add(key, make)

    def has(self, key: str) -> bool:
        """Whether there is an entry, with the bytes that were stored.

        See `find`.
        """
        return self.find(key) is not None

    def find(self, key: str) -> Path | None:
        """Return the folder of a sound entry, if there is one.

        A damaged entry gets a warning, and is removed where that is allowed. One that
        cannot be read now may be sound: it gets a warning alone.
        """
        faults, sound = {}, None
        for folder in self.entries(key):
            try:
                if _has_its_bytes(folder):
                    sound = folder
                    break
                faults[folder] = _DAMAGED
            except OSError as error:
                faults[folder] = f"cannot be read: {error.strerror}"
        then = f"{sound} is used" if sound else "the work is done again"
        for folder, fault in faults.items():
            logging.warning("Warning: %s %s; %s", folder, fault, then)
            if fault == _DAMAGED and folder.parents[1] in self._written:
                shutil.rmtree(folder, ignore_errors=True)
        return sound

    def _add(self, key: str, make: Callable[[Path], None]) -> Path:
        root, staging = self._stage(key)
        folder = _entry(root, key)
        try:
            make(staging)
            sums = {file.name: sha256_of_file(file) for file in staging.iterdir()}
            for name in sums:
                _flush(staging / name)
            write_json(staging / MANIFEST, sums)
            _open_to_readers(staging, root)
            _rename(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return folder

    def _stage(self, key: str) -> tuple[Path, Path]:
        """Make a folder for a new entry; return the store that it is in, and itself."""
        if self.root != self.own:
            try:
                # One that is damaged, and that this user may not remove, is in the way.
                if not os.path.lexists(self.entry(key)):
                    return self.root, _staging(self.root, key)
            except OSError as error:
                if error.errno not in _REFUSED:
                    raise
        return self.own, _staging(self.own, key)


def default_store() -> Store:
    """Open the store that ``TOXTUNE_STORE`` names, or that of this project.

    Raises
    ------
    UserError
        If ``TOXTUNE_READ_STORE`` names no folder.
    """
    read_only = os.environ.get(READ_LOCATION)
    if read_only and not os.path.isdir(read_only):
        raise UserError(
            f"{READ_LOCATION} must name a folder with finished trainings, got "
            f"{read_only!r}; correct it, or unset it"
        )
    return Store(
        Path(os.environ.get(LOCATION) or OWN),
        own=OWN,
        read_only=Path(read_only) if read_only else None,
    )


def place(source: Path, target: Path) -> None:
    """Make `target` a hard link to `source`, or a copy on another file system."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Process ids are unique per host only.
    beside = target.with_name(f".{target.name}.{platform.node()}.{os.getpid()}")
    # A killed process with the same id may have left a link into the store.
    beside.unlink(missing_ok=True)
    try:
        try:
            os.link(source, beside)
        except OSError:
            shutil.copyfile(source, beside)
            _flush(beside)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def is_sound(folder: Path) -> bool:
    """Whether the files of an entry can be read, and have the manifest's bytes."""
    try:
        return _has_its_bytes(folder)
    except OSError:
        return False


def _has_its_bytes(folder: Path) -> bool:
    """Whether the files of an entry have the bytes that its manifest says.

    Any other `OSError` than of a missing file, say of a network drive that does not
    answer, is raised: it tells nothing of the bytes.
    """
    try:
        sums = read_json(folder / MANIFEST)
        sound = [sha256_of_file(folder / name) == sums[name] for name in sums]
        return bool(sound) and all(sound)
    except (FileNotFoundError, IsADirectoryError, ValueError, TypeError):
        return False


def _entry(root: Path, key: str) -> Path:
    return root / key[:2] / key


def _staging(root: Path, key: str) -> Path:
    """Make an empty folder beside where the entry will be."""
    root.mkdir(parents=True, exist_ok=True)
    folder = _entry(root, key).parent
    # With its permissions from the start: another user may be the next to write to it.
    umask = os.umask(0)
    try:
        folder.mkdir(mode=0o700 | _permissions(root), exist_ok=True)
    finally:
        os.umask(umask)
    return Path(tempfile.mkdtemp(dir=folder, prefix=f".{key[:12]}."))


def _open_to_readers(staging: Path, root: Path) -> None:
    """Let those who may read the root read an entry, and none but its user write."""
    permissions = _permissions(root)
    for file in staging.iterdir():
        file.chmod(0o600 | permissions & 0o044)
    staging.chmod(0o700 | permissions & 0o055)


def _permissions(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def _flush(path: Path) -> None:
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())


def _rename(staging: Path, folder: Path) -> None:
    try:
        os.rename(staging, folder)
    except OSError:
        # If another process finished the same work first, its entry serves as well.
        if is_sound(folder):
            return
        if not folder.is_dir():
            raise
        # One that still cannot be read makes way for the same work, done again.
        unreadable = staging.with_name(f"{staging.name}.unreadable")
        os.rename(folder, unreadable)
        os.rename(staging, folder)
        shutil.rmtree(unreadable, ignore_errors=True)
