"""`ridge`: scikit-learn's linear regression with an l2 penalty, one model per task."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.models.per_task import PerTaskModel, fit_per_task, load_per_task
from toxtune.tasks import TaskType

HYPERPARAMETERS = {
    "alpha": Hyperparameter(
        float, 1.0, "strength of the penalty on the squared weights", 1e-9, 1e9
    ),
}

# By decades around scikit-learn's default, as in its RidgeCV, and up to stronger
# penalties, since a fingerprint has more bits than a small dataset has molecules.
SPACE: dict[str, list[Any]] = {"alpha": [0.1, 1.0, 10.0, 100.0, 1000.0]}


def load(path: Path) -> PerTaskModel:
    """Read a saved model, which may hold what skops trusts."""
    return load_per_task(path, trusted=[])


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count the stronger penalty as simpler."""
    return (-hyperparameters["alpha"],)


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Solve one regression per task; the seed changes nothing."""
    from sklearn.linear_model import Ridge

    train = replace(train, features=train.features.astype(np.float64))
    return Fitted(fit_per_task(Ridge, hyperparameters, train, seed))


FAMILY = Family(
    name="ridge",
    task_types=(TaskType.REGRESSION,),
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
