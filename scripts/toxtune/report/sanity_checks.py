"""Scores that look like a leak or a bug, and why.

A check warns a person; it stops nothing, and chooses nothing. The bound is for the
ROC-AUC of measured toxicity: on random splits of Tox21, published models and quick
tries without a search reach 0.81 to 0.87.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np

from toxtune.evaluation.coverage import (
    broken_promises,
)
from toxtune.evaluation.evaluation_file import Interval, SetScores
from toxtune.features.definitions import JOINT, OWN
from toxtune.report.delivered import DeliveredScore, delivered
from toxtune.report.few_molecules import check_counts
from toxtune.report.run import Run
from toxtune.report.words import (
    counted,
    decimals_for,
    format_interval,
    format_score,
)
from toxtune.splits.settings import draws_sets
from toxtune.stats.metrics import Objective

SUSPICIOUSLY_HIGH = 0.90

# What guessing scores by these metrics lies above what a constant does: a squared
# correlation is never below 0, and a constant names one class of the macro F1. The
# average precision of few actives is too high, whatever the order.
ABOVE_A_CONSTANT = {"pearson_r2", "f1_macro", "pr_auc"}

# Molecules of one connectivity are never in two sets. Test molecules that nevertheless
# have the fingerprint of a training molecule (a longer chain, say) are nearly the same.
SAME_FINGERPRINT, MANY_WITH_SAME_FINGERPRINT = 1.0, 0.2


@dataclass(frozen=True)
class CheckedScores:
    """What is checked.

    Attributes
    ----------
    scores
        The selected model's, by the objective's metric, means over tasks.
    validation
        The score that it was selected by.
    delivered
        What the delivered model scores on the test set.
    baselines
        Name of a simple model to its scores, that which knows nothing first.
    objective
        The objective.
    corrected
        The bias-corrected validation score.
    corrected_interval
        Its interval.
    confidence
        Level of the intervals.
    advice
        What shows whether a set is easier than the other: a sentence.
    permuted
        Whether the labels were shuffled.
    similarities
        Of each test molecule to the nearest training molecule.
    """

    scores: SetScores
    validation: float
    delivered: DeliveredScore
    baselines: Mapping[str, SetScores]
    objective: Objective
    corrected: float | None
    corrected_interval: Interval | None
    confidence: float
    advice: str
    permuted: bool
    similarities: np.ndarray

    @property
    def constant(self) -> tuple[str, SetScores]:
        """The simple model that knows nothing, and its scores."""
        return next(iter(self.baselines.items()))


def warnings(run: Run) -> list[str]:
    """Say what looks wrong with the data, and like a leak or a bug in the scores."""
    permuted = run.permutation is not None
    contrasting = 0 if permuted else run.recipe["labels"]["contrasting_stereoisomers"]
    features = {record.trial.features for record in run.trained.values()}
    on_features = check_features(contrasting, features)
    coverage = run.diagnostics.coverage
    of_delivered = coverage[coverage["refit"] == run.settings.final["refit"]]
    return (
        run.data_warnings
        + on_features
        + check_counts(run)
        + check_scores(
            CheckedScores(
                scores=run.selected_scores,
                validation=run.selection.selected.mean,
                delivered=delivered(run),
                baselines={
                    name: metrics[run.metric].mean
                    for name, metrics in run.baselines.scores.items()
                },
                objective=run.selection.objective,
                corrected=run.diagnostics.corrected.overall.corrected,
                corrected_interval=run.diagnostics.corrected.overall.interval,
                confidence=run.evaluation.confidence,
                advice=_advice(run),
                permuted=permuted,
                similarities=run.diagnostics.similarity["similarity"].to_numpy(),
            )
        )
        + broken_promises(of_delivered, "the test set")
        + [warning for data in run.prospective for warning in data.broken_promises]
    )


def check_features(contrasting: int, features: Collection[str]) -> list[str]:
    """Say that no features of a search tell stereoisomers apart, where labels do.

    Parameters
    ----------
    contrasting
        How many compounds have another label than a stereoisomer.
    features
        Names of the trials' features; of own numbers nobody knows what they tell apart.
    """
    single = {each for name in features for each in name.split(JOINT)}
    kinds = {each.partition("-")[0] for each in single}
    if not contrasting or kinds & set(OWN):
        return []
    if any("include_chirality" in each.split("-") for each in single):
        return []
    return [
        f"Outside the test set, {counted(contrasting, 'compound')} "
        f"{'has' if contrasting == 1 else 'have'} another label than a stereoisomer, "
        "and no features of the search see chirality: try some with "
        "`include_chirality: true` (docs/features.md)."
    ]


def check_scores(checked: CheckedScores) -> list[str]:
    """Say what looks like a leak or a bug."""
    if checked.permuted:
        return [*_check_control(checked), *_check_sets(checked)]
    return [
        *_check_level(checked),
        *_check_guessing(checked),
        *_check_baselines(checked),
        *_check_sets(checked),
    ]


def _check_level(checked: CheckedScores) -> Iterator[str]:
    test = checked.scores.test
    if test is None or checked.objective.metric != "roc_auc":
        return
    if test > SUSPICIOUSLY_HIGH:
        yield (
            f"The test score is above {SUSPICIOUSLY_HIGH:.2f}, which is rare for "
            "measured toxicity. Look for a leak: a feature that contains the label, or "
            "molecules of one series in several sets (a scaffold split keeps them "
            "together)."
        )


def _check_guessing(checked: CheckedScores) -> Iterator[str]:
    """Say that the interval of the test score reaches what one scores by guessing."""
    model = checked.delivered
    name, constant = checked.constant
    if model.score is None or model.interval is None or constant.test is None:
        return
    if _is_better(checked, model.interval, constant.test):
        return
    decimals = decimals_for(model.score)
    yield (
        "The test score is not clearly better than guessing: the delivered model has "
        f"{format_score(model.score, decimals)} ({100 * checked.confidence:g}% "
        f"interval {format_interval(model.interval, decimals)}), and the {name} of the "
        "training set, predicted of all molecules, has "
        f"{format_score(constant.test, decimals)}. Either the test set is too small to "
        "show more, or little was learned. Look for a bug, too: labels in a different "
        "order than the molecules, missing labels read as 0, or a task with almost no "
        "positives."
    )


def _check_baselines(checked: CheckedScores) -> Iterator[str]:
    """Say that a simple model was as good on validation data; its test score is none.

    A choice by the test scores of baselines would make these optimistic.
    """
    sign = 1 if checked.objective.maximize else -1
    valid = {
        name: scores.valid
        for name, scores in checked.baselines.items()
        if scores.valid is not None
    }
    best = max(valid, key=lambda name: sign * valid[name], default=None)
    if best is None or sign * (valid[best] - checked.validation) < 0:
        return
    decimals = decimals_for(checked.validation)
    yield (
        f"On validation data the {best}, a baseline, scores "
        f"{format_score(valid[best], decimals)}, and the selected model "
        f"{format_score(checked.validation, decimals)}: tuning gained nothing over it. "
        "Other features or more trials may."
    )


def _check_control(checked: CheckedScores) -> Iterator[str]:
    """Say that a score of shuffled labels is better than one scores by guessing."""
    if checked.objective.metric in ABOVE_A_CONSTANT:
        return
    simple, constant = checked.constant
    scores = {
        "test score": (checked.scores.test_interval, constant.test),
        "corrected validation score": (checked.corrected_interval, constant.valid),
    }
    for name, (interval, guessed) in scores.items():
        if interval is None or guessed is None:
            continue
        if _is_better(checked, interval, guessed):
            decimals = decimals_for(guessed)
            yield (
                f"The labels are shuffled, but the interval of the {name}, "
                f"{format_interval(interval, decimals)}, is better than guessing: the "
                f"{simple} of the training set has {format_score(guessed, decimals)}. "
                f"This happens by luck in {50 * (1 - checked.confidence):.3g}% of such "
                "controls; otherwise something leaks the labels."
            )


def _is_better(checked: CheckedScores, interval: Interval, score: float) -> bool:
    """Tell whether all of an interval is better than a score."""
    low, high = interval
    return low > score if checked.objective.maximize else high < score


def _check_sets(checked: CheckedScores) -> Iterator[str]:
    train, test = checked.scores.train, checked.scores.test
    sign = 1 if checked.objective.maximize else -1
    if train is not None and test is not None and sign * (test - train) > 0:
        yield (
            "The test score is better than the training score, although the model was "
            "fitted to the training set. Look for a bug: sets that were exchanged, or "
            "a model that does not learn."
        )
    if doubt := _difference_of_sets(checked):
        yield doubt
    is_same = checked.similarities >= SAME_FINGERPRINT
    same = is_same.mean() if len(is_same) else 0.0
    if same > MANY_WITH_SAME_FINGERPRINT:
        yield (
            f"{100 * same:.0f}% of the test molecules have the same fingerprint as a "
            "training molecule. The test score shows how well known chemistry is "
            "remembered; a scaffold split is harder."
        )


def _difference_of_sets(checked: CheckedScores) -> str:
    """Say that test and corrected validation score differ by more than luck, if so.

    The sets have no molecule in common, so the variances of their scores add up. An
    interval is taken for that of a normal distribution.
    """
    test, interval = checked.scores.test, checked.scores.test_interval
    corrected, bounds = checked.corrected, checked.corrected_interval
    if test is None or interval is None or corrected is None or bounds is None:
        return ""
    difference = test - corrected
    half = hypot(interval[1] - interval[0], bounds[1] - bounds[0]) / 2
    if abs(difference) <= half:
        return ""
    decimals = decimals_for(test)
    is_better = (difference > 0) == checked.objective.maximize
    ends = format_interval((difference - half, difference + half), decimals)
    return (
        f"The test score is {'better' if is_better else 'worse'} than the corrected "
        "validation score by more than the luck of the molecules explains: the "
        f"difference is {format_score(difference, decimals)} "
        f"({100 * checked.confidence:g}% interval {ends}). One of the sets is easier "
        f"than the other; trust neither score alone. {checked.advice}"
    )


def _advice(run: Run) -> str:
    """Say what shows the spread over test sets, in words the configuration accepts."""
    if len(run.settings.splits) > 1:
        return "The summary of all splits shows the spread."
    if draws_sets(run.settings.split["method"]):
        return "`split.seeds: [0, 1, 2]` repeats the search on three splits."
    return "The sets are given, so no other split can tell: look at what differs."
