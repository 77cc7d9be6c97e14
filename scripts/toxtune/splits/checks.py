"""Refusing splits that nothing can be learned from, or scored on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.labels.legal import scorable
from toxtune.splits.assignment import NAMES, Assignment
from toxtune.splits.clusters import by_scaffold
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType

# From this difference on, a set's share is worth a word: the scaffold splitter puts a
# scaffold that is too large for train elsewhere.
UNLIKE_SHARE = 0.1

# Folds differ much in size if the largest has more than so many times the molecules of
# the smallest.
UNEVEN = 1.5


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
    advice = advice_on(settings)
    subsets = np.array(assigned.subsets)
    wanted = ["train", "test"] if assigned.folds else ["train", "valid", "test"]
    if not set(wanted) <= set(assigned.subsets):
        raise UserError(_of_empty_set(subset, assigned.subsets, wanted, settings))
    warnings = [
        f"{count} {'row is' if count == 1 else 'rows are'} in no set: {reason}."
        for reason, count in Counter(assigned.left_out.values()).items()
    ]
    every, subset = subset, _labelled_in_sets(subset, subsets)
    if task_type == TaskType.MULTICLASS:
        warnings += _classes_in_no_set(every, subset)
    for name in wanted:
        warnings += [
            f"Task {task} has no two different labels in the {NAMES[name]}."
            for task in _unscorable(subset, subsets == name, NAMES[name], advice)
        ]
    _check_classes(subset, subsets == "train", NAMES["train"], advice, task_type)
    if assigned.folds:
        warnings += _check_folds(subset, assigned, settings, task_type)
        warnings += _uneven_folds(subset, assigned)
    return warnings


def _labelled_in_sets(subset: Subset, subsets: np.ndarray) -> Subset:
    """Return the molecules without the labels of those in no set.

    Nobody learns or scores these, so a class that no other molecule has is none.
    """
    labels = np.where(subsets[:, None] == "", np.nan, subset.labels)
    return replace(subset, labels=labels)


def _classes_in_no_set(every: Subset, in_sets: Subset) -> list[str]:
    """Warn of classes that only molecules in no set have."""
    return [
        f"Class {number:g} of task {task} is in no set: no model knows it."
        for task, labels, of_sets in zip(
            every.tasks, every.labels.T, in_sets.labels.T, strict=True
        )
        for number in sorted(_classes(labels) - _classes(of_sets))
    ]


def _classes(labels: np.ndarray) -> set[float]:
    """Return the different labels of a task."""
    return set(labels[~np.isnan(labels)].tolist())


def _check_folds(
    subset: Subset, assigned: Assignment, settings: SplitSettings, task_type: TaskType
) -> list[str]:
    """Check each fold as a validation set, and the others as its training set."""
    advice = advice_on(settings)
    unscorable: Counter[str] = Counter()
    single: Counter[str] = Counter()
    for repeat, fold_of in enumerate(assigned.folds):
        for fold in range(settings.folds):
            name = f"fold {fold} of repeat {repeat}"
            held_out = np.array(fold_of) == fold
            if not held_out.any():
                raise UserError(f"split: {name} has no molecules; {advice}")
            fitted = (np.array(fold_of) >= 0) & ~held_out
            unscorable.update(_unscorable(subset, held_out, name, advice))
            single.update(_unscorable(subset, fitted, f"rest of {name}", advice))
            _check_classes(subset, fitted, f"rest of {name}", advice, task_type)
    total = settings.folds * len(assigned.folds)
    return [
        f"Task {task} has no two different labels in {count} of {total} folds."
        for task, count in unscorable.items()
    ] + [
        f"Task {task} has no two different labels outside of {count} of {total} folds: "
        "there, all molecules are predicted alike."
        for task, count in single.items()
    ]


def _uneven_folds(subset: Subset, assigned: Assignment) -> list[str]:
    """Warn of folds that differ much in size, and of repeats with the same folds."""
    warnings = []
    groups, seen = np.array(subset.groups), set()
    for repeat, fold_of in enumerate(assigned.folds):
        folds = np.array(fold_of)
        sizes = [
            len(set(groups[folds == fold])) for fold in sorted(set(fold_of) - {-1})
        ]
        if max(sizes) > UNEVEN * min(sizes):
            warnings.append(
                f"The folds of repeat {repeat} differ much in size: the smallest has "
                f"{min(sizes)} molecules, the largest {max(sizes)}."
            )
        members = frozenset(
            frozenset(np.flatnonzero(folds == fold).tolist()) for fold in set(fold_of)
        )
        if members in seen:
            warnings.append(f"The folds of repeat {repeat} are those of one before.")
        seen.add(members)
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


def advice_on(settings: SplitSettings) -> str:
    """Say what to change for another split."""
    if settings.method == "column":
        return f"change column {settings.column!r} (split.column)"
    shares = ", ".join(f"{subset} {s}" for subset, s in settings.fractions.items())
    if settings.method == "time":
        return f"change split.fractions ({shares}) or split.method"
    if not settings.fractions:
        return "change validation.folds, validation.outer_folds or split.method"
    return f"change split.fractions ({shares}), split.seeds or split.method"


def _of_empty_set(
    subset: Subset, subsets: list[str], wanted: list[str], settings: SplitSettings
) -> str:
    """Say which set is empty, and why if a scaffold is too large."""
    sizes = Counter(subsets)
    found = ", ".join(f"{name} {sizes[name]}" for name in wanted)
    reason = ""
    if settings.method == "scaffold":
        first = {group: row for row, group in reversed([*enumerate(subset.groups)])}
        scaffolds = by_scaffold([subset.smiles[row] for row in first.values()])
        largest = scaffolds.sizes.max()
        reason = f", since {largest} of {len(first)} molecules have one scaffold"
    return (
        f"split: every set must have molecules, got {found}{reason}; "
        f"{advice_on(settings)}"
    )


def _unscorable(
    subset: Subset, members: np.ndarray, name: str, advice: str
) -> list[str]:
    """Return the tasks that molecules cannot be scored by; refuse if these are all."""
    able = scorable(subset.labels[members])
    if not able.any():
        raise UserError(
            f"split: no task has two different labels among the {members.sum()} "
            f"molecules of the {name}, so it cannot be scored; {advice}"
        )
    return np.array(subset.tasks)[~able].tolist()


def _check_classes(
    subset: Subset, members: np.ndarray, name: str, advice: str, task_type: TaskType
) -> None:
    """Refuse a training set that lacks one of several classes."""
    if task_type != TaskType.MULTICLASS:
        return
    for task, labels in zip(subset.tasks, subset.labels.T, strict=True):
        if missing := _classes(labels) - _classes(labels[members]):
            raise UserError(
                f"split: the {name} has no molecule of class {int(min(missing))} of "
                f"task {task}; {advice}"
            )
