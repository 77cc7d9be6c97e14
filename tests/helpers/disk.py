"""A disk that forgets what was not flushed: which files a power cut would harm."""

import os
from pathlib import Path

import pytest


class Disk:
    """Know which bytes of each file have been flushed, and what was renamed too soon.

    Attributes
    ----------
    too_soon
        Files that appeared under their name before all of their bytes were flushed.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.too_soon: list[str] = []
        self._flushed: dict[int, bytes] = {}
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._flush)
        for name in ("replace", "rename"):
            monkeypatch.setattr(os, name, self._watched(getattr(os, name)))

    def has_all_of(self, path: Path) -> bool:
        """Whether each byte of a file would survive a power cut."""
        return self._flushed.get(path.stat().st_ino) == path.read_bytes()

    def _flush(self, descriptor: int) -> None:
        self._fsync(descriptor)
        number = os.fstat(descriptor).st_ino
        self._flushed[number] = Path(f"/proc/self/fd/{descriptor}").read_bytes()

    def _watched(self, rename):
        def watched(source, target):
            path = Path(source)
            files = path.iterdir() if path.is_dir() else [path]
            self.too_soon += [file.name for file in files if not self.has_all_of(file)]
            rename(source, target)

        return watched
