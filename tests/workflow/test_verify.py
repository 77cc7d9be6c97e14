"""`make verify`: a finished run holds, and each kind of damage is found and named."""

import json
import os
import platform
import shutil
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from helpers.project import TINY
from toxtune.commands.cli import run_command
from toxtune.commands.verify import verify
from toxtune.errors import UserError
from toxtune.io.files import sha256_of_file
from toxtune.io.integrity import sealed
from toxtune.verification.rerun import ELSEWHERE, rule_names

RESULTS = "results/tiny"
# Of models' files.
ENDINGS = {".keras", ".skops"}
# Of tables and their like.
QUOTED = {".csv", ".json", ".tsv"}
# Say where the files came from, and are told in the summary.
RECORDS = {"sources.json"}


def found(folder, count=0):
    """Verify in a folder; return the faults, and what was checked."""
    findings = verify([Path(TINY)], count, seed=1)
    return findings.faults, findings.checked


@pytest.fixture
def copied(finished_copy, monkeypatch):
    """Work in a finished run that may be damaged."""
    monkeypatch.chdir(finished_copy.folder)
    monkeypatch.setattr(sys, "executable", finished_copy.python)
    return finished_copy.folder


def only(pattern):
    """Find the only file, of the first of several."""
    return sorted(Path().glob(pattern))[0]


def flip(path, at=-1):
    """Change a bit; results are hard links into the store, which stays as it was."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.unlink()
    path.write_bytes(content)


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.unlink()
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit(path, **changes):
    content = json.loads(path.read_text("utf-8")) | changes
    if path.name == "result.json":
        content = sealed(content)
    path.unlink()
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")


def snapshot(folder):
    return {
        path: path.read_bytes()
        for top in ("data", "results")
        for path in Path(folder, top).rglob("*")
        if path.is_file()
    }


def test_finished_run_holds_and_is_not_written_to(copied, capsys):
    before = snapshot(copied)
    assert (
        run_command(["verify", "--configfile", TINY, "--trainings", "3", "--seed", "2"])
        == 0
    )
    assert snapshot(copied) == before
    printed = capsys.readouterr().out
    assert "Everything matches" in printed
    assert printed.index("its data, sets") < printed.index("trainings are repeated: 3")
    assert printed.count(": the same bytes") == 3
    assert printed.count("valid_predictions.npy: the same bytes") == 2
    assert printed.count(f"{RESULTS}/models/") == 1
    assert "Note" not in printed
    for kind in ("files of the dataset", "features", "repeated trainings"):
        assert kind in printed


@pytest.mark.usefixtures("without_rules")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_trainings_of_another_user_are_told_and_repeated_first(copied, capsys):
    path = sorted(Path().glob("results/trials/*/*/*/result.json"))[-1]
    key = json.loads(path.read_text("utf-8"))["store_key"]
    os.chown(Path("results/store", key[:2], key), 40001, 40001)
    findings = verify([Path(TINY)], 1, seed=1)
    printed = capsys.readouterr().out
    assert f"{path.parent}/valid_predictions.npy: the same bytes" in printed
    (note,) = findings.notes
    assert "from other users: 1; repeated: 1," in note
    assert not findings.faults


def swap_rows():
    """Exchange a molecule of train for one of valid."""
    train, valid = (
        only(f"data/*/*/whole/{subset}.csv") for subset in ("train", "valid")
    )
    rows = [
        path.read_text("utf-8").splitlines(keepends=True) for path in (train, valid)
    ]
    rows[0][5], rows[1][5] = rows[1][5], rows[0][5]
    for path, lines in zip((train, valid), rows, strict=True):
        path.write_text("".join(lines), encoding="utf-8")


def damage_data():
    flip(only("data/*/*/whole/test/*.npz"))
    swap_rows()
    path = only("data/*/curation.tsv")
    path.write_text(path.read_text("utf-8") + "9\tx\tC\tdropped\t\t\n", "utf-8")
    of_split = "must be what the split's settings make of molecules.csv; line 6 differs"
    return {
        "test/circular": "must be rows of the features that they are taken from",
        "train.csv": of_split,
        "valid.csv": of_split,
        "curation.tsv": "must be what curation makes of the dataset's files; line",
    }


def damage_assignment():
    replace(only("data/*/*/assignment.tsv"), "\ttest\t", "\ttrain\t")
    only("data/*/*/whole/valid/*.npz").unlink()
    return {"assignment.tsv": "must be what the split", "valid/circ": "is missing"}


def damage_raw():
    replace(only("data/*/raw"), ",0", ",1")
    return {"raw": "must have the SHA-256 550bea835a6d8774348675306bfb9d4218c19bd1"}


def damage_trainings():
    folders = sorted(Path("results/trials").glob("*/*/seed-*"))
    flip(folders[0] / "valid_predictions.npy")
    flip(folders[1] / "learning_curve.tsv")
    edit(folders[2] / "result.json", seed=7)
    edit(folders[3] / "result.json", store_key="../../etc")
    (folders[4] / "result.json").write_text("{", encoding="utf-8")
    damaged = " is missing or its checksum does not match"
    return {
        f"{folders[0]}/valid_predictions.npy": damaged,
        f"{folders[1]}/learning_curve.tsv": damaged,
        f"{folders[2]}/result.json": "must be of trial",
        f"{folders[3]}/result.json": "store_key must be a SHA-256",
        f"{folders[4]}/result.json": damaged,
    }


def damage_store():
    path = only("results/trials/*/*/seed-0/result.json")
    key = json.loads(path.read_text("utf-8"))["store_key"]
    entry = Path("results/store", key[:2], key)
    flip(entry / "valid_predictions.npy")
    return {str(entry): "must have the files whose SHA-256 are in its manifest.json"}


def damage_swapped_results():
    """Give a training the files of another seed, sums and all."""
    folder = only("results/trials/random_forest/*/seed-0")
    for name in ("valid_predictions.npy", "result.json"):
        (folder / name).unlink()
        os.link(folder.with_name("seed-1") / name, folder / name)
    return {f"{folder}/result.json": "must be of trial"}


def damage_tables():
    replace(Path(RESULTS, "trials.tsv"), "0.", "1.")
    flip(Path(RESULTS, "scores.tsv"), at=-3)
    replace(Path(RESULTS, "cost.tsv"), "dense", "sense")
    replace(Path(RESULTS, "selection.json"), '"out_of": 2', '"out_of": 3')
    return {
        "trials.tsv": "must be what the stored predictions give; line 2",
        "scores.tsv": "must be what the stored predictions give; line",
        "cost.tsv": "must be what the stored predictions give; line",
        "selection.json": "must be what the search selects by trials.tsv; line",
    }


def damage_outcome():
    flip(Path(RESULTS, "test_predictions.csv"), at=-2)
    flip(Path(RESULTS, "final.zip"), at=2000)
    only("results/ledger/*.jsonl").write_text("", encoding="utf-8")
    edit(Path(RESULTS, "provenance.json"), written="2026-01-01T00:00:00+00:00")
    return {
        "test_predictions.csv": "must be what the winners' models predict; differs by",
        "final.zip": "",
        "ledger/": "must have a line for the selection and models of tiny",
        # They say how often the test set was opened, and the page when it was written.
        "summary.md": "must be what its rule makes of the run's other files; line",
        "report.html": "must be what its rule makes of the run's other files; line",
    }


def damage_models():
    """Damage what scores of the training set rest on, another seed, another model."""
    model = only(f"{RESULTS}/models/random_forest/seed-0.skops")
    model.unlink()
    shutil.copyfile(model.with_stem("seed-1"), model)
    flip(only(f"{RESULTS}/models/dense/seed-0.keras.train.npy"))
    edit(only(f"{RESULTS}/models/random_forest/seed-1.skops.json"), seed=0)
    return {
        "seed-0.keras.train.npy": "must have the bytes of results/store",
        "random_forest/seed-1.skops": "must be of the selected trial",
        "random_forest/seed-0.skops": "is another model than seed-0.skops.json says",
        "test_predictions.csv": "must be what the winners' models predict",
        "ledger/": "must have a line for the selection and models of tiny",
    }


@pytest.mark.usefixtures("without_rules")
@pytest.mark.parametrize(
    "damage",
    [
        damage_data,
        damage_assignment,
        damage_raw,
        damage_trainings,
        damage_store,
        damage_swapped_results,
        damage_tables,
    ],
)
def test_damage_is_found_and_named_once(copied, damage):
    expect_faults(damage())


@pytest.mark.parametrize("damage", [damage_outcome, damage_models])
def test_damage_of_what_follows_is_found_and_named_once(copied, damage):
    expect_faults(damage())


def expect_faults(expected):
    """Verify; expect these rules at these paths, and no others."""
    faults, _ = found(Path())
    for path, rule in expected.items():
        assert [line for line in faults if path in line and rule in line], faults
    # Nothing else is accused.
    assert all(any(path in line for path in expected) for line in faults), faults


def test_a_changed_digit_is_found_in_every_file_that_a_reader_quotes(copied):
    """Of whatever rules write, but for models: those of a new rule as well."""
    files = [
        *(path for path in Path(RESULTS).rglob("*") if "models" not in path.parts),
        *(path for path in Path("data").rglob("*") if path.suffix in QUOTED),
    ]
    files = [path for path in files if path.is_file() and path.name not in RECORDS]
    assert {path.suffix for path in files} == {*QUOTED, ".zip", ".html", ".md", ".svg"}
    for path in files:
        change_a_digit(path)
    faults, _ = found(copied)
    accused = {line.split(":")[0] for line in faults}
    # The page has what the record of the moment says.
    assert accused == {*map(str, files)} - {f"{RESULTS}/provenance.json"}


def change_a_digit(path):
    """Put another last digit into a text, or into the metadata of a final model."""
    if path.suffix == ".zip":
        with ZipFile(path) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
        contents["final.json"] = with_another_digit(contents["final.json"])
        path.unlink()
        with ZipFile(path, "w") as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
    else:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(with_another_digit(content))


def with_another_digit(content):
    """Change the last digit, or the last letter of a table that is a header alone."""
    at = max(content.rfind(digit) for digit in (b"%d" % n for n in range(10)))
    if at < 0:
        return content[:-2] + b"X\n"
    return content[:at] + b"%d" % ((content[at] - 47) % 10) + content[at + 1 :]


def test_every_rule_is_verified_by_itself_or_for_a_reason():
    """What is never made again must be there, and have a reason."""
    names = rule_names()
    assert {"open_test", "train_slot", "write_report"} <= names
    assert ELSEWHERE.keys() <= names
    assert all(ELSEWHERE.values())


def test_openings_since_then_are_told_and_change_nothing(copied):
    """Another configuration opened the test set after the summary was written."""
    (ledger,) = Path("results/ledger").glob("*.jsonl")
    line = json.loads(ledger.read_text("utf-8"))
    line |= {"selection": "0" * 12, "run": "other", "opened": "2999-01-01T00:00:00"}
    with open(ledger, "a", encoding="utf-8") as stream:
        stream.write(f"{json.dumps(line)}\n")
    findings = verify([Path(TINY)], 0, seed=1)
    assert not findings.faults
    (note,) = findings.notes
    assert f"{ledger}: has 1 opening since the summary was written" in note


def test_on_another_host_numbers_are_compared(copied, monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    rounded, changed = Path(RESULTS, "test.json"), Path(RESULTS, "comparison.tsv")
    score = json.loads(rounded.read_text("utf-8"))["families"]["dense"]["roc_auc"]
    value = score["mean"]["test"]
    replace(rounded, repr(value), repr(value + 1e-9))
    replace(changed, "\t0.", "\t1.")
    faults, _ = found(copied)
    (fault,) = faults
    assert fault.startswith(f"{changed}: must be what its rule makes of")


@pytest.mark.usefixtures("without_rules")
def test_training_that_comes_out_otherwise(copied):
    """Predictions that were changed together with all checksums that name them."""
    folder = only("results/trials/random_forest/*/seed-0")
    path = folder / "valid_predictions.npy"
    predictions = np.load(path)
    predictions[0, 0] = 1 - predictions[0, 0]
    path.unlink()
    np.save(path, predictions)
    result = json.loads((folder / "result.json").read_text("utf-8"))
    sums = result["sha256"] | {path.name: sha256_of_file(path)}
    edit(folder / "result.json", sha256=sums)
    shutil.rmtree("results/store")
    faults, checked = found(copied, count=100)
    rule = "must be what the training gives when it is repeated; differs by up to "
    assert [line for line in faults if f"{path}: {rule}" in line]
    # 2 families, 2 trials of each, 2 seeds; and a model of each family and seed.
    assert checked["repeated trainings"] == 8 + 4


@pytest.mark.usefixtures("without_rules")
@pytest.mark.parametrize("family", ["dense", "random_forest"])
def test_model_of_another_training_is_found_whatever_is_written_beside_it(
    copied, family
):
    """A model of another seed with its predictions, where the store is gone."""
    folder = Path(RESULTS, "models", family)
    (model,) = (path for path in folder.glob("seed-0.*") if path.suffix in ENDINGS)
    other = model.with_stem("seed-1")
    for ending in ("", ".train.npy"):
        path = Path(f"{model}{ending}")
        path.unlink()
        shutil.copyfile(f"{other}{ending}", path)
    record = Path(f"{model}.json")
    edit(record, sha256=sha256_of_file(model))
    shutil.rmtree("results/store")
    faults, _ = found(copied, count=100)
    rule = "must be what the training gives when it is repeated"
    assert [line for line in faults if f"{model}: {rule}" in line], faults


def test_unfinished_run_is_refused(copied):
    (copied / RESULTS / "selection.json").unlink()
    with pytest.raises(UserError, match="has no selection.json; only a finished run"):
        run_command(["verify", "--configfile", TINY])
