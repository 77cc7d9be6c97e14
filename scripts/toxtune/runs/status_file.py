"""The status file that a run keeps: its state, jobs, failures and best trial so far."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from toxtune.io.integrity import damaged, read_written
from toxtune.runs.best_score import BestTrial
from toxtune.runs.progress import TRAINING_RULES, Counts, Failure
from toxtune.runs.started import Started

STATUS_FILE = Path(".snakemake/toxtune/status.json")


class State(StrEnum):
    """How a run stands, as far as it could say so itself."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Status:
    """What the status file says.

    Attributes
    ----------
    state
        Of the run; one that was killed is still ``running``.
    pid
        Of snakemake.
    started, updated
        When the run began, and when the file was written.
    counts
        Jobs of each rule; none if there was nothing to be done.
    failures
        Jobs that failed and were not tried again with success.
    best
        The best trial so far, if one is known.
    of
        What was started.
    """

    state: State
    pid: int
    started: datetime
    updated: datetime
    counts: dict[str, Counts]
    failures: list[Failure]
    best: BestTrial | None
    of: Started = Started()

    @property
    def failed_trainings(self) -> list[Failure]:
        """Trainings among the failures.

        There are none if the run was interrupted: they might have ended well.
        """
        if self.state != State.FAILED:
            return []
        return [failure for failure in self.failures if failure.rule in TRAINING_RULES]

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, for a JSON file."""
        return {
            "state": self.state,
            "pid": self.pid,
            "started": self.started.isoformat(timespec="seconds"),
            "updated": self.updated.isoformat(timespec="seconds"),
            "rules": {rule: asdict(counts) for rule, counts in self.counts.items()},
            "failures": [asdict(failure) for failure in self.failures],
            "best": asdict(self.best) if self.best else None,
            "of": asdict(self.of),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        best = content["best"]
        return cls(
            state=State(content["state"]),
            pid=int(content["pid"]),
            started=datetime.fromisoformat(content["started"]),
            updated=datetime.fromisoformat(content["updated"]),
            counts={rule: Counts(**n) for rule, n in content["rules"].items()},
            failures=[Failure(**failure) for failure in content["failures"]],
            # Version 0.2 wrote no settings.
            best=BestTrial(**{"settings": f"trial {best['trial']}"} | best)
            if best
            else None,
            # Nor what had been started.
            of=Started(**content.get("of", {})),
        )


def read_status() -> Status | None:
    """Read the status file, if there has been a run.

    Raises
    ------
    UserError
        If it is damaged.
    """
    if not STATUS_FILE.is_file():
        return None
    content = read_written(STATUS_FILE)
    try:
        return Status.from_dict(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise damaged(STATUS_FILE, "is no status of a run") from None
