"""Do shuffled labels end at chance? The demo, shuffled many times.

    .venv/bin/python benchmarks/check_control.py --permutations 100

Needs the molecules and features of `make demo`. Each permutation shuffles the labels as
``dataset.permute_labels`` does, trains forests and small networks per task on the
training set and scores them on the test set: one of each, the equal mean of these two,
and a greedy ensemble of all that is picked by the validation set. A leak would show as
a mean above 0.5.
"""

import argparse
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from simulate_selection import bounds
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
from toxtune.selection.ensemble import scorer
from toxtune.selection.greedy import pick
from toxtune.stats.bootstrap import interval, resample_counts, resampled_means
from toxtune.stats.metrics import mean_score
from toxtune.stats.resampled_trials import Fold, Scoring

CONFIDENCE = 0.95
# Few epochs, as in the demo: a network does not converge.
NETWORK = partial(MLPClassifier, max_iter=15, batch_size=100)
MODELS = {
    "forest": partial(RandomForestClassifier, n_estimators=30),
    "network": partial(NETWORK, hidden_layer_sizes=(16,)),
    "forest with larger leaves": partial(
        RandomForestClassifier, n_estimators=30, min_samples_leaf=3
    ),
    "wider network": partial(NETWORK, hidden_layer_sizes=(64,)),
}
EQUAL_MEMBERS = ["forest", "network"]
REPORTED = [*EQUAL_MEMBERS, "equal ensemble", "greedy ensemble"]


def permuted(molecules: Settlement, ids: list[str], seed: int) -> dict[str, np.ndarray]:
    """Map the id of each molecule to the labels of another."""
    rows = permute_labels(molecules.measured.compounds, molecules.labels, seed)
    labels = as_numbers(rows, len(molecules.measured.tasks))
    return dict(zip(ids, labels, strict=True))


def predictions_of(
    labels: dict[str, np.ndarray], features: dict[str, np.ndarray], seed: int
) -> dict[str, dict[str, np.ndarray]]:
    """Train all models; return what each predicts of validation and test set."""
    predicted = {}
    for model, make in MODELS.items():
        outputs = {name: np.empty_like(labels[name]) for name in ("valid", "test")}
        for task in range(labels["train"].shape[1]):
            known = ~np.isnan(labels["train"][:, task])
            fitted = make(random_state=seed)
            fitted.fit(features["train"][known], labels["train"][known, task])
            for name, output in outputs.items():
                output[:, task] = fitted.predict_proba(features[name])[:, 1]
        predicted[model] = outputs
    return predicted


def with_ensembles(
    predicted: dict[str, dict[str, np.ndarray]], valid: np.ndarray
) -> dict[str, np.ndarray]:
    """Return what models and ensembles predict of the test set."""
    ones = np.ones((1, len(valid)))
    scoring = Scoring(
        "roc_auc", [Fold(valid, np.ones(valid.shape[1]), np.arange(len(valid)))]
    )
    score = scorer(scoring, ones, [[[each["valid"]]] for each in predicted.values()])
    row, alone = np.zeros(1, dtype=int), np.eye(len(predicted), dtype=int)
    scores = np.column_stack([score(row, one) for one in alone])
    picks = pick(scores, np.ones(scores.shape, dtype=bool), score, maximize=True)[0]
    test = {model: each["test"] for model, each in predicted.items()}
    return {
        **test,
        "equal ensemble": np.mean([test[model] for model in EQUAL_MEMBERS], axis=0),
        "greedy ensemble": np.average(list(test.values()), axis=0, weights=picks),
    }


def score_all(
    subsets: dict[str, Subset],
    features: dict[str, np.ndarray],
    molecules: Settlement,
    ids: list[str],
    seed: int,
) -> list[tuple[float, bool]]:
    """Return each test ROC-AUC and whether its interval holds 0.5."""
    by_id = permuted(molecules, ids, seed)
    labels = {
        name: np.stack([by_id[id] for id in subset.ids])
        for name, subset in subsets.items()
    }
    predicted = with_ensembles(predictions_of(labels, features, seed), labels["valid"])
    weights = np.ones(labels["test"].shape[1])
    counts = resample_counts(subsets["test"].groups, 500, seed)
    found: list[tuple[float, bool]] = []
    for model in REPORTED:
        known = labels["test"], predicted[model], weights
        means = resampled_means("roc_auc", *known, counts)[1]
        low, high = bounds(interval(means, CONFIDENCE))
        found.append((mean_score("roc_auc", *known), low <= 0.5 <= high))
    return found


def main() -> None:
    """Print the mean test score and how often its interval holds 0.5."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--permutations", type=int, default=100)
    permutations = parser.parse_args().permutations
    config = load_config([ROOT / "config.yaml", ROOT / "examples" / "demo.yaml"])
    (plan,) = load_plans(config)
    subsets = {
        name: read_subset(Path(plan.whole.subset(name)))
        for name in ("train", "valid", "test")
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
    by_permutation = [
        score_all(subsets, features, molecules, ids, seed)
        for seed in range(permutations)
    ]
    for model, found in zip(REPORTED, zip(*by_permutation, strict=True), strict=True):
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
