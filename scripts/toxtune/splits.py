"""Split molecules into train, valid and test, so that no group spans two parts."""

import contextlib
import io
import logging
import os
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from rdkit import rdBase

from toxtune.errors import UserError
from toxtune.parts import PART_COLUMN, Part, read_part, read_table, write_table

PARTS = ["train", "valid", "test"]
SPLITTERS = {
    "random": "RandomSplitter",
    "stratified": "RandomStratifiedSplitter",
    "scaffold": "ScaffoldSplitter",
}

logger = logging.getLogger(__name__)


def assign_parts(molecules: Path, settings: dict[str, Any]) -> list[str]:
    """Assign each row of molecules.csv to a part.

    Parameters
    ----------
    molecules
        The curated molecules.
    settings
        ``method`` (a key of `SPLITTERS`), ``fractions`` of train, valid and test,
        and ``seed``; or ``method: column`` and ``column``, for parts that the
        dataset names itself.

    Returns
    -------
    list of str
        ``train``, ``valid`` or ``test`` for each row.

    Raises
    ------
    UserError
        If the column is no split of the groups, a part is empty, or a part has no
        task with both classes.
    """
    part = read_part(molecules)
    if settings["method"] == "column":
        assigned = _read_column(molecules, settings["column"])
        _refuse_spanning_groups(part.groups, assigned, settings["column"])
        advice = f"change column {settings['column']!r} (split.column)"
    else:
        assigned = _split(part, settings)
        fractions = ", ".join(f"{p} {settings['fractions'][p]}" for p in PARTS)
        advice = f"change split.fractions ({fractions}), split.seeds or split.method"
    _refuse_empty(assigned, advice)
    _check_classes(part, np.array(assigned), advice)
    return assigned


def split_groups(
    method: str,
    fractions: dict[str, float],
    seed: int | None,
    smiles: list[str],
    positive: np.ndarray,
) -> list[str]:
    """Split groups with one of DeepChem's splitters.

    Parameters
    ----------
    method
        A key of `SPLITTERS`. ``scaffold`` does not depend on the seed.
    fractions
        Of the groups, for train, valid and test; their sum is 1.
    seed
        From 0 to 2**32 - 1; None for ``scaffold`` only.
    smiles
        One of each group.
    positive
        bool, n_groups x n_tasks: a row of the group is positive in the task.

    Returns
    -------
    list of str
        The part of each group.

    Raises
    ------
    UserError
        If a random split has no seed.
    """
    if seed is None and method != "scaffold":
        raise UserError(f"split.seeds must be an integer for split.method {method}")
    indices = _run_splitter(method, fractions, seed, smiles, positive)
    assigned = np.empty(len(smiles), dtype=object)
    for part, members in zip(PARTS, indices, strict=True):
        assigned[members] = part
        _check_share(part, len(members) / len(smiles), fractions[part])
    return assigned.tolist()


def write_split(
    molecules: Path, assigned: list[str], assignment: Path, parts: dict[str, Path]
) -> None:
    """Write assignment.tsv and one file a part, rows in the order of molecules.csv."""
    header, rows = read_table(molecules)
    lines = [[row[0], row[3], part] for row, part in zip(rows, assigned, strict=True)]
    write_table(assignment, ["row", "group", "part"], lines, delimiter="\t")
    last = -1 if header[-1] == PART_COLUMN else None
    for part, path in parts.items():
        members = [
            row[:last] for row, own in zip(rows, assigned, strict=True) if own == part
        ]
        write_table(path, header[:last], members)


def log_sizes(groups: list[str], assigned: list[str]) -> None:
    """Log how many molecules and groups each part has."""
    molecules = Counter(assigned)
    members = Counter(dict(zip(groups, assigned, strict=True)).values())
    for part in PARTS:
        share = molecules[part] / len(assigned)
        logger.info(
            "%s: %d molecules (%.1f %%) in %d groups",
            part,
            molecules[part],
            100 * share,
            members[part],
        )


def _split(part: Part, settings: dict[str, Any]) -> list[str]:
    """Split by the first row of each group; the other rows follow it."""
    first: dict[str, int] = {}
    for row, group in enumerate(part.groups):
        first.setdefault(group, row)
    number = {group: index for index, group in enumerate(first)}
    group_of_row = [number[group] for group in part.groups]
    positive = np.zeros((len(first), len(part.tasks)), dtype=bool)
    np.logical_or.at(positive, group_of_row, part.labels == 1)
    by_group = split_groups(
        settings["method"],
        settings["fractions"],
        settings["seed"],
        [part.smiles[row] for row in first.values()],
        positive,
    )
    return [by_group[index] for index in group_of_row]


def _run_splitter(
    method: str,
    fractions: dict[str, float],
    seed: int | None,
    smiles: list[str],
    positive: np.ndarray,
) -> list[np.ndarray]:
    """Return the indices of the groups in each part, see `split_groups`."""
    deepchem = _import_deepchem()
    # The stratified splitter looks at nothing but where y and w both differ from 0;
    # positives as y and ones as w therefore tell it all, missing labels included.
    dataset = deepchem.data.NumpyDataset(
        X=np.zeros((len(smiles), 1)),
        y=positive.astype(np.float32),
        w=np.ones(positive.shape, np.float32),
        ids=np.array(smiles, dtype=object),
    )
    splitter = getattr(deepchem.splits, SPLITTERS[method])()
    shares = {f"frac_{part}": fractions[part] for part in PARTS}
    with rdBase.BlockLogs():
        found = splitter.split(dataset, **shares, seed=seed)
    indices = [np.asarray(members, dtype=int) for members in found]
    # DeepChem leaves out what it cannot parse, without a word.
    if sorted(np.concatenate(indices)) != list(range(len(smiles))):
        raise RuntimeError(f"{SPLITTERS[method]} lost or repeated groups")
    return indices


def _check_share(part: str, share: float, wanted: float) -> None:
    # The scaffold splitter puts a scaffold too large for train into another part.
    if abs(share - wanted) > 0.1:
        logger.warning("%s has %.2f of the groups, asked for %s", part, share, wanted)


def _import_deepchem() -> ModuleType:
    """Import DeepChem without the dozens of notices it and TensorFlow give."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in ("deepchem", "tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):
        import deepchem
    return deepchem


def _read_column(molecules: Path, column: str) -> list[str]:
    header, rows = read_table(molecules)
    if header[-1] != PART_COLUMN:
        raise UserError(f"{molecules}: has no column 'part' taken from {column!r}")
    for row in rows:
        if row[-1] not in PARTS:
            raise UserError(
                f"split.column: {column!r} must be train, valid or test, "
                f"got {row[-1]!r} in data row {row[0]} (the first is 0)"
            )
    return [row[-1] for row in rows]


def _refuse_spanning_groups(
    groups: list[str], assigned: list[str], column: str
) -> None:
    pairs = Counter(group for group, _ in set(zip(groups, assigned, strict=True)))
    if spanning := [group for group in pairs if pairs[group] > 1]:
        examples = ", ".join(sorted(spanning)[:3])
        raise UserError(
            f"split.column: {column!r} must keep the rows of one molecule in one part; "
            f"{len(spanning)} groups are in several, such as {examples} "
            "(see group in molecules.csv)"
        )


def _refuse_empty(assigned: list[str], advice: str) -> None:
    sizes = Counter(assigned)
    if not all(sizes[part] for part in PARTS):
        found = ", ".join(f"{part} {sizes[part]}" for part in PARTS)
        raise UserError(f"split: every part must have molecules, got {found}; {advice}")


def _check_classes(part: Part, assigned: np.ndarray, advice: str) -> None:
    """Refuse a part in which no task has both classes; name tasks that have one."""
    for name in PARTS:
        labels = part.labels[assigned == name]
        both = (labels == 1).any(axis=0) & (labels == 0).any(axis=0)
        if not both.any():
            raise UserError(
                f"split: no task has both a 0 and a 1 among the {len(labels)} "
                f"molecules of the {name} part, so it cannot be scored; {advice}"
            )
        for task in np.array(part.tasks)[~both]:
            logger.warning("Task %s lacks a class in the %s part", task, name)
