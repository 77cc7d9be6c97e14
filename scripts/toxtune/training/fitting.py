"""A training: its examples from files, the fit, what is predicted, how it ended.

The code of this module and of the family's is all that decides a result, and is part of
the key under which the store keeps it. Code that only moves files does not belong here.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import load_features
from toxtune.models.base import Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameters
from toxtune.tasks import TaskType


def load_examples(
    features: Sequence[Path], subset: Path, task_type: TaskType
) -> Examples:
    """Read the labels of a subset, and its features from files, side by side."""
    return Examples(load_features(features), read_subset(subset).labels, task_type)


def fit_family(
    family: Family,
    examples: dict[str, Examples],
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None,
    device: str,
) -> Fitted:
    """Fit a model on ``train``; ``valid``, if there, may stop it early."""
    return family.fit(
        examples["train"],
        examples.get("valid"),
        hyperparameters,
        seed,
        state=state,
        device=device,
    )


def predict(fitted: Fitted, examples: Examples) -> np.ndarray:
    """Return predictions, see `toxtune.models.base.Model`, as float32."""
    return fitted.model.predict(examples.features).astype(np.float32)


def status_of(fitted: Fitted, predictions: np.ndarray) -> str:
    """Return ``ok``, or ``diverged`` if a loss or a prediction is not finite."""
    losses = [loss for _, *pair in fitted.curve for loss in pair if loss is not None]
    is_finite = np.isfinite(predictions).all() and all(map(math.isfinite, losses))
    return "ok" if is_finite else "diverged"
