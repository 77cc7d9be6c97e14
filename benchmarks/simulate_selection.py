"""Does the corrected score tell the truth? Simulated searches whose truth is known.

    .venv/bin/python benchmarks/simulate_selection.py --repetitions 400
    .venv/bin/python benchmarks/simulate_selection.py --ensemble greedy --trials 12 \
        --tasks 1 --molecules 200 --resamples 100
    .venv/bin/python benchmarks/simulate_selection.py --metric rmse --molecules 40

Each repetition draws labels and the predictions of trials, chooses the best by its mean
score over tasks on the simulated validation set, and corrects its score as
`toxtune.stats.bias_correction` does. The truth is the score of what was chosen on
infinitely many molecules.

For the ROC-AUC, the score of a molecule is normal, and higher by a distance for
positives. A binormal model of distance d has the ROC-AUC Phi(d / sqrt(2)): 0.5 without
signal, else drawn for each trial from 0.70 to 0.80. Its PR-AUC follows from the same
distance and the share of positives (see `pr_auc`). For the RMSE, errors are normal;
their SD is 1 without signal, else drawn from 0.8 to 1.2. Trials share a part of the
noise, as models that learn from the same molecules do; with an ensemble, those of one
of the `FAMILIES` share some more. The noise of a mean of trials, and so the truth of an
ensemble, follows from the weights.

Prints a table in Markdown: the mean error of the raw and of the corrected score, and
how often 95% intervals hold the truth: the chosen trial's own over resampled molecules;
the same, moved by the optimism (location-shifted; Noma, Shinozaki, Iba, Teramukai and
Furukawa 2021, Statistics in Medicine 40, 5691-5701); that of
`toxtune.stats.bias_correction`; and the percentiles that the paper of BBC-CV takes.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.stats import binom, norm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.search.selection_file import NO_ENSEMBLE
from toxtune.search.trials import Trial
from toxtune.selection.bias import ResampledSearch
from toxtune.selection.candidates import Candidate, ValidationSets
from toxtune.selection.ensemble import scorer
from toxtune.splits.training_set import TrainingSet
from toxtune.stats.bootstrap import interval, resample_counts
from toxtune.stats.resampled_trials import (
    NOT_DRAWN_TO_ALL,
    Fold,
    Resampled,
    Scoring,
    resample,
)

PREVALENCE = 0.25
CONFIDENCE = 0.95
SHARED = (0.0, 0.5, 0.9)
SEED = 2018
# Only with an ensemble: how many there are, and which part of what the trials of a
# family do not share with all they share with each other.
FAMILIES, SHARED_IN_FAMILY = 3, 0.3


@dataclass(frozen=True)
class Design:
    """What is simulated: the metric, the ensemble, and how many of each."""

    metric: str = "roc_auc"
    ensemble: str = NO_ENSEMBLE
    molecules: int = 300
    tasks: int = 3
    trials: int = 50
    resamples: int = 300

    @property
    def maximize(self) -> bool:
        """Whether higher scores are better."""
        return self.metric != "rmse"

    @property
    def families(self) -> np.ndarray:
        """The number of each trial's family."""
        n_families = 1 if self.ensemble == NO_ENSEMBLE else FAMILIES
        return np.arange(self.trials) % n_families


@dataclass(frozen=True)
class Truth:
    """What each trial does on infinitely many molecules.

    Attributes
    ----------
    design
        What is simulated.
    values
        n_trials: the ROC-AUC, for the PR-AUC as well, or the SD of the errors.
    shared
        The part of the noise that all trials share.
    """

    design: Design
    values: np.ndarray
    shared: float

    @classmethod
    def draw(
        cls,
        design: Design,
        generator: np.random.Generator,
        signal: bool,
        shared: float,
    ) -> "Truth":
        """Draw what each trial does; without signal all do the same."""
        low, high, same = (0.7, 0.8, 0.5) if design.maximize else (0.8, 1.2, 1.0)
        values = np.full(design.trials, same)
        if signal:
            values = generator.uniform(low, high, design.trials)
        return cls(design, values, shared)

    @property
    def in_family(self) -> float:
        """The part of the noise that the trials of a family share."""
        if self.design.ensemble == NO_ENSEMBLE:
            return 0.0
        return SHARED_IN_FAMILY * (1 - self.shared)

    def simulate(self, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw labels, n_molecules x n_tasks, and predictions, n_trials x the same."""
        shape = (self.design.molecules, self.design.tasks)
        uniform = generator.random(shape)
        noise = np.sqrt(self.shared) * generator.normal(size=shape)
        own = np.sqrt(1 - self.shared - self.in_family)
        noise = noise + own * generator.normal(size=(len(self.values), *shape))
        if self.in_family:
            drawn = generator.normal(size=(FAMILIES, *shape))
            noise += np.sqrt(self.in_family) * drawn[self.design.families]
        if self.design.maximize:
            labels = (uniform < PREVALENCE).astype(np.float64)
            return labels, noise + self._distances[:, None, None] * labels
        labels = norm.ppf(uniform)
        return labels, labels + self.values[:, None, None] * noise

    def of_trial(self, number: int) -> float:
        """Return the score of one trial."""
        if self.design.metric == "pr_auc":
            return pr_auc(self._distances[number])
        return float(self.values[number])

    def of_mean(self, picks: np.ndarray) -> float:
        """Return the score of the mean of trials, which count `picks` times."""
        weights = picks / picks.sum()
        if not self.design.maximize:
            return float(np.sqrt(self._variance(weights * self.values)))
        distance = weights @ self._distances / np.sqrt(self._variance(weights))
        if self.design.metric == "pr_auc":
            return pr_auc(distance)
        return float(norm.cdf(distance / np.sqrt(2)))

    def _variance(self, weights: np.ndarray) -> float:
        """Return the variance of a weighted sum of the trials' noise."""
        by_family = np.bincount(self.design.families, weights)
        own = 1 - self.shared - self.in_family
        return float(
            self.shared * weights.sum() ** 2
            + self.in_family * (by_family**2).sum()
            + own * (weights**2).sum()
        )

    @property
    def _distances(self) -> np.ndarray:
        return np.sqrt(2) * norm.ppf(self.values)


def pr_auc(distance: float) -> float:
    """Return the PR-AUC of a binormal model: its precision, over all positives.

    Of the molecules above a positive's score ``t``, ``p(t)`` are positives of the
    mean `distance` and ``n(t)`` negatives of mean 0: the integral of ``p / (p + n)``
    over the density of positives (average precision).
    """

    def integrand(score: float) -> float:
        positives = PREVALENCE * norm.sf(score - distance)
        negatives = (1 - PREVALENCE) * norm.sf(score)
        return norm.pdf(score - distance) * positives / (positives + negatives)

    # Beyond eight SDs no molecule is left.
    return float(quad(integrand, distance - 8, distance + 8)[0])


def repetition(number: int, design: Design, signal: bool, shared: float) -> list[float]:
    """Errors of the raw and the corrected score, and which intervals hold the truth."""
    generator = np.random.default_rng([SEED, number, signal, int(10 * shared)])
    truth = Truth.draw(design, generator, signal, shared)
    search, picks = simulated_search(truth, generator, number)
    everything = np.arange(len(search.ids))
    chosen = int(search.overall_rule()(search.resampled.full[None])[0])
    found = search.correct(
        everything, search.overall_rule(), search.ids[chosen], CONFIDENCE
    )
    is_single = chosen < design.trials
    true_score = truth.of_trial(chosen) if is_single else truth.of_mean(picks)
    own = bounds(interval(search.resampled.in_bag[:, chosen], CONFIDENCE))
    corrected, optimism = found.corrected, found.optimism
    assert corrected is not None
    assert optimism is not None
    out_of_bag = bounds(found.out_of_bag)
    intervals = [
        own,
        [bound - optimism for bound in own],
        bounds(found.interval),
        out_of_bag,
        rescaled(out_of_bag, corrected),
    ]
    covered = [float(low <= true_score <= high) for low, high in intervals]
    return [found.raw - true_score, corrected - true_score, *covered]


def simulated_search(
    truth: Truth, generator: np.random.Generator, seed: int
) -> tuple[ResampledSearch, np.ndarray]:
    """Draw a search and resample it; return it, and who is in the ensemble."""
    design = truth.design
    labels, drawn = truth.simulate(generator)
    molecules = [str(number) for number in range(design.molecules)]
    fold = Fold(labels, np.ones(design.tasks), np.arange(design.molecules))
    scoring = Scoring(design.metric, [fold])
    counts = resample_counts(molecules, design.resamples, seed)
    candidates = [
        candidate(number, str(family), predictions)
        for number, (family, predictions) in enumerate(
            zip(design.families, drawn, strict=True)
        )
    ]
    predictions = [each.predictions for each in candidates]
    search = ResampledSearch(
        candidates,
        resample(scoring, counts, predictions),
        maximize=design.maximize,
        one_se=False,
        validation_sets=ValidationSets([], [], cross_validated=False),
    )
    if design.ensemble == NO_ENSEMBLE:
        return search, np.zeros(0)
    full = search.resampled.full[None]
    everything = np.ones((1, design.molecules))
    measured = Resampled(full, full, full[0], everything)
    picks = replace(search, resampled=measured).picks(design.ensemble, scoring)
    score = scorer(scoring, everything, predictions)(np.zeros(1, dtype=int), picks[0])
    return search.with_ensemble(design.ensemble, scoring, float(score[0])), picks[0]


def candidate(number: int, family: str, predictions: np.ndarray) -> Candidate:
    """Return a trial of one seed that has no files."""
    trial = Trial(f"{number:03}", "", "", family, "", {})
    return Candidate(trial, TrainingSet("", ""), [[predictions]])


def bounds(found: list[float] | None) -> list[float]:
    """Return an interval that is there: each simulated resample has both classes."""
    assert found is not None
    return found


def rescaled(percentiles: list[float], centre: float) -> list[float]:
    """Narrow the percentiles of BBC-CV as Nadeau and Bengio (2003) do for a holdout.

    By the root of molecules scored to molecules chosen by: 0.368 to 0.632.
    """
    return [centre + NOT_DRAWN_TO_ALL * (bound - centre) for bound in percentiles]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=400)
    metrics = ["roc_auc", "pr_auc", "rmse"]
    parser.add_argument("--metric", choices=metrics, default=metrics[0])
    kinds = ["none", "equal", "greedy"]
    parser.add_argument("--ensemble", choices=kinds, default="none")
    for name in ("molecules", "tasks", "trials", "resamples"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Design, name))
    parser.add_argument("--shared", type=float, nargs="+", default=SHARED)
    options = vars(parser.parse_args())
    repetitions, noises = options.pop("repetitions"), options.pop("shared")
    design = Design(**options)
    low, high = binom.interval(0.95, repetitions, CONFIDENCE)
    print(
        f"{repetitions} repetitions of {design}. In 19 of 20 such experiments, an "
        f"interval with a coverage of {CONFIDENCE} holds the truth in "
        f"{low / repetitions:.3f} to {high / repetitions:.3f} of the repetitions.\n"
    )
    header = ["signal", "shared noise", "raw error", "corrected error", "raw interval"]
    header += ["the same, moved", "corrected interval"]
    header += ["BBC-CV percentiles", "the same, rescaled"]
    print(f"| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for signal, shared in product((False, True), noises):
        one = partial(repetition, design=design, signal=signal, shared=shared)
        with ProcessPoolExecutor() as pool:
            found = np.array(list(pool.map(one, range(repetitions), chunksize=10)))
        means = found.mean(axis=0)
        cells = ["yes" if signal else "no", f"{shared:g}"]
        cells += [f"{error:+.4f}" for error in means[:2]]
        cells += [f"{coverage:.3f}" for coverage in means[2:]]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
