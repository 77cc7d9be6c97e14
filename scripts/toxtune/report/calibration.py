"""Reliability of the probabilities on the test part."""

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figure import DATA, Figure, Panel
from toxtune.report.look import GREY
from toxtune.report.run import Run
from toxtune.report.trials import family_scale

# Equally many predictions each.
_BINS = 10


def draw(run: Run) -> Figure:
    """Draw the observed share of positives against the predicted probability."""
    table = reliability_table(run)
    return Figure(
        facts=run.facts("test", over_tasks=False) + "; all tasks together",
        description=(
            "Observed share of positives against the mean predicted probability, in "
            f"{_BINS} groups, for {', '.join(run.families)}."
        ),
        table=table,
        panels=[Panel("", _chart(run, table))],
        columns=2,
    )


def reliability_table(run: Run) -> pd.DataFrame:
    """One row per family and bin: predictions, mean probability, share of positives."""
    labels = run.test_part.labels
    measured = ~np.isnan(labels)
    rows = []
    for family in run.families:
        probabilities = run.test_predictions[family].mean(axis=0)[measured]
        order = np.argsort(probabilities, kind="stable")
        for members in np.array_split(order, _BINS):
            predicted = probabilities[members].mean()
            observed = labels[measured][members].mean()
            rows.append((family, len(members), predicted, observed))
    columns = ["family", "labels", "predicted", "observed"]
    return pd.DataFrame(rows, columns=columns)


def _chart(run: Run, table: pd.DataFrame) -> alt.LayerChart:
    end = float(min(1.0, 1.1 * table[["predicted", "observed"]].to_numpy().max()))
    scale = alt.Scale(domain=[0, end])
    base = alt.Chart(DATA).encode(
        x=alt.X("predicted:Q", title="mean predicted probability", scale=scale),
        y=alt.Y("observed:Q", title="observed share of positives", scale=scale),
        color=family_scale(alt.Color, run),
    )
    points = base.mark_point(opacity=1).encode(
        shape=family_scale(alt.Shape, run),
        tooltip=[
            "family:N",
            alt.Tooltip("predicted:Q", format=".3f"),
            alt.Tooltip("observed:Q", format=".3f"),
            "labels:Q",
        ],
    )
    ends = [{"predicted": at, "observed": at} for at in (0.0, end)]
    ideal = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1)
        .encode(x="predicted:Q", y="observed:Q")
    )
    return alt.layer(ideal, base.mark_line(), points).properties(height=300)
