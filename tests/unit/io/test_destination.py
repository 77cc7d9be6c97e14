"""Where users want a file, no file may be lost, nor a device."""

import os
from pathlib import Path

import pytest

from toxtune.errors import UserError
from toxtune.io.destination import refuse_destination


def test_new_files_old_ones_and_links_to_them_pass(tmp_path):
    (tmp_path / "old").write_text("old")
    (tmp_path / "link").symlink_to("old")
    (tmp_path / "folder").mkdir()
    for name in ("new", "deep/new", "old", "link", "folder-2", "x" * 1000):
        refuse_destination(tmp_path / name, [tmp_path / "absent", tmp_path / "folder"])


def test_a_folder_that_is_read_takes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("model").mkdir()
    Path("model/part").write_text("part")
    Path("link").symlink_to("model/part")
    Path("other").symlink_to("model")
    for name in ("model/part", "model/new", "model/deep/new", "link", "other/part"):
        with pytest.raises(UserError, match="is in the folder model, which is read"):
            refuse_destination(Path(name), [Path("model")])


def test_input_is_refused_by_any_of_its_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").write_text("in")
    Path("link").symlink_to("in")
    os.link("in", "other")
    for name in ("in", "./in", tmp_path / "in", "link", "other"):
        with pytest.raises(UserError, match="is a file that is read; name another"):
            refuse_destination(Path(name), [Path("in")])


def test_folders_pipes_devices_and_links_to_them_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "null").symlink_to("/dev/null")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path / "null"):
        with pytest.raises(UserError, match="is no regular file"):
            refuse_destination(path)
    for name in ("/dev/null", "/dev/full", "/dev/zero", "/dev/tty"):
        with pytest.raises(UserError, match="is no regular file"):
            refuse_destination(Path(name))
    for path in (tmp_path, Path("/dev"), Path(".")):
        with pytest.raises(UserError, match="is a folder; name a file to write"):
            refuse_destination(path)


def test_standard_output_is_refused_also_where_it_is_a_file(tmp_path):
    """To write there would put a file in the place of the link in /dev."""
    with open(tmp_path / "out", "w") as stream:
        (tmp_path / "stdout").symlink_to(f"/proc/self/fd/{stream.fileno()}")
        assert (tmp_path / "stdout").is_file()
        with pytest.raises(UserError, match="is no regular file"):
            refuse_destination(tmp_path / "stdout")
