"""The page that puts several splits of one configuration side by side."""

import altair as alt
import pandas as pd

from toxtune.report.across_splits import (
    SplitResult,
    delivered_scores,
    family_table,
    metric_title,
    scores_by_split,
    sentences,
    split_table,
    spread,
)
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, family_colours, family_shapes
from toxtune.report.rendering import figure_parts, render
from toxtune.report.verdict import Card
from toxtune.report.words import Facts

_NAME = "splits"
# Charts are told numbers and text.
_AS_TEXT = {True: "true", False: "false"}


def splits_page(run: str, results: list[SplitResult]) -> str:
    """Return the page of several splits as HTML."""
    scores = scores_by_split(results)
    figure = draw(results, scores)
    delivered = delivered_scores(results)
    return render(
        "splits.html.j2",
        {_NAME: figure},
        name=run,
        reports={result.name: f"{result.name}/report.html" for result in results},
        headline=Card(
            f"{metric_title(results)}, test sets",
            spread(delivered),
            f"Mean ± SD over {len(results)} splits of what the delivered models score.",
        ),
        verdict=sentences(results),
        figure=figure_parts(
            _NAME, "Test scores by split", figure, results[0].selection.objective
        ),
        tables=[family_table(results, scores), split_table(results, scores)],
    )


def draw(results: list[SplitResult], scores: pd.DataFrame) -> Figure:
    """Draw the test score of each family's winner on each split."""
    level, metric = results[0].evaluation.level, metric_title(results)
    return Figure(
        facts=Facts(("test",), remark=f"{level} intervals over test molecules"),
        description=f"{metric} of each family's winner on the test set of each split.",
        table=scores.assign(selected=scores["selected"].map(_AS_TEXT)),
        panels=[Panel("", _chart(scores, metric))],
    )


def _chart(scores: pd.DataFrame, metric: str) -> alt.LayerChart:
    families = sorted(set(scores["family"]))
    look = {
        channel: {"domain": families, "range": [values[name] for name in families]}
        for channel, values in (
            ("color", family_colours(families)),
            ("shape", family_shapes(families)),
        )
    }
    base = alt.Chart(DATA).encode(
        x=alt.X("split:O", title=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("family:N"),
        color=alt.Color("family:N", scale=alt.Scale(**look["color"])),
        tooltip=[
            "split:N",
            "family:N",
            "trial:N",
            alt.Tooltip("test:Q", format=",.4~r"),
            alt.Tooltip("low:Q", format=",.4~r"),
            alt.Tooltip("high:Q", format=",.4~r"),
        ],
    )
    scale = alt.Scale(zero=False, padding=8)
    rules = base.mark_rule(strokeWidth=2, opacity=0.5).encode(
        y=alt.Y("low:Q", title=metric, scale=scale), y2="high:Q"
    )
    points = base.mark_point(opacity=1).encode(
        y=alt.Y("test:Q", title=metric, scale=scale),
        shape=alt.Shape("family:N", scale=alt.Scale(**look["shape"])),
    )
    mean = (
        alt.Chart(DATA)
        .transform_filter("datum.selected == 'true'")
        .mark_rule(color=BLACK, strokeDash=[4, 4])
        .encode(y=alt.Y("mean(test):Q", title=metric, scale=scale))
    )
    return alt.layer(mean, rules, points).properties(height=260)
