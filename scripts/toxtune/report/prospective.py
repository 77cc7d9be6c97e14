"""The final model on data that became available after it was frozen."""

from dataclasses import dataclass
from pathlib import Path

from toxtune.evaluation.evaluation_file import Interval, read_interval
from toxtune.io.files import read_json


@dataclass(frozen=True)
class ProspectiveScore:
    """What the report says of one prospective data set.

    Attributes
    ----------
    name
        Of the data, in the configuration.
    score, interval
        Of the objective's metric, mean over tasks.
    rows, molecules
        Rows of the file; molecules that were scored.
    already_seen, unparsable
        Molecules of the training, validation or test set, and rows without a molecule.
    tasks_missing
        Tasks of the model that the data do not have.
    openings
        Distinct final models that have been scored on these data.
    """

    name: str
    score: float | None
    interval: Interval | None
    rows: int
    molecules: int
    already_seen: int
    unparsable: int
    tasks_missing: list[str]
    openings: int


def read_prospective_score(path: Path) -> ProspectiveScore:
    """Read ``prospective/{name}.json``."""
    content = read_json(path)
    mean = content["scores"][content["objective"]["metric"]]["mean"]
    counts = ("rows", "molecules", "already_seen", "unparsable", "openings")
    return ProspectiveScore(
        name=content["name"],
        score=mean["score"],
        interval=read_interval(mean["interval"]),
        tasks_missing=content["tasks_missing"],
        **{name: content[name] for name in counts},
    )
