"""Does the corrected score tell the truth? Simulated searches whose truth is known.

    .venv/bin/python benchmarks/simulate_selection.py --repetitions 400

Each repetition draws labels and the predictions of 50 trials, chooses the best by its
ROC-AUC (mean over tasks) on the simulated validation set, and corrects its score as
`toxtune.stats.bias_correction` does. The truth is the chosen trial's ROC-AUC on
infinitely many molecules: 0.5 without signal, else drawn for each trial from 0.70 to
0.80.

A score of a molecule is normal, and higher by a distance for positives; trials share a
part of the noise, as models that learn from the same molecules do. A binormal model of
distance d has the ROC-AUC Phi(d / sqrt(2)).

Prints a table in Markdown: the mean error of the raw and of the corrected score, and
how often 95% intervals hold the truth: the chosen trial's own over resampled molecules;
the same, moved by the optimism (location-shifted; Noma, Shinozaki, Iba, Teramukai and
Furukawa 2021, Statistics in Medicine 40, 5691-5701); that of
`toxtune.stats.bias_correction`; and the percentiles that the paper of BBC-CV takes.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.stats import binom, norm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.selection.rules import choose
from toxtune.stats.bias_correction import correct
from toxtune.stats.bootstrap import interval, resample_counts
from toxtune.stats.resampled_trials import Fold, Scoring, resample

MOLECULES, TASKS, TRIALS, RESAMPLES = 300, 3, 50, 300
PREVALENCE = 0.25
CONFIDENCE = 0.95
SHARED = (0.0, 0.5, 0.9)
SEED = 2018


def simulate(
    generator: np.random.Generator, aucs: np.ndarray, shared: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw labels, n_molecules x n_tasks, and scores, n_trials x the same."""
    shape = (MOLECULES, TASKS)
    labels = (generator.random(shape) < PREVALENCE).astype(np.float64)
    noise = np.sqrt(shared) * generator.normal(size=shape)
    noise = noise + np.sqrt(1 - shared) * generator.normal(size=(len(aucs), *shape))
    distances = np.sqrt(2) * norm.ppf(aucs)
    return labels, noise + distances[:, None, None] * labels


def repetition(number: int, signal: bool, shared: float) -> list[float]:
    """Errors of the raw and the corrected score, and which intervals hold the truth."""
    generator = np.random.default_rng([SEED, number, signal, int(10 * shared)])
    aucs = generator.uniform(0.7, 0.8, TRIALS) if signal else np.full(TRIALS, 0.5)
    labels, scores = simulate(generator, aucs, shared)
    molecules = np.arange(MOLECULES)
    scoring = Scoring("roc_auc", [Fold(labels, np.ones(TASKS), molecules)])
    counts = resample_counts([str(one) for one in molecules], RESAMPLES, number)
    predictions = [[[trial]] for trial in scores]
    resampled = resample(scoring, counts, predictions)
    chosen = int(choose_best(resampled.full[None])[0])
    found = correct(resampled, choose_best, chosen, CONFIDENCE)
    truth = aucs[chosen]
    own = interval(resampled.in_bag[:, chosen], CONFIDENCE)
    intervals = [
        own,
        [bound - found.optimism for bound in own],
        found.interval,
        found.out_of_bag,
        rescaled(found.out_of_bag, found.corrected),
    ]
    covered = [float(low <= truth <= high) for low, high in intervals]
    return [found.raw - truth, found.corrected - truth, *covered]


def choose_best(scores: np.ndarray) -> np.ndarray:
    """Choose the trial with the highest score in each row."""
    return choose(scores, maximize=True)


def rescaled(bounds: list[float], centre: float) -> list[float]:
    """Narrow the percentiles of BBC-CV as Nadeau and Bengio (2003) do for a holdout.

    By the root of molecules scored to molecules chosen by: 0.368 to 0.632.
    """
    factor = np.sqrt(np.exp(-1) / (1 - np.exp(-1)))
    return [centre + factor * (bound - centre) for bound in bounds]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=400)
    repetitions = parser.parse_args().repetitions
    low, high = binom.interval(0.95, repetitions, CONFIDENCE)
    print(
        f"{repetitions} repetitions of {TRIALS} trials, {MOLECULES} molecules, "
        f"{TASKS} tasks, {RESAMPLES} resamples. In 19 of 20 such experiments, an "
        f"interval with a coverage of {CONFIDENCE} holds the truth in "
        f"{low / repetitions:.3f} to {high / repetitions:.3f} of the repetitions.\n"
    )
    header = ["signal", "shared noise", "raw error", "corrected error", "raw interval"]
    header += ["the same, moved", "corrected interval"]
    header += ["BBC-CV percentiles", "the same, rescaled"]
    print(f"| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for signal, shared in product((False, True), SHARED):
        one = partial(repetition, signal=signal, shared=shared)
        with ProcessPoolExecutor() as pool:
            found = np.array(list(pool.map(one, range(repetitions), chunksize=10)))
        means = found.mean(axis=0)
        cells = ["0.70 to 0.80" if signal else "none", f"{shared:g}"]
        cells += [f"{error:+.4f}" for error in means[:2]]
        cells += [f"{coverage:.3f}" for coverage in means[2:]]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
