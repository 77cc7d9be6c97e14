"""What the scikit-learn families share: a classifier per task on its measured labels.

Everything runs on one thread, since trainings run side by side, and so that the number
of cores changes no result.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.models import Examples


class PerTaskModel:
    """One fitted classifier per task; a task with one class is its constant."""

    def __init__(self, classifiers: list[Any]) -> None:
        self.classifiers = classifiers

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities, n_molecules x n_tasks, float32."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            columns = [
                np.full(len(features), classifier)
                if isinstance(classifier, float)
                else classifier.predict_proba(features)[:, 1]
                for classifier in self.classifiers
            ]
        return np.column_stack(columns).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the classifiers with skops, which runs no code when it is read."""
        import skops.io

        skops.io.dump(self.classifiers, path)


def load_per_task(path: Path, trusted: list[str]) -> PerTaskModel:
    """Read classifiers that `PerTaskModel.save` wrote.

    Raises
    ------
    skops.io.exceptions.UntrustedTypesFoundException
        If the file holds types that are neither harmless nor among `trusted`.
    """
    import skops.io

    return PerTaskModel(skops.io.load(path, trusted=trusted))


def fit_per_task(
    make: Callable[..., Any],
    hyperparameters: dict[str, Any],
    train: Examples,
    seed: int,
    earlier: PerTaskModel | None = None,
) -> PerTaskModel:
    """Fit one classifier per task.

    Parameters
    ----------
    make
        Makes a classifier; takes ``random_state``.
    hyperparameters
        What the classifiers are set to before they are fitted.
    train
        The training part; molecules without a label for a task are left out there.
    seed
        Gives each task a random state of its own.
    earlier
        A model whose classifiers go on, in place of new ones.
    """
    from threadpoolctl import threadpool_limits

    tasks = range(train.labels.shape[1])
    classifiers = (
        [make(random_state=_random_state(seed, task)) for task in tasks]
        if earlier is None
        else earlier.classifiers
    )
    with threadpool_limits(1):
        return PerTaskModel(
            [
                _fit_task(classifiers[task], hyperparameters, train, task)
                for task in tasks
            ]
        )


def _fit_task(
    classifier: Any, hyperparameters: dict[str, Any], train: Examples, task: int
) -> Any:
    labels = train.labels[:, task]
    measured = ~np.isnan(labels)
    classes = np.unique(labels[measured])
    if len(classes) < 2:
        return float(classes[0]) if len(classes) else 0.0
    classifier.set_params(**hyperparameters)
    return classifier.fit(train.features[measured], labels[measured])


def _random_state(seed: int, task: int) -> int:
    return int(np.random.SeedSequence([seed, task]).generate_state(1)[0])
