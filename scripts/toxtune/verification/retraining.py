"""Repeating a few trainings, away from the store, and comparing."""

import platform
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Protocol

import numpy as np

from toxtune.training.execution import train
from toxtune.training.replicates import Replicate
from toxtune.training.store import Store
from toxtune.verification.findings import Findings

RETRAINED = "repeated trainings"
# Share of the range of the recorded predictions. Other processors round differently,
# and each step of a network's training amplifies that.
TOLERANCE = 0.05
# One of so many repeated trainings is that of a winner's model.
SHARE_OF_MODELS = 3


class Repeatable(Protocol):
    """A training that can be repeated: one of the search, or of a winner's model.

    Attributes
    ----------
    name
        What messages call it: the file that has what it gave.
    replicate
        What was trained.
    host
        Where.
    is_of_another_user
        Whether another user did it.
    output, made
        What a training adds to the store that has its predictions, and their file.
    """

    output: str
    made: str

    @property
    def name(self) -> Path: ...  # noqa: D102

    @property
    def replicate(self) -> Replicate: ...  # noqa: D102

    @property
    def host(self) -> str: ...  # noqa: D102

    @property
    def is_of_another_user(self) -> bool: ...  # noqa: D102

    def predictions(self) -> np.ndarray:
        """Return what it gave, or what its model predicts."""


def draw_all(
    trainings: Sequence[Repeatable],
    models: Sequence[Repeatable],
    count: int,
    seed: int,
) -> list[Repeatable]:
    """Draw a third from the models of winners, the others from the search's trainings.

    More of the models where there are too few of the others.
    """
    n_models = max(count // SHARE_OF_MODELS, count - len(trainings))
    of_models = draw(models, n_models, seed)
    return [*draw(trainings, count - len(of_models), seed), *of_models]


def draw(trainings: Sequence[Repeatable], count: int, seed: int) -> list[Repeatable]:
    """Draw trainings, all if there are fewer; the same ones for the same seed.

    Those that another user made come first: their numbers are taken on trust.
    """
    random = Random(seed)
    drawn: list[Repeatable] = []
    for is_foreign in (True, False):
        group = [item for item in trainings if item.is_of_another_user == is_foreign]
        drawn += random.sample(group, min(count - len(drawn), len(group)))
    return drawn


def retrain(training: Repeatable, store: Path, findings: Findings) -> str:
    """Repeat a training, with a store of its own, and compare the predictions.

    On the host of the first training they must have the same bytes. Elsewhere, they
    may differ by `TOLERANCE` of their range.

    Returns
    -------
    str
        How they compare, in words; empty if it could not be trained.
    """
    replicate, output = training.replicate, training.output
    with findings.attempt(RETRAINED, training.name):
        train(store=str(store), replicate=replicate.to_dict(), outputs=[output])
        made = Store(store).entry(replicate.keys[output]) / training.made
        return _compare(training, training.predictions(), np.load(made), findings)
    return ""


def _compare(
    training: Repeatable, values: np.ndarray, others: np.ndarray, findings: Findings
) -> str:
    host = training.host
    is_same = values.shape == others.shape and values.tobytes() == others.tobytes()
    difference = largest_difference(values, others)
    finite = values[np.isfinite(values)]
    width = float(np.ptp(finite)) if finite.size else 0.0
    bound = TOLERANCE * width if host != platform.node() else 0.0
    holds = is_same or (host != platform.node() and difference <= bound)
    findings.expect(
        RETRAINED,
        training.name,
        holds,
        f"must be what the training gives when it is repeated; differs by up to "
        f"{difference:.3g}, which may be {bound:.3g} (trained on {host}, now on "
        f"{platform.node()})",
    )
    words = "the same bytes" if is_same else f"differ by up to {difference:.3g}"
    return f"{training.name}: {words}"


def largest_difference(values: np.ndarray, others: np.ndarray) -> float:
    """Return the largest difference of two arrays; infinite if they do not compare."""
    if values.shape != others.shape:
        return float("inf")
    finite = np.isfinite(values)
    # A training that diverged predicts infinity or NaN, in the same places.
    if not np.array_equal(finite, np.isfinite(others)):
        return float("inf")
    difference = values[finite].astype(np.float64) - others[finite]
    return float(np.abs(difference).max(initial=0))
