"""Unpacking a final model that may come from elsewhere: known files, bounded sizes."""

import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toxtune.errors import UserError
from toxtune.prediction.metadata import METADATA_FILE
from toxtune.tables.sources import refuse_irregular
from toxtune.text import shown

FINAL_MODEL = "final.zip"
# The files of a final model, see `toxtune.prediction.final_file`.
_NAMES = re.compile(
    r"final\.json|README\.md|conformal\.json|training\.csv|fingerprints\.npy|transforms/[a-z0-9-]+\.npz"
    r"|models/[a-z0-9_.]+(-\d+)?-seed-\d+\.(keras|lightgbm|npz|skops|zip)"
)


# A few kilobytes of zip can hold terabytes of zeros.
MAX_BYTES = 4 << 30


# Enough for the metadata of thousands of tasks.
MAX_METADATA_BYTES = 16 << 20


# Other ways of packing have their own errors, and no final model needs them.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


# What Python raises for a zip file that is cut off, damaged or encrypted, or whose
# names are no text.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the folder of a final model: `path` itself, or what its zip file holds.

    Raises
    ------
    UserError
        If it cannot be read, is no zip file, is the folder of a run, or holds a file
        that no final model has, a link, a name twice, or more than `MAX_BYTES`.
    """
    if path.is_dir():
        _refuse_folder_of_run(path)
        if (path / METADATA_FILE).is_file():
            _check_metadata_size((path / METADATA_FILE).stat().st_size, path)
        _check_packed_files(path, path)
        yield path
        return
    refuse_irregular(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _check_entries(archive.infolist(), path)
                archive.extractall(folder)
        except FileNotFoundError:
            raise UserError(f"{path}: no such file or folder") from None
        except _BROKEN as error:
            raise UserError(
                f"{path}: is not a final model: not a zip file, or a damaged one: "
                f"{error}"
            ) from None
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from None
        _check_packed_files(Path(folder), path)
        yield Path(folder)


def _refuse_folder_of_run(folder: Path) -> None:
    """Raise `UserError` where a folder holds the file that is meant."""
    final = folder / FINAL_MODEL
    if final.is_file() and not (folder / METADATA_FILE).is_file():
        raise UserError(f"{folder}: is the folder of a run; name its model, {final}")


def _check_entries(entries: list[zipfile.ZipInfo], path: Path) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not _NAMES.fullmatch(name) or stat.S_ISLNK(entry.external_attr >> 16):
            raise UserError(
                f"{path}: is not a final model: it holds {shown(name)}, "
                "which does not belong to one"
            )
        if name in seen:
            raise UserError(f"{path}: is not a final model: it holds {name} twice")
        seen.add(name)
        if name == METADATA_FILE:
            _check_metadata_size(entry.file_size, path)
    _check_packing(entries, str(path))


def _check_metadata_size(size: int, path: Path) -> None:
    """Refuse metadata that no final model has, before they are read."""
    if size > MAX_METADATA_BYTES:
        raise UserError(
            f"{path}: {METADATA_FILE}: must have at most {MAX_METADATA_BYTES:,} bytes, "
            f"this one has {size:,}"
        )


def _check_packed_files(folder: Path, path: Path) -> None:
    """Check models and transforms, which are zip files themselves."""
    for packed in sorted(folder.glob("*/*")):
        name = packed.relative_to(folder).as_posix()
        if not _NAMES.fullmatch(name):
            continue
        try:
            with zipfile.ZipFile(packed) as archive:
                _check_packing(archive.infolist(), f"{path}: {name}")
        except (*_BROKEN, OSError) as error:
            raise UserError(f"{path}: {name}: is damaged: {error}") from None


def _check_packing(entries: list[zipfile.ZipInfo], name: str) -> None:
    if others := [one for one in entries if one.compress_type not in _PACKINGS]:
        raise zipfile.BadZipFile(
            f"{shown(others[0].filename)} must be stored or deflated, is packed by "
            f"method {others[0].compress_type}"
        )
    # An entry that is larger than it says fails its checksum when it is unpacked.
    size = sum(entry.file_size for entry in entries)
    if size > MAX_BYTES:
        raise UserError(
            f"{name}: must hold at most {MAX_BYTES:,} bytes, this holds {size:,}"
        )
