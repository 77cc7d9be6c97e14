"""How many compounds have a label, contradict themselves, or are in several sets."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from toxtune.survey.structures import StructureSurvey
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class LabelCounts:
    """Compounds of a task, by their labels.

    Attributes
    ----------
    molecules
        With a label.
    rarest
        With the rarest class; all for values.
    class_1
        With class 1; all for values.
    contradicting
        With different labels in their rows.
    """

    molecules: int
    rarest: int
    class_1: int
    contradicting: int


def count_labels(
    labels: Sequence[str], structures: StructureSurvey, task_type: TaskType
) -> LabelCounts:
    """Count compounds by their labels.

    What was seen in a part of the rows is scaled up to all of them.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    for row, compound in zip(structures.rows, structures.compounds, strict=True):
        if compound and labels[row]:
            seen[compound].add(labels[row])
    scale = len(labels) / len(structures.rows)
    contradicting = sum(len(each) > 1 for each in seen.values())
    if task_type == TaskType.REGRESSION:
        measured = round(scale * len(seen))
        return LabelCounts(measured, measured, measured, contradicting)
    classes: dict[str, int] = defaultdict(int)
    for each in seen.values():
        if len(each) == 1:
            classes[next(iter(each))] += 1
    rarest = min(classes.values(), default=0) if len(classes) > 1 else 0
    return LabelCounts(
        molecules=round(scale * sum(classes.values())),
        rarest=round(scale * rarest),
        class_1=round(scale * classes["1"]),
        contradicting=contradicting,
    )


def count_torn(cells: Sequence[str], structures: StructureSurvey) -> int:
    """Count the molecules that a column puts into several sets."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row, group in zip(structures.rows, structures.groups, strict=True):
        if group:
            seen[group].add(cells[row].strip().lower())
    return sum(len(each) > 1 for each in seen.values())
