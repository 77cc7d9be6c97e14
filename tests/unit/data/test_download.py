"""Fetching the dataset: every source, and every way in which one fails."""

import gzip
import hashlib
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from toxtune.data import download
from toxtune.data.download import fetch_dataset, fetch_raw_files
from toxtune.data.kept_files import kept_files, origin, origins
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError
from toxtune.tables import network
from toxtune.tables import sources as gzipped

CSV = b"smiles,toxic\nCCO,0\nc1ccccc1,1\n"
SHA256 = hashlib.sha256(CSV).hexdigest()
PAGE = b"\n<!DOCTYPE html><html><body>Sign in</body></html>"


class Mirror(BaseHTTPRequestHandler):
    """Serve what the tests ask for."""

    bodies = {
        "/plain.csv": CSV,
        "/misnamed.csv": gzip.compress(CSV),
        "/other.csv": CSV + b"C,0\n",
        "/page.csv.gz": PAGE,
        "/cut.csv": CSV,
        "/large.csv": b"smiles,toxic\n" + b"CCO,0\n" * 2_000_000,
    }

    def do_GET(self):
        """Answer 404 for unknown paths; promise too much for /cut.csv."""
        body = self.bodies.get(self.path)
        self.send_response(404 if body is None else 200)
        length = len(body or b"") + (100 if self.path == "/cut.csv" else 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def mirror():
    """Return the address of a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Reach the server directly wherever the tests run."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def target(tmp_path):
    """Return a path in a folder that does not exist yet."""
    return tmp_path / "data" / "raw.csv"


def local(tmp_path, content):
    """Write `content` to a file and return its path as a source."""
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    return str(path)


def assert_nothing_written(target):
    """Neither the file nor a temporary file beside it."""
    assert not target.parent.exists() or list(target.parent.iterdir()) == []


@pytest.mark.parametrize("content", [CSV, gzip.compress(CSV)], ids=["plain", "gzip"])
def test_local_file_is_written_uncompressed(tmp_path, target, content):
    source = local(tmp_path, content)
    assert fetch_dataset([source], SHA256, target) == source
    assert target.read_bytes() == CSV


def test_gzip_of_several_members_is_read_to_its_end(tmp_path, target):
    source = local(tmp_path, gzip.compress(CSV[:9]) + gzip.compress(CSV[9:]))
    fetch_dataset([source], SHA256, target)
    assert target.read_bytes() == CSV


@pytest.mark.parametrize("name", ["plain.csv", "misnamed.csv"])
def test_address_is_downloaded(mirror, target, name):
    fetch_dataset([f"{mirror}/{name}"], SHA256, target)
    assert target.read_bytes() == CSV


def test_progress_is_logged_in_few_lines(mirror, target, caplog):
    caplog.set_level(logging.INFO)
    fetch_dataset([f"{mirror}/large.csv"], None, target)
    percents = [line for line in caplog.messages if " % of 12,000,013 bytes" in line]
    assert 2 <= len(percents) <= 10
    assert "100 %" in percents[-1]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.csv", "the server answered 404"),
        ("other.csv", "SHA-256"),
        ("page.csv.gz", "web page"),
        ("cut.csv", "broke off"),
    ],
)
def test_bad_mirror_is_passed_over_and_reported(mirror, target, caplog, name, reason):
    bad, good = f"{mirror}/{name}", f"{mirror}/plain.csv"
    assert fetch_dataset([bad, good], SHA256, target) == good
    assert target.read_bytes() == CSV
    assert any(bad in line and reason in line for line in caplog.messages)


def test_all_failures_are_listed_in_one_error(mirror, target, monkeypatch):
    monkeypatch.delenv("TOXTUNE_TEST_DATA", raising=False)
    sources = [f"{mirror}/missing.csv", "$TOXTUNE_TEST_DATA/own.csv", "nowhere.csv"]
    with pytest.raises(UserError) as caught:
        fetch_dataset(sources, SHA256, target)
    message = str(caught.value)
    assert "none of the 3 sources" in message
    assert all(source in message for source in sources)
    assert "TOXTUNE_TEST_DATA is not set" in message
    assert "make demo" in message
    assert_nothing_written(target)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(gzip.compress(b""), "is empty", id="empty gzip"),
        pytest.param(b"\xef\xbb\xbf  <HTML>", "web page", id="page"),
        pytest.param(gzip.compress(PAGE), "web page", id="page in gzip"),
        pytest.param(gzip.compress(CSV)[:-9], "cut off", id="cut gzip"),
        pytest.param(gzip.compress(CSV)[:-8] + b"0" * 8, "damaged", id="wrong CRC"),
        pytest.param(gzip.compress(CSV)[:10] + b"\xff" * 9, "damaged", id="no deflate"),
        pytest.param(
            CSV + b"C,1\n",
            f"must be {SHA256}.*found.*dataset.sha256",
            id="wrong checksum",
        ),
    ],
)
def test_bad_local_file_is_refused(tmp_path, target, content, reason):
    source = local(tmp_path, content)
    with pytest.raises(UserError, match=f"(?s)dataset.source: {source}.*{reason}"):
        fetch_dataset([source], SHA256, target)
    assert_nothing_written(target)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("nowhere.csv", "no such file"),
        (".", "cannot be read"),
        ("ftp://127.0.0.1/own.csv", "http"),
        ("http://127.0.0.1:9/own.csv", "no connection"),
    ],
)
def test_source_that_cannot_be_opened_is_refused(target, source, reason):
    with pytest.raises(UserError, match=reason):
        fetch_dataset([source], None, target)


def test_time_out_is_reported_as_such(target, monkeypatch):
    def never_answer(*args, **kwargs):
        raise requests.ReadTimeout

    monkeypatch.setattr(requests, "get", never_answer)
    with pytest.raises(UserError, match="no answer"):
        fetch_dataset(["http://127.0.0.1/own.csv"], None, target)


def test_silent_network_is_given_up_soon(target, monkeypatch):
    """A look-up of the address may hang, which no time-out of requests' covers."""
    monkeypatch.setattr(network, "CONNECT_SECONDS", 0.1)
    asked = threading.Event()

    def hang(*args, **kwargs):
        asked.set()
        released.wait(60)

    released = threading.Event()
    monkeypatch.setattr(requests, "get", hang)
    with pytest.raises(UserError, match="no answer within"):
        fetch_dataset(["http://127.0.0.1/own.csv"], None, target)
    assert asked.is_set()
    released.set()


def test_silent_addresses_share_one_patience(target, monkeypatch):
    monkeypatch.setattr(network, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(download, "PATIENCE_SECONDS", 0.5)
    released = threading.Event()
    monkeypatch.setattr(requests, "get", lambda *_, **__: released.wait(60))
    sources = [f"http://127.0.0.{number}/own.csv" for number in range(1, 40)]
    start = time.monotonic()
    with pytest.raises(UserError) as refusal:
        fetch_dataset(sources, None, target)
    assert time.monotonic() - start < 2
    assert str(refusal.value).count("no answer within") == 3
    assert str(refusal.value).count("not tried") == len(sources) - 3
    released.set()


def test_patience_is_ten_seconds():
    assert download.PATIENCE_SECONDS == 10


def test_files_are_kept_with_their_origin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in {"mine.csv": CSV, "test.csv.gz": gzip.compress(CSV)}.items():
        (tmp_path / name).write_bytes(content)
    kept = {name: tmp_path / name for name in ("raw", "raw_test", "sources")}
    dataset = {
        "source": [str(tmp_path / "absent.csv"), str(tmp_path / "mine.csv")],
        "test_source": str(tmp_path / "test.csv.gz"),
    }
    sums = {"sha256": SHA256, "test_sha256": SHA256}
    fetch_raw_files(dataset, sums, **kept)
    assert kept["raw"].read_bytes() == kept["raw_test"].read_bytes() == CSV
    assert origins(kept["sources"]) == [
        "copied from mine.csv",
        "test set: copied from test.csv.gz",
    ]
    files = kept_files(*kept.values())
    assert files.test.name == "test.csv.gz"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("https://example.org/tox21.csv.gz", "downloaded from https://example.org"),
        ("mine.csv", "copied from mine.csv"),
        ("demo", "made by toxtune"),
        (KNOWN_DATASETS["tox21"].sources[-1], "the copy that comes with toxtune"),
    ],
)
def test_origin_is_said_in_words(source, words):
    assert origin(source).startswith(words)


def test_environment_variable_is_expanded(tmp_path, target, monkeypatch):
    local(tmp_path, CSV)
    monkeypatch.setenv("TOXTUNE_TEST_DATA", str(tmp_path))
    fetch_dataset(["${TOXTUNE_TEST_DATA}/own.csv"], None, target)
    assert target.read_bytes() == CSV


def test_decompressed_size_is_bounded(tmp_path, target, monkeypatch):
    monkeypatch.setattr(gzipped, "MAX_BYTES", 1000)
    source = local(tmp_path, gzip.compress(b"0" * 100_000))
    with pytest.raises(UserError, match="at most 1,000 bytes"):
        fetch_dataset([source], None, target)
    assert_nothing_written(target)


def test_failed_fetch_keeps_the_file_there_was(tmp_path, target):
    target.parent.mkdir()
    target.write_bytes(b"before")
    with pytest.raises(UserError):
        fetch_dataset([local(tmp_path, b"")], None, target)
    assert target.read_bytes() == b"before"


def test_demo_is_built_in(target):
    from toxtune.data.demo import demo_csv

    assert fetch_dataset(["demo"], None, target) == "demo"
    assert target.read_text(encoding="utf-8") == demo_csv()
