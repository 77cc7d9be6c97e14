"""A map of the molecules of a run: the two main directions of their fingerprints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.cliffs import spell_labels
from toxtune.evaluation.judged import JudgedTask
from toxtune.tasks import TaskType

# What is drawn by chance is drawn with this seed.
SEED = 0
# The directions are taken from no more training molecules.
MOST_FITTED = 5_000
# So many molecules of each set are on the map: more would be a cloud, not points.
MOST_SHOWN = {"train": 700, "valid": 300, "test": 500}
# The map knows the labels and errors of no more tasks.
MOST_TASKS = 24

KEYS = ["subset", "id", "smiles", "x", "y"]
LABEL, ERROR = "label: ", "error: "


@dataclass(frozen=True, eq=False)
class ChemicalSpace:
    """A map of molecules.

    Attributes
    ----------
    table
        `KEYS`, then of each task its labels (``label: {task}``) and, of test molecules,
        how far the prediction is off (``error: {task}``, see
        `toxtune.evaluation.judged.JudgedTask`).
    record
        How it was made: content of ``map.json``.
    """

    table: pd.DataFrame
    record: dict[str, Any]


def map_molecules(
    subsets: Mapping[str, Subset],
    prints: Mapping[str, np.ndarray],
    judged: Sequence[JudgedTask],
    task_type: TaskType,
) -> ChemicalSpace:
    """Lay molecules out by the first two principal components of their fingerprints.

    The components are those of the training set; the others are put where they belong.

    Parameters
    ----------
    subsets
        Training, validation and test set by name; one may have no molecule.
    prints
        Their fingerprints, see `toxtune.features.similarity.fingerprints`.
    judged
        What is predicted of the test set.
    task_type
        The type of the tasks.
    """
    random = np.random.default_rng(SEED)
    fitted = _drawn(len(prints["train"]), MOST_FITTED, random)
    centre, components, shares = _components(_bits(prints["train"][fitted]))
    tables, shown = [], {}
    for name, subset in subsets.items():
        rows = _drawn(len(subset.ids), MOST_SHOWN[name], random)
        shown[name] = {"molecules": len(subset.ids), "shown": len(rows)}
        places = (_bits(prints[name][rows]) - centre) @ components.T
        tables.append(_table(name, subset, rows, places, judged))
    record = {
        "method": "PCA of ECFP4 bits, fitted on the training set",
        "fitted_on": len(fitted),
        "seed": SEED,
        "explained_variance": shares,
        "sets": shown,
    }
    table = pd.concat(tables, ignore_index=True)
    labels = [name for name in table if name.startswith(LABEL)]
    return ChemicalSpace(spell_labels(table, labels, task_type), record)


def _components(bits: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Return centre, the two components and the share of the variance of each."""
    # They take a second to load, and most of what imports this needs none.
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    n_components = min(2, *bits.shape)
    # All alike: there is no direction, and no variance to have a share of.
    if n_components < 2 or not bits.var(axis=0).any():
        return bits.mean(axis=0), np.zeros((2, bits.shape[1])), [0.0, 0.0]
    # Threads would add in another order.
    with threadpool_limits(1):
        pca = PCA(n_components, svd_solver="randomized", random_state=SEED).fit(bits)
    shares = [round(float(share), 4) for share in pca.explained_variance_ratio_]
    return pca.mean_, pca.components_, shares


def _drawn(n_molecules: int, most: int, random: np.random.Generator) -> np.ndarray:
    """Draw so many molecules, in their order; all of them where there are no more."""
    if n_molecules <= most:
        return np.arange(n_molecules)
    return np.sort(random.choice(n_molecules, most, replace=False))


def _bits(packed: np.ndarray) -> np.ndarray:
    # In 64 bits, sums in another order have the same decimals.
    return np.unpackbits(packed, axis=1).astype(np.float64)


def _table(
    name: str,
    subset: Subset,
    rows: np.ndarray,
    places: np.ndarray,
    judged: Sequence[JudgedTask],
) -> pd.DataFrame:
    # Adding 0 makes -0 a 0.
    x, y = places.round(4).T + 0.0
    columns: dict[str, Any] = {
        "subset": name,
        "id": [subset.ids[row] for row in rows],
        "smiles": [subset.smiles[row] for row in rows],
        "x": x,
        "y": y,
    }
    for task in judged[:MOST_TASKS]:
        of_task = subset.tasks[task.number]
        columns[LABEL + of_task] = subset.labels[rows, task.number]
        errors = np.full(len(subset.ids), np.nan)
        if name == "test":
            errors[task.rows] = task.errors
        columns[ERROR + of_task] = errors[rows].round(4)
    return pd.DataFrame(columns)
