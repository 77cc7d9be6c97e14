"""Sets and folds that a splitter makes."""

from collections.abc import Mapping

import numpy as np

from toxtune.errors import UserError
from toxtune.labels.words import MISSING, plain
from toxtune.splits.assignment import SUBSETS, Assignment
from toxtune.splits.checks import unlike_shares
from toxtune.splits.clusters import Clusters, by_name, by_scaffold, by_similarity
from toxtune.splits.rows import Rows
from toxtune.splits.set_words import given_test, what_words_mean
from toxtune.splits.settings import SplitSettings
from toxtune.splits.splitters import Molecules, split_by_shares, split_into_folds
from toxtune.tasks import TaskType

# Words that name no group. Two letters may be the name of one.
NAMELESS = MISSING - {"nd", "nt"}

IN_GIVEN_TEST = "the given test set has the same molecule"


def split_by_method(
    rows: Rows, settings: SplitSettings, task_type: TaskType
) -> Assignment:
    """Split by a splitter; a test set that is given stays as it is.

    Raises
    ------
    UserError
        If the test set that is given has all molecules, or clusters cannot fill the
        sets.
    """
    clusters = _clusters(rows, settings)
    molecules = Molecules(rows.smiles, rows.strata(task_type), clusters)
    notes, warnings = _about(clusters, rows, settings)
    given: set[int] = set()
    if settings.test_is_given:
        given = given_test(rows, settings.column, bool(settings.cross_validation))
        words = what_words_mean(rows.column, settings.column)
        notes, warnings = [*notes, *words[0]], [*warnings, *words[1]]
    test_groups = {rows.group_of_row[row] for row in given}
    free = [n for n in range(len(rows.smiles)) if n not in test_groups]
    if not free:
        raise UserError(
            f"split: the test set that is given has all {len(test_groups):,} "
            "molecules: none is left to train on; name fewer in dataset.test_source or "
            "split.column, or write null there, and split.method draws a test set"
        )
    shares = {} if settings.outer else _shares(settings, bool(given))
    subset_of_group = _split_groups(molecules, free, shares, settings)
    # Other rows of molecules in a given test set are left out.
    subsets = [
        "test" if row in given else subset_of_group.get(group, "")
        for row, group in enumerate(rows.group_of_row)
    ]
    return Assignment(
        subsets,
        _folds(rows, molecules, subsets, settings),
        left_out={row: IN_GIVEN_TEST for row, name in enumerate(subsets) if not name},
        notes=notes,
        warnings=[*warnings, *unlike_shares(subset_of_group, shares)],
    )


def _clusters(rows: Rows, settings: SplitSettings) -> Clusters | None:
    """Find what is never divided; DeepChem's splitters see to that themselves."""
    if settings.method == "butina":
        return by_similarity(rows.smiles, settings.cutoff)
    if settings.method == "group":
        return by_name(rows.group_of_row, _names(rows))
    if settings.method == "scaffold" and settings.seed is not None:
        return by_scaffold(rows.smiles)
    return None


def _names(rows: Rows) -> list[str]:
    """Return the name of each row's group; empty for words that name none."""
    return [
        "" if plain(name) in NAMELESS else name for name in map(str.strip, rows.column)
    ]


def _about(
    clusters: Clusters | None, rows: Rows, settings: SplitSettings
) -> tuple[list[str], list[str]]:
    """Say what clusters there are; warn of a column that names none."""
    if clusters is None:
        return [], []
    sizes, noun = clusters.sizes, clusters.noun
    notes = [
        f"{len(rows.smiles)} molecules are in {len(sizes)} {noun}s, the largest with "
        f"{sizes.max()}; a {noun} stays whole."
    ]
    warnings = []
    if settings.method == "group":
        if nameless := _names(rows).count(""):
            warnings.append(
                f"Rows without a group in column {settings.column!r}: {nameless}; each "
                "such molecule is a group of its own."
            )
        if sizes.max() == 1:
            warnings.append(
                f"Each molecule has a group of its own in column {settings.column!r}: "
                "this is a random split."
            )
    return notes, warnings


def _split_groups(
    molecules: Molecules,
    free: list[int],
    shares: Mapping[str, float],
    settings: SplitSettings,
) -> dict[int, str]:
    """Return the sets of the groups that a splitter may decide about."""
    method, seed = settings.method, settings.seed
    if outer := settings.outer:
        fold_of = split_into_folds(method, outer["folds"], seed, molecules.take(free))
        tested = fold_of == outer["fold"]
        return {
            n: "test" if is_test else "train"
            for n, is_test in zip(free, tested, strict=True)
        }
    if len(shares) == 1:
        return dict.fromkeys(free, "train")
    sets = split_by_shares(method, list(shares.values()), seed, molecules.take(free))
    return {
        free[member]: subset
        for subset, members in zip(shares, sets, strict=True)
        for member in members
    }


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
    rows: Rows, molecules: Molecules, subsets: list[str], settings: SplitSettings
) -> list[list[int]]:
    """Cut the groups of the training set into folds, once for each repeat."""
    scheme = settings.cross_validation
    if not scheme:
        return []
    trained = sorted(
        {
            n
            for n, subset in zip(rows.group_of_row, subsets, strict=True)
            if subset == "train"
        }
    )
    repeats = []
    for repeat in range(scheme["repeats"]):
        fold_of = split_into_folds(
            settings.method,
            scheme["folds"],
            _fold_seed(settings.seed, repeat),
            molecules.take(trained),
        )
        of_group = dict(zip(trained, fold_of.tolist(), strict=True))
        repeats.append(
            [
                of_group[n] if subset == "train" else -1
                for n, subset in zip(rows.group_of_row, subsets, strict=True)
            ]
        )
    return repeats


def _fold_seed(seed: int | None, repeat: int) -> int | None:
    """Return a seed for the folds of a repeat, unlike that of the sets."""
    if seed is None:
        return None
    return int(np.random.SeedSequence([seed, 1 + repeat]).generate_state(1)[0])
