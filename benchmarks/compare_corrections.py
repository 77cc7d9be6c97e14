"""Compare corrected scores: by winners out of bag, and by differences there.

    .venv/bin/python benchmarks/compare_corrections.py --repetitions 300

The corrected score of `toxtune.stats.bias_correction` is the mean of what the
resamples' winners score on molecules not drawn. Of an RMSE on few molecules, that mean
is too small. The other one is the raw score, plus the mean of the differences there
between the resample's winner and the selected trial; of a single trial it is the raw
score. Both get the interval of a double bootstrap. Prints a table in Markdown, for
searches of `simulate_selection.py` with one task and 100 resamples.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product

import numpy as np
from simulate_selection import CONFIDENCE, Design, Truth, bounds, simulated_search

from toxtune.stats.bias_correction import Rule, correct, likely_truths
from toxtune.stats.bootstrap import interval
from toxtune.stats.resampled_trials import Resampled

RESAMPLES, SEED = 100, 7
SEARCHES = [(1, False, 0.0), (12, False, 0.0), (12, True, 0.5)]


def by_differences(
    resampled: Resampled, rule: Rule, chosen: int
) -> tuple[float, list[float]]:
    """Correct by differences; return the score and the bounds of its interval."""
    rows = np.arange(len(resampled.in_bag))
    deviations, full = resampled.deviations, resampled.full
    truths = likely_truths(full, deviations.in_bag)
    errors = []
    for search in truths + deviations.in_bag:
        selected = rule(search[None])[0]
        scores = search + deviations.out_of_bag
        winners = rule(search + deviations.in_bag)
        gained = np.nanmean(scores[rows, winners] - scores[:, selected])
        errors.append(search[selected] + gained - truths[selected])
    scores = resampled.out_of_bag
    winners = rule(resampled.in_bag)
    gained = np.nanmean(scores[rows, winners] - scores[:, chosen])
    corrected = float(full[chosen] + gained)
    low, high = bounds(interval(np.array(errors), CONFIDENCE))
    return corrected, [corrected - high, corrected - low]


def repetition(number: int, design: Design, signal: bool, shared: float) -> list[float]:
    """Errors of both corrected scores, and whether the intervals hold the truth."""
    generator = np.random.default_rng([SEED, number, signal, int(10 * shared)])
    truth = Truth.draw(design, generator, signal, shared)
    search, _ = simulated_search(truth, generator, number)
    rule, resampled = search.overall_rule(), search.resampled
    chosen = int(rule(resampled.full[None])[0])
    usual = correct(resampled, rule, chosen, CONFIDENCE)
    assert usual.corrected is not None
    found = [
        (usual.corrected, bounds(usual.interval)),
        by_differences(resampled, rule, chosen),
    ]
    true_score = truth.of_trial(chosen)
    errors = [score - true_score for score, _ in found]
    return [*errors, *(float(low <= true_score <= high) for _, (low, high) in found)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=300)
    metrics = ["rmse", "roc_auc", "pr_auc"]
    parser.add_argument("--metrics", nargs="+", choices=metrics, default=metrics)
    options = parser.parse_args()
    repetitions, metrics = options.repetitions, options.metrics
    header = ["metric", "molecules", "trials", "signal", "shared noise", "error"]
    header += ["by differences", "its root mean square", "by differences"]
    header += ["interval holds", "by differences"]
    print(f"| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for metric, molecules, search in product(metrics, (40, 300), SEARCHES):
        trials, signal, shared = search
        design = Design(metric, "none", molecules, 1, trials, RESAMPLES)
        one = partial(repetition, design=design, signal=signal, shared=shared)
        with ProcessPoolExecutor() as pool:
            found = np.array(list(pool.map(one, range(repetitions), chunksize=10)))
        means, spread = found.mean(axis=0), np.sqrt((found[:, :2] ** 2).mean(axis=0))
        cells = [metric, str(molecules), str(trials), "yes" if signal else "no"]
        cells += [f"{shared:g}", *(f"{error:+.4f}" for error in means[:2])]
        cells += [f"{size:.4f}" for size in spread]
        cells += [f"{coverage:.3f}" for coverage in means[2:]]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
