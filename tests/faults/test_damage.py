"""Files that are damaged behind the workflow's back."""

import os
import re
import shutil
import subprocess

import pytest

from helpers.broken_run import FINAL_TABLES, BrokenRun, assert_resumes, assert_same

ENTRY_FILES = ("valid_predictions.npy", "result.json", "manifest.json")
# What is compared in the end.
TABLES = [f"results/tiny/{name}" for name in FINAL_TABLES]
RESULT_FILES = ("valid_predictions.npy", "learning_curve.tsv", "result.json")


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def alone(path):
    """Make it a file of its own, which shares no bytes with the store."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    return path


@pytest.mark.long
@pytest.mark.promise(
    "a file of the store, truncated, emptied or a bit flipped",
    "found by its checksum, a warning; trained again, same bytes",
)
@pytest.mark.parametrize("damage", [truncate, empty, flip])
def test_damaged_store(finished, finished_copy, damage):
    folder = finished_copy.folder
    entries = sorted((folder / "results/store").glob("*/*/result.json"))
    for entry, name in zip(entries, ENTRY_FILES, strict=False):
        damage(alone(entry.with_name(name)))
    for path in (folder / "results").iterdir():
        if path.name != "store":
            shutil.rmtree(path)
    run = BrokenRun(finished_copy)
    assert run.end() == 0, run.output
    assert_same(finished_copy, finished)
    logs = [log.read_text("utf-8") for log in (folder / "logs").rglob("*.log")]
    healed = [log for log in logs if "is damaged; the work is done again" in log]
    assert len(healed) == len(ENTRY_FILES)


@pytest.mark.promise(
    "a training's result of 0 bytes, truncated or a bit flipped",
    "the tables are not made; the message names the file and what to do; same bytes",
)
@pytest.mark.parametrize(
    ("damage", "name"),
    [
        pytest.param(empty, "result.json"),
        *[
            pytest.param(damage, name, marks=pytest.mark.long)
            for damage, name in zip((truncate, empty, flip), RESULT_FILES, strict=True)
        ],
    ],
)
def test_damaged_result(finished, finished_copy, damage, name):
    folder = finished_copy.folder
    result = sorted((folder / "results/trials").glob("*/*/seed-1"))[0]
    damage(alone(result / name))
    for table in ("trials.tsv", "scores.tsv"):
        (folder / "results/tiny" / table).unlink()
    run = BrokenRun(finished_copy, *TABLES)
    assert run.end() == 1
    relative = result.relative_to(folder)
    assert f"{relative / name} is missing or its checksum does not match" in run.output
    assert not (folder / "results/tiny/trials.tsv").exists()
    (command,) = set(re.findall(r"`(rm -rf [^`]+)`", run.output))
    subprocess.run(["sh", "-c", command], cwd=folder, check=True)
    assert_resumes(finished_copy, finished, *TABLES)


@pytest.mark.long
@pytest.mark.promise(
    "a bit of a training's predictions, flipped after the selection",
    "no threshold, model or correction is made of them; the message names the file",
)
def test_predictions_damaged_after_the_selection(finished, finished_copy):
    folder = finished_copy.folder
    result = sorted((folder / "results/trials").glob("dense/*/seed-1"))[0]
    flip(alone(result / "valid_predictions.npy"))
    for name in ("calibration.json", "optimism.json", "summary.md"):
        (folder / "results/tiny" / name).unlink()
    run = BrokenRun(finished_copy)
    assert run.end() == 1
    assert (
        "valid_predictions.npy is missing or its checksum does not match" in run.output
    )
    (command,) = set(re.findall(r"`(rm -rf [^`]+)`", run.output))
    subprocess.run(["sh", "-c", command], cwd=folder, check=True)
    assert_resumes(finished_copy, finished)
