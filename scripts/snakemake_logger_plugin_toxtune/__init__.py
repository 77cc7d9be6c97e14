"""Snakemake logger ``--logger toxtune``: a short account of a run, live on a terminal.

Snakemake finds this package because ``scripts/`` is on ``PYTHONPATH``. The full log of
every run is where Snakemake puts it, in ``.snakemake/log/``.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from logging import WARNING, LogRecord
from typing import cast

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_toxtune.capture import Capture
from snakemake_logger_plugin_toxtune.display import Display
from snakemake_logger_plugin_toxtune.errors import error_message, scheduler_message
from snakemake_logger_plugin_toxtune.forecast import Forecast
from snakemake_logger_plugin_toxtune.records import SnakemakeRecord
from snakemake_logger_plugin_toxtune.scores import Scores
from toxtune.io.files import write_json
from toxtune.runs.progress import TRAINING_RULES, Job, Progress
from toxtune.runs.started import Started
from toxtune.runs.status_file import STATUS_FILE, State, Status

_SECONDS_BETWEEN_STATUS_FILES = 1.0
_INTERRUPTIONS = {
    "Terminating processes": "Stopping the running jobs …",
    "Will exit after finishing": "Stopping as soon as the running jobs are done …",
}
_WORTH_SHOWING = ("Nothing to be done", "Unlocked", "Trying to restart")


class LogHandler(LogHandlerBase):
    """Turns Snakemake's log records into progress, lines and the status file."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        """Set up; nothing is shown or written before the first job."""
        self._of = Started.from_environment()
        self._display = Display(self.common_settings, self._of.command)
        self._capture = Capture(STATUS_FILE.with_name("job_output.txt"))
        self._forecast = Forecast() if self.common_settings.dryrun else None
        self._progress: Progress | None = None
        self._scores: Scores | None = None
        self._configfiles: list[str] = []
        self._state = State.RUNNING
        self._started = datetime.now().astimezone()
        self._saved_at = 0.0
        self._shown: set[str] = set()
        self._handlers: dict[LogEvent | None, Callable[[SnakemakeRecord], None]] = {
            None: self._on_text,
            LogEvent.ERROR: self._on_error,
            LogEvent.WORKFLOW_STARTED: self._on_workflow_started,
            LogEvent.RUN_INFO: self._on_run_info,
            LogEvent.JOB_INFO: self._on_job_info,
            LogEvent.JOB_FINISHED: self._on_job_finished,
            LogEvent.JOB_ERROR: self._on_job_error,
            LogEvent.GROUP_ERROR: self._on_group_error,
        }

    def emit(self, record: LogRecord) -> None:
        """Take in one record."""
        try:
            event = getattr(record, "event", None)
            if event in self._handlers:
                self._handlers[event](cast(SnakemakeRecord, record))
                self._refresh()
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Say how the run ended; called again when Python exits."""
        if self._forecast:
            self._display.forecast(self._forecast)
            self._forecast = None
        if self._progress:
            if self._state == State.RUNNING:
                self._state = State.FAILED if self._has_failures() else State.FINISHED
            best = self._scores.close() if self._scores else None
            self._display.end(self._progress.snapshot(), self._state, best)
            self._save()
            self._progress = None
        self._display.close()
        self._capture.stop()
        super().close()

    def _on_workflow_started(self, record: SnakemakeRecord) -> None:
        self._configfiles = [str(path) for path in record.configfiles]

    def _on_run_info(self, record: SnakemakeRecord) -> None:
        totals = {rule: n for rule, n in record.stats.items() if rule != "total"}
        if self._forecast:
            self._forecast.totals = totals
        elif self._progress is None:
            self._progress = Progress(totals, time.monotonic())
            self._display.begin(self._progress.snapshot())
            self._capture.start()
            if totals.keys() & set(TRAINING_RULES):
                self._scores = Scores(self._configfiles)
        else:
            self._progress.totals = totals

    def _on_job_info(self, record: SnakemakeRecord) -> None:
        job = Job(
            rule=record.rule_name,
            wildcards=record.wildcards,
            inputs=record.input,
            outputs=record.output,
            logs=record.log,
            started=time.monotonic(),
        )
        if self._forecast:
            self._forecast.add(job.rule, record.reason)
        elif self._progress:
            self._progress.start(record.jobid, job)

    def _on_job_finished(self, record: SnakemakeRecord) -> None:
        if self._progress is None:
            return
        now = time.monotonic()
        job = self._progress.finish(record.job_id, now)
        if job is None:
            return
        if job.rule in TRAINING_RULES:
            if self._scores:
                self._scores.add(job)
        elif job.outputs:
            self._display.stage(job, now - job.started)

    def _on_job_error(self, record: SnakemakeRecord) -> None:
        self._fail(record.jobid, scheduler_message(record.rule_msg))

    def _on_group_error(self, record: SnakemakeRecord) -> None:
        for info in record.job_error_info:
            self._fail(info["jobid"])

    def _fail(self, number: int, refusal: str = "") -> None:
        if self._progress is None or self._state == State.INTERRUPTED:
            return
        failure = self._progress.fail(number, refusal)
        if failure:
            self._display.failure(failure, self._capture.path)

    def _on_error(self, record: SnakemakeRecord) -> None:
        message = error_message(record, explained=not self._is_well())
        if message:
            if self._state == State.RUNNING:
                self._state = State.FAILED
            self._forecast = None
            self._display.error(message)

    def _on_text(self, record: SnakemakeRecord) -> None:
        text = record.getMessage()
        for beginning, words in _INTERRUPTIONS.items():
            if text.startswith(beginning):
                self._state = State.INTERRUPTED
                self._show_once(words)
        if text.startswith("Nothing to be done"):
            self._end_without_jobs()
        if text.startswith(_WORTH_SHOWING):
            self._display.line(text)
        elif record.levelno >= WARNING and self._is_well():
            self._show_once(text, style="yellow")

    def _is_well(self) -> bool:
        return self._state == State.RUNNING and not self._has_failures()

    def _has_failures(self) -> bool:
        """Whether a job has failed that is not, or not yet, being tried again."""
        return bool(self._progress and self._progress.snapshot().failures)

    def _end_without_jobs(self) -> None:
        if self._forecast is None:
            self._progress = Progress({}, time.monotonic())
            self._state = State.FINISHED
        self._forecast = None

    def _show_once(self, text: str, style: str = "") -> None:
        if text not in self._shown:
            self._shown.add(text)
            self._display.line(text, style)

    def _refresh(self) -> None:
        if self._progress is None or not self._progress.totals:
            return
        best = self._scores.best if self._scores else None
        self._display.update(self._progress.snapshot(), best)
        if time.monotonic() - self._saved_at > _SECONDS_BETWEEN_STATUS_FILES:
            self._save()

    def _save(self) -> None:
        """Write the status file; a full disk must not end the run."""
        if self._progress is None:
            return
        self._saved_at = time.monotonic()
        snapshot = self._progress.snapshot()
        status = Status(
            state=self._state,
            pid=os.getpid(),
            started=self._started,
            updated=datetime.now().astimezone(),
            counts=dict(snapshot.counts),
            failures=list(snapshot.failures),
            best=self._scores.best if self._scores else None,
            of=self._of,
        )
        with suppress(OSError):
            write_json(STATUS_FILE, status.to_dict())
