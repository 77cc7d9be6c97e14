"""Parallel coordinates: every trial as a line through its settings to its score."""

import json
import re
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.drawn_trials import drawn_trials, note_on_sample
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.score_range import ScoreRange, score_range
from toxtune.report.figures.theme import BLACK, VERMILLION
from toxtune.report.run import Run
from toxtune.report.settings import (
    Varied,
    setting_texts,
    short_text,
    value_text,
    varied_settings,
)

# An axis has no more labels than this.
_MOST_LABELS = 6


_FEW_LINES = 3


# Names of axes are cut into lines of about so many letters.
_LONGEST_LINE = 12


# Lines through the same value are spread over this share of the way to the next one.
_SPREAD = 0.3


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
        panels=[
            Panel(name, _chart(run, name, table)) for name, table in tables.items()
        ],
        note=note_on_sample(run)
        if tables
        else "No hyperparameter has more than one value.",
    )


def _family_table(run: Run, family: str) -> pd.DataFrame:
    """One row per trial and axis, the last of which is the score; best trials last."""
    axes = varied_settings(run, family)
    if not axes:
        return pd.DataFrame()
    trials = run.trials[run.trials["family"] == family]
    trials = trials[trials["trial"].isin(drawn_trials(run))]
    scores = dict(zip(trials["trial"], trials[f"{run.metric}_mean"], strict=True))
    best = [trial for trial in run.ranked["trial"] if trial in scores]
    # The failed ones first, so that the best are drawn over all others.
    order = sorted(set(scores) - set(best)) + best[::-1]
    rows: list[dict[str, Any]] = []
    for name, varied in axes.items():
        rows += _axis_rows(name, varied, order)
    shown = {trial: run.written(scores[trial]) for trial in best}
    by_trial = {trial: scores[trial] for trial in best}
    rows += _score_rows(run.metric_name, by_trial, shown, score_range(run, family))
    table = pd.DataFrame(rows)
    status = dict(zip(trials["trial"], trials["status"], strict=True))
    facts = {"score": scores, "status": status, "settings": setting_texts(run)}
    for column, by_trial in facts.items():
        table[column] = table["trial"].map(by_trial)
    ranks = {trial: rank for rank, trial in enumerate(order)}
    table = table.sort_values("trial", key=lambda ids: ids.map(ranks), kind="stable")
    numbers = {name: number for number, name in enumerate([*axes, run.metric_name])}
    following = table.groupby("trial")["place"].shift(-1)
    table = table.assign(number=table["axis"].map(numbers), next_place=following)
    return table.assign(panel=family)


def _axis_rows(name: str, varied: Varied, order: list[str]) -> list[dict[str, Any]]:
    unlabelled = {value_text(value) for value in _spaced(varied.values)}
    room = _SPREAD / max(1, len(varied.values) - 1)
    rows = []
    for rank, trial in enumerate(order):
        value = varied.by_trial[trial]
        # One label per value, not one per line.
        has_label = value_text(value) in unlabelled
        unlabelled.discard(value_text(value))
        middle = varied.position(trial)
        rows.append(
            {
                "trial": trial,
                "axis": name,
                "value": value_text(value),
                "place": middle + room * (rank / max(1, len(order) - 1) - 0.5),
                "label": short_text(value) if has_label else "",
                "label_place": middle if has_label else np.nan,
            }
        )
    return rows


def _score_rows(
    name: str, scores: dict[str, float], texts: dict[str, str], shown: ScoreRange
) -> list[dict[str, Any]]:
    """Place the scores, which stand best first, from the worst (0) to the best (1)."""
    first, *_, last = [next(iter(scores)), *scores]
    best = scores[first]
    low, high = shown.domain
    worst = min(max(scores[last], low), high)
    rows = []
    for trial, score in scores.items():
        place = (score - worst) / (best - worst) if best != worst else 0.5
        place = max(place, 0.0)
        rows.append(
            {
                "trial": trial,
                "axis": name,
                "value": texts[trial],
                "place": place,
                "label": texts[trial] if trial in (first, last) else "",
                "label_place": place if trial in (first, last) else np.nan,
            }
        )
    return rows


def _spaced(values: list[Any]) -> list[Any]:
    if len(values) <= _MOST_LABELS:
        return values
    places = np.linspace(0, len(values) - 1, _MOST_LABELS).round().astype(int)
    return [values[place] for place in places]


def _chart(run: Run, family: str, table: pd.DataFrame) -> alt.LayerChart:
    lines, over = _lines(run, family, table)
    scored = lines.transform_filter("datum.status == 'ok'").add_params(over)
    failed = lines.transform_filter("datum.status != 'ok'").encode(
        color=alt.ColorValue(VERMILLION), strokeDash=alt.StrokeDashValue([5, 4])
    )
    labels = _base(table).transform_filter("isValid(datum.label)")
    labels = labels.encode(
        text=alt.Text("label:N"), y=alt.Y("label_place:Q", axis=None)
    )
    style = {"align": "left", "dx": 6, "fontSize": 11}
    layers = [
        scored,
        labels.mark_text(**style, stroke="white", strokeWidth=4, strokeJoin="round"),
        labels.mark_text(**style, color=BLACK),
    ]
    if (table["status"] != "ok").any():
        layers.insert(0, failed)
    few = table["trial"].nunique() <= _FEW_LINES
    return alt.layer(*layers).properties(height=110 if few else 280)


def _base(table: pd.DataFrame) -> alt.Chart:
    names = list(dict.fromkeys(table.sort_values("number")["axis"]))
    lines = [_in_lines(name) for name in names]
    axis = alt.Axis(
        labelPadding=2 + 13 * (max(map(len, lines)) - 1),
        values=list(range(len(names))),
        labelExpr=f"{json.dumps(lines)}[datum.value]",
        domain=False,
        ticks=False,
        labelOverlap=False,
        orient="top",
    )
    scale = alt.Scale(domain=[-0.3, len(names) - 0.5], nice=False)
    return alt.Chart(DATA).encode(
        x=alt.X("number:Q", title=None, scale=scale, axis=axis)
    )


def _in_lines(name: str) -> list[str]:
    """Cut a long name after underscores and blanks, for the room between two axes.

    >>> _in_lines("min_samples_leaf"), _in_lines("ROC-AUC")
    (['min_samples_', 'leaf'], ['ROC-AUC'])
    """
    lines = [""]
    for word in re.findall(r"[^_ ]*[_ ]?", name):
        if lines[-1] and len(lines[-1] + word.rstrip()) > _LONGEST_LINE:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def _lines(
    run: Run, family: str, table: pd.DataFrame
) -> tuple[alt.Chart, alt.Parameter]:
    """Return the lines of the trials, and the parameter that knows the one pointed at.

    They are straight pieces from axis to axis, not lines through all axes: Vega shows
    the tooltip of a line only at its corners.
    """
    over = alt.selection_point(
        name="over", on="pointerover", fields=["trial"], empty=False
    )
    faint = float(np.clip(40 / table["trial"].nunique(), 0.25, 0.8))
    legend = alt.Legend(
        title=f"{run.metric_name} (validation)",
        gradientLength=160,
        gradientThickness=10,
        tickCount=3,
        # Room for the outer labels, which would be cut off.
        padding=12,
    )
    best_high = run.selection.objective.maximize
    domain = score_range(run, family).domain
    scale = alt.Scale(scheme="viridis", reverse=best_high, domain=domain, clamp=True)
    lines = (
        _base(table)
        .transform_filter("isValid(datum.next_place)")
        .transform_calculate(next_number="datum.number + 1")
        .mark_rule()
        .encode(
            x2=alt.X2("next_number:Q"),
            y=alt.Y("place:Q", axis=None, scale=alt.Scale(padding=10)),
            y2=alt.Y2("next_place:Q"),
            color=alt.Color("score:Q", scale=scale, legend=legend),
            opacity=alt.condition(over, alt.value(1), alt.value(faint)),
            strokeWidth=alt.condition(over, alt.value(5), alt.value(1.8)),
            tooltip=[
                alt.Tooltip("trial:N"),
                alt.Tooltip("score:Q", format=run.d3, title="validation score"),
                alt.Tooltip("status:N"),
                alt.Tooltip("settings:N"),
            ],
        )
    )
    return lines, over
