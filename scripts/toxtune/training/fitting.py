"""Before and after a training: the examples from files, and the verdict.

This module and a family's own are all that decides what a training gives; their code
is part of the key under which its result is kept. What only moves files does not
belong here.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import load_features
from toxtune.models.base import Examples, Fitted


def load_examples(features: Sequence[Path], subset: Path, task_type: str) -> Examples:
    """Read one part's labels, and its features from one or more files, side by side."""
    return Examples(load_features(features), read_subset(subset).labels, task_type)


def status_of(fitted: Fitted, predictions: np.ndarray) -> str:
    """``ok``, or ``diverged`` when a loss or a prediction is not finite."""
    losses = [loss for _, *both in fitted.curve for loss in both if loss is not None]
    sound = np.isfinite(predictions).all() and all(map(math.isfinite, losses))
    return "ok" if sound else "diverged"
