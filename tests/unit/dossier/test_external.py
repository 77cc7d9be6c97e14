"""Chapter 7 of a dossier: what is counted, and what is none of this model's."""

import json
from pathlib import Path

import pytest

from helpers.finished_runs import SPLIT, N, write_run, write_sets
from toxtune.config.ledger_file import ledger_file
from toxtune.dossier.external import _openings, _prospective
from toxtune.dossier.run_files import RunFiles
from toxtune.dossier.subject import Subject, read_subject
from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.report.several_splits import heading_of_splits
from toxtune.search.selection_file import read_selection
from toxtune.stats.metrics import metrics_of

RAW = {"sha256": "ab" * 32}


@pytest.fixture
def subject(tmp_path, monkeypatch):
    """A run that is a split of two."""
    monkeypatch.chdir(tmp_path)
    write_sets(SPLIT)
    write_run("mine/split-0", noise=1)
    folder = Path("results", "mine", "split-0")
    record = {"dataset": RAW, "siblings": {"mine/split-1": "1" * 12}}
    write_json(folder / "provenance.json", record)
    return Subject(RunFiles("mine/split-0"), read_selection(folder / "selection.json"))


def test_openings_of_the_configuration_s_other_splits_are_not_counted(subject):
    lines = [
        {
            "selection": name,
            "run": run,
            "dataset": SPLIT.parent.name,
            "split": split,
            "molecules": [f"m{row}" for row in range(N)],
        }
        for name, run, split in (
            ("own", "mine/split-0", SPLIT.name),
            ("sibling", "renamed/split-1", "1" * 12),
            # It is in the folder, and not in the configuration.
            ("left out", "mine/split-2", "2" * 12),
        )
    ]
    ledger = Path(ledger_file(RAW))
    ledger.parent.mkdir(parents=True)
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    write_run("mine/split-2", noise=1)
    counted = _openings(subject)
    assert counted.value == 2
    assert counted.source.key["openings"]["not"] == ["1" * 12]


def test_scores_on_later_data_of_another_selection_are_left_out(subject):
    scores = {
        metric: {"mean": {"score": 0.5, "interval": None}}
        for metric in metrics_of("binary")
    }
    content = {
        "name": "later",
        "sha256": "cd" * 32,
        "overall": "dense",
        "scores": {"dense": scores},
        "confidence": 0.9,
        **dict.fromkeys(("molecules", "rows", "in_domain", "openings"), 1),
    }
    folder = subject.files.folder / "prospective"
    for name, selection in {"a": subject.selection.id, "b": "0" * 12}.items():
        write_json(folder / f"{name}.json", content | {"selection": selection})
    blocks = list(_prospective(subject))
    assert [block.title for block in blocks[1:]] == ["The delivered model on a"]
    assert not [path for path in subject.files.used if path.endswith("b.json")]


def test_of_several_splits_one_is_to_be_named(subject):
    """Also where the folder has what a single split gave before."""
    write_run("mine-too", noise=1)
    for path in Path("results/mine-too").iterdir():
        path.rename(Path("results/mine", path.name))
    with pytest.raises(UserError, match="is not finished"):
        read_subject("mine")
    text = f"{heading_of_splits('mine', 2)}\n"
    Path("results/mine/summary.md").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="name one, mine/split-0"):
        read_subject("mine")
