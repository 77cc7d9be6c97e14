"""Do prediction sets keep their promise after a selection? Simulated searches.

    .venv/bin/python benchmarks/simulate_sets.py --repetitions 1000

Each repetition draws labels and the predictions of 50 trials as
`simulate_selection.py` does. The validation molecules calibrate the sets of
`toxtune.stats.conformal`: those of the first trial, which nothing selected; those of
the trial that is best on the same molecules; and those of the same best trial, but
calibrated on as many other molecules. The sets are then counted on 2,000 new molecules.

Prints a table in Markdown: the share of sets that hold the true class, of negatives and
of positives, mean over repetitions.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import expit
from scipy.stats import norm
from simulate_selection import PREVALENCE, SHARED, Design

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.stats.conformal import (
    calibrate_classes,
    class_scores,
    p_values,
    prediction_sets,
)

NEW = 2000
CONFIDENCES = (0.8, 0.9, 0.95)
TRIALS = Design().trials
SEED = 2005


def draw(
    generator: np.random.Generator, distances: np.ndarray, shared: float, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n labels, and the trials' probabilities: n_trials x n."""
    labels = (generator.random(n) < PREVALENCE).astype(np.int64)
    noise = np.sqrt(shared) * generator.normal(size=n)
    noise = noise + np.sqrt(1 - shared) * generator.normal(size=(len(distances), n))
    return labels, expit(noise + distances[:, None] * labels)


def rank_sums(labels: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Sum the ranks of the positives of each trial: as the ROC-AUC orders them."""
    ranks = trials.argsort(axis=1).argsort(axis=1)
    return ranks[:, labels == 1].sum(axis=1)


def coverage(
    known: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray]
) -> list[float]:
    """Share of covered new negatives and positives, at each confidence.

    Both arguments are labels and the probabilities of one trial.
    """
    calibration = calibrate_classes(known[0], class_scores(known[1]))
    p = p_values(calibration, class_scores(new[1]))
    return [
        float(prediction_sets(p, confidence)[new[0] == number, number].mean())
        for confidence in CONFIDENCES
        for number in (0, 1)
    ]


def repetition(number: int, signal: bool, shared: float, molecules: int) -> np.ndarray:
    """Coverage of a trial that nothing selected, of the best, and of it held out."""
    generator = np.random.default_rng([SEED, number, signal, int(10 * shared)])
    aucs = generator.uniform(0.7, 0.8, TRIALS) if signal else np.full(TRIALS, 0.5)
    distances = np.sqrt(2) * norm.ppf(aucs)
    labels, trials = draw(generator, distances, shared, molecules)
    best = int(rank_sums(labels, trials).argmax())
    held_labels, held = draw(generator, distances, shared, molecules)
    new_labels, new = draw(generator, distances, shared, NEW)
    return np.array(
        [
            coverage((labels, trials[0]), (new_labels, new[0])),
            coverage((labels, trials[best]), (new_labels, new[best])),
            coverage((held_labels, held[best]), (new_labels, new[best])),
        ]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=400)
    parser.add_argument("--molecules", type=int, default=Design().molecules)
    options = parser.parse_args()
    print(
        f"{options.repetitions} repetitions of {TRIALS} trials, {options.molecules} "
        f"molecules, {PREVALENCE:.0%} positive. In each cell negatives / positives.\n"
    )
    header = ["signal", "shared noise", "calibrated"]
    header += [f"{confidence:.0%}" for confidence in CONFIDENCES]
    print(f"| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    names = ["not selected", "selected, same molecules", "selected, others"]
    for signal, shared in product((False, True), SHARED):
        one = partial(
            repetition, signal=signal, shared=shared, molecules=options.molecules
        )
        with ProcessPoolExecutor() as pool:
            found = np.array(list(pool.map(one, range(options.repetitions))))
        for name, shares in zip(names, found.mean(axis=0), strict=True):
            cells = ["0.70 to 0.80" if signal else "none", f"{shared:g}", name]
            pairs = shares.reshape(len(CONFIDENCES), 2)
            cells += [" / ".join(f"{share:.3f}" for share in pair) for pair in pairs]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
