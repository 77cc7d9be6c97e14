"""Parallel coordinates: every trial as a line through its settings to its score."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figure import DATA, Figure, Panel
from toxtune.report.look import VERMILLION
from toxtune.report.run import Run
from toxtune.report.settings import Tried, setting_texts, spelled, tried

# An axis has so many labels, at most.
_MOST_LABELS = 6
_FEW_LINES = 3


def draw(run: Run) -> Figure:
    """Draw a panel for each family in which something was varied."""
    tables = {family: _family_table(run, family) for family in run.families}
    tables = {family: table for family, table in tables.items() if len(table)}
    return Figure(
        facts=run.facts("valid"),
        description=(
            "Every trial as a line through the values of its hyperparameters to its "
            f"{run.metric_name}, a panel a family: {', '.join(tables) or 'none'}."
        ),
        table=pd.concat(tables.values()) if tables else pd.DataFrame(),
        panels=[Panel(name, _chart(run, table)) for name, table in tables.items()],
        note="" if tables else "No hyperparameter has more than one value.",
    )


def _family_table(run: Run, family: str) -> pd.DataFrame:
    """One row per trial and axis; the last axis is the score."""
    axes = tried(run, family)
    if not axes:
        return pd.DataFrame()
    own = run.trials[run.trials["family"] == family]
    scores = dict(zip(own["trial"], own[f"{run.metric}_mean"], strict=True))
    texts = setting_texts(run)
    rows: list[dict[str, Any]] = []
    for name, one in axes.items():
        rows += _axis_rows(name, one)
    rows += _score_rows(run.metric_name, scores)
    table = pd.DataFrame(rows)
    table["score"] = table["trial"].map(scores)
    table["status"] = table["trial"].map(
        dict(zip(own["trial"], own["status"], strict=True))
    )
    table["settings"] = table["trial"].map(texts)
    return table.assign(panel=family)


def _axis_rows(name: str, one: Tried) -> list[dict[str, Any]]:
    labelled = {spelled(value) for value in _spaced(one.values)}
    rows = []
    for trial, value in one.of.items():
        text = spelled(value)
        label = text if text in labelled else ""
        rows.append(
            {
                "trial": trial,
                "axis": name,
                "value": text,
                "place": one.place(trial),
                "label": label,
            }
        )
        # One label a value, not one a line.
        labelled.discard(text)
    return rows


def _score_rows(name: str, scores: dict[str, float]) -> list[dict[str, Any]]:
    known = {trial: score for trial, score in scores.items() if np.isfinite(score)}
    low, high = min(known.values()), max(known.values())
    ends = {min(known, key=known.get), max(known, key=known.get)}
    return [
        {
            "trial": trial,
            "axis": name,
            "value": f"{score:.4f}",
            "place": (score - low) / (high - low) if high > low else 0.5,
            "label": f"{score:.3f}" if trial in ends else "",
        }
        for trial, score in known.items()
    ]


def _spaced(values: list[Any]) -> list[Any]:
    if len(values) <= _MOST_LABELS:
        return values
    places = np.linspace(0, len(values) - 1, _MOST_LABELS).round().astype(int)
    return [values[place] for place in places]


def _chart(run: Run, table: pd.DataFrame) -> alt.LayerChart:
    axes = list(dict.fromkeys(table["axis"]))
    base = alt.Chart(DATA).encode(
        x=alt.X(
            "axis:N",
            sort=axes,
            title=None,
            scale=alt.Scale(padding=0.5),
            axis=alt.Axis(
                domain=False, ticks=False, grid=True, labelAngle=0, orient="top"
            ),
        ),
        y=alt.Y("place:Q", axis=None, scale=alt.Scale(padding=10)),
    )
    over = alt.selection_point(
        name="over", on="pointerover", fields=["trial"], empty=False, nearest=False
    )
    lines = base.mark_line().encode(
        detail="trial:N",
        color=alt.Color(
            "score:Q",
            scale=alt.Scale(scheme="viridis", reverse=True),
            legend=alt.Legend(
                title=f"{run.metric_name} (valid)",
                gradientLength=160,
                gradientThickness=10,
                tickCount=3,
            ),
        ),
        opacity=alt.condition(over, alt.value(1), alt.value(0.75)),
        strokeWidth=alt.condition(over, alt.value(5), alt.value(1.8)),
        tooltip=[
            alt.Tooltip("trial:N"),
            alt.Tooltip("score:Q", format=".4f", title="valid"),
            alt.Tooltip("status:N"),
            alt.Tooltip("settings:N"),
        ],
    )
    scored = lines.transform_filter("datum.status == 'ok'").add_params(over)
    failed = lines.transform_filter("datum.status != 'ok'").encode(
        color=alt.value(VERMILLION), strokeDash=alt.value([5, 4])
    )
    labels = (
        base.transform_filter("isValid(datum.label)")
        .mark_text(align="left", dx=6, fontSize=11, stroke="white", strokeWidth=3)
        .encode(text="label:N")
    )
    ink = labels.mark_text(align="left", dx=6, fontSize=11, color="#1b1b1b")
    layers = [scored, labels, ink.encode(text="label:N")]
    if (table["status"] != "ok").any():
        layers.insert(1, failed)
    few = table["trial"].nunique() <= _FEW_LINES
    return alt.layer(*layers).properties(height=110 if few else 260)
