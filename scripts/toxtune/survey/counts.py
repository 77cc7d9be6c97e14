"""How many compounds have a label, contradict themselves, or are in several sets."""

from collections import defaultdict
from collections.abc import Sequence

from toxtune.survey.structures import StructureSurvey
from toxtune.tasks import TaskType


def count_labels(
    labels: Sequence[str], structures: StructureSurvey, task_type: TaskType
) -> tuple[int, int, int]:
    """Count compounds with a label, those of the rarest class, and contradictions.

    What was seen in a part of the rows is scaled up to all of them.
    """
    seen: dict[str, set[str]] = defaultdict(set)
    for row, compound in zip(structures.rows, structures.compounds, strict=True):
        if compound and labels[row]:
            seen[compound].add(labels[row])
    scale = len(labels) / len(structures.rows)
    contradicting = sum(len(each) > 1 for each in seen.values())
    if task_type == TaskType.REGRESSION:
        return round(scale * len(seen)), round(scale * len(seen)), contradicting
    classes: dict[str, int] = defaultdict(int)
    for each in seen.values():
        if len(each) == 1:
            classes[next(iter(each))] += 1
    rarest = min(classes.values(), default=0) if len(classes) > 1 else 0
    return round(scale * sum(classes.values())), round(scale * rarest), contradicting


def count_torn(cells: Sequence[str], structures: StructureSurvey) -> int:
    """Count the molecules that a column puts into several sets."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row, group in zip(structures.rows, structures.groups, strict=True):
        if group:
            seen[group].add(cells[row].strip().lower())
    return sum(len(each) > 1 for each in seen.values())
