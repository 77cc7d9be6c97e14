"""Tables that are broken or mean harm: each ends in one line, or in a dropped row."""

import gzip
import tracemalloc

import pytest

from helpers.harm import COLUMNS, check
from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.data.curation import curate
from toxtune.data.download import fetch_dataset
from toxtune.data.kept_files import UserFile
from toxtune.data.raw_table import read_raw
from toxtune.io import text_lines as tablelines
from toxtune.io.text_lines import MAX_LINE
from toxtune.prediction.molecule_table import read_molecules
from toxtune.tables import sources as gzipped

pytestmark = pytest.mark.promise(
    "a bad table", "refused in one line with file, line and rule"
)

LINE_2 = "raw.csv, line 2"

# What no reader of a table takes: the dataset's, and that of molecules to predict.
NO_TABLES = {
    "NUL": (b"smiles,a\nC\0C,1\n", f"{LINE_2}: must be UTF-8 text without NUL.* 0x00"),
    "UTF-16 cut": (
        "smiles,a\nC,1\n".encode("utf-16")[:-1],
        "line 2: must be UTF-16.* 0x0a",
    ),
    "UTF-16 without mark": ("smiles,a\nC,1\n".encode("utf-16-le"), "line 1.* 0x00"),
    "no encoding": (b"smiles,a\nC\x81,1\n", f"{LINE_2}: must be Windows-1252.* 0x81"),
    "bytes of no text": (b"smiles,a\nC\xe9\x02,1\n", f"{LINE_2}: must be UTF-8.* 0xe9"),
    "gzip in gzip": (
        gzip.compress(gzip.compress(b"smiles,a\nC,1\n")),
        "raw.csv: is gzip inside gzip.* gunzip",
    ),
    "short row": (b"smiles,a\nC,1\nCC\n", "line 3: must have 2 columns.*got 1"),
    "long row": (b"smiles,a\nC,1,1\n", f"{LINE_2}: must have 2 columns.*got 3"),
    "open quote": (
        b'smiles,a\nC,"1\nCC,0\nCCC,1\n',
        f"{LINE_2}: the row that begins here is not CSV .is a quote not closed",
    ),
    "open quote, long": (
        b'smiles,a\nC,1\nC,"' + b"CC,0\n" * 40_000,
        "line 3: the row that begins here is not CSV.*field limit",
    ),
    "text after quote": (b'smiles,a\n"C"C,1\n', f"{LINE_2}: the row.* is not CSV"),
    "long field": (
        b"smiles,a\n" + b"C" * 200_000 + b",1\n",
        f"{LINE_2}: the row that begins here is not CSV.*field limit",
    ),
    "header alone": (b"smiles,a\n", "raw.csv: has no rows"),
    "blank lines alone": (b"smiles,a\n\n\n", "raw.csv: has no rows"),
}
READERS = {
    "dataset": lambda path: curate(path, COLUMNS),
    "prediction": lambda path: read_molecules(path, "smiles"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("content", "match"), NO_TABLES.values(), ids=NO_TABLES)
def test_file_that_is_no_table(raw, reader, content, match):
    check(match, reader, raw(content))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_line_of_a_gibibyte_is_not_read_to_its_end(raw, reader):
    path = raw("smiles,a\n")
    with open(path, "r+b") as stream:
        stream.truncate(1 << 30)
    tracemalloc.start()
    try:
        check(f"{LINE_2}: must have at most 10,000,000 characters", reader, path)
        assert tracemalloc.get_traced_memory()[1] < 10 * MAX_LINE
    finally:
        tracemalloc.stop()


MILLION_ROWS = "smiles,a\n" + "C,1\n" * 10**6


@pytest.mark.slow
def test_million_rows_are_never_in_memory(raw):
    path = raw(MILLION_ROWS)
    tracemalloc.start()
    try:
        assert read_molecules(path, "smiles").n_rows == 10**6
        assert tracemalloc.get_traced_memory()[1] < 3 * 10**6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.slow
def test_fault_behind_a_million_rows_is_named(raw, reader):
    path = raw(MILLION_ROWS + "C\n")
    check("line 1000002: must have 2 columns like the header, got 1", reader, path)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_longest_line(raw, reader, monkeypatch):
    monkeypatch.setattr(tablelines, "MAX_LINE", 20)
    assert reader(raw("smiles,a\r\n" + "C" * 16 + ",1\r\n"))
    check(
        f"{LINE_2}: must have at most 20", reader, raw("smiles,a\n" + "C" * 19 + ",1\n")
    )


@pytest.mark.parametrize(
    "content",
    [
        "smiles,a\r\nC,1\r\nCC,0\r\n",
        "smiles,a\rC,1\rCC,0\r",
        "\ufeffsmiles,a\nC,1\nCC,0",
        'smiles,a\n\n"C",1\n\n CC , 0 \n',
        "smiles,a\nC,+\nCC,-\n",
    ],
    ids=["CRLF", "CR", "mark", "blanks", "spellings"],
)
def test_other_spellings_are_read(raw, content):
    assert [one.raw.smiles for one in curate(raw(content), COLUMNS).molecules] == [
        "C",
        "CC",
    ]
    assert read_molecules(raw(content), "smiles").n_rows == 2


BAD_GZIP = {
    "cut off": (gzip.compress(b"smiles,a\nC,1\n")[:-9], "is cut off before its end"),
    "damaged": (gzip.compress(b"smiles,a\n")[:-8] + b"0" * 8, "is damaged"),
    "no deflate": (gzip.compress(b"x")[:10] + b"\xff" * 9, "is damaged"),
    "bomb": (gzip.compress(b"C" * 5_000_000), "must have at most 1,000,000 bytes"),
}


@pytest.mark.parametrize(("content", "match"), BAD_GZIP.values(), ids=BAD_GZIP)
def test_gzip_that_is_refused_before_any_job(folder, monkeypatch, content, match):
    monkeypatch.setattr(gzipped, "MAX_BYTES", 1_000_000)
    (folder / "own.csv.gz").write_bytes(content)
    (folder / "mine.yaml").write_text("dataset: {source: own.csv.gz}", encoding="utf-8")
    files = [ROOT / "config.yaml", folder / "mine.yaml"]
    check(f"dataset.source: .*own.csv.gz: .*{match}", load_config, files)


@pytest.mark.parametrize("source", ["pipe", "/dev/zero", ".", "$HOME_OF_NOBODY/x.csv"])
def test_source_without_an_end(folder, pipe, source):
    check(
        "dataset.source: .*(is no regular file|variable HOME_OF_NOBODY is not set)",
        fetch_dataset,
        [source],
        None,
        folder / "raw.csv",
    )
    assert [path.name for path in folder.iterdir()] == ["pipe"]


@pytest.mark.parametrize(
    ("test", "match"),
    [
        ("smiles,a,a\nC,1,0\n", "test.csv: column names must differ, repeated: a"),
        ("smiles,a\nC,\0\n", "test.csv, line 2: must be UTF-8 text without NUL"),
        ('smiles,a\nC,"1\n', "test.csv, line 2: the row that begins here is not CSV"),
    ],
)
def test_test_source_that_is_refused(raw, folder, test, match):
    (folder / "test.csv").write_text(test, encoding="utf-8")
    raw("smiles,a\nC,1\n")
    file = UserFile(folder / "test.csv", "test.csv")
    check(match, read_raw, folder / "raw.csv", COLUMNS, "raw.csv", file)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "the file is empty"),
        ("smiles,smiles\nC,C\n", "column names must differ, repeated: smiles"),
        ("compound,a\nC,1\n", ".*; its columns are: compound, a"),
    ],
)
def test_molecules_without_their_column(raw, content, match):
    check(f"raw.csv: {match}", read_molecules, raw(content), "smiles")


def test_molecules_that_are_no_file(folder, pipe):
    for path in (pipe, folder):
        check("is no regular file", read_molecules, path, "smiles")
    check("absent: cannot be read", read_molecules, folder / "absent", "smiles")
