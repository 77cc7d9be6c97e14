"""The jobs of a run: what happens to them goes in, counts come out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from toxtune.runs.best_score import BestTrial

TRAINING_RULES = ("train_replicate", "train_slot")
# What begins a message for the user in a job's log.
ERROR = "Error:"


@dataclass(frozen=True)
class Job:
    """A job as it starts.

    Attributes
    ----------
    started
        Seconds, on the caller's clock.
    """

    rule: str
    wildcards: Mapping[str, str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    logs: Sequence[str]
    started: float


@dataclass(frozen=True)
class Failure:
    """A job that failed, and what its log says about it."""

    rule: str
    wildcards: Mapping[str, str]
    log: str | None
    message: str

    @property
    def is_refusal(self) -> bool:
        """Whether the job said what must be put right: without that, it fails again."""
        return self.message.startswith(ERROR)


def ways_on(failures: Iterable[Failure], command: str) -> str:
    """Say what to do after jobs have failed, and the command goes on with the run."""
    refusals = [failure.is_refusal for failure in failures]
    if refusals and all(refusals):
        return f"Put right what the message says; then `{command}` goes on from here"
    return f"`{command}` tries again"


@dataclass(frozen=True)
class Counts:
    """Numbers of jobs, of one rule or of all."""

    total: int = 0
    done: int = 0
    running: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Jobs that have not started."""
        return max(self.total - self.done - self.running - self.failed, 0)


def sum_counts(counts_of_rules: Iterable[Counts]) -> Counts:
    """Add the counts of several rules."""
    rules = list(counts_of_rules)
    return Counts(
        total=sum(counts.total for counts in rules),
        done=sum(counts.done for counts in rules),
        running=sum(counts.running for counts in rules),
        failed=sum(counts.failed for counts in rules),
    )


@dataclass(frozen=True)
class Snapshot:
    """What can be shown of a run at one moment.

    Attributes
    ----------
    counts
        Jobs of each rule.
    running
        Number of running jobs of each rule that has any.
    failures
        Jobs that failed and are not, or not yet, being tried again.
    started
        Seconds, on the caller's clock.
    seconds_left_at
        Seconds until the run ends, and when that was estimated; None before the first
        training has ended.
    pace
        Trainings a second so far, of all that run at once; None before the first has
        ended.
    """

    counts: Mapping[str, Counts]
    running: Mapping[str, int]
    failures: Sequence[Failure]
    started: float
    seconds_left_at: tuple[float, float] | None
    pace: float | None

    @property
    def trainings(self) -> Counts:
        """Counts of the trainings."""
        return sum_counts(
            counts for rule, counts in self.counts.items() if rule in TRAINING_RULES
        )

    @property
    def total(self) -> Counts:
        """Counts of all jobs."""
        return sum_counts(self.counts.values())

    def elapsed(self, now: float) -> float:
        """Return the seconds since the start of the run."""
        return now - self.started

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds until the run ends, at the pace so far, if known."""
        if self.seconds_left_at is None or not self.total.running + self.total.left:
            return None
        seconds, estimated = self.seconds_left_at
        return max(seconds - (now - estimated), 0.0)


@dataclass
class Progress:
    """The jobs of a run.

    Parameters
    ----------
    totals
        Number of jobs of each rule.
    started
        Seconds, on the caller's clock.
    """

    totals: Mapping[str, int]
    started: float
    _running: dict[int, Job] = field(default_factory=dict)
    _done: Counter[str] = field(default_factory=Counter)
    _failures: dict[int, Failure] = field(default_factory=dict)
    _seconds: defaultdict[str, float] = field(
        default_factory=lambda: defaultdict(float)
    )
    _first_training: float | None = None
    _pace: float | None = None
    _seconds_left_at: tuple[float, float] | None = None

    def start(self, number: int, job: Job) -> None:
        """Note that a job runs; if it failed before, it is being tried again."""
        self._failures.pop(number, None)
        self._running[number] = job
        if job.rule in TRAINING_RULES and self._first_training is None:
            self._first_training = job.started

    def finish(self, number: int, now: float) -> Job | None:
        """Note that a job is done; return it if it was known to run."""
        job = self._running.pop(number, None)
        if job is None:
            return None
        self._done[job.rule] += 1
        self._seconds[job.rule] += now - job.started
        if job.rule in TRAINING_RULES and self._first_training is not None:
            done = sum(self._done[rule] for rule in TRAINING_RULES)
            # A clock may not have moved since a training that took no time.
            self._pace = done / max(now - self._first_training, 1e-3)
        if self._pace:
            self._seconds_left_at = (self._seconds_left(self._pace), now)
        return job

    def _seconds_left(self, pace: float) -> float:
        """Estimate the seconds until the last job ends.

        Trainings go on at their pace. The other jobs follow one another, each taking
        as long as those of its rule have taken, or else those of all other rules.
        """
        others = [rule for rule in self.totals if rule not in TRAINING_RULES]
        done = sum(self._done[rule] for rule in others)
        usual = sum(self._seconds[rule] for rule in others) / done if done else 0.0
        seconds = sum(self._open(rule) for rule in TRAINING_RULES) / pace
        for rule in others:
            count = self._done[rule]
            each = self._seconds[rule] / count if count else usual
            seconds += each * self._open(rule)
        return seconds

    def _open(self, rule: str) -> int:
        return max(self.totals.get(rule, 0) - self._done[rule], 0)

    def fail(self, number: int, refusal: str = "") -> Failure | None:
        """Note that a job failed; return what is known if it was known to run.

        `refusal` is what the scheduler of a cluster said, if it would not take the job:
        that job has no log.
        """
        job = self._running.pop(number, None)
        if job is None:
            return None
        log = next(iter(job.logs), None)
        message = error_in_log(Path(log)) if log else ""
        failure = Failure(job.rule, dict(job.wildcards), log, message or refusal)
        self._failures[number] = failure
        return failure

    def snapshot(self) -> Snapshot:
        """Copy what can be shown, so that another thread may show it."""
        running = Counter(job.rule for job in self._running.values())
        failed = Counter(failure.rule for failure in self._failures.values())
        counts = {
            rule: Counts(total, self._done[rule], running[rule], failed[rule])
            for rule, total in self.totals.items()
        }
        return Snapshot(
            counts=counts,
            running=dict(running),
            failures=tuple(self._failures.values()),
            started=self.started,
            seconds_left_at=self._seconds_left_at,
            pace=self._pace,
        )


def error_in_log(path: Path) -> str:
    """Return a log from the line that begins with ``Error:``, else its last line.

    A job's message is the last thing that it logs, and may have several lines.
    """
    lines: list[str] = []
    with suppress(OSError):
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    starts = [n for n, line in enumerate(lines) if line.startswith(ERROR)]
    return "\n".join(lines[starts[0] :] if starts else lines[-1:])


def format_duration(seconds: float) -> str:
    """Write a duration: ``3.1 s``, ``42 s``, ``4:05 min`` or ``1:02:03 h``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d} h"
    return f"{minutes}:{rest:02d} min"


def describe_trainings(counts: Counts) -> str:
    """Write the counts of trainings; ``failed`` only if there are any."""
    text = f"{counts.done} done, {counts.running} running, {counts.left} left"
    return text + (f", {counts.failed} failed" if counts.failed else "")


def describe_pace(pace: float) -> str:
    """Write trainings a second as a number a minute, or an hour if there are few.

    >>> describe_pace(0.24), describe_pace(0.0014), describe_pace(8.0)
    ('14 a minute', '5 an hour', '480 a minute')
    """
    if pace * 60 >= 1:
        return f"{pace * 60:.0f} a minute"
    return f"{pace * 3600:.0f} an hour"


def describe_best(best: BestTrial) -> str:
    """Write the best score so far, with the settings that gave it."""
    count = best.trainings
    basis = "1 training" if count == 1 else f"mean of {count} trainings"
    return f"{best.metric} {best.score:.4f} with {best.settings} ({basis})"
