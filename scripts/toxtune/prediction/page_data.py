"""What the page of predictions shows, as JSON values.

Names are short, since each molecule has them: see `molecule_values`.
"""

from typing import Any

import numpy as np

from toxtune.prediction.evidence import Evidence
from toxtune.prediction.explanation import Explanation
from toxtune.prediction.explanation_columns import rounded
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.prediction import Prediction
from toxtune.prediction.row_predictor import RowPredictor, predicted_classes
from toxtune.prediction.support_columns import class_names, task_support
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

# Of numbers; the CSV file has all of them.
DIGITS = 4


def model_values(metadata: FinalModelMetadata, evidence: Evidence) -> dict[str, Any]:
    """Return what is said once: the tasks, and the bounds of the domains."""
    return {
        "run": metadata.run,
        "kind": str(metadata.task_type),
        "tasks": [
            _task_values(metadata, evidence, number)
            for number in range(len(metadata.tasks))
        ],
        "similarity": _short(metadata.applicability_domain.min_similarity),
        "leverage": _short(metadata.descriptor_domain.max_leverage),
    }


def _task_values(
    metadata: FinalModelMetadata, evidence: Evidence, number: int
) -> dict[str, Any]:
    """Return a task's name, its classes and threshold, or the range of its values."""
    task = metadata.tasks[number]
    if metadata.task_type == TaskType.REGRESSION:
        labels = evidence.training.labels[:, number]
        ends = [np.nanmin(labels), np.nanmax(labels)]
        return {"name": task, "range": [_short(end) for end in ends]}
    values: dict[str, Any] = {"name": task, "classes": class_names(metadata, task)}
    if metadata.task_type == TaskType.BINARY:
        threshold = metadata.thresholds[task].threshold
        values["threshold"] = None if threshold is None else _short(threshold)
    return values


def training_values(evidence: Evidence, row: int) -> dict[str, Any]:
    """Return what is known of a training molecule, but for its drawing."""
    training = evidence.training
    return {
        "id": training.ids[row],
        "smiles": training.smiles[row],
        "labels": [_short(label) for label in training.labels[row]],
    }


def molecule_values(
    predictor: RowPredictor, prediction: Prediction
) -> list[dict[str, Any]]:
    """Return what is said of each molecule of a prediction.

    Returns
    -------
    list of dict
        ``v`` and ``s``: of each task, the outputs and their spread; ``k``: the
        predicted class. Where there is support, ``p``: of each task, the p-value of
        each class; ``t``: the numbers of the classes in the set; ``b``: the interval;
        ``near``: row and similarity of training molecules; ``sim``, ``lev``, ``in`` and
        ``prop``: similarity and leverage, and whether both domains hold it.
    """
    metadata = predictor.model.metadata
    rows: list[dict[str, Any]] = [{"v": [], "s": []} for _ in prediction.values]
    for number, task in enumerate(metadata.tasks):
        values, spread = (
            of_task(numbers, number, len(metadata.tasks)).reshape(len(rows), -1)
            for numbers in (prediction.values, prediction.spread)
        )
        _append(rows, "v", map(_shorts, values))
        _append(rows, "s", map(_shorts, spread))
        if metadata.task_type != TaskType.REGRESSION:
            _append(rows, "k", predicted_classes(predictor.model, task, values))
        if prediction.support is not None:
            _append_support(rows, predictor, prediction, task)
    if prediction.support is not None:
        _append_domains(rows, predictor, prediction)
    return rows


def atom_values(explanation: Explanation) -> dict[str, Any]:
    """Return which atoms a molecule's predictions come from.

    Returns
    -------
    dict
        Of each task, ``w``: the contribution of each atom; ``m``: the output with all
        atoms masked; ``e``: the sum check; ``o``: the class that is explained.
    """
    tasks = explanation.tasks.values()
    return {
        "w": [_shorts(np.array(rounded(task))) for task in tasks],
        "m": [_short(task.masked) for task in tasks],
        "e": [_short(task.explained) for task in tasks],
        "o": [task.output for task in tasks],
    }


def _append_support(
    rows: list[dict[str, Any]],
    predictor: RowPredictor,
    prediction: Prediction,
    task: str,
) -> None:
    model = predictor.model
    assert prediction.support is not None
    found = task_support(
        model.metadata,
        model.evidence.calibrations,
        prediction.support,
        task,
        predictor.confidence,
    )
    if model.metadata.task_type == TaskType.REGRESSION:
        _append(rows, "b", map(_shorts, found.bounds))
    else:
        _append(rows, "p", map(_shorts, found.p))
        _append(rows, "t", [np.flatnonzero(each).tolist() for each in found.inside])


def _append_domains(
    rows: list[dict[str, Any]], predictor: RowPredictor, prediction: Prediction
) -> None:
    metadata, support = predictor.model.metadata, prediction.support
    assert support is not None
    is_near = metadata.applicability_domain.contains(prediction.similarity)
    is_usual = metadata.descriptor_domain.contains(support.leverage)
    for place, row in enumerate(rows):
        near = zip(support.neighbours[place], support.similarities[place], strict=True)
        row["near"] = [[int(at), _short(similarity)] for at, similarity in near]
        row["sim"] = _short(prediction.similarity[place])
        row["lev"] = _short(support.leverage[place])
        row["in"], row["prop"] = int(is_near[place]), int(is_usual[place])


def _append(rows: list[dict[str, Any]], name: str, values: Any) -> None:
    for row, value in zip(rows, values, strict=True):
        row.setdefault(name, []).append(value)


def _shorts(numbers: np.ndarray) -> list[float | None]:
    return [_short(number) for number in numbers]


def _short(number: float) -> float | None:
    """Return a number of few digits; ``None`` where there is none."""
    return float(f"{number:.{DIGITS}g}") if np.isfinite(number) else None
