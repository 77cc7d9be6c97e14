"""Progress of a run: events in, counts, words and the status file out."""

import logging
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_toxtune import LogHandler
from snakemake_logger_plugin_toxtune.errors import error_message
from snakemake_logger_plugin_toxtune.forecast import Forecast
from snakemake_logger_plugin_toxtune.scores import Scores
from toxtune.commands.status import described
from toxtune.files import read_json, write_json
from toxtune.progress import (
    STATUS_FILE,
    BestSoFar,
    Counts,
    Job,
    Progress,
    as_status,
    error_in_log,
    in_words,
)


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
    progress = Progress({"split_dataset": 1, "train_replicate": 4}, started=0.0)
    assert progress.snapshot().seconds_left(now=100.0) is None
    progress.start(1, job(started=100.0))
    progress.finish(1, now=110.0)
    assert progress.snapshot().seconds_left(now=110.0) == 30.0
    assert progress.snapshot().seconds_left(now=115.0) == 25.0
    for number in (2, 3, 4):
        progress.start(number, job(started=110.0))
        progress.finish(number, now=120.0)
    assert progress.snapshot().seconds_left(now=120.0) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("started\nError: a\nError: b\nlast\n", "Error: a\nError: b"),
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
    assert in_words(seconds) == words


@pytest.fixture
def parts(tmp_path):
    """Write train and valid parts of four molecules and one task."""
    rows = [f"{i},m{i},C,G,{i % 2}" for i in range(4)]
    text = "\n".join(["row,id,smiles,group,task", *rows]) + "\n"
    for name in ("train", "valid"):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path / "train.csv", tmp_path / "valid.csv"


def add_result(scores, parts, folder, predictions, status="ok"):
    folder.mkdir(parents=True)
    write_json(folder / "result.json", {"status": status})
    column = np.array(predictions, dtype=np.float32)[:, None]
    np.save(folder / "valid_predictions.npy", column)
    scores.add(folder, *parts)


def test_the_best_trial_is_the_one_with_the_best_mean_over_seeds(tmp_path, parts):
    scores = BestSoFar("roc_auc", "maximize")
    assert scores.best() is None
    add_result(scores, parts, tmp_path / "aaa/seed-0", [0.1, 0.9, 0.2, 0.8])
    assert scores.best().score == 1.0
    add_result(scores, parts, tmp_path / "aaa/seed-1", [0.9, 0.1, 0.8, 0.2])
    add_result(scores, parts, tmp_path / "bbb/seed-0", [0.1, 0.9, 0.8, 0.8])
    best = scores.best()
    assert (best.trial, best.seeds, best.metric) == ("bbb", 1, "roc_auc")
    assert best.score == pytest.approx(0.875)


def test_a_trial_that_diverged_has_no_score(tmp_path, parts):
    scores = BestSoFar("roc_auc", "maximize")
    add_result(scores, parts, tmp_path / "aaa/seed-0", [0, 1, 0, 1], status="diverged")
    assert scores.best() is None


def test_trainings_of_earlier_runs_count(tmp_path, parts, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/d/s").mkdir(parents=True)
    for part in parts:
        part.rename(tmp_path / "data/d/s" / part.name)
    folder = tmp_path / "results/trials/dense/aaa/seed-0"
    folder.mkdir(parents=True)
    write_json(folder / "result.json", {"status": "ok"})
    np.save(folder / "valid_predictions.npy", np.array([[0], [1], [0], [1]]))
    trial = SimpleNamespace(family="dense", id="aaa")
    plan = SimpleNamespace(dataset_id="d", split_id="s", trials={"aaa": trial})
    config = {
        "objective": {"metric": "roc_auc", "direction": "maximize"},
        "search": {"seeds": [0, 1]},
    }
    loaded = []
    monkeypatch.setattr(
        "toxtune.config.load_config", lambda paths: loaded.extend(paths) or config
    )
    monkeypatch.setattr("toxtune.plan.load_plan", lambda config: plan)
    scores = Scores(["a.yaml", "b.yaml", "config.yaml"])
    for _ in range(1000):
        if scores.best:
            break
        time.sleep(0.01)
    assert scores.close().score == 1.0
    assert [path.name for path in loaded] == ["config.yaml", "a.yaml", "b.yaml"]


def status_of(progress, state="running"):
    times = {
        "started": "2024-01-01T10:00:00+00:00",
        "updated": "2024-01-01T10:01:05+00:00",
    }
    return {"pid": 2**22 + 1, **times, **as_status(progress.snapshot(), state, None)}


def test_the_status_tells_a_run_that_was_killed():
    progress = Progress({"train_replicate": 2}, started=0.0)
    progress.start(1, job())
    status = status_of(progress)
    assert described(status, locked=True)[0].startswith("Running since")
    assert described(status, locked=False)[0].startswith("Was killed")
    assert described(status, locked=True)[1] == "trainings  0 done, 1 running, 1 left"


def test_the_status_names_failures_and_their_logs(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("Error: no room\n")
    progress = Progress({"train_replicate": 1}, started=0.0)
    progress.start(1, job(logs=(str(log),), trial="aaa"))
    progress.fail(1)
    lines = described(status_of(progress, "failed"), locked=False)
    assert lines[0].startswith("Failed at")
    assert lines[-3:] == [
        "✗ train_replicate trial=aaa",
        "    Error: no room",
        f"    log: {log}",
    ]


def record(event, message="", level=logging.INFO, **fields) -> logging.LogRecord:
    made = logging.LogRecord("snakemake", level, "", 0, message, (), None)
    made.__dict__.update(event=event, **fields)
    return made


def error(kind, message) -> logging.LogRecord:
    return record(LogEvent.ERROR, message, logging.ERROR, exception=kind)


def test_an_error_of_the_user_is_told_without_traceback():
    text = 'WorkflowError in file "/x/Snakefile", line 5:\nsplit.seed: must be ≥ 0\n'
    text += '  File "/x/Snakefile", line 5, in <module>'
    assert (
        error_message(error("WorkflowError", text), False) == "split.seed: must be ≥ 0"
    )


def test_other_errors_keep_their_place():
    text = 'NameError in file "/x/Snakefile", line 5:\nname x is not defined'
    assert error_message(error("NameError", text), False) == text


def test_a_failed_job_is_told_once():
    assert error_message(error("RuleException", "CalledProcessError"), False) == ""
    summary = "WorkflowError:\nAt least one job did not complete successfully."
    assert error_message(error("WorkflowError", summary), True) == ""


def test_a_forecast_sums_up_reasons():
    forecast = Forecast({"train_replicate": 2})
    downstream = "Input files updated by another job: a"
    forecast.add("train_replicate", f"Missing output files: x; {downstream}")
    forecast.add("train_replicate", "Missing output files: y")
    forecast.add("all", downstream)
    assert forecast.reasons("train_replicate") == "missing output files"
    assert forecast.reasons("all") == "input files updated by another job"


@pytest.fixture
def new_handler(tmp_path, monkeypatch):
    """Give a maker of handlers, to be called when pytest captures the test's output."""
    monkeypatch.chdir(tmp_path)
    made = []

    def make() -> LogHandler:
        settings = SimpleNamespace(dryrun=False, stdout=False, nocolor=True)
        made.append(LogHandler(settings, None))
        return made[-1]

    yield make
    for handler in made:
        handler.close()


def start(handler, number, rule, log):
    fields = {"input": [], "output": ["x"], "log": [log], "reason": ""}
    handler.emit(
        record(LogEvent.JOB_INFO, jobid=number, rule_name=rule, wildcards={}, **fields)
    )


def test_a_run_is_told_in_lines_and_in_the_status_file(new_handler, tmp_path, capfd):
    handler = new_handler()
    (tmp_path / "b.log").write_text("Error: no room\n")
    stats = {"split_dataset": 1, "featurize_part": 1, "total": 2}
    handler.emit(record(LogEvent.RUN_INFO, stats=stats))
    os.write(2, b"noise of a job\n")
    start(handler, 1, "split_dataset", "a.log")
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1))
    start(handler, 2, "featurize_part", "b.log")
    handler.emit(record(LogEvent.JOB_ERROR, level=logging.ERROR, jobid=2))
    handler.close()
    shown = capfd.readouterr().err
    assert "✓ split_dataset" in shown
    assert "✗ featurize_part\n    Error: no room\n    log: b.log" in shown
    assert "Failed: 1 of 2 jobs done" in shown
    assert "noise" not in shown
    output = tmp_path / ".snakemake/toxtune/job_output.txt"
    assert output.read_text() == "noise of a job\n"
    status = read_json(STATUS_FILE)
    assert status["state"] == "failed"
    assert status["rules"]["split_dataset"]["done"] == 1
    assert status["failures"][0]["message"] == "Error: no room"


def test_jobs_that_were_stopped_have_not_failed(new_handler, capfd):
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"split_dataset": 1, "total": 1}))
    start(handler, 1, "split_dataset", "a.log")
    handler.emit(record(None, "Terminating processes on user request, this might"))
    handler.emit(record(LogEvent.JOB_ERROR, level=logging.ERROR, jobid=1))
    handler.close()
    assert "Stopped: 0 of 1 jobs done" in capfd.readouterr().err
    status = read_json(STATUS_FILE)
    assert (status["state"], status["failures"]) == ("interrupted", [])


def test_nothing_to_be_done_is_one_line(new_handler, capfd):
    handler = new_handler()
    handler.emit(record(None, "Building DAG of jobs..."))
    handler.emit(record(None, "Nothing to be done (all are up to date)."))
    handler.close()
    shown = capfd.readouterr().err
    assert shown == "Nothing to be done (all are up to date).\n"
    assert read_json(STATUS_FILE)["state"] == "finished"
