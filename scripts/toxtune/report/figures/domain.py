"""Errors of test molecules in and out of the applicability domain."""

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, BLUE, GREY, VERMILLION
from toxtune.report.run import Run
from toxtune.report.words import format_score
from toxtune.tasks import TaskType

_SIDES = {"in the domain": BLUE, "outside": VERMILLION}
_ERRORS, _DIFFERENCE = "Error", "Error outside less error inside"


def draw(run: Run) -> Figure:
    """Draw the mean error on both sides, and their difference with its interval."""
    table = domain_table(run)
    return Figure(
        facts=run.facts("test", over_tasks=False, remark=f"{run.level} intervals"),
        description=f"Mean {_error(run)} of test molecules in the domain and "
        f"outside, by two methods. {_in_words(run)}",
        table=table,
        panels=[
            Panel(_ERRORS, _errors(run)),
            Panel(_DIFFERENCE, _difference()),
        ],
        columns=2,
        legend=dict(_SIDES),
        note=_in_words(run),
    )


def domain_table(run: Run) -> pd.DataFrame:
    """One row per method and side, then one per method for the difference."""
    rows = []
    for row in run.diagnostics.domain.to_dict("records"):
        key = {"method": row["method"], "bound": row["bound"]}
        for side, name in zip(_SIDES, ("in", "out"), strict=True):
            error = {"error": row[f"error_{name}"]}
            count = {"side": side, "molecules": row[f"molecules_{name}"]}
            rows.append({"panel": _ERRORS, **key, **count, **error})
        found = {name: row[name] for name in ("difference", "low", "high")}
        rows.append({"panel": _DIFFERENCE, **key, **found})
    return pd.DataFrame(rows)


def _error(run: Run) -> str:
    if run.task_type == TaskType.REGRESSION:
        return "absolute error in SDs of the training labels"
    return "squared error (Brier)"


def _in_words(run: Run) -> str:
    """Say by which method the domain tells larger errors apart."""
    sentences = []
    for row in run.diagnostics.domain.to_dict("records"):
        method = row["method"].capitalize()
        if pd.isna(row["difference"]):
            sentences.append(f"{method}: no test molecule with labels is outside.")
        elif row["low"] > 0:
            sentences.append(
                f"{method}: errors outside are larger, by "
                f"{format_score(row['difference'])}."
            )
        else:
            sentences.append(f"{method}: errors outside are not clearly larger.")
    return " ".join(sentences)


def _errors(run: Run) -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        y=alt.Y("method:N", title=None),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("side:N"),
            alt.Tooltip("molecules:Q", format=","),
            alt.Tooltip("error:Q", format=".3f"),
            alt.Tooltip("bound:Q", format=".3~g"),
        ],
    )
    scale = alt.Scale(zero=True)
    line = base.mark_line(color=GREY, strokeWidth=2).encode(
        x=alt.X("error:Q", title=_error(run), scale=scale),
        detail=alt.Detail("method:N"),
    )
    sides = list(_SIDES)
    points = base.mark_point(size=90, opacity=1).encode(
        x=alt.X("error:Q", title=_error(run), scale=scale),
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=sides, range=list(_SIDES.values())),
            legend=None,
        ),
        shape=alt.Shape(
            "side:N",
            scale=alt.Scale(domain=sides, range=["circle", "square"]),
            legend=None,
        ),
    )
    return alt.layer(line, points).properties(height=110)


def _difference() -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        y=alt.Y("method:N", title=None),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("difference:Q", format=".3f"),
            alt.Tooltip("low:Q", format=".3f", title="interval from"),
            alt.Tooltip("high:Q", format=".3f", title="to"),
        ],
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"at": 0}]))
        .mark_rule(color=GREY, strokeDash=[4, 4])
        .encode(x=alt.X("at:Q"))
    )
    interval = base.mark_rule(color=BLACK, strokeWidth=2).encode(
        x=alt.X("low:Q", title="difference"), x2=alt.X2("high:Q")
    )
    points = base.mark_point(color=BLACK, size=90, opacity=1).encode(
        x=alt.X("difference:Q", title="difference")
    )
    return alt.layer(zero, interval, points).properties(height=110)
