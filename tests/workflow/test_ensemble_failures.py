"""Members of a greedy ensemble that fail, or whose files are damaged."""

import json
import re
import shutil
import subprocess

import pytest

from helpers.broken_run import BrokenRun, assert_same
from helpers.ensemble_search import search_with

SCORES = "results/tiny/test.json"
# A trial that is a member and no winner, and the only one of its family.
MEMBERS = ("extra_trees-2", "gaussian_process")


@pytest.fixture
def greedy(finished_ensembles):
    return finished_ensembles["greedy"]


@pytest.fixture
def copied(greedy, tmp_path):
    return greedy.copy(tmp_path / "project")


def trials_of(selection, names):
    models = selection["winners"] | selection["runners_up"]
    return {name: models[name]["trial"] for name in names}


def test_a_member_that_cannot_be_trained_is_left_out_and_comes_back(greedy, copied):
    usual = greedy.result("selection.json")
    assert set(MEMBERS) <= set(usual["ensemble"]["members"])
    (failing,) = trials_of(usual, MEMBERS[:1]).values()
    shutil.rmtree(copied.folder / "results")
    # A training of some trees is over before its memory is looked at once.
    supervision = copied.folder / "scripts/toxtune/workers/supervision.py"
    text = supervision.read_text("utf-8")
    assert "POLL_SECONDS = 0.1\n" in text
    supervision.write_text(
        text.replace("POLL_SECONDS = 0.1\n", "POLL_SECONDS = 0.001\n"), "utf-8"
    )
    overlay = search_with(copied, "greedy")
    little = (
        "train_replicate:mem_mb=50 * attempt if (wildcards.trial, wildcards.replicate) "
        f"== ('{failing}', 'seed-1') else 4000"
    )
    copied.snakemake(SCORES, "--cores", "2", "--set-resources", little, *overlay)
    selection = copied.result("selection.json")
    assert selection["winners"] == usual["winners"] | {
        "extra_trees": usual["winners"]["extra_trees"] | {"out_of": 1}
    }
    members = set(selection["ensemble"]["members"])
    assert len(members) > 1
    assert members <= set(selection["winners"])
    assert selection["runners_up"] == {}
    assert failing not in selection["trials"]
    assert "ensemble" in copied.result("test.json")["families"]

    configured = overlay[overlay.index("--configfile") :]
    subprocess.run(
        [copied.python, "-m", "toxtune", "retry", *configured],
        cwd=copied.folder,
        env={"PYTHONPATH": "scripts"},
        capture_output=True,
        check=True,
    )
    copied.run("search", SCORES, *overlay)
    assert_same(copied, greedy)


def test_a_member_whose_model_cannot_be_trained_ends_the_run(greedy, copied):
    """It is selected: leaving it out now would be another selection."""
    folder = copied.folder
    for path in (folder / "results").iterdir():
        if path.name != "store":
            shutil.rmtree(path)
    for key in keys_of_models(greedy, MEMBERS[0]):
        shutil.rmtree(folder / "results/store" / key[:2] / key)
    script = folder / "scripts/train_winner.py"
    good = script.read_text("utf-8")
    killed = f"snakemake.wildcards.model == '{MEMBERS[0]}'"
    script.write_text(
        f"import os\nif {killed}:\n    os.kill(os.getpid(), 9)\n{good}", "utf-8"
    )
    run = BrokenRun(copied, SCORES, *search_with(copied, "greedy"))
    assert run.end() == 1
    assert re.search(rf"✗ train_winner .*model={MEMBERS[0]}", run.output), run.output
    selection = copied.result("selection.json")
    assert selection == greedy.result("selection.json")
    # The test set stays closed.
    assert not (folder / "results/ledger").exists()
    assert not (folder / SCORES).exists()

    script.write_text(good, "utf-8")
    again = BrokenRun(copied, SCORES, *search_with(copied, "greedy"))
    assert again.end() == 0, again.output
    assert_same(copied, greedy)


def keys_of_models(project, name):
    folder = project.folder / "results/tiny/models" / name
    records = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    assert len(records) == 2
    return [record["store_key"] for record in records]


@pytest.mark.parametrize("name", MEMBERS)
def test_a_members_predictions_damaged_after_the_selection(greedy, copied, name):
    (trial,) = trials_of(greedy.result("selection.json"), [name]).values()
    (folder,) = copied.folder.glob(f"results/trials/*/{trial}/seed-1")
    path = folder / "valid_predictions.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 4
    # The file may share its bytes with the store.
    path.unlink()
    path.write_bytes(content)
    made = [
        copied.folder / f"results/tiny/{n}"
        for n in ("calibration.json", "optimism.json")
    ]
    for each in made:
        each.unlink()
    targets = [str(each.relative_to(copied.folder)) for each in made]
    overlay = search_with(copied, "greedy")
    run = BrokenRun(copied, *targets, *overlay)
    assert run.end() == 1
    damaged = f"{path.relative_to(copied.folder)} is missing or its checksum does not"
    assert damaged in run.output
    assert not any(each.exists() for each in made)
    (command,) = set(re.findall(r"`(rm -rf [^`]+)`", run.output))
    subprocess.run(["sh", "-c", command], cwd=copied.folder, check=True)
    again = BrokenRun(copied, *targets, *overlay)
    assert again.end() == 0, again.output
    assert_same(copied, greedy)
    for each in made:
        theirs = greedy.folder / each.relative_to(copied.folder)
        assert each.read_bytes() == theirs.read_bytes()
