"""Predicted against measured values on the test set."""

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import GREY
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import Run


def draw(run: Run) -> Figure:
    """Draw each test molecule, a panel a task."""
    table = values_table(run)
    panels = [
        Panel(task, _chart(run, rows))
        for task, rows in table.groupby("panel", sort=False)
    ]
    return Figure(
        facts=run.facts("test", over_tasks=False, remark="seeds averaged"),
        description=(
            "Predicted against measured value of each test molecule, for the winners "
            f"of {', '.join(run.contenders)}."
        ),
        table=table,
        panels=panels,
        columns=min(2, len(panels)),
        square=True,
        note=run.tasks_left_out,
    )


def values_table(run: Run) -> pd.DataFrame:
    """One row per task, family and measured molecule; the mean over seeds."""
    subset = run.test_set
    tables = []
    for task, name in enumerate(run.shown_tasks):
        measured = ~np.isnan(subset.labels[:, task])
        for family in run.contenders:
            predicted = run.test_predictions[family].mean(axis=0)[measured, task]
            columns = {
                "panel": name,
                "family": family,
                "molecule": np.array(subset.ids)[measured],
                "measured": subset.labels[measured, task],
                "predicted": predicted,
            }
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables)


def _chart(run: Run, table: pd.DataFrame) -> alt.LayerChart:
    values = table[["measured", "predicted"]].to_numpy(dtype=float)
    ends = [float(values.min()), float(values.max())]
    scale = alt.Scale(domain=ends, nice=True, zero=False)
    points = (
        alt.Chart(DATA)
        .mark_point(opacity=0.7, size=36)
        .encode(
            x=alt.X("measured:Q", scale=scale),
            y=alt.Y("predicted:Q", scale=scale),
            color=family_scale(alt.Color, run, run.contenders),
            shape=family_scale(alt.Shape, run, run.contenders),
            tooltip=[
                alt.Tooltip("molecule:N"),
                alt.Tooltip("family:N"),
                alt.Tooltip("measured:Q", format=",.4~r"),
                alt.Tooltip("predicted:Q", format=",.4~r"),
            ],
        )
    )
    rows = [{"measured": end, "predicted": end} for end in ends]
    equal = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=alt.X("measured:Q"), y=alt.Y("predicted:Q"))
    )
    return alt.layer(equal, points).properties(height=380)
