"""Make a split: assign molecules to sets, settle labels, check and describe sets."""

from dataclasses import dataclass, replace
from pathlib import Path

from toxtune.data.settling import Settlement, read_measured, settle
from toxtune.data.subsets import as_numbers, read_subset
from toxtune.splits.assign import assign
from toxtune.splits.assignment import Assignment
from toxtune.splits.checks import check_subsets
from toxtune.splits.recipe import Recipe
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Split:
    """Where each row of molecules.csv belongs, and what ``split.json`` says of it.

    Labels are settled inside each set: `settlement` has those of all rows.
    """

    assignment: Assignment
    settlement: Settlement
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
    subset, measured = read_subset(molecules), read_measured(molecules)
    n_tasks = len(subset.tasks)
    # A splitter that looks at labels is shown one of each compound.
    shown = settle(measured, ["all"] * len(subset.ids), task_type)
    labelled = replace(subset, labels=as_numbers(shown.labels, n_tasks))
    assigned = assign(molecules, labelled, settings, task_type)
    settlement = settle(measured, assigned.subsets, task_type)
    subset = replace(subset, labels=as_numbers(settlement.labels, n_tasks))
    assigned = assigned.without(settlement.lost)
    assigned = assigned.warned(check_subsets(subset, assigned, settings, task_type))
    assigned = assigned.warned(settlement.warnings)
    recipe = Recipe.of(settings, subset.groups, assigned, settlement.counts)
    return Split(assigned, settlement, recipe)
