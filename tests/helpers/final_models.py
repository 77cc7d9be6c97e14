"""A small final model for the tests: two forests on fingerprints of eight molecules."""

import numpy as np

from helpers.harm import refused
from toxtune.features.compute import featurize
from toxtune.models.base import Examples
from toxtune.models.random_forest import HYPERPARAMETERS, fit
from toxtune.prediction.final_file import write_final
from toxtune.prediction.final_model import current_versions, load

SMILES = ["CCO", "CCN", "c1ccccc1O", "c1ccccc1N", "CC(=O)O", "CCCCCl", "CCBr", "CCC"]
ECFP = {"kind": "circular", "radius": 2, "size": 64}
LABELS = {
    "binary": [[0, 1], [1, 0], [0, 0], [1, 1], [0, 1], [1, 0], [0, np.nan], [1, 1]],
    "multiclass": [[n % 3, n % 2] for n in range(8)],
    "regression": [[n / 4, -n] for n in range(8)],
}
SEEDS = [3, 5]


def make(folder, task_type="binary", temperature=2.0, **changes):
    """Write a final model of two small forests."""
    values = featurize(ECFP, SMILES).values.astype(np.float32)
    labels = np.array(LABELS[task_type], dtype=np.float32)
    settings = {name: one.default for name, one in HYPERPARAMETERS.items()}
    models = []
    for seed in SEEDS:
        fitted = fit(
            Examples(values, labels, task_type),
            None,
            settings | {"n_estimators": 7},
            seed,
        )
        models.append(folder / f"seed-{seed}.skops")
        fitted.model.save(models[-1])
    card = {
        "format": 1,
        "trial": {"family": "random_forest", "features": "ecfp"},
        "task_type": task_type,
        "tasks": ["one", "two"],
        "n_outputs": 6 if task_type == "multiclass" else 2,
        "smiles_column": "smiles",
        "features": {"ecfp": ECFP},
        "seeds": SEEDS,
        "calls": {
            "one": {"temperature": temperature, "threshold": 0.4},
            "two": {"temperature": None, "threshold": None},
        },
        "domain": {"threshold": 0.5},
        "versions": current_versions("random_forest"),
        **changes,
    }
    path = folder / "final.zip"
    write_final(path, card, models, {}, SMILES)
    return path


def refused_model(path, *fragments):
    """Expect that a final model is refused in a line that names it."""
    message = refused(load, path)
    assert message.startswith(f"{path}: ")
    for fragment in fragments:
        assert fragment in message
