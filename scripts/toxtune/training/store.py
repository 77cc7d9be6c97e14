"""The store: finished work, kept under the hash of all that determines it.

An entry is a folder that appears whole, by one rename. Its manifest has the checksum of
each file, so that an entry that was damaged later counts as absent.
"""

import logging
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from toxtune.io.files import read_json, sha256_of_file, write_json

MANIFEST = "manifest.json"
# The environment variable with the folder of a shared store.
LOCATION = "TOXTUNE_STORE"


class Store:
    """A folder of entries, safe to share between runs and people.

    Parameters
    ----------
    root
        The folder; made with the first entry.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def entry(self, key: str) -> Path:
        """Folder of the entry for `key`, whether it is there or not."""
        return self.root / key[:2] / key

    def get(self, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of a sound entry; make the entry if there is none.

        Parameters
        ----------
        key
            Hexadecimal hash of all that determines the content.
        make
            Writes the entry's files into the empty folder that it is given.
        """
        if not self.has(key):
            self._add(key, make)
        return self.entry(key)

    def has(self, key: str) -> bool:
        """Whether there is an entry, with the bytes that were stored.

        A damaged entry is removed, with a warning.
        """
        folder = self.entry(key)
        if not folder.is_dir():
            return False
        if is_sound(folder):
            return True
        logging.warning("Warning: %s is damaged; the work is done again", folder)
        shutil.rmtree(folder, ignore_errors=True)
        return False

    def _add(self, key: str, make: Callable[[Path], None]) -> None:
        folder = self.entry(key)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{key[:12]}."))
        try:
            make(staging)
            sums = {file.name: sha256_of_file(file) for file in staging.iterdir()}
            for name in sums:
                _flush(staging / name)
            write_json(staging / MANIFEST, sums)
            staging.chmod(0o755)
            _rename(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def default_store() -> Store:
    """Open the store that ``TOXTUNE_STORE`` names, or that of this project."""
    return Store(Path(os.environ.get(LOCATION) or "results/store"))


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
    """Whether the files of an entry have the bytes that its manifest says."""
    try:
        sums = read_json(folder / MANIFEST)
        sound = [sha256_of_file(folder / name) == sums[name] for name in sums]
        return bool(sound) and all(sound)
    except (OSError, ValueError, TypeError):
        return False


def _flush(path: Path) -> None:
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())


def _rename(staging: Path, folder: Path) -> None:
    try:
        os.rename(staging, folder)
    except OSError:
        # If another process finished the same work first, its entry serves as well.
        if not is_sound(folder):
            raise
