"""Refusing splits that nothing can be learned from, or scored on."""

import logging
from collections import Counter

import numpy as np

from toxtune.data.labels import scorable
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType

logger = logging.getLogger(__name__)


def check_subsets(
    subset: Subset,
    subsets: list[str],
    folds: list[list[int]],
    settings: SplitSettings,
    task_type: TaskType,
) -> None:
    """Check the sets of a split, and their folds.

    Parameters
    ----------
    subset
        All molecules.
    subsets, folds
        See `toxtune.splits.assign.Assignment`.
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
    assigned = np.array(subsets)
    wanted = ["train", "test"] if folds else ["train", "valid", "test"]
    _refuse_empty(subsets, wanted, advice)
    if left_out := subsets.count(""):
        logger.warning(
            "Warning: %d rows are in no set, since the given test set has the same "
            "molecules",
            left_out,
        )
    for name in wanted:
        _check_labels(subset, assigned == name, f"{name} set", advice)
    _check_classes(subset, assigned == "train", "train set", advice, task_type)
    for repeat, fold_of in enumerate(folds):
        for fold in sorted(set(fold_of) - {-1}):
            held_out = np.array(fold_of) == fold
            fitted = (assigned == "train") & ~held_out
            name = f"fold {fold} of repeat {repeat}"
            _check_labels(subset, held_out, name, advice)
            _check_labels(subset, fitted, f"rest of {name}", advice)
            _check_classes(subset, fitted, f"rest of {name}", advice, task_type)


def check_share(subset: str, share: float, wanted: float) -> None:
    """Warn of a set that has another size than was asked for."""
    # The scaffold splitter puts a scaffold that is too large for train elsewhere.
    if abs(share - wanted) > 0.1:
        logger.warning("%s has %.2f of the groups, asked for %s", subset, share, wanted)


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


def log_sizes(groups: list[str], subsets: list[str]) -> None:
    """Log how many molecules and groups each set has."""
    molecules = Counter(subsets)
    members = Counter(dict(zip(groups, subsets, strict=True)).values())
    for subset in filter(None, sorted(molecules)):
        logger.info(
            "%s: %d molecules (%.1f %%) in %d groups",
            subset,
            molecules[subset],
            100 * molecules[subset] / len(subsets),
            members[subset],
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


def _check_labels(subset: Subset, members: np.ndarray, name: str, advice: str) -> None:
    """Refuse molecules of which no task can be scored; warn of tasks that cannot."""
    able = scorable(subset.labels[members])
    if not able.any():
        raise UserError(
            f"split: no task has two different labels among the {members.sum()} "
            f"molecules of the {name}, so it cannot be scored; {advice}"
        )
    for task in np.array(subset.tasks)[~able]:
        logger.warning("Task %s has no two different labels in the %s", task, name)


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
