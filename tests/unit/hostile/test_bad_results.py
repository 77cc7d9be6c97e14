"""Results that were damaged or edited: the line names the file, and what to do."""

import json

import pytest

from helpers.harm import refused
from helpers.selections import made_selection, made_winner
from toxtune.commands.cli import run_command
from toxtune.evaluation.ledger import read_openings, record_opening
from toxtune.export.trials import read_exported_run
from toxtune.io.files import write_json
from toxtune.io.integrity import sealed
from toxtune.runs import status_file
from toxtune.search.proposal_file import read_proposal
from toxtune.search.selection_file import read_selection
from toxtune.search.trials import make_trial, with_hyperparameters
from toxtune.selection.scoring import score_replicate
from toxtune.stats.metrics import Objective

pytestmark = pytest.mark.promise(
    "a result, store entry or ledger that is not what was written",
    "refused in one line, with the command that helps",
)

TRIAL = make_trial("d" * 12, "e" * 12, "ridge", "maccs", {"alpha": 2.0}, "regression")
OTHER = vars(with_hyperparameters(TRIAL, alpha=3.0))
SELECTED = made_selection(
    {"ridge": made_winner(TRIAL)}, "ridge", Objective("rmse", "minimize")
)
SELECTION = SELECTED.to_dict()
PROPOSALS = [{"trial": vars(TRIAL), "resume_from": None, "save_state": False}]
RESULT = {"trial": vars(TRIAL), "seed": 0, "training_set": "whole", "status": "ok"}

NO_JSON = {
    "empty": "",
    "cut off": '{"id": "ab',
    "NUL": "\0\0\0\0",
    "no text": b"\xff\xfe",
    "deep": "[" * 100_000,
    "digits": "9" * 5000,
}
READERS = {
    "selection.json": lambda path: read_selection(path),
    "proposals.json": lambda path: read_proposal(path, 0),
    "result.json": lambda path: score_replicate(path.parent, []),
}


@pytest.mark.parametrize(("name", "read"), READERS.items(), ids=READERS)
@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_file_that_is_no_json(folder, name, read, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    message = refused(read, path)
    if name == "result.json":
        assert message.startswith(f"{path} is missing or its checksum does not match")
        assert (
            f"`rm -rf {path.parent} results/*/trials.tsv results/*/*/trials.tsv`"
            in message
        )
    else:
        assert message.startswith(f"{path}: is not JSON")
        assert message.endswith("it was damaged or changed: delete it, run again")


@pytest.mark.parametrize(("name", "read"), READERS.items(), ids=READERS)
@pytest.mark.parametrize("content", ["null", "[]", "{}", "5", '"x"', "[[]]", "[5]"])
def test_file_that_is_something_else(folder, name, read, content):
    (folder / name).write_text(content, encoding="utf-8")
    assert str(folder) in refused(read, folder / name)


@pytest.mark.parametrize("name", READERS)
def test_file_that_is_not_there(folder, name):
    message = refused(READERS[name], folder / name)
    assert str(folder / name) in message
    assert "cannot be read" in message or "is missing" in message


def edited(value, *steps, to):
    """Copy a value with one change in its depth."""
    copy = json.loads(json.dumps(value))
    within = copy
    for step in steps[:-1]:
        within = within[step]
    within[steps[-1]] = to
    return copy


EDITS = {
    "another winner": edited(
        {**SELECTION, "trials": {**SELECTION["trials"], OTHER["id"]: OTHER}},
        *("winners", "ridge", "trial"),
        to=OTHER["id"],
    ),
    "winner of no trial": edited(
        SELECTION, "winners", "ridge", "trial", to=OTHER["id"]
    ),
    "another model": edited(
        SELECTION, "trials", TRIAL.id, to={**OTHER, "id": TRIAL.id}
    ),
    "trial under another id": edited(SELECTION, "trials", TRIAL.id, to=OTHER),
    "hyperparameter": edited(
        SELECTION, "trials", TRIAL.id, "hyperparameters", "alpha", to=9.0
    ),
    "features": edited(SELECTION, "trials", TRIAL.id, "features", to="../x"),
    "family": edited(SELECTION, "trials", TRIAL.id, "family", to="os"),
    "no family": edited(SELECTION, "trials", TRIAL.id, "family", to=[]),
    "more of a trial": edited(SELECTION, "trials", TRIAL.id, "code", to="x"),
    "trial as text": edited(SELECTION, "trials", TRIAL.id, to="x"),
    "no trials": edited(SELECTION, "trials", to=None),
    "winner as text": edited(SELECTION, "winners", "ridge", to="x"),
    "more of a winner": edited(SELECTION, "winners", "ridge", "code", to="x"),
    "seeds": edited(SELECTION, "seeds", to=[0]),
    "overall": edited(SELECTION, "overall", to="dense"),
    "split": edited(SELECTION, "split", to="f" * 12),
    "id": edited(SELECTION, "id", to="f" * 12),
    "winners as list": edited(SELECTION, "winners", to=[SELECTION["winners"]["ridge"]]),
    "no objective": {key: SELECTION[key] for key in SELECTION if key != "objective"},
}


def test_sound_selection_is_read(folder):
    write_json(folder / "selection.json", SELECTION)
    assert read_selection(folder / "selection.json") == SELECTED


@pytest.mark.parametrize("selection", EDITS.values(), ids=EDITS)
def test_selection_that_was_edited(folder, selection):
    # With a checksum that fits, as by somebody who knows how it is made.
    write_json(folder / "selection.json", sealed(selection))
    message = refused(read_selection, folder / "selection.json")
    assert message.startswith(str(folder / "selection.json"))
    assert "checksum" not in message
    assert "was damaged or changed: delete it, run again" in message


@pytest.mark.parametrize(
    ("steps", "to"),
    [
        (("winners", "ridge", "mean"), 0.99),
        (("winners", "ridge", "per_seed"), [0.99, 0.99]),
        (("winners", "ridge", "folders", "seed-0"), "elsewhere"),
        (("winners", "ridge", "out_of"), 1),
        (("rule",), "the best of all"),
        (("objective", "metric"), "mae"),
    ],
)
def test_edit_that_no_id_covers_shows_too(folder, steps, to):
    write_json(folder / "selection.json", edited(SELECTION, *steps, to=to))
    message = refused(read_selection, folder / "selection.json")
    assert "checksum is not that of its content" in message


def test_sound_proposal_is_read(folder):
    write_json(folder / "proposals.json", PROPOSALS)
    assert read_proposal(folder / "proposals.json", 0).trial == TRIAL


@pytest.mark.parametrize(
    ("proposals", "slot", "fragment"),
    [
        (PROPOSALS, 1, "has no proposal for slot 1"),
        ([{}], 0, "has no proposal for slot 0"),
        ({"0": PROPOSALS[0]}, 0, "has no proposal for slot 0"),
        (
            edited(PROPOSALS, 0, "trial", "hyperparameters", "alpha", to=9.0),
            0,
            "a trial with the settings of",
        ),
        (edited(PROPOSALS, 0, "resume_from", to={"id": "x"}), 0, "is no trial"),
        (edited(PROPOSALS, 0, "trial", "family", to="posix"), 0, "is no trial"),
    ],
)
def test_proposal_that_was_edited(folder, proposals, slot, fragment):
    write_json(folder / "proposals.json", proposals)
    path = folder / "proposals.json"
    message = refused(lambda: read_proposal(path, slot))
    assert message.startswith(str(path))
    assert fragment in message


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_damaged_files_of_commands(folder, monkeypatch, content):
    text = content if isinstance(content, bytes) else content.encode()
    (folder / "results/tiny").mkdir(parents=True)
    (folder / "results/tiny/selection.json").write_bytes(text)
    assert "selection.json: is not JSON" in refused(read_exported_run, "tiny")
    monkeypatch.setattr(status_file, "STATUS_FILE", folder / "status.json")
    (folder / "status.json").write_bytes(text)
    assert "status.json: is not JSON" in refused(run_command, ["status"])


@pytest.mark.parametrize("name", ["../x", "/etc", "absent", "a b; touch pwned"])
def test_run_that_is_not_there(name):
    assert "has no selection.json; name a finished run" in refused(
        read_exported_run, name
    )


@pytest.mark.parametrize("line", ["5", "[]", "null", "{}", '{"a": ', "[" * 9999, ""])
def test_ledger_with_a_line_that_is_none(folder, line):
    ledger = folder / "ledger.jsonl"
    ledger.write_text(f'{{"selection": "a"}}\n{line}\n', encoding="utf-8")
    record_opening(ledger, {"selection": "b"})
    record_opening(ledger, {"selection": "a"})
    assert [one["selection"] for one in read_openings(ledger)] == ["a", "b"]
