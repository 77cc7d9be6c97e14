"""The final model, and what it was chosen from, on data that came later."""

import tempfile
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.column_settings import ReadingSettings
from toxtune.data.download import fetch_dataset
from toxtune.data.subsets import Subset, read_subset
from toxtune.errors import UserError
from toxtune.evaluation.coverage import (
    as_records,
    coverage_table,
)
from toxtune.evaluation.ledger import (
    looks_of_siblings,
    opening_id,
    read_openings,
    record_opening,
    siblings_of,
)
from toxtune.io.csv_rows import TAB
from toxtune.io.csv_writer import write_csv
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.prediction.contenders import Contenders, FrozenFiles, load_contenders
from toxtune.prediction.exclusions import LEFT_OUT, Exclusion, in_table_order
from toxtune.prediction.fallback import outputs_of
from toxtune.prediction.final_model import FinalModel
from toxtune.prediction.prediction import Prediction
from toxtune.prediction.prospective_data import (
    ProspectiveData,
    read_prospective,
    selected,
)
from toxtune.prediction.prospective_report import AllRecords, ProspectiveReport
from toxtune.prediction.prospective_scores import ALL, NEW, score_models, score_table
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import class_weights
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
    splits
        Run of each split of the configuration to the split's id, if there are several.
    """

    sha256: str
    id_column: str | None
    resampling: Resampling
    reading: ReadingSettings = field(default_factory=lambda: ReadingSettings())
    splits: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ProspectiveSettings":
        """Take settings from what the job is told."""
        resampling = Resampling(**values["resampling"])
        return cls(
            values["sha256"],
            values["id_column"],
            resampling,
            values["reading"],
            values.get("splits", {}),
        )


def evaluate_prospective(
    *,
    name: str,
    source: str,
    settings: ProspectiveSettings,
    frozen: FrozenFiles,
    train: Path,
    valid: Path,
    test: Path,
    ledger: Path,
    table: Path,
    exclusions: Path,
    report: Path,
    features_files: Mapping[str, str],
) -> None:
    """Score what a run ended with on new data, once that look is in the ledger.

    Parameters
    ----------
    name, source
        Of the data, as in ``prospective`` of a configuration.
    settings
        How they are read and scored.
    frozen
        The final model and those beside it.
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
    models = load_contenders(frozen)
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
            models.widest.metadata,
            settings.id_column,
            seen,
            name=source,
            features_files=features_files,
            reading=settings.reading,
        )
    answers = models.predict(data.records.smiles, data.own)
    _check_features(source, data, answers[0].failures)
    # First the ledger: no look goes unrecorded.
    record_opening(ledger, ledger_line(models, name))
    result, left_out = score_prospective(
        name=name,
        settings=settings,
        openings=_count_openings(ledger, models, settings.splits),
        models=models,
        data=data,
        answers=answers,
        weights=class_weights(training.labels),
        scales=task_scales([training.labels], models.selection.objective),
    )
    scores = {NEW: result.scores, ALL: result.all_records.scores}
    write_tsv(table, score_table(scores))
    header = [field.name for field in fields(Exclusion)]
    write_csv(exclusions, header, map(astuple, left_out), TAB)
    write_json(report, result.to_dict())


def _count_openings(ledger: Path, models: Contenders, splits: Mapping[str, str]) -> int:
    """Count the looks at the data; see `toxtune.evaluation.ledger.looks_of_siblings`.

    `splits` is that of `ProspectiveSettings`.
    """
    lines, run = read_openings(ledger), models.widest.metadata.run
    dataset, siblings = models.selection.dataset, siblings_of(run, splits)
    return len(lines) - len(looks_of_siblings(lines, dataset, siblings))


def ledger_line(models: Contenders, name: str) -> dict[str, Any]:
    """Describe a look at prospective data; the very models make it distinct."""
    selection, metadata = models.selection, models.widest.metadata
    store_keys = [member.store_key for member in metadata.members]
    winners = selection.winners.items()
    return {
        "selection": opening_id(metadata.selection, store_keys),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": metadata.run,
        "prospective": name,
        "dataset": selection.dataset,
        "split": selection.split,
        "overall": selection.overall,
        "objective": metadata.objective.metric,
        "winners": {family: winner.trial.id for family, winner in winners},
    }


def score_prospective(
    *,
    name: str,
    settings: ProspectiveSettings,
    openings: int,
    models: Contenders,
    data: ProspectiveData,
    answers: tuple[Prediction, Mapping[str, np.ndarray]],
    weights: np.ndarray,
    scales: TaskScales,
) -> tuple[ProspectiveReport, list[Exclusion]]:
    """Score the models on the new molecules, and on all rows.

    Parameters
    ----------
    name
        Of the data.
    settings
        How they were read, and how intervals are made.
    openings
        How many distinct final models have been shown the data.
    models
        The final model and those beside it.
    data
        What they are shown.
    answers
        What they predict of all records, see `Contenders.predict`.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`; of the training set.
    scales
        The unit of each task in means over tasks; of the training set as well.

    Returns
    -------
    report
        Scores, and what they are of.
    exclusions
        Those of `data`, and the new molecules that have no features.
    """
    metadata, resampling = models.delivered.metadata, settings.resampling
    prediction, values = answers
    score = partial(
        score_models,
        overall=models.selection.overall,
        weights=weights,
        resampling=resampling,
        task_type=metadata.task_type,
        scales=scales,
    )
    # A fallback is neither right nor wrong; public boards count it all the same.
    kept = [row for row, at in enumerate(data.new) if at not in prediction.failures]
    places = [data.new[row] for row in kept]
    of_new = {model: predicted[places] for model, predicted in values.items()}
    subset = selected(data.subset, kept)
    similarity = prediction.similarity[data.new]
    left_out = _without_features(data, prediction.failures)
    report = ProspectiveReport(
        name=name,
        sha256=settings.sha256,
        openings=openings,
        counts=data.counts,
        without_features=len(left_out),
        molecules=len(kept),
        in_domain=float(models.delivered.in_domain(similarity).mean()),
        selection=metadata.selection,
        overall=models.selection.overall,
        objective=metadata.objective,
        refit=metadata.refit,
        seeds=metadata.seeds,
        resamples=resampling.resamples,
        confidence=resampling.confidence,
        scores=score(subset, of_new),
        all_records=AllRecords(
            records=len(data.records.ids) + len(data.unreadable.ids),
            unreadable=len(data.unreadable.ids),
            without_features=len(prediction.failures),
            fallback={task: [*of] for task, of in metadata.fallback.items()},
            scores=score(*_all_records(data, values, outputs_of(metadata.fallback))),
        ),
        coverage=_coverage(models.delivered, prediction, subset, places),
    )
    return report, in_table_order([*data.exclusions, *left_out])


def _all_records(
    data: ProspectiveData, values: Mapping[str, np.ndarray], fallback: np.ndarray
) -> tuple[Subset, dict[str, np.ndarray]]:
    """Put the rows without a molecule below the others; `fallback` is n_outputs."""
    above, below = data.records, data.unreadable
    subset = Subset(
        ids=above.ids + below.ids,
        smiles=above.smiles + below.smiles,
        groups=above.groups + below.groups,
        tasks=above.tasks,
        labels=np.concatenate([above.labels, below.labels]),
    )
    answers = np.tile(fallback, (len(below.ids), 1))
    return subset, {
        model: np.concatenate([predicted, answers])
        for model, predicted in values.items()
    }


def _seen_molecules(subsets: Mapping[str, Subset]) -> dict[str, str]:
    """Map the group of each molecule of named sets to where it is, in words."""
    return {
        group: f"the same molecule as {id} in the {name} set"
        for name, subset in subsets.items()
        for id, group in zip(subset.ids, subset.groups, strict=True)
    }


def _check_features(
    source: str, data: ProspectiveData, failures: Mapping[int, str]
) -> None:
    if failures.keys() >= {*data.new}:
        raise UserError(
            f"{source}: no molecule is left, all {len(data.new)} new ones have no "
            f"features ({failures[data.new[0]]}); prospective data need one that the "
            "model can predict"
        )


def _without_features(
    data: ProspectiveData, failures: Mapping[int, str]
) -> list[Exclusion]:
    """List new molecules that have no prediction; `failures` is row to reason."""
    return [
        Exclusion(
            data.rows[row],
            data.records.ids[row],
            data.records.smiles[row],
            action=LEFT_OUT,
            task="",
            reason=failures[row],
        )
        for row in data.new
        if row in failures
    ]


def _coverage(
    model: FinalModel, prediction: Prediction, new: Subset, places: list[int]
) -> list[dict[str, Any]]:
    """Hold the promise of prediction sets against new molecules, to see data drift.

    `places` are their rows in the prediction.
    """
    if prediction.support is None:
        return []
    table = coverage_table(
        new,
        prediction.support.delivered.rows(places),
        model.evidence.calibrations,
        model.metadata.task_type,
    )
    return as_records(table)
