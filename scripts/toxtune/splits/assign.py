"""Split molecules into training, validation and test set, by groups.

Equal molecules are a group, and no group is in two sets. In a cross-validation the
training set is cut into folds, in place of a validation set.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from toxtune.data.subsets import Subset, read_split_column
from toxtune.errors import UserError
from toxtune.splits.assignment import SUBSETS, Assignment
from toxtune.splits.by_time import split_by_time
from toxtune.splits.checks import refuse_spanning_groups, unlike_shares
from toxtune.splits.settings import SplitSettings
from toxtune.splits.splitters import split_by_shares, split_into_folds

IN_GIVEN_TEST = "the given test set has the same molecule"


@dataclass(frozen=True)
class _Groups:
    """The distinct molecules, which a splitter is shown.

    Attributes
    ----------
    smiles
        Of the first row of each group.
    positive
        bool, n_groups x n_tasks: a row of the group is positive in the task.
    group_of_row
        The number of each row's group.
    """

    smiles: list[str]
    positive: np.ndarray
    group_of_row: list[int]


def assign(molecules: Path, subset: Subset, settings: SplitSettings) -> Assignment:
    """Assign each row of molecules.csv to a set, and those of ``train`` to folds.

    Parameters
    ----------
    molecules
        The curated molecules.
    subset
        The same, with the labels that a splitter is shown.
    settings
        How they are split.

    Raises
    ------
    UserError
        If the column is no split of the groups.
    """
    column = read_split_column(molecules) if settings.column else []
    groups = _groups(subset)
    if settings.method == "column":
        assigned = Assignment(_named_subsets(subset, column, settings.column), [])
    elif settings.method == "time":
        assigned = Assignment(split_by_time(column, groups.group_of_row, settings), [])
    else:
        assigned = _split(groups, column, settings)
    return replace(assigned, folds=_folds(groups, assigned.subsets, settings))


def _groups(subset: Subset) -> _Groups:
    first: dict[str, int] = {}
    for row, group in enumerate(subset.groups):
        first.setdefault(group, row)
    number = {group: index for index, group in enumerate(first)}
    group_of_row = [number[group] for group in subset.groups]
    positive = np.zeros((len(first), len(subset.tasks)), dtype=bool)
    np.logical_or.at(positive, group_of_row, subset.labels == 1)
    return _Groups(
        [subset.smiles[row] for row in first.values()], positive, group_of_row
    )


def _named_subsets(subset: Subset, column: list[str], name: str) -> list[str]:
    for row, value in enumerate(column):
        if value not in SUBSETS:
            raise UserError(
                f"split.column: {name!r} must be train, valid or test, "
                f"got {value!r} for molecule {subset.ids[row]}"
            )
    refuse_spanning_groups(subset.groups, column, name)
    return column


def _split(groups: _Groups, column: list[str], settings: SplitSettings) -> Assignment:
    """Split by a splitter; a test set that is given stays as it is."""
    given = _given_test(column, settings.column) if column else set()
    test_groups = {groups.group_of_row[row] for row in given}
    free = [n for n in range(len(groups.smiles)) if n not in test_groups]
    subset_of_group = _split_groups(groups, free, bool(given), settings)
    # Other rows of molecules in a given test set are left out.
    subsets = [
        "test" if row in given else subset_of_group.get(group, "")
        for row, group in enumerate(groups.group_of_row)
    ]
    left_out = {row: IN_GIVEN_TEST for row, subset in enumerate(subsets) if not subset}
    shares = {} if settings.outer else _shares(settings, bool(given))
    warnings = unlike_shares(subset_of_group, shares)
    return Assignment(subsets, [], left_out, warnings)


def _given_test(column: list[str], name: str) -> set[int]:
    for value in column:
        if value not in {"", "test"}:
            raise UserError(
                f"split.column: {name!r} must be test, or empty where split.method is "
                f"to decide; got {value!r}"
            )
    given = {row for row, value in enumerate(column) if value == "test"}
    if not given:
        raise UserError(f"split.column: {name!r} says test for no molecule")
    return given


def _split_groups(
    groups: _Groups, free: list[int], test_is_given: bool, settings: SplitSettings
) -> dict[int, str]:
    """Return the sets of the groups that a splitter may decide about."""
    method, seed = settings.method, settings.seed
    smiles, positive = [groups.smiles[n] for n in free], groups.positive[free]
    if outer := settings.outer:
        fold_of = split_into_folds(method, outer["folds"], seed, smiles, positive)
        tested = fold_of == outer["fold"]
        return {
            n: "test" if is_test else "train"
            for n, is_test in zip(free, tested, strict=True)
        }
    shares = _shares(settings, test_is_given)
    if len(shares) == 1:
        return dict.fromkeys(free, "train")
    indices = split_by_shares(method, list(shares.values()), seed, smiles, positive)
    assigned: dict[int, str] = {}
    for subset, members in zip(shares, indices, strict=True):
        assigned.update((free[member], subset) for member in members)
    return assigned


def _shares(settings: SplitSettings, test_is_given: bool) -> dict[str, float]:
    """Return the shares of the sets that a splitter makes; their sum is 1."""
    # Always in this order: a splitter cuts off one set after the other.
    shares = {subset: settings.fractions[subset] for subset in SUBSETS}
    if settings.cross_validation:
        shares["train"] += shares.pop("valid")
    if test_is_given:
        del shares["test"]
    total = sum(shares.values())
    # As given where nothing was left out: a division could change a digit.
    return shares if len(shares) == 3 else {p: s / total for p, s in shares.items()}


def _folds(
    groups: _Groups, subsets: list[str], settings: SplitSettings
) -> list[list[int]]:
    """Cut the groups of the training set into folds, once for each repeat."""
    scheme = settings.cross_validation
    if not scheme:
        return []
    trained = sorted(
        {
            n
            for n, subset in zip(groups.group_of_row, subsets, strict=True)
            if subset == "train"
        }
    )
    repeats = []
    for repeat in range(scheme["repeats"]):
        fold_of = split_into_folds(
            settings.method,
            scheme["folds"],
            _fold_seed(settings.seed, repeat),
            [groups.smiles[n] for n in trained],
            groups.positive[trained],
        )
        of_group = dict(zip(trained, fold_of.tolist(), strict=True))
        repeats.append(
            [
                of_group[n] if subset == "train" else -1
                for n, subset in zip(groups.group_of_row, subsets, strict=True)
            ]
        )
    return repeats


def _fold_seed(seed: int | None, repeat: int) -> int | None:
    """Return a seed for the folds of a repeat, unlike that of the sets."""
    if seed is None:
        return None
    return int(np.random.SeedSequence([seed, 1 + repeat]).generate_state(1)[0])
