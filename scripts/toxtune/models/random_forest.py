"""`random_forest`: scikit-learn's, one forest per task on its measured labels."""

import math
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters, meaningful
from toxtune.models.per_task import PerTaskModel, fit_per_task, load_per_task
from toxtune.tasks import CLASSIFICATION, TaskType

HYPERPARAMETERS = {
    "n_estimators": Hyperparameter(int, 100, "number of trees", 1),
    "criterion": Hyperparameter(
        str,
        "gini",
        "impurity of classes; for regression it is the squared error",
        choices=("gini", "entropy", "log_loss"),
        task_types=CLASSIFICATION,
    ),
    "max_depth": Hyperparameter(
        int, None, "depth of a tree; null: no limit", 1, optional=True
    ),
    "min_samples_leaf": Hyperparameter(int, 1, "molecules in a leaf, at least", 1),
    "max_features": Hyperparameter(
        float,
        "sqrt",
        "features tried at each split, as a share or a rule",
        1e-6,
        1.0,
        choices=("sqrt", "log2"),
    ),
    "class_weight": Hyperparameter(
        str,
        None,
        "weights of the classes; null: all equal",
        choices=("balanced", "balanced_subsample"),
        optional=True,
        task_types=CLASSIFICATION,
    ),
}

# Probst, Wright and Boulesteix 2019 (Hyperparameters and tuning strategies for random
# forest): the features tried at a split matter most, the size of leaves less. Of trees
# take as many as can be afforded, so that their number is no axis (Probst and
# Boulesteix 2018, To tune or not to tune the number of trees in random forest).
SPACE: dict[str, list[Any]] = {
    "n_estimators": [200],
    "max_features": ["log2", "sqrt", 0.1],
    "min_samples_leaf": [1, 2, 5],
}


def load(path: Path) -> PerTaskModel:
    """Read a saved model, which may hold forests and nothing else."""
    return load_per_task(path, trusted=["sklearn.tree._tree.Tree"])


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count larger leaves as simpler, then shallower trees, then fewer."""
    depth = hyperparameters["max_depth"]
    return (
        -hyperparameters["min_samples_leaf"],
        math.inf if depth is None else depth,
        hyperparameters["n_estimators"],
    )


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Grow one forest per task; the seed decides samples and features tried."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    estimator = (
        RandomForestClassifier
        if train.task_type in CLASSIFICATION
        else RandomForestRegressor
    )
    with warnings.catch_warnings():
        # It warns in case the next fit has other labels; here it has the same.
        warnings.filterwarnings("ignore", "class_weight presets", UserWarning)
        model = fit_per_task(
            partial(estimator, n_jobs=1, warm_start=True),
            meaningful(HYPERPARAMETERS, hyperparameters, train.task_type),
            train,
            seed,
            earlier=None if state is None else load(state),
        )
    return Fitted(model, save_state=model.save)


FAMILY = Family(
    name="random_forest",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="n_estimators",
    libraries=("scikit-learn", "numpy", "scipy"),
    imports=("sklearn.ensemble", "skops.io"),
    model_format="skops",
    fit=fit,
    load=load,
    complexity=complexity,
)
