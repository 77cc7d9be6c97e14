"""Computing features of many molecules, side by side, and telling what went wrong."""

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from toxtune.features.arrays import Features
from toxtune.features.definitions import Definition
from toxtune.features.featurizers import FEATURIZERS, MAX_COUNT, Compute
from toxtune.workers.crew import CHUNK, Crew, Lost

# For as many molecules as a child takes at a time, see `toxtune.workers.crew`. Nothing
# takes nearly as long, on any machine: what hangs is told from what is slow.
LIMIT_SECONDS = 600.0

# The features of a molecule, or why it has none.
Row = np.ndarray | str

logger = logging.getLogger(__name__)


def featurize(definition: Definition, smiles: Sequence[str]) -> Features:
    """Compute features of molecules, in this process.

    Parameters
    ----------
    definition
        ``kind`` and settings.
    smiles
        SMILES that RDKit can parse, as curation leaves them.

    Returns
    -------
    Features
        One row per molecule. A molecule that cannot be handled has zeros, or missing
        values where there can be such, and is among the failures.
    """
    rows = enumerate(compute_rows(definition, smiles))
    return collected(definition, rows, len(smiles))


def featurize_watched(
    definition: Definition, smiles: Sequence[str], workers: int = 1
) -> Features:
    """Do what `featurize` does, in child processes.

    A molecule on which RDKit crashes or hangs is among the failures, too.

    Parameters
    ----------
    definition, smiles
        As for `featurize`.
    workers
        Processes that share the work; any number of them gives the same.

    Raises
    ------
    RuntimeError
        If computing raises an error that no molecule is to blame for.
    """
    work = partial(compute_rows, definition)
    # What the children need is imported before they fork.
    work([])
    workers = min(workers, -(-len(smiles) // CHUNK))
    with Crew[str, Row](work, workers, LIMIT_SECONDS) as crew:
        rows = (
            (row, f"RDKit {found}" if isinstance(found, Lost) else found)
            for row, found in crew.done(smiles)
        )
        return collected(definition, rows, len(smiles))


def log_findings(features: Features, ids: Sequence[str]) -> None:
    """Log how large the features are, and all that is wrong with them.

    Parameters
    ----------
    features
        As `featurize` returns them.
    ids
        What to call the molecules.
    """
    values = features.values
    logger.info(
        "%d molecules, %d features each; %d molecules could not be handled",
        *values.shape,
        len(features.failures),
    )
    for row, reason in features.failures.items():
        logger.warning("Warning: molecule %s has no features: %s", ids[row], reason)
    if values.dtype == np.uint8 and (clipped := int((values == MAX_COUNT).sum())):
        logger.info("%d counts of %d or more are kept as that", clipped, MAX_COUNT)
    if values.dtype == np.float32:
        n_missing = np.isnan(values).sum(axis=0) - len(features.failures)
        columns = np.flatnonzero(n_missing)
        listed = (f"{features.names[n]} in {n_missing[n]}" for n in columns)
        logger.info("Molecules with a missing value: %s", ", ".join(listed) or "none")


def collected(
    definition: Definition, rows: Iterable[tuple[int, Row]], count: int
) -> Features:
    """Put rows of `compute_rows` together, which come in any order by their place."""
    methane = _compute(definition)(_molecule("C"))
    empty = np.nan if methane.dtype == np.float32 else 0
    values = np.full((count, len(methane)), empty, dtype=methane.dtype)
    failures = {}
    for number, row in rows:
        if isinstance(row, str):
            failures[number] = row
        else:
            values[number] = row
    names = FEATURIZERS[definition["kind"]].names()
    return Features(values, names, dict(sorted(failures.items())))


def _compute(definition: Definition) -> Compute:
    settings = {key: value for key, value in definition.items() if key != "kind"}
    return FEATURIZERS[definition["kind"]].build(**settings)


def compute_rows(definition: Definition, smiles: Sequence[str]) -> list[Row]:
    """Return each molecule's features, or why it has none."""
    from rdkit import rdBase
    from threadpoolctl import threadpool_limits

    compute = _compute(definition)
    # Outside the `try`: if this one fails, it is not for the molecule.
    compute(_molecule("C"))
    rows: list[Row] = []
    # One thread, so that the number of cores changes no digit.
    with rdBase.BlockLogs(), np.errstate(all="ignore"), threadpool_limits(1):
        for text in smiles:
            # RDKit raises many classes, whose only common base is this one.
            try:
                rows.append(compute(_molecule(text)))
            except Exception as error:
                rows.append(f"{type(error).__name__}: {error}")
    return rows


def _molecule(smiles: str) -> Any:
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise ValueError(f"RDKit cannot parse {smiles}")
    return molecule
