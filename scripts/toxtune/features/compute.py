"""Computing features of many molecules, side by side, and telling what went wrong."""

import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from toxtune.features.arrays import Features
from toxtune.features.definitions import Definition
from toxtune.features.featurizers import FEATURIZERS, MAX_COUNT

# Molecules that a worker takes at a time.
CHUNK = 64


logger = logging.getLogger(__name__)


def featurize(
    definition: Definition, smiles: Sequence[str], workers: int = 1
) -> Features:
    """Compute features of molecules.

    Parameters
    ----------
    definition
        ``kind`` and settings.
    smiles
        SMILES that RDKit can parse, as curation leaves them.
    workers
        Processes that share the work; any number of them gives the same.

    Returns
    -------
    Features
        One row per molecule. A molecule that cannot be handled has zeros, or missing
        values where there can be such, and is among the failures.
    """
    # Never empty: it is a chunk that knows how wide a row is.
    starts = range(0, max(len(smiles), 1), CHUNK)
    chunks = [smiles[start : start + CHUNK] for start in starts]
    compute = partial(_featurize_chunk, definition)
    # The first one here: what the workers need is then imported before they fork.
    done = [compute(chunks[0])]
    if workers > 1 and len(chunks) > 1:
        with ProcessPoolExecutor(workers) as pool:
            done += pool.map(compute, chunks[1:])
    else:
        done += map(compute, chunks[1:])
    return Features(
        values=np.concatenate([values for values, _ in done]),
        names=FEATURIZERS[definition["kind"]].names(),
        failures={
            start + row: reason
            for start, (_, failures) in zip(starts, done, strict=True)
            for row, reason in failures.items()
        },
    )


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


def _featurize_chunk(
    definition: Definition, smiles: Sequence[str]
) -> tuple[np.ndarray, dict[int, str]]:
    """Return the molecules' features, and why a row has none, by its number."""
    from rdkit import rdBase
    from threadpoolctl import threadpool_limits

    settings = {key: value for key, value in definition.items() if key != "kind"}
    compute = FEATURIZERS[definition["kind"]].build(**settings)
    # Outside the `try`: if this one fails, it is not for the molecule.
    methane = compute(_molecule("C"))
    values = np.full(
        (len(smiles), len(methane)),
        np.nan if methane.dtype == np.float32 else 0,
        dtype=methane.dtype,
    )
    failures = {}
    # One thread, so that the number of cores changes no digit.
    with rdBase.BlockLogs(), np.errstate(all="ignore"), threadpool_limits(1):
        for row, text in enumerate(smiles):
            # RDKit raises many classes, whose only common base is this one.
            try:
                values[row] = compute(_molecule(text))
            except Exception as error:
                failures[row] = f"{type(error).__name__}: {error}"
    return values, failures


def _molecule(smiles: str) -> Any:
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise ValueError(f"RDKit cannot parse {smiles}")
    return molecule
