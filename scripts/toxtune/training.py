"""One training: from files of features and labels to predictions and a learning curve.

This module and a family's own are all that decides what a training gives; their code
is part of the key under which its result is kept. What only moves files does not
belong here.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.arrays import load_features
from toxtune.models import Examples, Fitted, family_module
from toxtune.parts import read_part


def load_examples(features: Path, part: Path) -> Examples:
    """Read one part's features and labels, rows in the same order."""
    return Examples(features=load_features(features), labels=read_part(part).labels)


def fit_trial(
    trial: dict[str, Any], seed: int, train: Examples, valid: Examples
) -> Fitted:
    """Fit the trial's model with one seed.

    Parameters
    ----------
    trial
        ``family`` and ``hyperparameters``, all of them.
    seed
        Any whole number ≥ 0.
    train, valid
        The two parts that a training may see.
    """
    fit = family_module(trial["family"]).fit
    return fit(train, valid, trial["hyperparameters"], seed)


def status_of(fitted: Fitted, predictions: np.ndarray) -> str:
    """``ok``, or ``diverged`` when a loss or a prediction is not finite."""
    losses = [loss for _, *both in fitted.curve for loss in both]
    sound = np.isfinite(predictions).all() and all(map(math.isfinite, losses))
    return "ok" if sound else "diverged"
