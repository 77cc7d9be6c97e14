"""A training of a second's fraction: a small forest on a few bits."""

from pathlib import Path

import numpy as np

from helpers.molecules import write_molecules
from toxtune.features.arrays import Features, save_features
from toxtune.io.files import sha256_of_file, write_json
from toxtune.io.integrity import sealed
from toxtune.search.space import read_space
from toxtune.search.trials import Trial, make_trial
from toxtune.splits.training_set import WHOLE
from toxtune.training.outputs import save_predictions
from toxtune.training.replicates import Replicate

SPACE = {
    "family": "random_forest",
    "features": "ecfp",
    "hyperparameters": {"n_estimators": 3},
}
SETTINGS = next(read_space(SPACE, ["ecfp"], "").grid()).hyperparameters
TRIAL = make_trial("d", "s", "random_forest", "maccs+circular", SETTINGS)


def small_training() -> Replicate:
    """Write two subsets with features into this folder; return a training on them."""
    rng = np.random.default_rng(0)
    for subset, n in {"train": 30, "valid": 10}.items():
        bits = rng.integers(0, 2, (n, 16)).astype(bool)
        halves = np.hsplit(bits, 2)
        for path, half in zip(TRIAL.files(subset)[:-1], halves, strict=True):
            save_features(Path(path), Features(half))
        rows = [[row, row, "C", f"G{row}", int(bits[row, 0]), ""] for row in range(n)]
        path = Path(TRIAL.training_set().subset(subset))
        write_molecules(path, ["first bit", "blank"], rows)
    return Replicate(TRIAL, seed=0)


def write_replicate(
    folder: Path,
    trial: Trial,
    seed: int,
    predictions: np.ndarray,
    training_set: str = WHOLE,
) -> None:
    """Write what a training leaves, as if it had predicted these numbers."""
    folder.mkdir(parents=True)
    path = folder / "valid_predictions.npy"
    save_predictions(path, predictions)
    result = {
        "trial": vars(trial),
        "seed": seed,
        "training_set": training_set,
        "status": "ok",
        "epochs": None,
        "store_key": "0" * 64,
        "sha256": {path.name: sha256_of_file(path)},
    }
    write_json(folder / "result.json", sealed(result))
    write_json(folder / "cost.json", {})
