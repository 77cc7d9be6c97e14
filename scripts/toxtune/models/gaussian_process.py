"""`gaussian_process`: exact regression with a Tanimoto kernel, for small sets.

The kernel is the sum of the smaller over the sum of the larger of two molecules'
features, for bits the Tanimoto similarity. Negative features count apart from positive
ones (Li 2015, Min-max kernels), so that scaled descriptors have a similarity. What is
missing counts as 0. Classes are regressed as 0 and 1 (Rasmussen and Williams 2006,
section 6.5), and the mean is cut there.
"""

from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.tasks import TaskType

HYPERPARAMETERS = {
    "noise": Hyperparameter(
        float, 0.1, "variance of the noise, over that of the labels", 1e-6, 1e6
    ),
    "max_molecules": Hyperparameter(
        int,
        2000,
        "molecules that are trained on, at most; of more, the seed draws so many",
        1,
        20000,
    ),
}

# By half decades: precise values at the lower end, classes at the upper.
SPACE: dict[str, list[Any]] = {"noise": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]}


class GaussianProcess:
    """Training molecules with their weights in the mean of each task.

    Parameters
    ----------
    features
        n_molecules x n_features: of the training molecules.
    weights
        n_molecules x n_tasks: 0 for a molecule without the label.
    means
        n_tasks: what is predicted far from all training molecules.
    is_class
        Whether predictions are probabilities.
    """

    def __init__(
        self,
        features: np.ndarray,
        weights: np.ndarray,
        means: np.ndarray,
        is_class: bool,
    ) -> None:
        self.features, self.weights, self.means = features, weights, means
        self.is_class = is_class

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return predictions, see `toxtune.models.base.Model`."""
        similarities = kernel(features, self.features)
        # Molecule by molecule: a product of matrices may round by their number.
        values = self.means + np.array(
            [(row[:, None] * self.weights).sum(axis=0) for row in similarities]
        )
        return (values.clip(0, 1) if self.is_class else values).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the arrays in NumPy's ``.npz`` format, whatever `path` ends in."""
        with open(path, "wb") as stream:
            np.savez_compressed(
                stream,
                features=self.features,
                weights=self.weights,
                means=self.means,
                is_class=self.is_class,
            )


def load(path: Path) -> GaussianProcess:
    """Read a saved model; arrays alone."""
    with np.load(path, allow_pickle=False) as saved:
        return GaussianProcess(
            saved["features"],
            saved["weights"],
            saved["means"],
            bool(saved["is_class"]),
        )


def kernel(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the similarity of each of some molecules to each of others; 0 to 1.

    Parameters
    ----------
    rows, columns
        Features, n x n_features and m x n_features; NaN counts as 0.

    Returns
    -------
    numpy.ndarray
        n x m, float64.
    """
    if rows.shape[1] != columns.shape[1]:
        raise ValueError(f"{rows.shape[1]} and {columns.shape[1]} features")
    parts, others = _parts(rows), _parts(columns)
    # By column, so that a molecule's few features that are not 0 lie together.
    others_by_feature = np.ascontiguousarray(others.T)
    sums, sums_of_others = parts.sum(axis=1), others.sum(axis=1)
    similarities = np.empty((len(parts), len(others)))
    for number, row in enumerate(parts):
        present = np.flatnonzero(row)
        smaller = np.minimum(others_by_feature[present], row[present, None]).sum(axis=0)
        larger = sums[number] + sums_of_others - smaller
        similarities[number] = np.where(
            larger > 0, smaller / np.maximum(larger, 1e-12), 1
        )
    return similarities


def _parts(features: np.ndarray) -> np.ndarray:
    """Return positive and negative parts side by side, none below 0, as float64."""
    values = np.nan_to_num(features.astype(np.float64))
    return np.hstack([np.maximum(values, 0), np.maximum(-values, 0)])


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count more noise as simpler, then fewer molecules."""
    return (-hyperparameters["noise"], hyperparameters["max_molecules"])


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Solve one regression per task; the seed draws molecules where they are many."""
    from threadpoolctl import threadpool_limits

    rows = np.flatnonzero(~np.isnan(train.labels).all(axis=1))
    drawn = np.random.default_rng(seed).permutation(rows)
    rows = np.sort(drawn[: hyperparameters["max_molecules"]])
    features, labels = train.features[rows], train.labels[rows].astype(np.float64)
    with threadpool_limits(1):
        similarities = kernel(features, features)
        solved = [
            _solve(similarities, task, hyperparameters["noise"], of_all)
            for task, of_all in zip(labels.T, _means(train.labels), strict=True)
        ]
    weights, means = (np.array(values) for values in zip(*solved, strict=True))
    is_class = train.task_type == TaskType.BINARY
    return Fitted(GaussianProcess(features, weights.T, means, is_class))


def _means(labels: np.ndarray) -> list[float]:
    """Return the mean of each task's labels; 0 where there are none."""
    measured = [task[~np.isnan(task)].astype(np.float64) for task in labels.T]
    return [float(task.mean()) if len(task) else 0.0 for task in measured]


def _solve(
    similarities: np.ndarray, labels: np.ndarray, noise: float, mean_of_all: float
) -> tuple[np.ndarray, float]:
    """Return each molecule's weight in the mean of one task, and the prior mean.

    It is that of all training labels, if no molecule here has one.
    """
    from scipy.linalg import solve

    weights, known = np.zeros(len(labels)), ~np.isnan(labels)
    if not known.any():
        return weights, mean_of_all
    mean = labels[known].mean()
    covariance = similarities[np.ix_(known, known)] + noise * np.eye(known.sum())
    weights[known] = solve(covariance, labels[known] - mean, assume_a="pos")
    return weights, float(mean)


FAMILY = Family(
    name="gaussian_process",
    task_types=(TaskType.BINARY, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource=None,
    libraries=("numpy", "scipy"),
    imports=("scipy.linalg",),
    model_format="npz",
    fit=fit,
    load=load,
    complexity=complexity,
)
