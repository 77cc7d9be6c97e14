"""What the scikit-learn families share: one estimator per task, on its measured labels.

Everything runs on one thread: trainings run side by side, and the number of cores must
not change a result.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models.base import Examples, n_classes
from toxtune.models.hyperparameters import Hyperparameters
from toxtune.tasks import TaskType


class PerTaskModel:
    """One fitted estimator per task; for a task with a single label, that label.

    Parameters
    ----------
    estimators
        scikit-learn's, or numbers.
    classes
        Number of classes whose probabilities are predicted; 1 where a prediction is a
        single number: the probability of the positive class, or a value.
    """

    def __init__(self, estimators: list[Any], classes: int = 1) -> None:
        self.estimators = estimators
        self.classes = classes

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return predictions, see `toxtune.models.base.Model`."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            columns = [
                self._predict_task(estimator, features) for estimator in self.estimators
            ]
        return np.column_stack(columns).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the estimators with skops, which runs no code when it is read."""
        import skops.io

        skops.io.dump([self.classes, *self.estimators], path)

    def _predict_task(self, estimator: Any, features: np.ndarray) -> np.ndarray:
        from sklearn.base import is_classifier

        if self.classes > 1:
            return self._probabilities(estimator, features)
        if isinstance(estimator, float):
            return np.full(len(features), estimator)
        if is_classifier(estimator):
            return estimator.predict_proba(features)[:, 1]
        return estimator.predict(features)

    def _probabilities(self, estimator: Any, features: np.ndarray) -> np.ndarray:
        """n_molecules x n_classes; 0 for a class that the task does not have."""
        probabilities = np.zeros((len(features), self.classes))
        if isinstance(estimator, float):
            probabilities[:, int(estimator)] = 1
        else:
            columns = estimator.classes_.astype(int)
            probabilities[:, columns] = estimator.predict_proba(features)
        return probabilities


def load_per_task(path: Path, trusted: list[str]) -> PerTaskModel:
    """Read estimators that `PerTaskModel.save` wrote.

    skops trusts all of scikit-learn's, so that a file from elsewhere may hold others.
    Such files are looked through by `toxtune.prediction`.

    Raises
    ------
    skops.io.exceptions.UntrustedTypesFoundException
        If the file holds types that are neither harmless nor among `trusted`.
    """
    import skops.io

    classes, *estimators = skops.io.load(path, trusted=trusted)
    return PerTaskModel(estimators, classes)


def fit_per_task(
    make: Callable[..., Any],
    hyperparameters: Hyperparameters,
    train: Examples,
    seed: int,
    earlier: PerTaskModel | None = None,
    by_columns: bool = False,
) -> PerTaskModel:
    """Fit one estimator per task.

    Parameters
    ----------
    make
        Makes an estimator; takes ``random_state``.
    hyperparameters
        What the estimators are set to before they are fitted.
    train
        The training set. Each task is fitted on the molecules that have its label.
    seed
        Decides the random state of each task.
    earlier
        A model whose estimators are trained further, in place of new ones.
    by_columns
        Whether estimators get features that lie in memory column by column: quicker
        for those that look at one feature after the other, and the same numbers.
    """
    from threadpoolctl import threadpool_limits

    tasks = range(train.labels.shape[1])
    estimators = (
        [make(random_state=_random_state(seed, task)) for task in tasks]
        if earlier is None
        else earlier.estimators
    )
    with threadpool_limits(1):
        fitted = [
            _fit_task(estimators[task], hyperparameters, train, task, by_columns)
            for task in tasks
        ]
    classes = n_classes(train.labels) if train.task_type == TaskType.MULTICLASS else 1
    return PerTaskModel(fitted, classes)


def _fit_task(
    estimator: Any,
    hyperparameters: Hyperparameters,
    train: Examples,
    task: int,
    by_columns: bool,
) -> Any:
    labels = train.labels[:, task]
    measured = ~np.isnan(labels)
    distinct = np.unique(labels[measured])
    if len(distinct) < 2:
        return float(distinct[0]) if len(distinct) else 0.0
    estimator.set_params(**hyperparameters)
    if by_columns:
        features = np.ascontiguousarray(train.features.T[:, measured]).T
    else:
        features = train.features[measured]
    return estimator.fit(features, labels[measured])


def _random_state(seed: int, task: int) -> int:
    return int(np.random.SeedSequence([seed, task]).generate_state(1)[0])
