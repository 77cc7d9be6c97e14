"""Prediction sets and intervals: how often they were promised to hold, and held."""

import altair as alt
import pandas as pd

from toxtune.evaluation.coverage import ALL_CLASSES, SIGNIFICANT
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, BLUE, SKY
from toxtune.report.molecule_words import name_of_class
from toxtune.report.run import Run
from toxtune.tasks import TaskType

# Of the promises, the lowest first.
_COLOURS = (SKY, BLUE, BLACK)
_KEPT, _BROKEN = "as promised, or by chance below", "below the promise"


def draw(run: Run) -> Figure:
    """Draw what held against what was promised, a panel a class."""
    table = coverage_table(run)
    panels = list(dict.fromkeys(table["panel"])) if len(table) else []
    promises = sorted(set(table["confidence"])) if len(table) else []
    lowest = min(promises, default=1.0)
    if len(table):
        lowest = min(lowest, table["coverage"].min())
    broken = int((table["held"] == _BROKEN).sum()) if len(table) else 0
    return Figure(
        facts=run.facts(
            "test", over_tasks=False, remark=f"{_what(run)}s of the final model"
        ),
        description=(
            f"Share of test molecules whose {_what(run)} holds the measured label, "
            f"beside the promise, for each task; {broken} are below it by more than "
            "chance."
        ),
        table=table,
        panels=[Panel(panel, _chart(run, promises, lowest)) for panel in panels],
        columns=min(2, max(len(panels), 1)),
        note=f"{run.tasks_left_out} {_verdict(table, broken)}".strip(),
        legend={
            f"promise of {promise:.0%}": _COLOURS[number % len(_COLOURS)]
            for number, promise in enumerate(promises)
        },
    )


def coverage_table(run: Run) -> pd.DataFrame:
    """One row per task, class and promise of the delivered model, where measured."""
    table = run.diagnostics.coverage
    table = table[(table["refit"] == run.settings.final["refit"])]
    table = table[table["task"].isin(run.shown_tasks) & (table["molecules"] > 0)]
    if run.task_type != TaskType.REGRESSION:
        table = table[table["class"].astype(str) != ALL_CLASSES]
    if table.empty:
        return pd.DataFrame()
    is_broken = table["chance_holm"].astype(float) < SIGNIFICANT
    return pd.DataFrame(
        {
            "panel": [_panel(run, str(number)) for number in table["class"]],
            "task": table["task"],
            "confidence": table["confidence"],
            "coverage": table["coverage"].astype(float),
            "covered": table["covered"],
            "molecules": table["molecules"],
            "chance": table["chance_holm"].astype(float),
            "held": is_broken.map({True: _BROKEN, False: _KEPT}),
        }
    )


def _panel(run: Run, number: str) -> str:
    if number == ALL_CLASSES:
        return "All molecules"
    return f"True class: {name_of_class(run, int(number))}"


def _what(run: Run) -> str:
    if run.task_type == TaskType.REGRESSION:
        return "prediction interval"
    return "prediction set"


def _verdict(table: pd.DataFrame, broken: int) -> str:
    if table.empty:
        return ""
    if not broken:
        return f"None of {len(table)} promises is broken by more than chance."
    return f"{broken} of {len(table)} promises are broken by more than chance."


def _chart(run: Run, promises: list[float], lowest: float) -> alt.LayerChart:
    colours = [_COLOURS[number % len(_COLOURS)] for number in range(len(promises))]
    base = alt.Chart(DATA).encode(
        y=alt.Y("task:N", sort=run.shown_tasks, title=None),
        yOffset=alt.YOffset("confidence:N", sort=promises),
        color=alt.Color(
            "confidence:N",
            scale=alt.Scale(domain=promises, range=colours),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("task:N"),
            alt.Tooltip("confidence:Q", title="promise", format=".0%"),
            alt.Tooltip("coverage:Q", title="held", format=".1%"),
            alt.Tooltip("covered:Q"),
            alt.Tooltip("molecules:Q"),
            alt.Tooltip("chance:Q", title="chance of so few (Holm)", format=".2~g"),
        ],
    )
    # The same for all classes.
    scale = alt.Scale(domain=[lowest, 1], nice=True)
    axis = alt.Axis(format=".0%", tickCount=5)
    gap = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("confidence:Q", scale=scale, axis=axis, title="held"),
        x2=alt.X2("coverage:Q"),
    )
    promise = base.mark_tick(thickness=2, size=8).encode(
        x=alt.X("confidence:Q", scale=scale, axis=axis, title="held")
    )
    held = base.mark_point(size=44, opacity=1).encode(
        x=alt.X("coverage:Q", scale=scale, axis=axis, title="held"),
        shape=alt.Shape(
            "held:N",
            scale=alt.Scale(domain=[_KEPT, _BROKEN], range=["circle", "cross"]),
            legend=None,
        ),
    )
    height = 30 * len(run.shown_tasks) + 30
    return alt.layer(gap, promise, held).properties(height=height)
