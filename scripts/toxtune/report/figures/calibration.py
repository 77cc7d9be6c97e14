"""Reliability of the probabilities on the test set."""

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import GREY, family_colours
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import Run


def draw(run: Run) -> Figure:
    """Draw the observed share of positives against the predicted, a panel a task."""
    table = reliability_table(run)
    tasks = table.groupby("panel", sort=False)
    return Figure(
        facts=run.facts("test", over_tasks=False, remark=f"{run.level} intervals"),
        description=(
            "Observed share of positives against the mean predicted probability, for "
            f"{', '.join(run.contenders)}, a panel for each task."
        ),
        table=table,
        panels=[Panel(task, _chart(run, rows)) for task, rows in tasks],
        columns=3,
        square=True,
        legend=family_colours(run.contenders),
        note=run.tasks_left_out,
    )


def reliability_table(run: Run) -> pd.DataFrame:
    """One row per task, family and bin: means over the seeds."""
    assert run.diagnostics.probabilities, "binary tasks only"
    table = run.diagnostics.probabilities.reliability
    test = table[(table["subset"] == "test") & table["task"].isin(run.shown_tasks)]
    means = test.groupby(["task", "family", "bin"], sort=False, as_index=False)[
        ["molecules", "predicted", "observed", "low", "high"]
    ].mean()
    return means.rename(columns={"task": "panel"})


def _chart(run: Run, table: pd.DataFrame) -> alt.LayerChart:
    end = float(min(1.0, 1.05 * table[["predicted", "observed"]].to_numpy().max()))
    scale = alt.Scale(domain=[0, end], clamp=True)
    ticks = alt.Axis(tickCount=3)
    observed = {"title": "observed", "scale": scale, "axis": ticks}
    base = alt.Chart(DATA).encode(
        x=alt.X("predicted:Q", title="predicted", scale=scale, axis=ticks),
        color=family_scale(alt.Color, run, run.contenders),
        tooltip=[
            alt.Tooltip("family:N"),
            alt.Tooltip("predicted:Q", format=".3f"),
            alt.Tooltip("observed:Q", format=".3f"),
            alt.Tooltip("low:Q", format=".3f", title=f"{run.level} interval from"),
            alt.Tooltip("high:Q", format=".3f", title="to"),
            alt.Tooltip("molecules:Q", format=".0f"),
        ],
    )
    rules = base.mark_rule(opacity=0.4).encode(
        y=alt.Y("low:Q", **observed), y2=alt.Y2("high:Q")
    )
    points = base.mark_point(opacity=1, size=36).encode(
        y=alt.Y("observed:Q", **observed),
        shape=family_scale(alt.Shape, run, run.contenders),
    )
    corners = [{"predicted": edge, "observed": edge} for edge in (0.0, end)]
    ideal = (
        alt.Chart(alt.InlineData(values=corners))
        .mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=alt.X("predicted:Q"), y=alt.Y("observed:Q"))
    )
    return alt.layer(ideal, rules, points).properties(height=170)
