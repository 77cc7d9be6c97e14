"""What is said of data that came later: ``prospective/{name}.json``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from toxtune.prediction.prospective_data import ProspectiveCounts
from toxtune.stats.metrics import Objective


@dataclass(frozen=True)
class AllRecords:
    """How the models did on all rows that have a label, as public boards score them.

    Attributes
    ----------
    records
        Rows that were scored, each with its labels as they were measured.
    unreadable, without_features
        Those of them for which the final model has the fallback: it has no molecule, or
        a molecule without features.
    fallback
        Task to what stands for a prediction there.
    scores
        As of `ProspectiveReport`.
    """

    records: int
    unreadable: int
    without_features: int
    fallback: dict[str, list[float]]
    scores: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class ProspectiveReport:
    """How the final model did on data that came later: ``prospective/{name}.json``.

    Attributes
    ----------
    name, sha256
        Of the data.
    openings
        How many distinct final models have been shown them.
    counts
        What became of the rows of the table.
    without_features
        New molecules that have no prediction, since their features cannot be computed.
    molecules
        New molecules that were scored.
    in_domain
        Share of new molecules in the applicability domain.
    selection, overall, objective, refit, seeds
        Of the final model.
    resamples, confidence
        Of the intervals.
    scores
        Name of each winner, and of the ensemble, to its scores on the new molecules;
        see `toxtune.prediction.prospective_scores.score_models`. Where another model
        than the final one has no prediction, it has the fallback.
    all_records
        The same for all rows.
    coverage
        How many prediction sets or intervals of new molecules hold the true label; rows
        of `toxtune.evaluation.conformal.coverage_table`.
    """

    name: str
    sha256: str
    openings: int
    counts: ProspectiveCounts
    without_features: int
    molecules: int
    in_domain: float
    selection: str
    overall: str
    objective: Objective
    refit: str
    seeds: list[int]
    resamples: int
    confidence: float
    scores: dict[str, dict[str, Any]]
    all_records: AllRecords
    coverage: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values, the counts beside the others."""
        values = {**asdict(self), "objective": self.objective.to_dict()}
        return {**values.pop("counts"), **values}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ProspectiveReport":
        """Make a report of what `to_dict` returned."""
        counts = {field.name: values[field.name] for field in fields(ProspectiveCounts)}
        others = {name: values[name] for name in values if name not in counts}
        return cls(
            counts=ProspectiveCounts(**counts),
            objective=Objective(**others.pop("objective")),
            all_records=AllRecords(**others.pop("all_records")),
            **others,
        )
