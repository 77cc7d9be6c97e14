"""How similar the test molecules are to those of the training set."""

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import SKY
from toxtune.report.run import Run

_EDGES = np.linspace(0, 1, 21)


def draw(run: Run) -> Figure:
    """Draw a histogram of the test molecules by their nearest training molecule."""
    similarities = run.diagnostics.similarity["similarity"]
    same = (similarities == 1).mean()
    return Figure(
        facts=run.facts(
            "test", over_tasks=False, remark="nearest neighbours in the training set"
        ),
        description=(
            "Test molecules by the Tanimoto similarity of the nearest training "
            f"molecule; the median is {similarities.median():.2f}."
        ),
        table=similarity_table(similarities),
        panels=[Panel("", _chart())],
        note=f"Median {similarities.median():.2f}; {same:.1%} have the same "
        "fingerprint as a training molecule.",
    )


def similarity_table(similarities: pd.Series) -> pd.DataFrame:
    """Count molecules in ranges of 0.05; the last one includes 1."""
    counts, _ = np.histogram(similarities, _EDGES)
    return pd.DataFrame(
        {"from": _EDGES[:-1], "to": _EDGES[1:], "molecules": counts}
    ).round(2)


def _chart() -> alt.Chart:
    ticks = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f", grid=False)
    return (
        alt.Chart(DATA)
        .mark_bar(color=SKY)
        .encode(
            x=alt.X(
                "from:Q",
                bin="binned",
                title="similarity of the nearest training molecule",
                axis=ticks,
            ),
            x2=alt.X2("to:Q"),
            y=alt.Y("molecules:Q", title="test molecules"),
            tooltip=[
                alt.Tooltip("from:Q"),
                alt.Tooltip("to:Q"),
                alt.Tooltip("molecules:Q"),
            ],
        )
        .properties(height=180)
    )
