"""`logistic_regression`: scikit-learn's, one model per task on its measured labels."""

import logging
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.models.per_task import PerTaskModel, fit_per_task, load_per_task
from toxtune.tasks import TaskType

HYPERPARAMETERS = {
    "C": Hyperparameter(float, 1.0, "inverse of the penalty's strength", 1e-9, 1e9),
    "penalty": Hyperparameter(
        str,
        "l2",
        "on the weights, squared (l2) or absolute (l1); l2 ignores the seed",
        choices=("l2", "l1"),
    ),
    "class_weight": Hyperparameter(
        str,
        None,
        "weights of the classes; null: all equal",
        choices=("balanced",),
        optional=True,
    ),
    "max_iter": Hyperparameter(int, 1000, "steps of the solver, at most", 1),
}

# The range of C that scikit-learn's LogisticRegressionCV searches, by decades; the
# upper end is left out, where a fingerprint has more bits than a task has actives.
SPACE: dict[str, list[Any]] = {
    "C": [1.0e-4, 1.0e-3, 0.01, 0.1, 1.0, 10.0, 100.0],
    "penalty": ["l2", "l1"],
    "class_weight": [None, "balanced"],
}


def load(path: Path) -> PerTaskModel:
    """Read a saved model, which may hold what skops trusts."""
    return load_per_task(path, trusted=[])


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count the stronger penalty as simpler, then l1, which drops features."""
    return (hyperparameters["C"], float(hyperparameters["penalty"] == "l2"))


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Fit one regression per task; the seed decides the order of weights under l1."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    settings = dict(hyperparameters)
    l1 = settings.pop("penalty") == "l1"
    # liblinear takes two classes alone. It penalises the intercept too, but hardly so
    # with intercept_scaling.
    l1_solver = "liblinear" if train.task_type == TaskType.BINARY else "saga"
    make = partial(
        LogisticRegression,
        l1_ratio=float(l1),
        solver=l1_solver if l1 else "lbfgs",
        intercept_scaling=100,
    )
    # In single precision the solvers stop early on features of different scales.
    train = replace(train, features=train.features.astype(np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = fit_per_task(make, settings, train, seed)
    _warn(model, settings["max_iter"])
    return Fitted(model)


def _warn(model: PerTaskModel, max_iter: int) -> None:
    """Warn of tasks whose solver stopped before it converged."""
    fitted = [
        estimator for estimator in model.estimators if not isinstance(estimator, float)
    ]
    stopped = sum(estimator.n_iter_.max() >= max_iter for estimator in fitted)
    if stopped:
        logging.warning(
            "Warning: logistic_regression.max_iter: %d of %d tasks have not converged "
            "after %d steps",
            stopped,
            len(fitted),
            max_iter,
        )


FAMILY = Family(
    name="logistic_regression",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource=None,
    libraries=("scikit-learn", "numpy", "scipy"),
    imports=("sklearn.linear_model", "skops.io"),
    model_format="skops",
    fit=fit,
    load=load,
    complexity=complexity,
)
