"""The final model, and those beside it, on data that came later."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.evaluation.coverage import (
    COLUMNS,
    broken_promises,
)
from toxtune.evaluation.evaluation_file import Interval, read_interval
from toxtune.io.files import read_json


@dataclass(frozen=True)
class ModelScore:
    """What one model scored.

    Attributes
    ----------
    model
        A family, for its winner, or ``ensemble``.
    score, interval
        On new molecules, of the objective's metric, mean over tasks.
    difference, difference_interval
        From the final model, paired; ``None`` for that one.
    all_records, all_records_interval
        The score on all rows, with the fallback where there is no prediction.
    """

    model: str
    score: float | None
    interval: Interval | None
    difference: float | None
    difference_interval: Interval | None
    all_records: float | None
    all_records_interval: Interval | None


@dataclass(frozen=True)
class ProspectiveScore:
    """What the report says of one prospective data set.

    Attributes
    ----------
    name
        Of the data, in the configuration.
    models
        Scores, those of the final model first.
    rows, molecules
        Rows of the file; new molecules that were scored.
    already_seen, unparsable
        Molecules of the training, validation or test set, and rows without a molecule.
    records, with_fallback
        All rows that have a label, and how many of them have the final model's
        fallback.
    tasks_missing
        Tasks of the model that the data do not have.
    openings
        Distinct final models that have been scored on these data.
    broken_promises
        Warnings of prediction sets that hold the true label too seldom.
    """

    name: str
    models: list[ModelScore]
    rows: int
    molecules: int
    already_seen: int
    unparsable: int
    records: int
    with_fallback: int
    tasks_missing: list[str]
    openings: int
    broken_promises: list[str] = field(default_factory=list)

    @property
    def final(self) -> ModelScore:
        """The final model's scores."""
        return self.models[0]


def read_prospective_score(path: Path) -> ProspectiveScore:
    """Read ``prospective/{name}.json``."""
    content = read_json(path)
    overall, scores = content["overall"], content["scores"]
    everything = content["all_records"]
    counts = ("rows", "molecules", "already_seen", "unparsable", "openings")
    return ProspectiveScore(
        name=content["name"],
        models=[
            _model_score(content, model)
            for model in [
                overall,
                *(name for name in sorted(scores) if name != overall),
            ]
        ],
        records=everything["records"],
        with_fallback=everything["unreadable"] + everything["without_features"],
        tasks_missing=content["tasks_missing"],
        broken_promises=broken_promises(
            pd.DataFrame(content["coverage"], columns=COLUMNS),
            f"the prospective data {content['name']}",
        ),
        **{name: content[name] for name in counts},
    )


def _model_score(content: dict[str, Any], model: str) -> ModelScore:
    metric = content["objective"]["metric"]
    new, everything = (
        part["scores"][model][metric]["mean"]
        for part in (content, content["all_records"])
    )
    return ModelScore(
        model=model,
        score=new["score"],
        interval=read_interval(new["interval"]),
        difference=new.get("difference"),
        difference_interval=read_interval(new.get("difference_interval")),
        all_records=everything["score"],
        all_records_interval=read_interval(everything["interval"]),
    )
