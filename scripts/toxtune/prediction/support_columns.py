"""The columns of a prediction that back it: sets, intervals, neighbours, leverage."""

from dataclasses import dataclass

import numpy as np

from toxtune.evaluation.conformal import Calibrations
from toxtune.prediction.evidence import NEIGHBOURS, Evidence, Support, labels_in_words
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.stats.conformal import (
    class_scores,
    half_widths,
    p_values,
    prediction_sets,
)
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

# Of the prediction sets, unless another is asked for.
CONFIDENCE = 0.9

DOMAIN_COLUMNS = ["leverage", "in_property_domain"]


def class_names(metadata: FinalModelMetadata, task: str) -> list[str]:
    """Name a task's classes, as its labels do."""
    return metadata.labels.class_names(task, max(metadata.outputs_per_task, 2))


def set_columns(metadata: FinalModelMetadata, task: str) -> list[str]:
    """Name the columns of a task: the p-value of each class, and the set."""
    if metadata.task_type == TaskType.REGRESSION:
        return [f"{task}_low", f"{task}_high"]
    p = [f"{task}={name}_p" for name in class_names(metadata, task)]
    return [*p, f"{task}_set"]


@dataclass(frozen=True, eq=False)
class TaskSupport:
    """What backs the predictions of one task.

    Attributes
    ----------
    p
        n_molecules x n_classes: the p-value of each class; none of values.
    inside
        Of the same shape: which classes are in the set; none of values.
    bounds
        n_molecules x 2: of values, the ends of the interval; none of classes.
    """

    p: np.ndarray
    inside: np.ndarray
    bounds: np.ndarray


def task_support(
    metadata: FinalModelMetadata,
    calibrations: Calibrations,
    support: Support,
    task: str,
    confidence: float,
) -> TaskSupport:
    """Return p-values and sets of a task of classes, or intervals of values."""
    number, n_tasks = metadata.tasks.index(task), len(metadata.tasks)
    values, spread = (
        of_task(numbers, number, n_tasks)
        for numbers in (support.delivered.values, support.delivered.spread)
    )
    none = np.empty((len(values), 0))
    if metadata.task_type == TaskType.REGRESSION:
        half = half_widths(calibrations[task], spread, confidence)
        return TaskSupport(none, none, np.stack([values - half, values + half], axis=1))
    p = p_values(calibrations[task], class_scores(values))
    return TaskSupport(p, prediction_sets(p, confidence), none)


def set_cells(
    metadata: FinalModelMetadata,
    calibrations: Calibrations,
    support: Support,
    task: str,
    confidence: float,
) -> list[np.ndarray]:
    """Return the columns of `set_columns`, each an array of n_molecules texts.

    A set is spelled ``{active}``, ``{inactive|active}`` or ``{}``.
    """
    found = task_support(metadata, calibrations, support, task, confidence)
    if metadata.task_type == TaskType.REGRESSION:
        return [*map(as_text, found.bounds.T)]
    names = class_names(metadata, task)
    sets = [
        "{" + "|".join(names[at] for at in np.flatnonzero(inside)) + "}"
        for inside in found.inside
    ]
    return [*map(as_text, found.p.T), np.array(sets)]


def neighbour_columns() -> list[str]:
    """Name the columns of the nearest training molecules."""
    return [
        f"neighbour_{number}{what}"
        for number in range(1, NEIGHBOURS + 1)
        for what in ("", "_smiles", "_similarity", "_labels")
    ]


def neighbour_cells(
    metadata: FinalModelMetadata, evidence: Evidence, support: Support
) -> list[list[str]]:
    """Return the cells of `neighbour_columns`: n_molecules rows."""
    words = {
        task: class_names(metadata, task)
        for task in metadata.tasks
        if metadata.task_type != TaskType.REGRESSION
    }
    training, rows = evidence.training, []
    for near, similarities in zip(
        support.neighbours, support.similarities, strict=True
    ):
        cells: list[str] = []
        for row, similarity in zip(near, as_text(similarities), strict=True):
            cells += [training.ids[row], training.smiles[row], similarity]
            cells.append(labels_in_words(evidence, row, words))
        rows.append(cells + [""] * (len(neighbour_columns()) - len(cells)))
    return rows


def domain_cells(metadata: FinalModelMetadata, support: Support) -> list[np.ndarray]:
    """Return the columns of `DOMAIN_COLUMNS`."""
    inside = metadata.descriptor_domain.contains(support.leverage)
    return [as_text(support.leverage), inside.astype(int).astype(str)]


def as_text(numbers: np.ndarray) -> np.ndarray:
    """Spell numbers, to float32's precision; a missing one is empty."""
    return np.where(np.isnan(numbers), "", numbers.astype(np.float32).astype(str))
