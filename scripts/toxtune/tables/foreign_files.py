"""Naming files that are no table of molecules, and saying what to do with them."""

import re
from pathlib import PurePath

from toxtune.errors import UserError

_SAVE_SHEET = "save the sheet with the molecules as CSV (UTF-8) and name that file"
_UNPACK = "unpack it and name the table inside"
_EXPORT = "write the table as CSV and name that file"
_TO_CSV = "write it as CSV (pandas: to_csv) and name that file"

# What a file begins with: what it is, and what to do.
_BEGINNINGS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel workbook or another old Office file",
        _SAVE_SHEET,
    ),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\xfd7zXZ\0", "compressed by xz", "unpack it with unxz, or use gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it with unzstd, or use gzip"),
    (b"\x1f\x9d", "compressed by compress (.Z)", "unpack it with gunzip"),
    (b"\x1f\x8b", "gzip inside gzip", "unpack it once with gunzip"),
    (b"%PDF-", "a PDF document", "type or export its table as CSV and name that file"),
    (b"{\\rtf", "an RTF document", _EXPORT),
    (
        b"PAR1\x15",
        "a Parquet table",
        "write it as CSV (pandas: to_csv) and name that file",
    ),
    (b"ARROW1\0", "a Feather table", _TO_CSV),
    (
        b"FEA1\0",
        "a Feather table",
        "write it as CSV (pandas: to_csv) and name that file",
    ),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
    (b"\x93NUMPY", "a NumPy array", _EXPORT),
    (b"RDX2\n", "a workspace of R", "write the table with write.csv"),
    (b"RDX3\n", "a workspace of R", "write the table with write.csv"),
    (b"X\n\0\0\0", "an object of R", "write the table with write.csv"),
    (b"\x89PNG", "a picture", "name a table of molecules"),
    (b"\xff\xd8\xff", "a picture", "name a table of molecules"),
    (b"@<TRIPOS>", "a MOL2 file", "convert it to an SD file, with Open Babel for one"),
)

# A block of data, or the end of an empty file.
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")

# Pickles of protocols 2 to 5 begin so; a frame, a memo or a class follows.
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95c}\](\x8c]")

_JSON = re.compile(rb'\s*(\{\s*"|\[\s*[\[{"])')

_WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".ods"}

# Where a tar archive has its mark.
_TAR_MARK = slice(257, 262)


def refuse_foreign(head: bytes, name: str) -> None:
    """Refuse a file that is no text with a table of molecules.

    Parameters
    ----------
    head
        Its beginning; more than a kilobyte tells more.
    name
        The file's, for the message; its ending tells a workbook that is damaged.

    Raises
    ------
    UserError
        If it is something else; the message names what, and what to do.
    """
    if found := _foreign(head, name):
        kind, advice = found
        raise UserError(
            f"{name}: is {kind}, not a table, an SD file or a SMILES file; {advice}"
        )


def _foreign(head: bytes, name: str) -> tuple[str, str] | None:
    for beginning, kind, advice in _BEGINNINGS:
        if head.startswith(beginning):
            return kind, advice
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(head, name)
    if head[_TAR_MARK] == b"ustar":
        return "a tar archive", _UNPACK
    if _BZIP2.match(head):
        return "compressed by bzip2", "unpack it with bunzip2, or use gzip"
    if _PICKLE.match(head):
        return "a pickle of Python's, which is never opened", _EXPORT
    return _markup(head)


def _in_zip(head: bytes, name: str) -> tuple[str, str]:
    """Tell what a zip archive is by the names of its first files."""
    if b"opendocument.spreadsheet" in head:
        return "an OpenDocument workbook", _SAVE_SHEET
    if b"word/" in head or b"opendocument.text" in head:
        return "a text document", _EXPORT
    suffix = PurePath(name).suffix.lower()
    if b"xl/" in head or b"[Content_Types].xml" in head or suffix in _WORKBOOKS:
        return "a workbook of a spreadsheet program", _SAVE_SHEET
    return "a zip archive", _UNPACK


def _markup(head: bytes) -> tuple[str, str] | None:
    """Recognise text in a language of its own."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return (
            "a web page (HTML)",
            "name the address of the file itself, or download it with a browser",
        )
    if start.startswith((b"<?xml", b"<!doctype")):
        return "an XML document", _EXPORT
    if start.startswith(b"<datawarrior-fileinfo>"):
        return (
            "a file of DataWarrior's own",
            "save it there as an SD file, or as text with a column of SMILES",
        )
    if start.startswith(b"version https://git-lfs"):
        return "a pointer of Git LFS", "fetch the file itself with `git lfs pull`"
    if _JSON.match(start):
        return "a JSON document", _EXPORT
    return None
