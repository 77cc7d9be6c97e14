"""Verification: what is a fault, and how far a training may differ elsewhere."""

import hashlib
import os
import platform
import zipfile
from pathlib import Path
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from toxtune.training.store import OWN, Store, default_store
from toxtune.verification import retraining
from toxtune.verification.findings import Findings, Rebuild
from toxtune.verification.retraining import (
    TOLERANCE,
    draw,
    draw_all,
    largest_difference,
    retrain,
)
from toxtune.verification.store_entries import is_of_another_user, verify_entries

KEY = "ab" * 32


@pytest.fixture
def rebuild(tmp_path, monkeypatch):
    """Work in a folder, and rebuild files in another."""
    (tmp_path / "run").mkdir()
    (tmp_path / "rebuild").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    return Rebuild(tmp_path / "rebuild", Findings())


def write(path, text):
    path.write_text(text, encoding="utf-8")


def test_difference_is_told_with_its_line(rebuild, tmp_path):
    write(tmp_path / "run/a.csv", "x\n1\n2\n")
    assert not rebuild.check(
        "tables",
        "must be so",
        ["a.csv"],
        lambda: write(rebuild.path("a.csv"), "x\n1\n3\n"),
    )
    assert rebuild.findings.faults == ["a.csv: must be so; line 3 differs"]
    assert rebuild.findings.checked == {"tables": 1}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("score 0.9150004, -2e-07, 10 of 12\n", True),
        ("score 0.9160004, -2e-07, 10 of 12\n", False),
        ("score 0.9150001, -2e-07, 11 of 12\n", False),
        ("score 0.9150001, -2e-07, 10 of twelve\n", False),
        ("score 0.9150001, -2e-07, 10 of 12 or 3\n", False),
        ("", False),
    ],
)
def test_numbers_may_be_rounded_differently_elsewhere(rebuild, tmp_path, text, holds):
    write(tmp_path / "run/a.md", text)
    write(rebuild.path("a.md"), "score 0.9150001, -2e-07, 10 of 12\n")
    assert rebuild.same("t", "must be so", Path("a.md"), exact=False) is holds
    assert rebuild.same("t", "must be so", Path("a.md")) is False


@pytest.mark.parametrize(
    ("text", "line"), [("x\n1\n", 3), ("x\n1\n2\n3\n", 4), ("", 1)]
)
def test_longer_and_shorter_files_differ_in_a_line(rebuild, tmp_path, text, line):
    write(tmp_path / "run/a.tsv", text)
    write(rebuild.path("a.tsv"), "x\n1\n2\n")
    assert not rebuild.same("t", "must be so", Path("a.tsv"))
    assert rebuild.findings.faults == [f"a.tsv: must be so; line {line} differs"]


def test_missing_file_and_failing_maker_are_faults(rebuild, tmp_path):
    assert not rebuild.check("t", "r", ["a"], lambda: write(rebuild.path("a"), "x"))

    def fail():
        raise KeyError("of a damaged file")

    assert not rebuild.check("t", "r", ["b"], fail)
    assert rebuild.findings.faults == [
        "a: is missing",
        "b: cannot be checked: KeyError: 'of a damaged file'",
    ]


def test_what_splits_share_is_made_and_told_once(rebuild, tmp_path):
    made = []
    write(tmp_path / "run/a", "x")
    for _ in range(2):
        rebuild.check(
            "t", "r", ["a"], lambda: made.append(write(rebuild.path("a"), "x"))
        )
    assert (len(made), rebuild.findings.checked["t"]) == (1, 1)


@pytest.mark.parametrize(("content", "faults"), [("same", 0), ("other", 1)])
def test_zip_files_are_what_is_in_them(rebuild, tmp_path, content, faults):
    for path, text, packing in (
        (tmp_path / "run/a.zip", "same", zipfile.ZIP_STORED),
        (rebuild.path("a.zip"), content, zipfile.ZIP_DEFLATED),
    ):
        with zipfile.ZipFile(path, "w", packing) as archive:
            archive.writestr("entry", text * 9)
    rebuild.same("t", "r", Path("a.zip"))
    assert len(rebuild.findings.faults) == faults
    assert len(rebuild.findings.notes) == 1 - faults


def trainings_of(names, is_of_another_user=False):
    return [
        SimpleNamespace(name=name, is_of_another_user=is_of_another_user)
        for name in names
    ]


def names_of(trainings):
    return [training.name for training in trainings]


def test_trainings_are_drawn_by_the_seed():
    trainings = trainings_of(range(50))
    assert draw(trainings, 5, 1) == draw(trainings, 5, 1) != draw(trainings, 5, 2)
    assert names_of(draw(trainings, 5, 1)) == Random(1).sample(range(50), 5)
    assert sorted(names_of(draw(trainings, 99, 1))) == list(range(50))


@pytest.mark.parametrize("count", [0, 1, 3, 5, 99])
def test_trainings_of_another_user_are_drawn_first(count):
    mine, others = trainings_of(range(40)), trainings_of([40, 41, 42], True)
    drawn = names_of(draw([*mine[:20], *others, *mine[20:]], count, 1))
    assert len(set(drawn)) == len(drawn) == min(count, 43)
    assert all(name >= 40 for name in drawn[:3])
    assert all(name < 40 for name in drawn[3:])


@pytest.mark.parametrize(
    ("count", "n_trainings", "n_models", "expected"),
    [
        (0, 9, 4, (0, 0)),
        (1, 9, 4, (1, 0)),
        (3, 9, 4, (2, 1)),
        (6, 9, 4, (4, 2)),
        (12, 9, 4, (8, 4)),
        (99, 9, 4, (9, 4)),
        (3, 1, 4, (1, 2)),
        (9, 40, 1, (8, 1)),
        (3, 9, 0, (3, 0)),
    ],
)
def test_a_third_is_of_models_of_winners(count, n_trainings, n_models, expected):
    trainings = trainings_of(range(n_trainings))
    models = trainings_of(range(100, 100 + n_models))
    names = names_of(draw_all(trainings, models, count, 1))
    assert len(set(names)) == len(names)
    of_models = sum(name >= 100 for name in names)
    assert (len(names) - of_models, of_models) == expected


def test_owner_of_an_entry_is_the_user_who_made_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not is_of_another_user(KEY)
    shared = tmp_path / "shared"
    monkeypatch.setenv("TOXTUNE_READ_STORE", str(shared))
    shared.mkdir()
    entry = Store(shared).get(KEY, lambda folder: write(folder / "a", "x"))
    assert not is_of_another_user(KEY)
    monkeypatch.setattr(os, "geteuid", lambda: entry.stat().st_uid + 1)
    assert is_of_another_user(KEY)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", [".", "a", "manifest.json"])
def test_one_file_of_another_user_is_enough(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    entry = default_store().get(KEY, lambda folder: write(folder / "a", "x"))
    assert not is_of_another_user(KEY)
    os.chown(entry / name, 40001, 40001)
    assert is_of_another_user(KEY)


def test_entry_of_each_store_is_verified(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOXTUNE_READ_STORE", str(tmp_path / "read"))
    entries = [
        Store(root).get(KEY, lambda folder: write(folder / "a", "x"))
        for root in (OWN, tmp_path / "read")
    ]
    for entry in entries:
        write(entry / "a", "y")
    findings = Findings()
    verify_entries(Path("result.json"), {"store_key": KEY, "sha256": {}}, findings)
    assert [fault.split(": ")[0] for fault in findings.faults] == [
        str(entry) for entry in entries
    ]
    assert all(entry.is_dir() for entry in entries)


def test_result_is_of_one_of_the_entries(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOXTUNE_READ_STORE", str(tmp_path / "read"))
    for root, text in ((OWN, "here"), (tmp_path / "read", "elsewhere")):
        Store(root).get(KEY, lambda folder, text=text: write(folder / "a", text))
    for text, n_faults in (("here", 0), ("elsewhere", 0), ("neither", 1)):
        findings = Findings()
        sums = {"a": hashlib.sha256(text.encode()).hexdigest()}
        result = {"store_key": KEY, "sha256": sums}
        verify_entries(Path("result.json"), result, findings)
        assert len(findings.faults) == n_faults


def repeatable(recorded, host, output="result"):
    """Make up a training that gave these numbers."""
    return SimpleNamespace(
        name=Path("recorded.npy"),
        replicate=SimpleNamespace(keys={output: KEY}, to_dict=dict),
        host=host,
        output=output,
        made="made.npy",
        predictions=lambda: recorded,
    )


@pytest.mark.parametrize("output", ["result", "model"])
@pytest.mark.parametrize(
    ("host", "changed", "faults"),
    [
        (platform.node(), 0.0, 0),
        (platform.node(), 1e-6, 1),
        ("elsewhere", 0.0, 0),
        ("elsewhere", 0.9 * TOLERANCE, 0),
        ("elsewhere", 1.1 * TOLERANCE, 1),
        ("elsewhere", np.nan, 1),
    ],
)
def test_bytes_here_and_a_tolerance_elsewhere(
    tmp_path, monkeypatch, host, changed, faults, output
):
    recorded = np.linspace(-50, 50, 12, dtype=np.float32).reshape(4, 3)
    made = recorded.copy()
    made[1, 2] += 100 * changed

    def train(store, outputs, **settings):
        assert outputs == [output]
        folder = Store(store).entry(KEY)
        folder.mkdir(parents=True)
        np.save(folder / "made.npy", made)

    monkeypatch.setattr(retraining, "train", train)
    findings = Findings()
    training = repeatable(recorded, host, output)
    words = retrain(training, tmp_path / "store", findings)
    assert len(findings.faults) == faults
    assert ("the same bytes" in words) == (changed == 0)
    assert findings.checked["repeated trainings"] == 1


def test_diverged_predictions_are_compared_where_they_are_numbers():
    diverged = np.array([1, np.nan, np.inf], dtype=np.float32)
    assert largest_difference(diverged, diverged + np.float32(0.5)) == 0.5
    assert largest_difference(diverged, np.ones(3, dtype=np.float32)) == np.inf
    assert largest_difference(diverged[1:], diverged[1:]) == 0


def test_training_that_fails_is_a_fault(tmp_path, monkeypatch):
    def train(**settings):
        raise RuntimeError("no such\nfile")

    monkeypatch.setattr(retraining, "train", train)
    findings = Findings()
    assert retrain(repeatable(np.zeros(1), "here"), tmp_path, findings) == ""
    assert "cannot be checked: RuntimeError: no such file" in findings.faults[0]
