"""What a person sees: live on a terminal, plain lines elsewhere."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from rich.console import Console, ConsoleDimensions, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from snakemake_interface_logger_plugins.settings import OutputSettingsLoggerInterface

from snakemake_logger_plugin_toxtune.forecast import Forecast
from toxtune.identity import ID_LENGTH
from toxtune.runs.best_score import BestTrial
from toxtune.runs.progress import (
    Failure,
    Job,
    Snapshot,
    describe_best,
    describe_pace,
    describe_trainings,
    format_duration,
    ways_on,
)
from toxtune.runs.status_file import State

_SECONDS_BETWEEN_LINES = 10.0
# Lines of a long run come more rarely: each after this share of its time so far.
_SHARE_BETWEEN_LINES = 1 / 20
_BAR_WIDTH = 20
_NEARLY_FULL = 10**7


class Display:
    """Prints lines, and keeps the state of the run below them on a terminal.

    Parameters
    ----------
    settings
        Snakemake's: whether to use colours, and which stream.
    command
        The command line that goes on with the run.
    """

    def __init__(self, settings: OutputSettingsLoggerInterface, command: str) -> None:
        self._console = _console(settings)
        self._command = command
        self._live: Live | None = None
        self._snapshot: Snapshot | None = None
        self._best: BestTrial | None = None
        self._lines: Thread | None = None
        self._ended = Event()

    def line(self, text: str, style: str = "") -> None:
        """Print a line that stays."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def error(self, message: str) -> None:
        """Print an error that ends the run."""
        text = Text.assemble(("Error:", "bold red"), " ", message)
        self._console.print(text, soft_wrap=True)

    def stage(self, job: Job, seconds: float) -> None:
        """Print that a job other than a training is done."""
        names = [
            value
            for key, value in job.wildcards.items()
            if key != "run" and not _is_id(value)
        ]
        text = Text.assemble(("✓ ", "green"), " ".join([job.rule, *names]))
        self._console.print(text.append(f"  {format_duration(seconds)}", style="dim"))

    def failure(self, failure: Failure, job_output: Path) -> None:
        """Print which job failed, why, and where to read more."""
        where = " ".join(f"{key}={value}" for key, value in failure.wildcards.items())
        message = failure.message or _no_message(job_output)
        lines = [f"✗ {failure.rule} {where}".rstrip(), *message.splitlines()]
        lines += [f"log: {failure.log}"] if failure.log else []
        self.line("\n    ".join(lines), style="red")

    def forecast(self, forecast: Forecast) -> None:
        """Print the table of a dry run."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("Would run")
        table.add_column("jobs", justify="right")
        table.add_column("because of", style="dim")
        for rule, count in forecast.totals.items():
            table.add_row(rule, str(count), forecast.reasons(rule))
        table.add_row("in all", str(sum(forecast.totals.values())), style="bold")
        self._console.print(table)

    def begin(self, snapshot: Snapshot) -> None:
        """Print how much there is to do."""
        words = f"{snapshot.total.total} jobs to do"
        if snapshot.trainings.total:
            words += f", {snapshot.trainings.total} of them trainings"
        self.line(words)

    def update(self, snapshot: Snapshot, best: BestTrial | None) -> None:
        """Show how the run stands."""
        self._snapshot, self._best = snapshot, best
        if self._console.is_terminal:
            self._start_live()
        elif self._lines is None:
            self._lines = Thread(target=self._print_lines, daemon=True)
            self._lines.start()

    def end(self, snapshot: Snapshot, state: State, best: BestTrial | None) -> None:
        """Print how the run ended."""
        self.close()
        if not snapshot.counts:
            return
        count = snapshot.total
        words = f"{count.done} of {count.total} jobs done"
        words += f" in {format_duration(snapshot.elapsed(_now()))}"
        if best:
            # An ensemble, which may be what is delivered, is no trial.
            words += f"; best single trial on the validation set: {describe_best(best)}"
        if state == State.FINISHED:
            self.line(f"Finished: {words}", style="green")
        elif state == State.INTERRUPTED:
            self.line(f"Stopped: {words}. `{self._command}` continues", "yellow")
        else:
            words += f", {count.failed} failed (see above)"
            advice = ways_on(snapshot.failures, self._command)
            self.line(f"Failed: {words}. {advice}", "red")

    def close(self) -> None:
        """Take the live part away, and print no more of how the run stands."""
        if self._live:
            self._live.stop()
            self._live = None
        if self._lines:
            self._ended.set()
            self._lines.join()
            self._lines = None

    def _start_live(self) -> None:
        if self._live is None:
            self._live = Live(
                get_renderable=self._render,
                console=self._console,
                refresh_per_second=4,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _render(self) -> RenderableType:
        """Draw the state; called by the display's own thread."""
        snapshot, best = self._snapshot, self._best
        if snapshot is None:
            return Group()
        counts = snapshot.trainings
        grid = Table.grid(padding=(0, 2, 0, 0))
        if counts.total:
            ended = counts.done + counts.failed
            row = Table.grid(padding=(0, 2, 0, 0))
            bar = ProgressBar(counts.total, ended, width=_BAR_WIDTH)
            row.add_row(bar, _trainings(snapshot))
            grid.add_row("trainings", row)
        grid.add_row("time", _times(snapshot))
        grid.add_row("now", _now_running(snapshot.running))
        if best:
            grid.add_row("best trial", describe_best(best))
        return grid

    def _print_lines(self) -> None:
        """Print how the run stands from time to time, where that has changed.

        In a thread of its own: between the end of a job and the start of the next, when
        Snakemake has news, fewer jobs run than at any other time.
        """
        printed = None
        started = _now()
        while not self._ended.wait(
            max(_SECONDS_BETWEEN_LINES, (_now() - started) * _SHARE_BETWEEN_LINES)
        ):
            snapshot, best = self._snapshot, self._best
            if snapshot is not None and snapshot != printed:
                # Who reads the output may have seen enough.
                with suppress(OSError):
                    self.line(_state(snapshot, best))
                printed = snapshot


def _state(snapshot: Snapshot, best: BestTrial | None) -> str:
    """Describe how a run stands in a line."""
    trainings = snapshot.trainings
    if trainings.running or trainings.left:
        pieces = [f"trainings: {_trainings(snapshot)}"]
    else:
        total = snapshot.total
        pieces = [f"{total.done} of {total.total} jobs done"]
        pieces.append(f"now: {_now_running(snapshot.running)}")
    pieces.append(_times(snapshot))
    if best:
        pieces.append(f"best trial: {describe_best(best)}")
    return "; ".join(pieces)


class _TerminalConsole(Console):
    """A console that asks its own stream for its size.

    Rich asks the standard streams, which lead to a file while jobs run.
    """

    # Rich's own has a setter, which nothing here uses.
    @property  # type: ignore[misc]
    def size(self) -> ConsoleDimensions:
        with suppress(OSError):
            columns, lines = os.get_terminal_size(self.file.fileno())
            if columns and lines:
                return ConsoleDimensions(columns, lines)
        return super().size


def _console(settings: OutputSettingsLoggerInterface) -> Console:
    stream = sys.stdout if settings.stdout else sys.stderr
    # A copy, since the stream itself leads to a file while jobs run.
    descriptor = os.dup(stream.fileno())
    copy = os.fdopen(descriptor, "w", 1, stream.encoding, errors="replace")
    no_color = True if settings.nocolor else None
    return _TerminalConsole(file=copy, highlight=False, no_color=no_color)


def _no_message(job_output: Path) -> str:
    """Say what to do without one; a job cannot leave one on a full disk."""
    free = shutil.disk_usage(".").free
    if free < _NEARLY_FULL:
        return f"no message; the disk has {free / 10**6:.1f} MB left"
    return f"no message; see {job_output}"


def _is_id(value: str) -> bool:
    return len(value) == ID_LENGTH and set(value) <= set("0123456789abcdef")


def _now() -> float:
    return time.monotonic()


def _trainings(snapshot: Snapshot) -> str:
    text = describe_trainings(snapshot.trainings)
    return f"{text}, {describe_pace(snapshot.pace)}" if snapshot.pace else text


def _times(snapshot: Snapshot) -> str:
    words = format_duration(snapshot.elapsed(_now()))
    left = snapshot.seconds_left(_now())
    return words if left is None else f"{words}, about {format_duration(left)} left"


def _now_running(running: Mapping[str, int]) -> str:
    names = [rule if n == 1 else f"{rule} ({n})" for rule, n in running.items()]
    return ", ".join(names) or "waiting"
