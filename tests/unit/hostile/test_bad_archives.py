"""Files that are no final model, or hold what none has: refused before unpacking."""

import io
import pickle
import stat
import zipfile
from pathlib import Path

import pytest

from helpers.final_models import refused_model
from helpers.harm import Payload, zipped
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.prediction import archive as archives
from toxtune.prediction.final_model import FINGERPRINTS, load
from toxtune.prediction.metadata import METADATA_FILE

pytestmark = pytest.mark.promise(
    "a hostile final model: its archive",
    "refused before anything is unpacked, in one line",
)

MEMBER = "models/random_forest-seed-3.skops"


def entry(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def test_sound_model_is_read(sound, packed):
    assert load(packed(sound)).predict(["CCO"]).values.shape == (1, 2)


MORE = {
    "above": entry("../pwned"),
    "above a folder": entry("models/../../pwned"),
    "absolute": entry("/tmp/pwned"),
    "drive": entry("C:\\pwned"),
    "backslashes": entry("..\\pwned"),
    "link": entry("models/random_forest-seed-9.skops", stat.S_IFLNK | 0o777),
    "pickle": entry("models/random_forest-seed-9.pkl"),
    "script": entry("toxtune.py"),
    "folder": entry("models/"),
    "line end": entry("models/random_forest-seed-9.skops\npwned"),
    "deep": entry("models/pwned/seed-9.skops"),
    "terminal": entry("\x1b[2Jpwned"),
}


@pytest.mark.parametrize("info", MORE.values(), ids=MORE)
def test_entry_that_is_no_part_of_a_model(sound, packed, info):
    path = packed(sound, [(info, b"/etc/passwd")])
    refused_model(path, "holds ", "which does not belong to one")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entry_that_is_there_twice(sound, packed):
    refused_model(
        packed(sound, [(METADATA_FILE, b"{}")]), f"holds {METADATA_FILE} twice"
    )


@pytest.mark.parametrize("name", [METADATA_FILE, FINGERPRINTS, MEMBER])
def test_part_that_lacks(sound, packed, name):
    rest = {key: sound[key] for key in sound if key != name}
    refused_model(packed(rest), f"is not a final model: it has no {name}")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.9, 0.999])
def test_file_that_is_cut_off(sound, packed, share):
    path = packed(sound)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    refused_model(path, "is not a final model: not a zip file, or a damaged one")


def test_flipped_byte(sound, packed):
    path = packed(sound)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(MEMBER).header_offset
    content = bytearray(path.read_bytes())
    content[start + 200] ^= 0xFF
    path.write_bytes(content)
    refused_model(path, "a damaged one")


def test_other_packing_and_passwords(sound, packed):
    path = packed(sound)
    whole = path.read_bytes()
    # In the directory at the end: the flags are at 8, the way of packing at 10.
    start = whole.index(b"PK\x01\x02")
    for offset, value in ((8, 1), (10, 99)):
        content = bytearray(whole)
        content[start + offset] = value
        path.write_bytes(content)
        refused_model(path, "a damaged one")


OTHER_PACKINGS = {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}


@pytest.mark.parametrize("packing", OTHER_PACKINGS.values(), ids=OTHER_PACKINGS)
@pytest.mark.parametrize("damaged", [False, True])
def test_packing_with_errors_of_its_own(sound, packed, packing, damaged):
    info = entry(FINGERPRINTS)
    info.compress_type = packing
    rest = {key: sound[key] for key in sound if key != FINGERPRINTS}
    path = packed(rest, [(info, sound[FINGERPRINTS])])
    if damaged:
        content = bytearray(path.read_bytes())
        start = info.header_offset + 30 + len(FINGERPRINTS) + 9
        content[start : start + 20] = bytes(20)
        path.write_bytes(content)
    refused_model(path, "a damaged one", "must be stored or deflated, is packed by")


def test_packing_in_a_member(sound, packed):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("schema.json", b"{}")
    path = packed({**sound, MEMBER: stream.getvalue()})
    refused_model(path, f"{MEMBER}: is damaged: ", "must be stored or deflated")


@pytest.mark.parametrize("is_inner", [False, True])
def test_name_whose_bytes_are_no_text(sound, packed, is_inner):
    """A flag says that it is UTF-8."""
    named, broken = "\u00e9.npy".encode(), b"\xff\xfe.npy"
    if is_inner:
        inner = zipped({named.decode(): b""}).replace(named, broken)
        path = packed({**sound, MEMBER: inner})
    else:
        path = packed({**sound, named.decode(): b""})
        path.write_bytes(path.read_bytes().replace(named, broken))
    refused_model(path, "damaged", "codec can't decode byte 0xff")


def test_bomb(sound, packed, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000_000)
    bomb = packed({**sound, FINGERPRINTS: bytes(2_000_000)})
    assert bomb.stat().st_size < 200_000
    refused_model(bomb, "must hold at most 1,000,000 bytes, this holds 2,")


def test_bomb_of_blanks_in_the_metadata(sound, packed):
    """JSON may have any number of blanks, which a zip file packs to nothing."""
    blanks = b" " * (archives.MAX_METADATA_BYTES + 1)
    bomb = packed({**sound, METADATA_FILE: sound[METADATA_FILE] + blanks})
    assert bomb.stat().st_size < 200_000
    refused_model(bomb, f"{METADATA_FILE}: must have at most 16,777,216 bytes")


def test_bomb_in_a_member(sound, packed, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000_000)
    bomb = zipped({"schema.json": bytes(2_000_000)})
    refused_model(
        packed({**sound, MEMBER: bomb}), f"{MEMBER}: must hold at most 1,000,000"
    )


def test_bomb_that_lies_about_its_size(sound, packed):
    path = packed(sound)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(FINGERPRINTS).file_size.to_bytes(4, "little")
    path.write_bytes(content.replace(size, (10).to_bytes(4, "little")))
    refused_model(path, "a damaged one")


def test_what_is_no_file(folder, pipe):
    for path, fragment in {
        pipe: "is no regular file",
        folder: f"it has no {METADATA_FILE}",
        folder / "absent": "no such file or folder",
        Path("/dev/zero"): "is no regular file",
    }.items():
        refused_model(path, fragment)


def test_unpacked_model_is_checked_like_the_file(sound, folder):
    for name, content in {**sound, MEMBER: pickle.dumps(Payload())}.items():
        (folder / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "model" / name).write_bytes(content)
    refused_model(folder / "model", f"{MEMBER}: is damaged: File is not a zip file")


def test_nothing_is_written_after_a_refusal(sound, packed, folder):
    packed({**sound, MEMBER: pickle.dumps(Payload())})
    (folder / "in.csv").write_text("smiles\nC\n", encoding="utf-8")
    with pytest.raises(UserError, match="is damaged"):
        run_command(["predict", "final.zip", "in.csv", "out.csv"])
    (folder / "out").mkdir()
    with pytest.raises(UserError, match="out: is a folder; name a file to write"):
        run_command(["predict", "final.zip", "in.csv", "out"])
    assert {path.name for path in folder.iterdir()} == {"final.zip", "in.csv", "out"}
