"""Make a split: assign the molecules to sets, check the sets, describe them."""

from dataclasses import dataclass
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.splits.assign import assign
from toxtune.splits.assignment import Assignment
from toxtune.splits.checks import check_subsets
from toxtune.splits.recipe import Recipe
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Split:
    """Where each row of molecules.csv belongs, and what ``split.json`` says of it."""

    assignment: Assignment
    recipe: Recipe


def make_split(molecules: Path, settings: SplitSettings, task_type: TaskType) -> Split:
    """Split the molecules.

    Parameters
    ----------
    molecules
        The curated molecules.
    settings
        How they are split.
    task_type
        Of the tasks.

    Raises
    ------
    UserError
        If the column is no split of the groups, a set is empty, or a set has no
        task with two different labels.
    """
    subset = read_subset(molecules)
    assigned = assign(molecules, settings)
    assigned = assigned.warned(check_subsets(subset, assigned, settings, task_type))
    return Split(assigned, Recipe.of(settings, subset.groups, assigned))
