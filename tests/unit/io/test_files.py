"""Whole-or-absent files."""

import json
import os
import stat

import pytest

from toxtune.io.files import (
    files_below,
    read_json,
    sha256_of_file,
    whole_file,
    write_json,
    write_text,
)


def names(folder):
    """All names in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_only_when_the_block_has_ended(tmp_path):
    path = tmp_path / "deep" / "result.txt"
    with whole_file(path) as stream:
        stream.write("half")
        stream.flush()
        assert not path.exists()
        stream.write(" whole")
    assert path.read_text() == "half whole"
    assert names(path.parent) == ["result.txt"]


def fail(path, error):
    """Write half a file."""
    with whole_file(path) as stream:
        stream.write("half")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failing_block_leaves_nothing(tmp_path, error):
    with pytest.raises(error):
        fail(tmp_path / "result.txt", error)
    assert names(tmp_path) == []


def test_failing_block_leaves_the_old_file(tmp_path):
    write_text(tmp_path / "result.txt", "old")
    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path / "result.txt", KeyboardInterrupt)
    assert (tmp_path / "result.txt").read_text() == "old"
    assert names(tmp_path) == ["result.txt"]


@pytest.mark.parametrize("content", ["text", "µ" * 100_000, b"\r\n\x00", b""])
def test_file_is_on_the_disk_before_it_has_its_name(tmp_path, disk, content):
    path = tmp_path / "result"
    for _ in range(2):
        with whole_file(path, "w" if isinstance(content, str) else "wb") as stream:
            stream.write(content)
            stream.flush()
            stream.write(content)
        assert disk.too_soon == []
        assert disk.has_all_of(path)


def test_old_file_is_replaced(tmp_path):
    write_text(tmp_path / "result.txt", "a longer old text")
    write_text(tmp_path / "result.txt", "new")
    assert (tmp_path / "result.txt").read_text() == "new"


@pytest.mark.parametrize(
    ("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)]
)
def test_permissions_follow_the_umask(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_text(tmp_path / "result.txt", "")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "result.txt").stat().st_mode) == mode


def test_text_is_utf8_with_plain_line_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "linesep", "\r\n")
    write_text(tmp_path / "result.txt", "µ\nm\n")
    assert (tmp_path / "result.txt").read_bytes() == b"\xc2\xb5\nm\n"


def test_bytes_stay_as_they_are(tmp_path):
    with whole_file(tmp_path / "result.bin", "wb") as stream:
        stream.write(b"\r\n\x00")
    assert (tmp_path / "result.bin").read_bytes() == b"\r\n\x00"


def test_json_has_sorted_keys_and_comes_back(tmp_path):
    value = {"b": [1, 2.5, None], "a": {"d": "µ", "c": True}}
    write_json(tmp_path / "value.json", value)
    text = (tmp_path / "value.json").read_text("utf-8")
    assert text == json.dumps(value, indent=2, sort_keys=True) + "\n"
    assert read_json(tmp_path / "value.json") == value


def test_json_refuses_nan_and_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "value.json", {"score": float("nan")})
    assert names(tmp_path) == []


def test_files_behind_links_are_found_once(tmp_path):
    (tmp_path / "elsewhere/inner").mkdir(parents=True)
    for name in ("below/a", "elsewhere/b", "elsewhere/inner/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "below/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "below/twice").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path / "below")
    found = list(files_below(tmp_path / "below"))
    assert [path.name for path in found] == ["a", "b", "c"]
    assert list(files_below(tmp_path / "nothing")) == []


def test_checksum_is_of_the_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_of_file(tmp_path / "abc").startswith(
        "ba7816bf8f01cfea414140de5dae2223"
    )
