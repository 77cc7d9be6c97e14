"""What a finished training cost, by the files that it left."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from toxtune.io.files import read_json
from toxtune.statuses import NO_RESULT


@dataclass(frozen=True)
class FinishedTraining:
    """A training that has a result, and how long it took.

    Attributes
    ----------
    trial
        As in ``result.json``.
    seconds
        By the clock.
    """

    trial: Mapping[str, Any]
    seconds: float

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a training's files.

        ``None`` where it has no result, or a file is missing or damaged, which is for
        the jobs that need it to say.
        """
        try:
            result = read_json(folder / "result.json")
            if result["status"] in NO_RESULT:
                return None
            seconds = read_json(folder / "cost.json")["seconds"]
            trial = dict(result["trial"])
            return None if seconds is None else cls(trial, float(seconds))
        except (OSError, ValueError, TypeError, KeyError):
            return None
