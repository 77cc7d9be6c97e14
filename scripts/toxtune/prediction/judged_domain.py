"""Are predictions worse outside of the applicability domain? Asked of the test set."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import Delivered
from toxtune.features.similarity import nearest
from toxtune.prediction.applicability_domain import fit_domain
from toxtune.prediction.descriptor_domain import fit_descriptor_domain, properties_of
from toxtune.stats.bootstrap import Resampling, interval, resample_counts
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

COLUMNS = [
    "method",
    "bound",
    "molecules_in",
    "molecules_out",
    "error_in",
    "error_out",
    "difference",
    "low",
    "high",
]


def judge_domain(
    *,
    train: Sequence[Subset],
    valid: Sequence[Subset],
    trained_on: Subset,
    test: Subset,
    delivered: Delivered,
    task_type: TaskType,
    resampling: Resampling,
) -> pd.DataFrame:
    """Compare the error of test molecules in the domain with that of those outside.

    The error of a label is that of the Brier score: the squared difference of
    probability and label, of several classes summed over them; of values, the absolute
    error in SDs of the task's training labels. All labels count the same.

    Parameters
    ----------
    train, valid
        Training and validation set of each fold, that the domains are taken from.
    trained_on
        The training set of the models.
    test, delivered
        The test set, and what is predicted of it.
    task_type
        The type of the tasks.
    resampling
        How the interval of the difference is made, over molecules.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, a row for each method; ``difference`` is outside less inside, missing
        where no label is on one side.
    """
    errors, labels = _errors(test, delivered, trained_on, task_type)
    counts = resample_counts(test.groups, resampling.resamples, resampling.seed)
    # First the scores themselves: each molecule once.
    counts = np.vstack([np.ones(len(test.ids)), counts])
    rows = []
    for method, bound, inside in _methods(train, valid, trained_on, test):
        sides = [
            _mean(errors, labels, counts * is_on_side)
            for is_on_side in (inside, ~inside)
        ]
        difference = sides[1] - sides[0]
        low, high = interval(difference[1:], resampling.confidence) or (None, None)
        has_both = np.isfinite(difference[0])
        found: list[Any] = [method, bound, int(inside.sum()), int((~inside).sum())]
        found += [sides[0][0], sides[1][0], difference[0]]
        rows.append(found + ([low, high] if has_both else [None, None]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _methods(
    train: Sequence[Subset], valid: Sequence[Subset], trained_on: Subset, test: Subset
) -> Iterator[tuple[str, float, np.ndarray]]:
    """Yield each method with its bound, and which test molecules are inside."""
    domain = fit_domain(train, valid)
    similarity, _ = nearest(test.smiles, trained_on.smiles)
    yield "similarity", domain.min_similarity, domain.contains(similarity)
    properties = fit_descriptor_domain(train, valid)
    leverage = properties.leverage(properties_of(test.smiles))
    yield "leverage", properties.max_leverage, properties.contains(leverage)


def _errors(
    test: Subset, delivered: Delivered, trained_on: Subset, task_type: TaskType
) -> tuple[np.ndarray, np.ndarray]:
    """Sum each molecule's errors over its labels, and count these."""
    errors = np.full(test.labels.shape, np.nan)
    for number in range(len(test.tasks)):
        labels = test.labels[:, number].astype(np.float64)
        predicted = of_task(delivered.values, number, len(test.tasks))
        if task_type == TaskType.REGRESSION:
            sd = np.nanstd(trained_on.labels[:, number].astype(np.float64))
            errors[:, number] = np.abs(predicted - labels) / (sd or np.nan)
        elif task_type == TaskType.BINARY:
            errors[:, number] = (predicted - labels) ** 2
        else:
            classes = np.arange(predicted.shape[1])
            squares = (predicted - (labels[:, None] == classes)) ** 2
            errors[:, number] = np.where(np.isnan(labels), np.nan, squares.sum(axis=1))
    measured = np.isfinite(errors)
    return np.where(measured, errors, 0.0).sum(axis=1), measured.sum(axis=1)


def _mean(errors: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean error of a label in each resample; NaN where there is none."""
    with np.errstate(invalid="ignore"):
        return (counts @ errors) / (counts @ labels)
