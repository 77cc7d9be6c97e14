"""Scores per task: validation against test, families side by side."""

from functools import partial

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, SUBSET_COLOURS, family_colours
from toxtune.report.run import MOST_TASKS, Run
from toxtune.report.words import WITHOUT_A_SCORE

# Of the bars of a task, from top to bottom.
_COLOURS = {
    "test set": SUBSET_COLOURS["test"],
    "validation set": SUBSET_COLOURS["valid"],
}


def draw(run: Run) -> Figure:
    """Draw the winners' validation and test scores of each task, a panel a family."""
    table = pd.concat([distribution_table(run), tasks_table(run)])
    without = sorted(set(table.loc[table["score"].isna(), "task"]))
    return Figure(
        facts=run.facts(
            "valid",
            "test",
            over_tasks=False,
            remark=f"{run.level} intervals over test molecules",
        ),
        description=(
            f"{run.metric_name} of each task on the validation and on the test set, "
            f"for the winners of {', '.join(run.contenders)}."
        ),
        table=table,
        panels=[
            Panel(title, _distribution(run))
            for title in dict.fromkeys(distribution_table(run)["panel"])
        ]
        + [Panel(family, _chart(run)) for family in run.contenders],
        columns=2,
        legend=_COLOURS,
        note=f"{run.tasks_left_out} {_unscored(without)}".strip(),
    )


def _unscored(tasks: list[str]) -> str:
    if not tasks:
        return ""
    return f"No score where a set has {WITHOUT_A_SCORE}: {', '.join(tasks)}."


def tasks_table(run: Run) -> pd.DataFrame:
    """One row per family, task and subset; `low` and `high` on the test set.

    Errors of tasks of several units are divided as in the mean over tasks.
    """
    rows: list[tuple[str, str, str, float | None, float | None, float | None]] = []
    for family in run.contenders:
        report = run.evaluation.families[family][run.metric]
        for task in run.shown_tasks:
            scores = report.tasks[task]
            low, high = scores.test_interval or (None, None)
            rows.append((family, task, "validation set", scores.valid, None, None))
            rows.append((family, task, "test set", scores.test, low, high))
    columns = ["panel", "task", "subset", "score", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    units = table["task"].map(partial(run.evaluation.divisor, run.metric))
    numbers = ["score", "low", "high"]
    table[numbers] = table[numbers].astype(float).div(units, axis=0)
    return table


def distribution_table(run: Run) -> pd.DataFrame:
    """One row per task and family, where there are more tasks than have bars."""
    if len(run.tasks) <= MOST_TASKS:
        return pd.DataFrame(columns=["panel", "task", "subset", "score", "family"])
    rows = [
        (task, run.evaluation.families[family][run.metric].tasks[task].test, family)
        for family in run.contenders
        for task in run.tasks
    ]
    table = pd.DataFrame(rows, columns=["task", "score", "family"])
    units = table["task"].map(partial(run.evaluation.divisor, run.metric))
    return table.assign(
        panel=f"All {len(run.tasks)} tasks",
        subset="test set",
        score=table["score"].astype(float) / units,
    )


def _distribution(run: Run) -> alt.Chart:
    return (
        alt.Chart(DATA)
        .transform_filter("isValid(datum.score)")
        .mark_tick(thickness=2, opacity=0.5)
        .encode(
            x=alt.X("score:Q", title=run.metric_name, scale=alt.Scale(zero=False)),
            y=alt.Y("family:N", sort=run.contenders, title=None),
            color=alt.Color(
                "family:N",
                scale=alt.Scale(
                    domain=run.contenders,
                    range=[family_colours(run.contenders)[n] for n in run.contenders],
                ),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("task:N"),
                alt.Tooltip("family:N"),
                alt.Tooltip("score:Q", format=run.d3),
            ],
        )
        .properties(height=30 * len(run.contenders))
    )


def _chart(run: Run) -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        y=alt.Y(
            "task:N", sort=run.shown_tasks, title=None, axis=alt.Axis(labelLimit=150)
        ),
        yOffset=alt.YOffset("subset:N", sort=list(_COLOURS)),
        tooltip=[
            alt.Tooltip("task:N"),
            alt.Tooltip("subset:N"),
            alt.Tooltip("score:Q", format=run.d3, title=run.metric_name),
            alt.Tooltip("low:Q", format=run.d3, title=f"{run.level} interval from"),
            alt.Tooltip("high:Q", format=run.d3, title="to"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("score:Q", title=run.metric_name, axis=alt.Axis(tickCount=5)),
        color=alt.Color(
            "subset:N",
            sort=list(_COLOURS),
            scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
        ),
    )
    intervals = base.mark_rule(color=BLACK, strokeWidth=1.5).encode(
        x=alt.X("low:Q"), x2=alt.X2("high:Q")
    )
    return alt.layer(bars, intervals).properties(height=22 * len(run.shown_tasks))
