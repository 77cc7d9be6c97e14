"""Each family's winner against the selected one, on the same test molecules."""

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, GREY, family_colours
from toxtune.report.run import Run
from toxtune.report.tables.diagnostics import SIGNIFICANT

_MEAN = "mean over tasks"


def draw(run: Run) -> Figure:
    """Draw the differences of the test scores, a panel for each other family."""
    table = differences_table(run)
    titles = list(dict.fromkeys(table["panel"]))
    # One for all panels, so that their lengths can be compared.
    ends = [*table["low"].dropna(), *table["high"].dropna(), 0.0]
    scale = alt.Scale(domain=[min(ends), max(ends)], nice=True)
    return Figure(
        facts=run.facts(
            "test",
            over_tasks=False,
            remark=f"{run.level} intervals over molecules, both winners on the same "
            "resamples",
        ),
        description=(
            f"Difference in {run.metric_name}, family minus selected one, for each "
            "task and their mean."
        ),
        table=table,
        panels=[
            Panel(title, _chart(run, table[table["panel"] == title], scale))
            for title in titles
        ],
        columns=2,
        note=run.tasks_left_out if titles else "Only one family: nothing to compare.",
    )


def differences_table(run: Run) -> pd.DataFrame:
    """One row per family and task, the mean first.

    Differences of tasks of several units are divided as in the mean over tasks.
    """
    table = run.diagnostics.comparison
    shown = ["mean", *run.shown_tasks]
    rows = table[(table["metric"] == run.metric) & table["task"].isin(shown)]
    units = rows["task"].map(
        lambda task: 1.0 if task == "mean" else run.evaluation.divisor(run.metric, task)
    )
    rows = rows.assign(
        **{name: rows[name] / units for name in ("difference", "low", "high")},
        panel=rows["family"] + " minus " + rows["against"],
        task=rows["task"].replace("mean", _MEAN),
    )
    columns = ["panel", "family", "task", "difference", "low", "high", "p_holm"]
    return rows.sort_values(
        ["panel", "task"], key=lambda names: names != _MEAN, kind="stable"
    )[columns]


def _chart(run: Run, table: pd.DataFrame, scale: alt.Scale) -> alt.LayerChart:
    colour = family_colours(run.contenders)[table["family"].iloc[0]]
    title = f"difference in {run.metric_name} (test)"
    signed = "+" + run.d3
    base = alt.Chart(DATA).encode(
        y=alt.Y("task:N", sort=list(table["task"]), title=None),
        tooltip=[
            alt.Tooltip("task:N"),
            alt.Tooltip("difference:Q", format=signed),
            alt.Tooltip("low:Q", format=signed, title=f"{run.level} interval from"),
            alt.Tooltip("high:Q", format=signed, title="to"),
            alt.Tooltip("p_holm:Q", format=".3f", title="p (DeLong, Holm)"),
        ],
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"at": 0}]))
        .mark_rule(color=GREY, strokeDash=[4, 4])
        .encode(x=alt.X("at:Q"))
    )
    rules = base.mark_rule(strokeWidth=2, color=colour).encode(
        x=alt.X("low:Q", title=title, scale=scale), x2=alt.X2("high:Q")
    )
    is_sure = f"isValid(datum.p_holm) && datum.p_holm < {SIGNIFICANT}"
    points = base.mark_point(opacity=1, size=64, color=colour).encode(
        x=alt.X("difference:Q", title=title, scale=scale),
        fill=alt.condition(
            f"({is_sure}) || datum.task == '{_MEAN}'",
            alt.value(colour),
            alt.value("white"),
        ),
        stroke=alt.condition(
            f"datum.task == '{_MEAN}'", alt.value(BLACK), alt.value(colour)
        ),
    )
    return alt.layer(zero, rules, points).properties(height=22 * len(table))
