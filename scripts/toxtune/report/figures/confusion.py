"""Predicted against true classes on the test set."""

import altair as alt
import numpy as np
import pandas as pd

from toxtune.prediction.label_reading import names_of_classes
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.run import Run
from toxtune.stats.metrics import of_task
from toxtune.stats.thresholds import likeliest


def draw(run: Run) -> Figure:
    """Draw a table of counts for each task and family."""
    table = confusion_table(run)
    return Figure(
        facts=run.facts("test", over_tasks=False, remark="seeds averaged"),
        description=(
            "How many molecules of each true class were predicted to be of each "
            "class, for the "
            f"winners of {', '.join(run.contenders)}."
        ),
        table=table,
        panels=[
            Panel(title, _chart(rows))
            for title, rows in table.groupby("panel", sort=False)
        ],
        columns=3,
        note=run.tasks_left_out,
    )


def confusion_table(run: Run) -> pd.DataFrame:
    """One row per task, family, true and predicted class: molecules, share of true."""
    subset = run.test_set
    tables = []
    for task, name in enumerate(run.shown_tasks):
        measured = ~np.isnan(subset.labels[:, task])
        true = subset.labels[measured, task].astype(int)
        for family in run.contenders:
            mean = run.test_predictions[family].mean(axis=0, dtype=np.float64)
            probabilities = of_task(mean, task, len(subset.tasks))[measured]
            n_classes = probabilities.shape[1]
            counts = np.zeros((n_classes, n_classes), dtype=int)
            np.add.at(counts, (true, likeliest(probabilities)), 1)
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            classes = np.indices(counts.shape)
            names = np.array(names_of_classes(run.class_names.get(name, []), n_classes))
            columns: dict[str, np.ndarray] = {
                "true": names[classes[0]],
                "predicted": names[classes[1]],
                "molecules": counts,
                "share": shares,
            }
            table = pd.DataFrame({key: cells.ravel() for key, cells in columns.items()})
            tables.append(table.assign(panel=f"{name}: {family}"))
    return pd.concat(tables)


def _chart(table: pd.DataFrame) -> alt.LayerChart:
    # In the order of their numbers, not of their names.
    order = list(dict.fromkeys(table["true"]))
    axis = alt.Axis(labelAngle=0)
    base = alt.Chart(DATA).encode(
        x=alt.X("predicted:O", title="predicted class", axis=axis, sort=order),
        y=alt.Y("true:O", title="true class", sort=order),
        tooltip=[
            alt.Tooltip("true:O"),
            alt.Tooltip("predicted:O"),
            alt.Tooltip("molecules:Q"),
            alt.Tooltip("share:Q", format=".0%", title="share of the true class"),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q",
            scale=alt.Scale(scheme="blues", domain=[0, 1]),
            legend=None,
        )
    )
    ink = alt.condition("datum.share > 0.5", alt.value("white"), alt.value("black"))
    counts = base.mark_text().encode(text=alt.Text("molecules:Q"), color=ink)
    return alt.layer(cells, counts).properties(height=40 * table["true"].nunique())
