"""`random_forest`: scikit-learn's forest, one per task on its measured labels."""

from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models import Examples, Fitted
from toxtune.models.hyperparameters import Hyperparameter

LIBRARIES = ("scikit-learn", "numpy", "scipy")
MODEL_FORMAT = "skops"
RESOURCE = "n_estimators"
IMPORTS = ("sklearn.ensemble", "skops.io")

HYPERPARAMETERS = {
    "n_estimators": Hyperparameter(int, 100, "number of trees", 1),
    "criterion": Hyperparameter(
        str, "gini", "impurity", choices=("gini", "entropy", "log_loss")
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
    ),
}


class ForestModel:
    """One fitted forest per task; a task with one class is its constant."""

    def __init__(self, forests: list[Any]) -> None:
        self.forests = forests

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities, n_molecules x n_tasks, float32."""
        columns = [
            np.full(len(features), forest)
            if isinstance(forest, float)
            else forest.predict_proba(features)[:, 1]
            for forest in self.forests
        ]
        return np.column_stack(columns).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the forests with skops, which runs no code when it is read."""
        import skops.io

        skops.io.dump(self.forests, path)


def load(path: Path) -> ForestModel:
    """Read forests that `ForestModel.save` wrote.

    Raises
    ------
    skops.io.exceptions.UntrustedTypesFoundException
        If the file holds anything but forests.
    """
    import skops.io

    return ForestModel(skops.io.load(path, trusted=["sklearn.tree._tree.Tree"]))


def fit(
    train: Examples, valid: Examples, hyperparameters: dict[str, Any], seed: int
) -> Fitted:
    """Grow one forest per task.

    Parameters
    ----------
    train
        The training part; molecules without a label for a task are left out there.
    valid
        Unused: forests are not stopped early.
    hyperparameters
        A value for each name in `HYPERPARAMETERS`.
    seed
        Decides bootstrap samples and tried features, for each task apart.
    """
    forests = [
        _fit_task(train.features, train.labels[:, task], hyperparameters, [seed, task])
        for task in range(train.labels.shape[1])
    ]
    return Fitted(ForestModel(forests))


def _fit_task(
    features: np.ndarray,
    labels: np.ndarray,
    hyperparameters: dict[str, Any],
    seed: list[int],
) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    measured = ~np.isnan(labels)
    classes = np.unique(labels[measured])
    if len(classes) < 2:
        return float(classes[0]) if len(classes) else 0.0
    state = int(np.random.SeedSequence(seed).generate_state(1)[0])
    forest = RandomForestClassifier(**hyperparameters, random_state=state, n_jobs=1)
    return forest.fit(features[measured], labels[measured])
