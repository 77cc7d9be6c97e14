"""Every test here runs in a folder of its own, outside of which nothing may appear."""

import os
import zipfile

import pytest

from helpers.final_models import make


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return the working folder; afterwards nothing was run or written elsewhere.

    What would run code makes a file called ``pwned``.
    """
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    yield inside
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert not list(tmp_path.rglob("*pwned*"))
    assert not os.path.lexists("/tmp/pwned")


@pytest.fixture
def pipe(folder):
    """Return the path of a pipe that nobody writes to: reading it would not end."""
    path = folder / "pipe"
    os.mkfifo(path)
    return path


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """Return the files of a sound final model: name to content."""
    with zipfile.ZipFile(make(tmp_path_factory.mktemp("sound"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def packed(folder):
    """Return a function that packs files, and more entries by their own infos."""

    def pack(files, more=()):
        path = folder / "final.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in [*files.items(), *more]:
                archive.writestr(name, content)
        return path

    return pack


@pytest.fixture
def raw(folder):
    """Return a function that writes raw.csv."""

    def write(content):
        path = folder / "raw.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
