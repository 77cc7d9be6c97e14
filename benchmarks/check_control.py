"""Do shuffled labels end at chance? The demo, shuffled many times.

    .venv/bin/python benchmarks/check_control.py --permutations 100

Needs the molecules and features of `make demo`. Each permutation shuffles the labels as
``dataset.permute_labels`` does, trains a forest and a small network per task on the
training set and scores them on the test set. A leak would show as a mean above 0.5.
"""

import argparse
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.data.settling import Settlement, read_measured, settle
from toxtune.data.subsets import Subset, as_numbers, read_subset
from toxtune.features.arrays import load_features
from toxtune.labels.legal import permute_labels
from toxtune.stats.bootstrap import interval, resample_counts, resampled_means
from toxtune.stats.metrics import mean_score

CONFIDENCE = 0.95
MODELS = {
    "forest": partial(RandomForestClassifier, n_estimators=30),
    # Few epochs, as in the demo: it does not converge.
    "network": partial(
        MLPClassifier, hidden_layer_sizes=(16,), max_iter=15, batch_size=100
    ),
}


def permuted(molecules: Settlement, ids: list[str], seed: int) -> dict[str, np.ndarray]:
    """Map the id of each molecule to the labels of another."""
    rows = permute_labels(molecules.measured.compounds, molecules.labels, seed)
    labels = as_numbers(rows, len(molecules.measured.tasks))
    return dict(zip(ids, labels, strict=True))


def score(
    model: str,
    subsets: dict[str, Subset],
    features: dict[str, np.ndarray],
    molecules: Settlement,
    ids: list[str],
    seed: int,
) -> tuple[float, bool]:
    """Return the test ROC-AUC and whether its interval holds 0.5."""
    labels = permuted(molecules, ids, seed)
    train, test = (
        np.stack([labels[id] for id in subsets[name].ids]) for name in ("train", "test")
    )
    predictions = np.empty_like(test)
    for task in range(test.shape[1]):
        known = ~np.isnan(train[:, task])
        fitted = MODELS[model](random_state=seed)
        fitted.fit(features["train"][known], train[known, task])
        predictions[:, task] = fitted.predict_proba(features["test"])[:, 1]
    weights = np.ones(test.shape[1])
    counts = resample_counts(subsets["test"].groups, 500, seed)
    _, means = resampled_means("roc_auc", test, predictions, weights, counts)
    low, high = interval(means, CONFIDENCE)
    return mean_score("roc_auc", test, predictions, weights), low <= 0.5 <= high


def main() -> None:
    """Print the mean test score and how often its interval holds 0.5."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--permutations", type=int, default=100)
    permutations = parser.parse_args().permutations
    config = load_config([ROOT / "config.yaml", ROOT / "examples" / "demo.yaml"])
    (plan,) = load_plans(config)
    subsets = {
        name: read_subset(Path(plan.whole.subset(name))) for name in ("train", "test")
    }
    features = {
        name: load_features(
            [Path(file) for file in plan.features_files(plan.whole, name)]
        )
        for name in subsets
    }
    table = Path(plan.dataset_folder) / "molecules.csv"
    ids, measured = read_subset(table).ids, read_measured(table)
    molecules = settle(measured, ["all"] * len(ids), plan.task_type)
    warnings.simplefilter("ignore", ConvergenceWarning)
    for model in MODELS:
        found = [
            score(model, subsets, features, molecules, ids, seed)
            for seed in range(permutations)
        ]
        scores, held = np.array(found).T
        error = scores.std(ddof=1) / np.sqrt(permutations)
        print(
            f"{model}: {permutations} permutations, {len(subsets['test'].ids)} test "
            f"molecules: mean ROC-AUC {scores.mean():.4f} (standard error {error:.4f}, "
            f"SD {scores.std(ddof=1):.3f}); the {100 * CONFIDENCE:g}% interval holds "
            f"0.5 in {held.sum():.0f}"
        )


if __name__ == "__main__":
    main()
