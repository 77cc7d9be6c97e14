"""Simple models that the winners must beat, fitted to training molecules alone.

Two of them see the fingerprints of `toxtune.features.similarity`, whatever features the
search has, so that baselines of different runs can be compared.
"""

from collections.abc import Sequence

import numpy as np

from toxtune.data.subsets import Subset
from toxtune.features.similarity import fingerprints, nearest_neighbours
from toxtune.labels.legal import MAX_CLASSES
from toxtune.models.base import Examples
from toxtune.models.random_forest import FAMILY
from toxtune.tasks import TaskType

PREVALENCE, MEAN = "prevalence", "mean value"
NEIGHBOUR, FOREST = "nearest neighbour", "default forest"
# In the order of what they know.
NAMES = (PREVALENCE, MEAN, NEIGHBOUR, FOREST)
SEED = 0
# A neighbour is looked for among no more molecules than these.
MOST_NEIGHBOURS = 50_000
# Nearly all molecules have, among so many neighbours, one that was measured in a task.
_NEAR = 32

Predictions = dict[str, np.ndarray]


def predict_baselines(
    train: Subset,
    queries: Sequence[Subset],
    *,
    task_type: TaskType,
    classes: int,
    in_forest: int,
) -> list[Predictions]:
    """Fit the baselines and predict sets of molecules.

    Parameters
    ----------
    train
        What they are fitted to.
    queries
        The sets to predict.
    task_type
        Of all tasks.
    classes
        How many classes there are, of all tasks together.
    in_forest
        The forest sees no more molecules than these, drawn at random.

    Returns
    -------
    list of dict
        For each set, the name of a baseline to predictions as
        `toxtune.models.base.Model` gives them.
    """
    known = fingerprints(train.smiles)
    asked = [fingerprints(subset.smiles) for subset in queries]
    seen = draw(train.labels, MOST_NEIGHBOURS)
    fitted_to = draw(train.labels, in_forest)
    forest = FAMILY.fit(
        Examples(_bits(known[fitted_to]), train.labels[fitted_to], task_type),
        None,
        {name: each.default for name, each in FAMILY.hyperparameters.items()},
        SEED,
    ).model
    is_class = task_type == TaskType.MULTICLASS
    known_labels = _one_hot(train.labels, classes) if is_class else train.labels
    constant = np.array([_mean(column) for column in known_labels.T])
    first = MEAN if task_type == TaskType.REGRESSION else PREVALENCE
    return [
        {
            first: np.tile(constant, (len(queried), 1)),
            NEIGHBOUR: of_neighbours(queried, known[seen], known_labels[seen]),
            FOREST: forest.predict(_bits(queried)),
        }
        for queried in asked
    ]


def draw(labels: np.ndarray, most: int) -> np.ndarray:
    """Draw rows of molecules at random, without losing a class.

    Parameters
    ----------
    labels
        n_molecules x n_tasks.
    most
        How many rows; if there are no more, all are returned.

    Returns
    -------
    np.ndarray
        Rows in order. The first molecule of each class is among them.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    drawn = np.random.default_rng(SEED).choice(len(labels), most, replace=False)
    found, places = np.unique(labels, return_index=True)
    firsts = places[np.isfinite(found)] // labels.shape[1]
    # More different labels than that are values.
    return np.union1d(drawn, firsts[:0] if len(firsts) > MAX_CLASSES else firsts)


def of_neighbours(
    queries: np.ndarray, references: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return, for each task, the label of the most similar molecule that has one.

    Parameters
    ----------
    queries, references
        As `toxtune.features.similarity.fingerprints` returns them.
    labels
        n_references x n_tasks, NaN where not measured.

    Returns
    -------
    np.ndarray
        n_queries x n_tasks; 0 for a task without any label.
    """
    _, near = nearest_neighbours(queries, references, _NEAR)
    rows = np.arange(len(queries))
    answers = np.zeros((len(queries), labels.shape[1]))
    for task, column in enumerate(labels.T):
        measured = np.isfinite(column)
        if not measured.any():
            continue
        first = measured[near].argmax(axis=1)
        numbers = near[rows, first]
        far = ~measured[numbers]
        if far.any():
            _, others = nearest_neighbours(queries[far], references[measured])
            numbers[far] = np.flatnonzero(measured)[others[:, 0]]
        answers[:, task] = column[numbers]
    return answers


def _bits(packed: np.ndarray) -> np.ndarray:
    return np.unpackbits(packed, axis=1)


def _one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return n_molecules x (n_tasks x n_classes): 1 for the class, NaN as it was."""
    is_class = (labels[:, :, None] == np.arange(classes)).astype(np.float32)
    is_class[np.isnan(labels)] = np.nan
    return is_class.reshape(len(labels), -1)


def _mean(column: np.ndarray) -> float:
    measured = column[np.isfinite(column)]
    return float(measured.mean(dtype=np.float64)) if len(measured) else 0.0
