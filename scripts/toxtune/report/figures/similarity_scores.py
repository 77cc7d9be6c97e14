"""Scores of test molecules by their similarity to the training set."""

import altair as alt
import numpy as np
import pandas as pd

from toxtune.labels.legal import scorable
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import Run
from toxtune.stats.bootstrap import (
    interval,
    mean_over_tasks,
    resample_counts,
    resampled_means,
)
from toxtune.stats.member_scores import plain_scores

_MOST_GROUPS, _SMALLEST_GROUP = 4, 25
_RESAMPLES = 200
# Side by side on a phone, the names of groups in one line would touch.
_ENDS = "split(datum.label, ' to ')"
_IN_TWO_LINES = f"[{_ENDS}[0] + ' to', {_ENDS}[1]]"
# Its weights are of training labels, which a report does not read.
_NOT_FROM_TEST_ALONE = "weighted_accuracy"


def draw(run: Run) -> Figure:
    """Draw the score of each contender in each group of test molecules."""
    table, tasks = similarity_scores(run)
    return Figure(
        facts=run.facts(
            "test",
            over_tasks=False,
            remark=f"{run.level} intervals over molecules, {_RESAMPLES} resamples",
        ),
        description=(
            f"{run.metric_name} of test molecules in groups by their similarity to the "
            f"training set, for {', '.join(run.contenders)}."
        ),
        table=table,
        panels=[Panel("", _chart(run, table))] if len(table) else [],
        note=_note(run, tasks),
    )


def similarity_scores(run: Run) -> tuple[pd.DataFrame, int]:
    """Return a row per group and contender, and how many tasks the mean is over."""
    similarities = run.diagnostics.similarity["similarity"].to_numpy()
    groups = groups_of(similarities)
    labels = run.test_set.labels.copy()
    has_score = np.all([scorable(labels[group]) for group in groups], axis=0)
    if run.metric == _NOT_FROM_TEST_ALONE or len(groups) < 2 or not has_score.any():
        return pd.DataFrame(), 0
    labels[:, ~has_score] = np.nan
    rows = [
        {
            "group": f"{similarities[group].min():.2f} to "
            f"{similarities[group].max():.2f}",
            "molecules": len(group),
            "family": family,
            **_score(run, labels, family, group),
        }
        for group in groups
        for family in run.contenders
    ]
    return pd.DataFrame(rows), int(has_score.sum())


def groups_of(similarities: np.ndarray) -> list[np.ndarray]:
    """Cut molecules into groups of about equal size by similarity, the lowest first.

    Molecules of one similarity may fall into two groups.
    """
    number = min(_MOST_GROUPS, len(similarities) // _SMALLEST_GROUP)
    if number < 1:
        return []
    return np.array_split(np.argsort(similarities, kind="stable"), number)


def _score(
    run: Run, labels: np.ndarray, family: str, group: np.ndarray
) -> dict[str, float | None]:
    members = run.test_predictions[family].astype(float).mean(axis=0)[group]
    weights = np.ones(labels.shape[1])
    names = [run.test_set.groups[number] for number in group]
    counts = resample_counts(names, _RESAMPLES, seed=0)
    units = np.array([run.evaluation.divisor(run.metric, task) for task in run.tasks])
    plain = plain_scores(run.metric, labels[group], members[None], weights)[0]
    _, means = resampled_means(
        run.metric, labels[group], members, weights, counts, units
    )
    bounds = interval(means, run.evaluation.confidence)
    low, high = bounds or (None, None)
    return {"score": float(mean_over_tasks(plain / units)), "low": low, "high": high}


def _chart(run: Run, table: pd.DataFrame) -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        x=alt.X(
            "group:O",
            sort=list(dict.fromkeys(table["group"])),
            title="similarity of the nearest training molecule",
            axis=alt.Axis(labelAngle=0, labelExpr=_IN_TWO_LINES),
        ),
        xOffset=alt.XOffset("family:N"),
        color=family_scale(alt.Color, run, run.contenders),
        tooltip=[
            alt.Tooltip("family:N"),
            alt.Tooltip("group:N", title="similarity"),
            alt.Tooltip("molecules:Q"),
            alt.Tooltip("score:Q", format=run.d3, title=run.metric_name),
            alt.Tooltip("low:Q", format=run.d3, title=f"{run.level} interval from"),
            alt.Tooltip("high:Q", format=run.d3, title="to"),
        ],
    )
    scale = alt.Scale(zero=False, padding=8)
    rules = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        y=alt.Y("low:Q", title=run.metric_name, scale=scale), y2=alt.Y2("high:Q")
    )
    points = base.mark_point(opacity=1).encode(
        y=alt.Y("score:Q", title=run.metric_name, scale=scale),
        shape=family_scale(alt.Shape, run, run.contenders),
    )
    return alt.layer(rules, points).properties(height=240)


def _note(run: Run, tasks: int) -> str:
    if not tasks:
        return "Too few molecules, or no task with a score in every group."
    if tasks == len(run.tasks):
        return ""
    return (
        f"Mean over the {tasks} of {len(run.tasks)} tasks with a score in each group."
    )
