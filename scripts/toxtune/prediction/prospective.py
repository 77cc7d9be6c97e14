"""The final model on data that became available after it was frozen."""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.column_settings import ReadingSettings
from toxtune.data.download import fetch_dataset
from toxtune.data.subsets import Subset, read_subset, write_table
from toxtune.evaluation.ledger import opening_id, read_openings, record_opening
from toxtune.evaluation.variants import summarize_scores
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.prediction.final_model import FinalModel, load
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.prospective_data import (
    LEFT_OUT,
    Exclusion,
    ProspectiveCounts,
    ProspectiveData,
    in_table_order,
    read_prospective,
)
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.member_scores import score_members
from toxtune.stats.metrics import Objective, class_weights
from toxtune.stats.task_scales import TaskScales, task_scales


@dataclass(frozen=True)
class ProspectiveSettings:
    """How data that came later are read and scored.

    Attributes
    ----------
    sha256
        Of the data.
    id_column
        The dataset's.
    resampling
        How the intervals are made.
    reading
        What the dataset's files do not tell, and these may not either.
    """

    sha256: str
    id_column: str | None
    resampling: Resampling
    reading: ReadingSettings = field(default_factory=lambda: ReadingSettings())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ProspectiveSettings":
        """Take settings from what the job is told."""
        resampling = Resampling(**values["resampling"])
        return cls(values["sha256"], values["id_column"], resampling, values["reading"])


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
        Molecules that have no prediction, since their features cannot be computed.
    molecules
        Molecules that were scored.
    in_domain
        Share of molecules in the applicability domain.
    selection, objective, refit, seeds
        Of the final model.
    resamples, confidence
        Of the intervals.
    scores
        Metric to ``mean`` and ``tasks``, each with ``score`` and ``interval``; see
        `toxtune.evaluation.variants.summarize_scores`.
    """

    name: str
    sha256: str
    openings: int
    counts: ProspectiveCounts
    without_features: int
    molecules: int
    in_domain: float
    selection: str
    objective: Objective
    refit: str
    seeds: list[int]
    resamples: int
    confidence: float
    scores: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values, the counts beside the others."""
        values = {**asdict(self), "objective": self.objective.to_dict()}
        return {**values.pop("counts"), **values}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ProspectiveReport":
        """Make a report of what `to_dict` returned."""
        counts = {field.name: values[field.name] for field in fields(ProspectiveCounts)}
        others = {name: values[name] for name in values if name not in counts}
        objective = Objective(**others.pop("objective"))
        return cls(counts=ProspectiveCounts(**counts), objective=objective, **others)


def evaluate_prospective(
    *,
    name: str,
    source: str,
    settings: ProspectiveSettings,
    model: Path,
    train: Path,
    valid: Path,
    test: Path,
    ledger: Path,
    table: Path,
    exclusions: Path,
    report: Path,
    features_files: Mapping[str, str],
) -> None:
    """Score the final model on new data, once that look is in the ledger.

    Parameters
    ----------
    name, source
        Of the data, as in ``prospective`` of a configuration.
    settings
        How they are read and scored.
    model
        The final model's zip file.
    train, valid, test
        Tables of the molecules that are not new: those that the model has seen, and
        those that its test scores are of. The test set's labels are not used.
    ledger
        Where looks at these data are recorded.
    table, exclusions, report
        The files to write: scores in rows, molecules that were left out, and
        everything as JSON.
    features_files
        Name of own features to the file that has them, as the configuration says.
    """
    final_model = load(model)
    training = read_subset(train)
    known = {
        "training": training,
        "validation": read_subset(valid),
        "test": read_subset(test),
    }
    seen = _seen_molecules(known)
    with tempfile.TemporaryDirectory(dir=report.parent) as folder:
        key = f"prospective {name}"
        copy = Path(folder, key)
        fetch_dataset([source], settings.sha256, copy, key)
        data = read_prospective(
            copy,
            final_model.metadata,
            settings.id_column,
            seen,
            name=source,
            features_files=features_files,
            reading=settings.reading,
        )
    # First the ledger: no look goes unrecorded.
    record_opening(ledger, ledger_line(final_model.metadata, name))
    result, left_out = score_prospective(
        name=name,
        settings=settings,
        openings=len(read_openings(ledger)),
        model=final_model,
        data=data,
        weights=class_weights(training.labels),
        scales=task_scales([training.labels], final_model.metadata.objective),
    )
    write_tsv(table, score_table(result.scores))
    header = [field.name for field in fields(Exclusion)]
    write_table(exclusions, header, map(astuple, left_out), "\t")
    write_json(report, result.to_dict())


def ledger_line(metadata: FinalModelMetadata, name: str) -> dict[str, Any]:
    """Describe a look at prospective data; the very models make it distinct."""
    store_keys = [member.store_key for member in metadata.members]
    return {
        "selection": opening_id(metadata.selection, store_keys),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": metadata.run,
        "prospective": name,
        "overall": " + ".join(metadata.families),
        "objective": metadata.objective.metric,
        "winners": {trial.family: trial.id for trial in metadata.trials},
    }


def score_prospective(
    *,
    name: str,
    settings: ProspectiveSettings,
    openings: int,
    model: FinalModel,
    data: ProspectiveData,
    weights: np.ndarray,
    scales: TaskScales,
) -> tuple[ProspectiveReport, list[Exclusion]]:
    """Score the final model's predictions.

    Parameters
    ----------
    name
        Of the data.
    settings
        How they were read, and how intervals are made.
    openings
        How many distinct final models have been shown the data.
    model
        The final model.
    data
        What it is shown.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`; of the training set.
    scales
        The unit of each task in means over tasks; of the training set as well.

    Returns
    -------
    report
        Scores, and what they are of.
    exclusions
        Those of `data`, and the molecules that have no features.
    """
    metadata, resampling = model.metadata, settings.resampling
    prediction = model.predict(data.subset.smiles, data.own)
    has_features = np.ones(len(data.subset.ids), dtype=bool)
    # Predictions without features mean nothing; they are neither right nor wrong.
    has_features[list(prediction.failures)] = False
    subset = _selected(data.subset, has_features)
    values = prediction.values[None, has_features]
    scores = score_members(
        subset, weights, values, resampling, metadata.task_type, scales
    )
    report = ProspectiveReport(
        name=name,
        sha256=settings.sha256,
        openings=openings,
        counts=data.counts,
        without_features=len(prediction.failures),
        molecules=len(subset.ids),
        in_domain=float(model.in_domain(prediction.similarity).mean()),
        selection=metadata.selection,
        objective=metadata.objective,
        refit=metadata.refit,
        seeds=metadata.seeds,
        resamples=resampling.resamples,
        confidence=resampling.confidence,
        scores=summarize_scores(scores, subset.tasks, resampling.confidence),
    )
    failures = _without_features(data, prediction.failures)
    return report, in_table_order([*data.exclusions, *failures])


def score_table(scores: Mapping[str, Any]) -> pd.DataFrame:
    """List scores, a row per metric and task (or ``mean``)."""
    rows = []
    for metric, report in scores.items():
        for task, score in [("mean", report["mean"]), *report["tasks"].items()]:
            low, high = score["interval"] or (None, None)
            rows.append([metric, task, score["score"], low, high])
    return pd.DataFrame(rows, columns=["metric", "task", "score", "low", "high"])


def _seen_molecules(subsets: Mapping[str, Subset]) -> dict[str, str]:
    """Map the group of each molecule of named sets to where it is, in words."""
    return {
        group: f"the same molecule as {id} in the {name} set"
        for name, subset in subsets.items()
        for id, group in zip(subset.ids, subset.groups, strict=True)
    }


def _selected(subset: Subset, mask: np.ndarray) -> Subset:
    """Return the molecules of a subset where `mask` holds, n_molecules of bool."""
    rows = np.flatnonzero(mask)
    ids, smiles, groups = (
        [column[row] for row in rows]
        for column in (subset.ids, subset.smiles, subset.groups)
    )
    return Subset(ids, smiles, groups, subset.tasks, subset.labels[rows])


def _without_features(
    data: ProspectiveData, failures: Mapping[int, str]
) -> list[Exclusion]:
    """List molecules that have no prediction; `failures` is row to reason."""
    return [
        Exclusion(
            data.rows[row],
            data.subset.ids[row],
            data.subset.smiles[row],
            action=LEFT_OUT,
            task="",
            reason=reason,
        )
        for row, reason in failures.items()
    ]
