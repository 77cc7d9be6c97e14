"""Repeating a few trainings of a search, away from the store, and comparing."""

import platform
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from toxtune.io.files import sha256_of_file
from toxtune.training.execution import train
from toxtune.training.store import Store
from toxtune.verification.findings import Findings
from toxtune.verification.search import Training

RETRAINED = "repeated trainings"
# Share of the range of the recorded predictions. Other processors round differently,
# and each step of a network's training amplifies that.
TOLERANCE = 0.05


def draw(trainings: Sequence[Training], count: int, seed: int) -> list[Training]:
    """Draw trainings, all if there are fewer; the same ones for the same seed.

    Those that another user made come first: their numbers are taken on trust.
    """
    random = Random(seed)
    drawn: list[Training] = []
    for is_foreign in (True, False):
        group = [item for item in trainings if item.is_of_another_user == is_foreign]
        drawn += random.sample(group, min(count - len(drawn), len(group)))
    return drawn


def retrain(training: Training, store: Path, findings: Findings) -> str:
    """Repeat a training, with a store of its own, and compare the predictions.

    On the host of the first training they must have the same bytes. Elsewhere, they
    may differ by `TOLERANCE` of their range.

    Returns
    -------
    str
        How they compare, in words; empty if it could not be trained.
    """
    replicate = training.replicate
    recorded = training.folder / "valid_predictions.npy"
    with findings.attempt(RETRAINED, recorded):
        train(store=str(store), replicate=replicate.to_dict(), outputs=["result"])
        made = Store(store).entry(replicate.key) / recorded.name
        return _compare(training, recorded, made, findings)
    return ""


def _compare(training: Training, recorded: Path, made: Path, findings: Findings) -> str:
    is_same = sha256_of_file(recorded) == sha256_of_file(made)
    host = training.scored.cost["host"]
    values, others = np.load(recorded), np.load(made)
    difference = largest_difference(values, others)
    finite = values[np.isfinite(values)]
    width = float(np.ptp(finite)) if finite.size else 0.0
    bound = TOLERANCE * width if host != platform.node() else 0.0
    holds = is_same or (host != platform.node() and difference <= bound)
    findings.expect(
        RETRAINED,
        recorded,
        holds,
        f"must be what the training gives when it is repeated; differs by up to "
        f"{difference:.3g}, which may be {bound:.3g} (trained on {host}, now on "
        f"{platform.node()})",
    )
    words = "the same bytes" if is_same else f"differ by up to {difference:.3g}"
    return f"{training.folder}: {words}"


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
