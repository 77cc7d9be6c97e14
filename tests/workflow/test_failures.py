"""Trainings that fail: the search goes on without them, and can try them again."""

import json
import subprocess

import pandas as pd
import pytest

from helpers.patience import RUN


def dense_trial(project):
    """Return the folder of one training of a network, and the trial's id."""
    trainings = [
        job["output"]
        for job in project.planned("search")
        if job["rule"] == "train_replicate"
    ]
    results = sorted(files[-1] for files in trainings if "/dense/" in files[-1])
    folder = project.folder / next(file for file in results if "seed-1" in file)
    return folder.parent, folder.parent.parent.name


def status(folder):
    return json.loads((folder / "result.json").read_text("utf-8"))["status"]


def statuses(project):
    table = pd.read_csv(project.folder / "results/tiny/trials.tsv", sep="\t")
    return table.set_index("trial")["status"]


def assert_selected_without(project, trial):
    selection = project.result("selection.json")
    won = selection["winners"]["dense"]
    assert (won["trial"] != trial, won["out_of"]) == (True, 1)


@pytest.mark.promise(
    "a training that takes too much memory",
    "tried with more, then left out by the search; `make retry` trains it; same bytes",
)
@pytest.mark.usefixtures("without_rules")
def test_search_goes_on_without_a_training_that_takes_too_much(finished, searched):
    folder, trial = dense_trial(searched)
    little = (
        "train_replicate:mem_mb=50 * attempt if "
        f"(wildcards.trial, wildcards.replicate) == ('{trial}', 'seed-1') else 4000"
    )
    done = searched.snakemake("--cores", "2", "--set-resources", little)
    assert done.stderr.count("Trying to restart job") == 2
    assert status(folder) == "out_of_memory"
    assert sorted(path.name for path in folder.iterdir()) == [
        "cost.json",
        "learning_curve.tsv",
        "result.json",
        "valid_predictions.npy",
    ]
    assert statuses(searched).value_counts().to_dict() == {"ok": 3, "out_of_memory": 1}
    assert_selected_without(searched, trial)
    results = searched.folder / "results/tiny"
    assert (
        f"| {trial} | dense | out_of_memory |" in (results / "summary.md").read_text()
    )
    assert "1 out_of_memory" in (results / "report.html").read_text("utf-8")
    store = searched.folder / "results/store"
    assert len(list(store.glob("*/*/result.json"))) == 7

    # There is nothing to repeat where nothing was done.
    assert searched.faults("tests/config.yaml") == []

    command = [searched.python, "-m", "toxtune", "retry"]
    listed = subprocess.run(
        [*command, "--configfile", "tests/config.yaml"],
        cwd=searched.folder,
        env={"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    name = folder.relative_to(searched.folder)
    assert listed.splitlines()[:-1] == [f"{name}: out_of_memory"]
    again = [job for job in searched.planned() if job["rule"] == "train_replicate"]
    (retried,) = again
    assert retried["output"][-1] == f"{name}/result.json"
    searched.run("search")
    for table in ("trials.tsv", "scores.tsv", "selection.json"):
        path = f"results/tiny/{table}"
        mine, theirs = searched.folder / path, finished.folder / path
        assert mine.read_bytes() == theirs.read_bytes(), table


@pytest.mark.promise(
    "a training whose process is killed at each attempt",
    "the search ends and says how to go on without; nothing is stored of it",
)
def test_killed_supervisor_ends_the_search_unless_it_is_to_keep_going(searched):
    folder, trial = dense_trial(searched)
    script = searched.folder / "scripts/train_replicate.py"
    killed = f"snakemake.output.result.endswith('{trial}/seed-1/result.json')"
    script.write_text(
        f"import os\nif {killed}:\n    os.kill(os.getpid(), 9)\n" + script.read_text()
    )
    first = searched.launch("search")
    output, _ = first.communicate(timeout=RUN)
    assert first.returncode == 1, output
    assert output.count(f"✗ train_replicate family=dense trial={trial}") == 3
    assert "`make run CONFIG=tests/config.yaml KEEP_GOING=1`" in output
    assert not folder.exists() or not any(folder.iterdir())
    assert not (searched.folder / "results/tiny/trials.tsv").exists()

    second = searched.launch("search", "--keep-going")
    output, _ = second.communicate(timeout=RUN)
    assert second.returncode == 0, output
    assert f"Continuing without {folder.relative_to(searched.folder)}" in output
    assert status(folder) == "failed"
    assert statuses(searched).value_counts().to_dict() == {"ok": 3, "failed": 1}
    assert_selected_without(searched, trial)
