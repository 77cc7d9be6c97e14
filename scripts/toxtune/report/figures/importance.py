"""Which hyperparameters the score depended on, and how."""

import random
from collections.abc import Sequence
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import family_colours
from toxtune.report.run import Run
from toxtune.report.settings import Varied, value_text, varied_settings
from toxtune.report.words import listed, notes

# With fewer scores than this, an importance means nothing.
FEWEST_TRIALS = 8
# With fewer, it is shown, and is no verdict.
FEWEST_FOR_A_VERDICT = 30
# The time that functional ANOVA takes grows with the square of the number of trials.
MOST_TRIALS = 300
_RESAMPLES = 20
# Of Optuna's forest, and of one for each resample: these are only to tell a range.
_TREES, _TREES_OF_A_RESAMPLE = 64, 16
# Forests take scores that vary less than this for equal, or nearly so.
_TINY_SD = 1e-6
# An SD that is a smaller share of the mean is rounding.
_ROUNDING = 1e-12


def draw(run: Run) -> Figure:
    """Draw the importance of each hyperparameter, a panel a family."""
    tables = {family: importances(run, family) for family in studied(run)}
    rows = [
        {"panel": family, "hyperparameter": name, "importance": share}
        for family, shares in tables.items()
        for name, share in shares.items()
    ]
    most = {family: next(iter(shares)) for family, shares in tables.items()}
    return Figure(
        facts=run.facts("valid"),
        description="; ".join(
            f"most important for {family}: {name}" for family, name in most.items()
        ),
        table=pd.DataFrame(rows, columns=["panel", "hyperparameter", "importance"]),
        panels=[
            Panel(family, _chart(run, family, len(shares)))
            for family, shares in tables.items()
        ],
        columns=2,
        note=notes(too_few(run), too_many(run)),
    )


def studied(run: Run) -> list[str]:
    """Return the families whose scores have a variance to explain."""
    return [family for family in _varied(run) if importances(run, family)]


def _varied(run: Run) -> list[str]:
    """Return the families with enough scored trials, of several settings and scores."""
    scores = {family: scores_of(run, family) for family in run.families}
    return [
        family
        for family, by_trial in scores.items()
        if len(by_trial) >= FEWEST_TRIALS
        and len(set(by_trial.values())) > 1
        and scored_settings(run, family)
    ]


def too_few(run: Run) -> str:
    """Say which families are left out, and why; empty if none is."""
    left_out = sorted(set(run.families) - set(studied(run)))
    if not left_out:
        return ""
    return (
        f"Fewer than {FEWEST_TRIALS} scored trials, or settings or scores all equal: "
        f"{', '.join(left_out)}."
    )


def too_many(run: Run) -> str:
    """Say of which families a sample of the trials is used; empty if of none."""
    sampled = [each for each in studied(run) if len(scores_of(run, each)) > MOST_TRIALS]
    if not sampled:
        return ""
    return f"Of {MOST_TRIALS} trials, drawn at random: {', '.join(sampled)}."


def verdict_on_settings(run: Run) -> str:
    """Say which setting mattered most, of families with enough trials for a verdict."""
    words = []
    for family in _varied(run):
        if len(scores_of(run, family)) < FEWEST_FOR_A_VERDICT:
            continue
        if not (shares := importances(run, family)):
            continue
        name, share = next(iter(shares.items()))
        size = f"{share:.0%} of the variance of its scores"
        if bounds := share_over_resamples(run, family, name):
            low, high = bounds
            size += f", {low:.0%} to {high:.0%} over resampled trials"
        words.append(f"{name} for {family} ({size})")
    return f"What mattered most was {listed(words)}." if words else ""


@cache
def share_over_resamples(
    run: Run, family: str, name: str
) -> tuple[float, float] | None:
    """Return the 5% and the 95% quantile of an importance over resampled trials.

    The trials are drawn with replacement, at most `MOST_TRIALS` of them, `_RESAMPLES`
    times. Draws whose scores have no variance to explain, as of many tied trials, are
    left out; ``None`` if all are.
    """
    scores = list(scores_of(run, family).items())
    generator = np.random.default_rng(0)
    size = min(len(scores), MOST_TRIALS)
    shares = []
    for _ in range(_RESAMPLES):
        drawn = [scores[i] for i in generator.integers(0, len(scores), size)]
        if found := _anova(run, family, drawn, _TREES_OF_A_RESAMPLE):
            shares.append(found[name])
    if not shares:
        return None
    low, high = np.quantile(shares, [0.05, 0.95])
    return float(low), float(high)


@cache
def importances(run: Run, family: str) -> dict[str, float]:
    """Return the share of the variance of scores by each hyperparameter alone.

    Functional ANOVA (Hutter, Hoos & Leyton-Brown 2014) as Optuna computes it, largest
    share first. All values that were tried count as equally likely, and a
    number counts by its rank among them, so the scale of an axis does not matter.
    Of more than `MOST_TRIALS` trials, as many are drawn at random. Empty where their
    scores have no variance to explain.
    """
    scores = list(scores_of(run, family).items())
    if len(scores) > MOST_TRIALS:
        scores = random.Random(0).sample(scores, MOST_TRIALS)
    return _anova(run, family, scores, _TREES)


def _anova(
    run: Run, family: str, scores: list[tuple[str, float]], n_trees: int
) -> dict[str, float]:
    """Return the importances from these trials and their scores, the largest first.

    Empty where the scores are equal, or no tree finds a variance to explain.
    """
    import optuna
    from optuna.distributions import (
        BaseDistribution,
        CategoricalDistribution,
        FloatDistribution,
    )

    values = [score for _, score in scores]
    if np.std(values) <= _ROUNDING * abs(np.mean(values)):
        return {}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    varied = scored_settings(run, family)
    distributions: dict[str, BaseDistribution] = {
        name: FloatDistribution(0, 1)
        if hyperparameter.numeric
        else CategoricalDistribution(range(len(hyperparameter.values)))
        for name, hyperparameter in varied.items()
    }
    zero, unit = unit_of(values)
    study = optuna.create_study()
    for trial, score in scores:
        parameters = {
            name: hyperparameter.position(trial)
            if hyperparameter.numeric
            else hyperparameter.index(trial)
            for name, hyperparameter in varied.items()
        }
        study.add_trial(
            optuna.trial.create_trial(
                params=parameters,
                distributions=distributions,
                value=(score - zero) / unit,
            )
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=n_trees, seed=0)
    try:
        shares = evaluator.evaluate(study)
    except RuntimeError:
        # What Optuna raises where all its trees are single leaves.
        return {}
    return {name: float(share) for name, share in shares.items()}


def unit_of(scores: Sequence[float]) -> tuple[float, float]:
    """Return what to count tiny scores from and in, so that forests tell them apart.

    Those are the mean and the SD; of other scores 0 and 1, which change nothing.

    >>> unit_of([0.5, 0.75])
    (0.0, 1.0)
    """
    mean, sd = float(np.mean(scores)), float(np.std(scores))
    return (mean, sd) if 0 < sd < _TINY_SD else (0.0, 1.0)


def scored_settings(run: Run, family: str) -> dict[str, Varied]:
    """Return the hyperparameters with several values among the scored trials."""
    scored = scores_of(run, family)
    return {
        name: varied
        for name, varied in varied_settings(run, family).items()
        if len({value_text(varied.by_trial[trial]) for trial in scored}) > 1
    }


def scores_of(run: Run, family: str) -> dict[str, float]:
    """Return the scores of a family's trials that did not fail, by their ids."""
    ranked = run.ranked[run.ranked["family"] == family].sort_values("trial")
    return dict(zip(ranked["trial"], ranked[f"{run.metric}_mean"], strict=True))


def _chart(run: Run, family: str, n_bars: int) -> alt.Chart:
    return (
        alt.Chart(DATA)
        .mark_bar(color=family_colours(run.families)[family], cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "importance:Q",
                title="share of the variance of the scores",
                axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y=alt.Y("hyperparameter:N", sort="-x", title=None),
            tooltip=[
                alt.Tooltip("hyperparameter:N"),
                alt.Tooltip("importance:Q", format=".1%"),
            ],
        )
        .properties(height=24 * n_bars)
    )
