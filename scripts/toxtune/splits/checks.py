"""Refusing splits that nothing can be learned from, or scored on."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from toxtune.data.labels import scorable
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.splits.assignment import Assignment
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType

NAMES = {"train": "training set", "valid": "validation set", "test": "test set"}

# From this difference on, a set's share is worth a word: the scaffold splitter puts a
# scaffold that is too large for train elsewhere.
UNLIKE_SHARE = 0.1


def check_subsets(
    subset: Subset, assigned: Assignment, settings: SplitSettings, task_type: TaskType
) -> list[str]:
    """Check the sets of a split, and their folds; return warnings.

    Parameters
    ----------
    subset
        All molecules.
    assigned
        Where they belong.
    settings
        Of the split.
    task_type
        Of the tasks.

    Raises
    ------
    UserError
        If a set is empty or has no task with two different labels, or if a training
        set lacks a class.
    """
    advice = _advice(settings)
    subsets = np.array(assigned.subsets)
    wanted = ["train", "test"] if assigned.folds else ["train", "valid", "test"]
    _refuse_empty(assigned.subsets, wanted, advice)
    warnings = [
        f"{count} {'row is' if count == 1 else 'rows are'} in no set: {reason}."
        for reason, count in Counter(assigned.left_out.values()).items()
    ]
    for name in wanted:
        members = subsets == name
        warnings += _check_labels(subset, members, NAMES[name], advice)
    _check_classes(subset, subsets == "train", NAMES["train"], advice, task_type)
    for repeat, fold_of in enumerate(assigned.folds):
        for fold in sorted(set(fold_of) - {-1}):
            held_out = np.array(fold_of) == fold
            fitted = (subsets == "train") & ~held_out
            name = f"fold {fold} of repeat {repeat}"
            warnings += _check_labels(subset, held_out, name, advice)
            warnings += _check_labels(subset, fitted, f"rest of {name}", advice)
            _check_classes(subset, fitted, f"rest of {name}", advice, task_type)
    return warnings


def unlike_shares(
    subset_of_group: Mapping[int, str], shares: Mapping[str, float]
) -> list[str]:
    """Warn of sets that have another share of the groups than was asked for."""
    sizes = Counter(subset_of_group.values())
    found = {subset: sizes[subset] / len(subset_of_group) for subset in shares}
    return [
        f"The {NAMES[subset]} has {found[subset]:.2f} of the groups, {share:.2g} were "
        "asked for."
        for subset, share in shares.items()
        if abs(found[subset] - share) > UNLIKE_SHARE
    ]


def refuse_spanning_groups(groups: list[str], assigned: list[str], column: str) -> None:
    """Refuse a column that puts rows of one molecule into several sets."""
    pairs = Counter(group for group, _ in set(zip(groups, assigned, strict=True)))
    if spanning := [group for group in pairs if pairs[group] > 1]:
        examples = ", ".join(sorted(spanning)[:3])
        raise UserError(
            f"split.column: {column!r} must keep the rows of one molecule in one set; "
            f"{len(spanning)} groups are in several, such as {examples} "
            "(see group in molecules.csv)"
        )


def _advice(settings: SplitSettings) -> str:
    if settings.method == "column":
        return f"change column {settings.column!r} (split.column)"
    if not settings.fractions:
        return "change validation.folds, validation.outer_folds or split.method"
    shares = ", ".join(f"{subset} {s}" for subset, s in settings.fractions.items())
    return f"change split.fractions ({shares}), split.seeds or split.method"


def _refuse_empty(subsets: list[str], wanted: list[str], advice: str) -> None:
    sizes = Counter(subsets)
    if not all(sizes[subset] for subset in wanted):
        found = ", ".join(f"{subset} {sizes[subset]}" for subset in wanted)
        raise UserError(f"split: every set must have molecules, got {found}; {advice}")


def _check_labels(
    subset: Subset, members: np.ndarray, name: str, advice: str
) -> list[str]:
    """Refuse molecules of which no task can be scored; warn of tasks that cannot."""
    able = scorable(subset.labels[members])
    if not able.any():
        raise UserError(
            f"split: no task has two different labels among the {members.sum()} "
            f"molecules of the {name}, so it cannot be scored; {advice}"
        )
    return [
        f"Task {task} has no two different labels in the {name}."
        for task in np.array(subset.tasks)[~able]
    ]


def _check_classes(
    subset: Subset, members: np.ndarray, name: str, advice: str, task_type: TaskType
) -> None:
    """Refuse a training set that lacks one of several classes."""
    if task_type != TaskType.MULTICLASS:
        return
    for task, labels in zip(subset.tasks, subset.labels.T, strict=True):
        classes = set(labels[~np.isnan(labels)])
        if missing := classes - set(labels[members]):
            raise UserError(
                f"split: the {name} has no molecule of class {int(min(missing))} of "
                f"task {task}; {advice}"
            )
