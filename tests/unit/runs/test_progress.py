"""Progress of a run: events in, counts, words and the status file out."""

import os
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import psutil
import pytest

from toxtune.commands.status import describe
from toxtune.io.files import write_json
from toxtune.runs.best_score import BestSoFar
from toxtune.runs.progress import (
    Counts,
    Failure,
    Job,
    Progress,
    error_in_log,
    format_duration,
    ways_on,
)
from toxtune.runs.started import Started
from toxtune.runs.status_file import State, Status
from toxtune.stats.metrics import Objective


def job(rule="train_replicate", started=0.0, logs=(), **wildcards) -> Job:
    return Job(rule, wildcards, inputs=(), outputs=("x",), logs=logs, started=started)


def test_jobs_are_counted_by_rule():
    progress = Progress({"split_dataset": 1, "train_replicate": 4}, started=0.0)
    progress.start(1, job("split_dataset"))
    assert progress.finish(1, now=2.0).rule == "split_dataset"
    for number in (2, 3):
        progress.start(number, job(started=2.0))
    progress.finish(2, now=5.0)
    progress.fail(3)
    snapshot = progress.snapshot()
    assert snapshot.counts["split_dataset"] == Counts(1, done=1)
    assert snapshot.trainings == Counts(4, done=1, running=0, failed=1)
    assert snapshot.trainings.left == 2
    assert snapshot.total == Counts(5, done=2, running=0, failed=1)


def test_a_job_that_is_tried_again_has_not_failed():
    progress = Progress({"train_replicate": 1}, started=0.0)
    progress.start(1, job())
    progress.fail(1)
    progress.start(1, job())
    assert progress.snapshot().trainings == Counts(1, running=1)
    assert not progress.snapshot().failures


def test_unknown_jobs_change_nothing():
    progress = Progress({"train_replicate": 1}, started=0.0)
    assert progress.finish(7, now=1.0) is None
    assert progress.fail(7) is None


def test_time_left_follows_the_pace_of_the_trainings():
    progress = Progress({"train_replicate": 4}, started=0.0)
    assert progress.snapshot().seconds_left(now=100.0) is None
    progress.start(1, job(started=100.0))
    progress.finish(1, now=110.0)
    assert progress.snapshot().pace == 0.1
    assert progress.snapshot().seconds_left(now=110.0) == 30.0
    assert progress.snapshot().seconds_left(now=115.0) == 25.0
    for number in (2, 3, 4):
        progress.start(number, job(started=110.0))
        progress.finish(number, now=120.0)
    assert progress.snapshot().seconds_left(now=120.0) is None


def test_time_left_covers_what_follows_the_trainings():
    totals = {"featurize_subset": 3, "train_replicate": 2, "write_report": 1}
    progress = Progress(totals, started=0.0)
    for number in (1, 2):
        progress.start(number, job("featurize_subset", started=0.0))
        progress.finish(number, now=4.0)
    assert progress.snapshot().seconds_left(now=4.0) is None, "nothing is trained yet"
    progress.start(3, job(started=10.0))
    progress.finish(3, now=20.0)
    # A training, a featurizing and a report, which takes as long as others so far.
    assert progress.snapshot().seconds_left(now=20.0) == 10.0 + 4.0 + 4.0
    progress.start(4, job(started=20.0))
    progress.finish(4, now=30.0)
    progress.start(5, job("featurize_subset", started=30.0))
    progress.finish(5, now=40.0)
    assert progress.snapshot().seconds_left(now=40.0) == pytest.approx(6.0)
    progress.start(6, job("write_report", started=40.0))
    progress.finish(6, now=41.0)
    assert progress.snapshot().seconds_left(now=41.0) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("started\nError: a:\n  b\nlast\n", "Error: a:\n  b\nlast"),
        ("started\n\nsomething\n\n", "something"),
        ("", ""),
    ],
)
def test_the_message_is_taken_from_the_log(tmp_path, text, message):
    log = tmp_path / "job.log"
    log.write_text(text)
    assert error_in_log(log) == message


def test_a_missing_log_has_no_message(tmp_path):
    assert error_in_log(tmp_path / "missing.log") == ""


@pytest.mark.parametrize(
    ("messages", "helps"),
    [
        (["Error: line 3: a label must be 0 or 1"], False),
        (["Error: a", "Error: b"], False),
        (["Error: a", "Killed"], True),
        (["Traceback ...\nMemoryError"], True),
        ([""], True),
        ([], True),
    ],
)
def test_running_again_is_advised_unless_it_must_fail_again(messages, helps):
    failures = [Failure("curate_dataset", {}, None, text) for text in messages]
    assert ("tries again" in ways_on(failures, "make demo")) == helps
    assert "`make demo`" in ways_on(failures, "make demo")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (3.14, "3.1 s"),
        (42.4, "42 s"),
        (59.9, "1:00 min"),
        (3723, "1:02:03 h"),
    ],
)
def test_durations_are_spelled(seconds, words):
    assert format_duration(seconds) == words


@pytest.fixture
def subsets(tmp_path):
    """Write train and valid sets of four molecules and one task."""
    rows = [f"{i},m{i},C,G,G,C,{i % 2}" for i in range(4)]
    text = "\n".join(["row,id,smiles,group,compound,given_smiles,task", *rows]) + "\n"
    for name in ("train", "valid"):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path / "train.csv", tmp_path / "valid.csv"


def trial_of(id, features="bits", **settings):
    return {
        "id": id,
        "family": "dense",
        "features": features,
        "hyperparameters": {"optimizer": "adam", "widths": None, **settings},
    }


def add_result(scores, subsets, folder, predictions, status="ok"):
    folder.mkdir(parents=True)
    trial = trial_of(folder.parent.name)
    result = {"status": status, "trial": trial}
    write_json(folder / "result.json", result)
    column = np.array(predictions, dtype=np.float32)[:, None]
    np.save(folder / "valid_predictions.npy", column)
    scores.add(folder, *subsets)


def test_the_best_trial_is_the_one_with_the_best_mean_over_seeds(tmp_path, subsets):
    scores = BestSoFar(Objective("roc_auc", "maximize"))
    assert scores.best() is None
    add_result(scores, subsets, tmp_path / "aaa/seed-0", [0.1, 0.9, 0.2, 0.8])
    assert scores.best().score == 1.0
    add_result(scores, subsets, tmp_path / "aaa/seed-1", [0.9, 0.1, 0.8, 0.2])
    add_result(scores, subsets, tmp_path / "bbb/seed-0", [0.1, 0.9, 0.8, 0.8])
    # One training is not compared with the mean of two.
    assert scores.best().trial == "aaa"
    add_result(scores, subsets, tmp_path / "bbb/seed-1", [0.1, 0.9, 0.8, 0.8])
    best = scores.best()
    assert (best.trial, best.trainings, best.metric) == ("bbb", 2, "roc_auc")
    assert best.score == pytest.approx(0.875)


@pytest.mark.parametrize(
    ("other", "settings"),
    [
        ({}, "dense"),
        ({"widths": [64, 32]}, "dense, widths null"),
        (
            {"optimizer": "sgd", "features": "maccs"},
            "dense, features bits, optimizer adam",
        ),
    ],
)
def test_the_best_trial_is_named_by_what_sets_it_apart(
    tmp_path, subsets, other, settings
):
    scores = BestSoFar(Objective("roc_auc", "maximize"))
    scores.know(trial_of("bbb", **other))
    scores.know(
        {**trial_of("ccc"), "family": "ridge", "hyperparameters": {"alpha": 1.0}}
    )
    add_result(scores, subsets, tmp_path / "aaa/seed-0", [0.1, 0.9, 0.2, 0.8])
    assert scores.best().settings == settings


def test_a_trial_that_diverged_has_no_score(tmp_path, subsets):
    scores = BestSoFar(Objective("roc_auc", "maximize"))
    add_result(
        scores, subsets, tmp_path / "aaa/seed-0", [0, 1, 0, 1], status="diverged"
    )
    assert scores.best() is None


def status_of(progress, state=State.RUNNING):
    snapshot = progress.snapshot()
    return Status(
        state=state,
        pid=2**22 + 1,
        started=datetime(2024, 1, 1, 10, 0, 0),
        updated=datetime(2024, 1, 1, 10, 1, 5),
        counts=dict(snapshot.counts),
        failures=list(snapshot.failures),
        best=None,
    )


def test_the_status_tells_a_run_that_was_killed():
    progress = Progress({"train_replicate": 2}, started=0.0)
    progress.start(1, job())
    status = status_of(progress)
    assert describe(status, locked=True)[0].startswith("Running since")
    assert describe(status, locked=False)[0].startswith("Killed")
    assert describe(status, locked=True)[1] == "trainings  0 done, 1 running, 1 left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "Running"), (1, "Running"), (-1, "Running"), (-60, "Killed")],
)
def test_another_process_with_the_number_of_a_run_that_was_killed(seconds, words):
    """This one began so long before the status says that the run did."""
    began = datetime.fromtimestamp(psutil.Process().create_time()).astimezone()
    started = (began + timedelta(seconds=seconds)).replace(microsecond=0)
    status = status_of(Progress({"train_replicate": 2}, started=0.0))
    status = replace(status, pid=os.getpid(), started=started, updated=started)
    assert describe(status, locked=False)[0].startswith(words)
    assert describe(status, locked=True)[0].startswith("Running")


@pytest.mark.parametrize("state", State)
def test_the_status_names_the_run_and_the_command_that_goes_on_with_it(state):
    progress = Progress({"train_replicate": 2}, started=0.0)
    of = Started("mine", "make run CONFIG=mine.yaml")
    lines = describe(replace(status_of(progress, state), of=of), locked=False)
    assert lines[1] == "run        mine"
    assert (f"`{of.command}`" in lines[0]) == (state != State.FINISHED)


def test_the_status_names_failures_and_their_logs(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("Error: no room\n")
    progress = Progress({"train_replicate": 1}, started=0.0)
    progress.start(1, job(logs=(str(log),), trial="aaa"))
    progress.fail(1)
    lines = describe(status_of(progress, State.FAILED), locked=False)
    assert lines[0].startswith("Failed at")
    assert "tries again" not in lines[0]
    assert lines[-3:] == [
        "✗ train_replicate trial=aaa",
        "    Error: no room",
        f"    log: {log}",
    ]
