"""How much noise do the trials of a real search share? For what simulations assume.

    .venv/bin/python benchmarks/measure_shared_noise.py results/tox21

Within a class, what remains of a trial's predictions is noise: no truth orders them for
the ROC-AUC. So the validation predictions of two trials, means over seeds, are
correlated within each class and task, as normal scores of their ranks. Needs a finished
run on a hold-out set. Prints the mean and a 90% range over pairs of trials and tasks.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.stats import norm, rankdata

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.data.subsets import read_subset
from toxtune.io.files import read_json

# A correlation of fewer molecules says little.
FEWEST = 20


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Return where the ranks of values lie in a normal distribution."""
    return norm.ppf((rankdata(values) - 0.5) / len(values))


def shared_noise(
    trials: Sequence[np.ndarray], labels: np.ndarray, label: int
) -> np.ndarray:
    """Correlate two trials, each n_molecules x n_tasks, in each task within a class."""
    found = []
    for task in range(labels.shape[1]):
        rows = labels[:, task] == label
        if rows.sum() >= FEWEST:
            scores = [normal_scores(trial[rows, task]) for trial in trials]
            found.append(np.corrcoef(scores)[0, 1])
    return np.array(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="the folder of a run")
    run = parser.parse_args().run
    selection = read_json(run / "selection.json")
    data = Path("data", selection["dataset"], selection["split"])
    labels = read_subset(data / "whole" / "valid.csv").labels
    families, trials = [], []
    for record in read_json(run / "trials.json").values():
        families.append(record["trial"]["family"])
        predictions = [
            np.load(Path(folder, "valid_predictions.npy"))
            for folder in record["folders"].values()
        ]
        trials.append(np.mean(predictions, axis=0))
    print(
        "| trials | class | correlation | 90% of pairs and tasks |\n|---|---|---|---|"
    )
    for name, is_same in (("of one family", True), ("of two families", False)):
        pairs = [
            pair
            for pair in combinations(range(len(trials)), 2)
            if (families[pair[0]] == families[pair[1]]) == is_same
        ]
        for label in (0, 1):
            found = np.concatenate(
                [
                    shared_noise([trials[each] for each in pair], labels, label)
                    for pair in pairs
                ]
            )
            low, high = np.quantile(found, [0.05, 0.95])
            print(
                f"| {name} | {label} | {found.mean():.2f} | {low:.2f} to {high:.2f} |"
            )


if __name__ == "__main__":
    main()
