"""`gradient_boosting`: scikit-learn's boosted histogram trees, one model per task."""

import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters, meaningful
from toxtune.models.per_task import PerTaskModel, fit_per_task, load_per_task
from toxtune.tasks import CLASSIFICATION, TaskType

HYPERPARAMETERS = {
    "learning_rate": Hyperparameter(
        float, 0.1, "share of each tree that is added", 1e-9, 10.0
    ),
    "max_iter": Hyperparameter(int, 100, "number of trees", 1),
    "max_leaf_nodes": Hyperparameter(
        int, 31, "leaves of a tree, at most; null: no limit", 2, optional=True
    ),
    "min_samples_leaf": Hyperparameter(int, 20, "molecules in a leaf, at least", 1),
    "l2_regularization": Hyperparameter(
        float, 0.0, "penalty on the squared values of the leaves", 0.0
    ),
    "max_features": Hyperparameter(
        float,
        1.0,
        "share of the features tried at each split; the seed matters below 1",
        1e-6,
        1.0,
    ),
    "class_weight": Hyperparameter(
        str,
        None,
        "weights of the classes; null: all equal",
        choices=("balanced",),
        optional=True,
        task_types=CLASSIFICATION,
    ),
}

# Grinsztajn et al. 2022 (Why do tree-based models still outperform deep learning on
# tabular data?) vary the learning rate by its logarithm, around 0.01 with up to 1,000
# trees, and the size of trees and leaves around scikit-learn's defaults; here fewer
# trees learn faster. Few features at a split, as XGBoost has it (Chen and Guestrin
# 2016): many bits of a fingerprint say the same.
SPACE: dict[str, list[Any]] = {
    "learning_rate": [0.05, 0.1],
    "max_iter": [200],
    "max_leaf_nodes": [7, 31],
    "min_samples_leaf": [5, 20],
    "max_features": [0.3],
}


def load(path: Path) -> PerTaskModel:
    """Read a saved model; skops does not trust trees unless they are named."""
    tree = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
    return load_per_task(path, trusted=[tree])


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count fewer leaves of all trees as simpler, then larger ones."""
    leaves = hyperparameters["max_leaf_nodes"]
    return (
        hyperparameters["max_iter"] * (math.inf if leaves is None else leaves),
        -hyperparameters["min_samples_leaf"],
    )


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Boost trees per task, without early stopping; the seed decides features tried."""
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    estimator = (
        HistGradientBoostingClassifier
        if train.task_type in CLASSIFICATION
        else HistGradientBoostingRegressor
    )
    model = fit_per_task(
        partial(
            estimator,
            max_bins=_n_bins(train.features),
            early_stopping=False,
            warm_start=True,
        ),
        meaningful(HYPERPARAMETERS, hyperparameters, train.task_type),
        train,
        seed,
        earlier=None if state is None else load(state),
    )
    return Fitted(model, save_state=model.save)


def _n_bins(features: np.ndarray) -> int:
    """Return how many bins keep every distinct value; scikit-learn takes 2 to 255.

    Time grows with the number of bins, used or not; bits of a fingerprint need 2.
    """
    steps = np.diff(np.sort(features, axis=0), axis=0) != 0
    return int(np.clip(steps.sum(axis=0).max() + 1, 2, 255))


FAMILY = Family(
    name="gradient_boosting",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="max_iter",
    libraries=("scikit-learn", "numpy", "scipy"),
    imports=("sklearn.ensemble", "skops.io"),
    model_format="skops",
    fit=fit,
    load=load,
    complexity=complexity,
)
