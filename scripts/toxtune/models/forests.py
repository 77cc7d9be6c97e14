"""What scikit-learn's forests share; one forest per task on its measured labels."""

import math
import warnings
from functools import partial
from pathlib import Path

from toxtune.models.base import CPU, Examples, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters, meaningful
from toxtune.models.per_task import PerTaskModel, fit_per_task, load_per_task
from toxtune.tasks import CLASSIFICATION


def declare(*class_weights: str) -> dict[str, Hyperparameter]:
    """Declare the hyperparameters of a forest that knows these class weights."""
    return {
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
            choices=class_weights,
            optional=True,
            task_types=CLASSIFICATION,
        ),
    }


def load(path: Path) -> PerTaskModel:
    """Read a saved model; skops does not trust trees unless they are named."""
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
    kind: str,
    declared: dict[str, Hyperparameter],
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Grow one forest per task.

    Parameters
    ----------
    kind
        Which of scikit-learn's, such as ``RandomForest``.
    declared
        The family's hyperparameters.
    train, valid, hyperparameters, seed, state, device
        See `toxtune.models.base.Fit`.
    """
    import sklearn.ensemble

    is_class = train.task_type in CLASSIFICATION
    estimator = getattr(
        sklearn.ensemble, f"{kind}{'Classifier' if is_class else 'Regressor'}"
    )
    with warnings.catch_warnings():
        # It warns in case the next fit has other labels; here it has the same.
        warnings.filterwarnings("ignore", "class_weight presets", UserWarning)
        model = fit_per_task(
            partial(estimator, n_jobs=1, warm_start=True),
            meaningful(declared, hyperparameters, train.task_type),
            train,
            seed,
            earlier=None if state is None else load(state),
            by_columns=True,
        )
    return Fitted(model, save_state=model.save)
