"""The logger plugin: Snakemake's records in, lines and the status file out."""

import logging
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_toxtune import LogHandler, display
from snakemake_logger_plugin_toxtune.errors import error_message
from snakemake_logger_plugin_toxtune.forecast import Forecast
from snakemake_logger_plugin_toxtune.scores import Scores
from toxtune.config.plan import Plan
from toxtune.io.files import read_json, write_json
from toxtune.runs.best_score import BestTrial
from toxtune.runs.started import Started
from toxtune.runs.status_file import STATUS_FILE, read_status
from toxtune.search.trials import Trial


def record(event, message="", level=logging.INFO, **fields) -> logging.LogRecord:
    made = logging.LogRecord("snakemake", level, "", 0, message, (), None)
    made.__dict__.update(event=event, **fields)
    return made


def job_error(number, message=None) -> logging.LogRecord:
    return record(
        LogEvent.JOB_ERROR, level=logging.ERROR, jobid=number, rule_msg=message
    )


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
    stats = {"split_dataset": 1, "featurize_molecules": 1, "total": 2}
    handler.emit(record(LogEvent.RUN_INFO, stats=stats))
    os.write(2, b"noise of a job\n")
    start(handler, 1, "split_dataset", "a.log")
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1))
    start(handler, 2, "featurize_molecules", "b.log")
    handler.emit(job_error(2))
    handler.close()
    shown = capfd.readouterr().err
    assert "✓ split_dataset" in shown
    assert "✗ featurize_molecules\n    Error: no room\n    log: b.log" in shown
    assert "Failed: 1 of 2 jobs done" in shown
    assert "noise" not in shown
    output = tmp_path / ".snakemake/toxtune/job_output.txt"
    assert output.read_text() == "noise of a job\n"
    status = read_json(STATUS_FILE)
    assert status["state"] == "failed"
    assert status["rules"]["split_dataset"]["done"] == 1
    assert status["failures"][0]["message"] == "Error: no room"


def test_a_cluster_that_refuses_a_job_is_quoted(new_handler, capfd):
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"split_dataset": 1, "total": 1}))
    start(handler, 1, "split_dataset", "a.log")
    refused = (
        "SLURM sbatch failed. The error message was 'sbatch: error: CPU count per node "
        "can not be satisfied\nsbatch: error: Batch job submission failed'.\n"
        "    sbatch call:\n        sbatch --parsable"
    )
    handler.emit(job_error(1, refused))
    handler.close()
    shown = capfd.readouterr().err
    assert "CPU count per node can not be satisfied\n    sbatch: error: Batch" in shown
    assert "--parsable" not in shown
    assert "no message" not in shown


def test_a_job_that_succeeds_when_tried_again_has_not_failed(new_handler, capfd):
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"train_replicate": 1, "total": 1}))
    start(handler, 1, "train_replicate", "a.log")
    handler.emit(job_error(1))
    handler.emit(record(None, "Trying to restart job 1."))
    start(handler, 1, "train_replicate", "a.log")
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1))
    handler.close()
    shown = capfd.readouterr().err
    assert "Trying to restart job 1." in shown
    assert "Finished: 1 of 1 jobs done" in shown
    status = read_json(STATUS_FILE)
    assert (status["state"], status["failures"]) == ("finished", [])


def test_the_best_score_at_the_end_is_that_of_a_single_trial(
    new_handler, monkeypatch, capfd
):
    best = BestTrial("aaa", 0.5961, 2, "roc_auc", "random_forest")
    scores = SimpleNamespace(best=best, add=lambda job: None, close=lambda: best)
    monkeypatch.setattr("snakemake_logger_plugin_toxtune.Scores", lambda files: scores)
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"train_replicate": 1, "total": 1}))
    start(handler, 1, "train_replicate", "a.log")
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1))
    handler.close()
    shown = capfd.readouterr().err
    assert "best single trial on the validation set: roc_auc 0.5961 with" in shown


def test_jobs_that_were_stopped_have_not_failed(new_handler, monkeypatch, capfd):
    of = Started("demo", "make demo")
    for name, value in of.to_environment().items():
        monkeypatch.setenv(name, value)
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"split_dataset": 1, "total": 1}))
    start(handler, 1, "split_dataset", "a.log")
    handler.emit(record(None, "Terminating processes on user request, this might"))
    handler.emit(job_error(1))
    handler.close()
    shown = capfd.readouterr().err
    assert "Stopped: 0 of 1 jobs done" in shown
    assert "`make demo` continues" in shown
    status = read_json(STATUS_FILE)
    assert (status["state"], status["failures"]) == ("interrupted", [])
    assert read_status().of == of


def test_nothing_to_be_done_is_one_line(new_handler, capfd):
    handler = new_handler()
    handler.emit(record(None, "Building DAG of jobs..."))
    handler.emit(record(None, "Nothing to be done (all are up to date)."))
    handler.close()
    shown = capfd.readouterr().err
    assert shown == "Nothing to be done (all are up to date).\n"
    assert read_json(STATUS_FILE)["state"] == "finished"


def test_lines_tell_how_many_run_once_they_have_started(
    new_handler, monkeypatch, capfd
):
    monkeypatch.setattr(display, "_SECONDS_BETWEEN_LINES", 0.1)
    handler = new_handler()
    handler.emit(record(LogEvent.RUN_INFO, stats={"train_replicate": 9, "total": 9}))
    for number in (1, 2):
        start(handler, number, "train_replicate", "a.log")
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1))
    start(handler, 3, "train_replicate", "a.log")
    shown = ""
    for _ in range(1000):
        shown += capfd.readouterr().err
        if "trainings:" in shown:
            break
        time.sleep(0.01)
    handler.close()
    assert "trainings: 1 done, 2 running, 6 left, " in shown
    assert " a minute; " in shown
    assert " left\n" in shown


def test_trainings_of_earlier_runs_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/d/s/whole").mkdir(parents=True)
    rows = [f"{i},m{i},C,G,G,C,{i % 2}" for i in range(4)]
    for subset in ("train", "valid"):
        text = (
            "\n".join(["row,id,smiles,group,compound,given_smiles,task", *rows]) + "\n"
        )
        (tmp_path / f"data/d/s/whole/{subset}.csv").write_text(text)
    folder = tmp_path / "results/trials/dense/aaa/seed-0"
    folder.mkdir(parents=True)
    trial = Trial("aaa", "d", "s", "dense", "bits", {})
    write_json(folder / "result.json", {"status": "ok", "trial": trial.to_dict()})
    np.save(folder / "valid_predictions.npy", np.array([[0], [1], [0], [1]]))
    plan = Plan(
        "run",
        "binary",
        {},
        "d",
        {},
        "s",
        {},
        {"aaa": trial},
        [("aaa", "seed-0")],
        stages={},
        config={},
    )
    config = {
        "objective": {"metric": "roc_auc", "direction": "maximize"},
        "training": {"seeds": [0, 1]},
    }
    loaded = []
    monkeypatch.setattr(
        "toxtune.config.check.load_config", lambda paths: loaded.extend(paths) or config
    )
    monkeypatch.setattr("toxtune.config.build_plan.load_plans", lambda config: [plan])
    scores = Scores(["a.yaml", "b.yaml", "config.yaml"])
    for _ in range(1000):
        if scores.best:
            break
        time.sleep(0.01)
    assert scores.close().score == 1.0
    assert [path.name for path in loaded] == ["config.yaml", "a.yaml", "b.yaml"]
