"""Make a split: assign molecules to sets, settle labels, check and describe sets."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from toxtune.data.settling import Measured, Settlement, read_measured, settle
from toxtune.data.stereo_labels import contrasting_stereoisomers
from toxtune.data.subsets import Subset, as_numbers, read_subset
from toxtune.splits.assign import assign
from toxtune.splits.assignment import Assignment
from toxtune.splits.checks import advice_on, check_subsets
from toxtune.splits.left_out import (
    left_out_warnings,
    refuse_if_none_is_left,
    tasks_left_out,
    without_label,
)
from toxtune.splits.recipe import Recipe
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Split:
    """Where each row of molecules.csv belongs, and what ``split.json`` says of it.

    Labels are settled inside each set: `settlement` has those of all rows and tasks;
    the sets have those of the tasks that the recipe does not leave out.
    """

    assignment: Assignment
    settlement: Settlement
    recipe: Recipe

    @property
    def kept_tasks(self) -> list[int]:
        """The numbers of the tasks that are not left out."""
        left_out = self.recipe.tasks_left_out
        tasks = self.settlement.measured.tasks
        return [number for number, task in enumerate(tasks) if task not in left_out]


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
        If the column is no split of the groups, a set is empty, no task can be
        learned, or a set has no task with two different labels.
    """
    subset, measured = read_subset(molecules), read_measured(molecules)
    n_tasks = len(subset.tasks)
    # A splitter that looks at labels is shown one of each compound.
    shown = settle(measured, ["all"] * len(subset.ids), task_type)
    labelled = replace(subset, labels=as_numbers(shown.labels, n_tasks))
    assigned = assign(molecules, labelled, settings, task_type)
    # A test set that nobody drew has the labels that its owner gave it.
    kept = ["test"] if settings.test_is_given else []
    settlement = settle(measured, assigned.subsets, task_type, as_measured=kept)
    if kept:
        assigned = assigned.warned(_contradictions(measured, assigned, task_type))
    subset = replace(subset, labels=as_numbers(settlement.labels, n_tasks))
    assigned = assigned.without(settlement.lost)
    subset, left_out = _with_taught_tasks(subset, assigned, settings)
    assigned = assigned.warned(left_out_warnings(left_out))
    assigned = assigned.without(without_label(subset.labels, assigned.subsets))
    assigned = assigned.warned(check_subsets(subset, assigned, settings, task_type))
    assigned = assigned.warned(settlement.warnings)
    contrasting = contrasting_stereoisomers(settlement, task_type)
    labels = settlement.counts | {"contrasting_stereoisomers": contrasting}
    recipe = Recipe.of(settings, subset.groups, assigned, labels, left_out)
    return Split(assigned, settlement, recipe)


def _contradictions(
    measured: Measured, assigned: Assignment, task_type: TaskType
) -> list[str]:
    """Say, if it is so, that rows of one compound differ in a given test set."""
    tested = [subset if subset == "test" else "" for subset in assigned.subsets]
    if not (changes := settle(measured, tested, task_type).changes):
        return []
    return [
        f"{len(changes):,} labels of the test set differ from those of other rows of "
        "the same compound in it; they stay as they were given."
    ]


def _with_taught_tasks(
    subset: Subset, assigned: Assignment, settings: SplitSettings
) -> tuple[Subset, dict[str, str]]:
    """Return the molecules without tasks that cannot be learned, and why these."""
    trained = np.array(assigned.subsets) == "train"
    if not trained.any():
        return subset, {}
    left_out = tasks_left_out(subset.tasks, subset.labels[trained])
    refuse_if_none_is_left(subset.tasks, left_out, advice_on(settings))
    kept = [n for n, task in enumerate(subset.tasks) if task not in left_out]
    tasks = [subset.tasks[number] for number in kept]
    return replace(subset, tasks=tasks, labels=subset.labels[:, kept]), left_out
