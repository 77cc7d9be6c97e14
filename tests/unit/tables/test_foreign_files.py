"""Files that are no table are named, with what to do."""

import bz2
import io
import json
import lzma
import pickle
import tarfile
import zipfile

import pytest

from helpers.harm import refused
from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.tables.foreign_files import refuse_foreign
from toxtune.tables.tables import open_table


def zipped(*names):
    """Return a zip archive of empty files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return stream.getvalue()


def tarred():
    """Return a tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return stream.getvalue()


FILES = {
    "a.xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "workbook", "as CSV"),
    "damaged.xlsx": (b"PK\x03\x04\x14\0\0\0made-up", "workbook", "as CSV"),
    "a.ods": (
        b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "OpenDocument workbook",
        "as CSV",
    ),
    "a.docx": (zipped("word/document.xml"), "a text document", "as CSV"),
    "a.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel workbook", "as CSV"),
    "a.zip": (zipped("a.csv"), "a zip archive", "unpack it"),
    "a.tar": (tarred(), "a tar archive", "unpack it"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    "a.csv.bz2": (bz2.compress(b"smiles,a\n"), "bzip2", "bunzip2"),
    "a.csv.xz": (lzma.compress(b"smiles,a\n"), "xz", "unxz"),
    "a.csv.zst": (b"\x28\xb5\x2f\xfd...", "zstd", "unzstd"),
    "a.pdf": (b"%PDF-1.7", "a PDF document", "CSV"),
    "a.csv": (b"\n <!DOCTYPE html><html>", "a web page", "browser"),
    "a.xml": (b"<?xml version='1.0'?>", "an XML document", "CSV"),
    "a.json": (json.dumps([{"smiles": "C"}]).encode(), "a JSON document", "CSV"),
    "a.parquet": (b"PAR1\x15\x04", "a Parquet table", "to_csv"),
    "a.pkl": (pickle.dumps({"smiles": ["C"]}), "a pickle", "CSV"),
    "a.npy": (b"\x93NUMPY", "a NumPy array", "CSV"),
    "a.mol2": (b"@<TRIPOS>MOLECULE", "a MOL2 file", "SD file"),
    "a.dwar": (b'<datawarrior-fileinfo>\n<version="3.3">', "DataWarrior", "SD file"),
    "lfs.csv": (b"version https://git-lfs.github.com/spec/v1", "Git LFS", "git lfs"),
}


@pytest.mark.parametrize(
    ("name", "content", "kind", "advice"),
    [(name, *values) for name, values in FILES.items()],
    ids=FILES,
)
def test_foreign_file_is_named(tmp_path, name, content, kind, advice):
    (tmp_path / name).write_bytes(content)
    message = refused(open_table, tmp_path / name, name)
    assert message.startswith(f"{name}: is ")
    assert kind in message
    assert advice in message


@pytest.mark.parametrize(
    "head",
    [
        b"smiles,a\nC,1\n",
        b"[Na+].[Cl-] salt\n",
        b"[H]{x}\n",
        b"PKa,smiles\n1,C\n",
        b"BZh,smiles\n",
        b"PAR1,FEA1,smiles\n",
        b"X,smiles\n",
        b"\xff\xfes\0m\0",
    ],
)
def test_text_passes(head):
    assert refuse_foreign(head, "mine.csv") is None


def test_workbook_is_refused_before_any_job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.xlsx").write_bytes(FILES["a.xlsx"][0])
    (tmp_path / "mine.yaml").write_text("dataset: {source: mine.xlsx}", "utf-8")
    files = [ROOT / "config.yaml", tmp_path / "mine.yaml"]
    assert "workbook" in refused(load_config, files)
