"""How the score depended on each hyperparameter, the others averaged over."""

from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.drawn_trials import drawn_trials, note_on_sample
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.importance import (
    importances,
    scored_settings,
    scores_of,
    studied,
    too_few,
    unit_of,
)
from toxtune.report.figures.score_range import score_range
from toxtune.report.figures.theme import BLACK, family_colours
from toxtune.report.run import Run
from toxtune.report.settings import Varied, value_text
from toxtune.report.words import notes

# A hyperparameter with more values than this gets an axis of numbers.
_MOST_STEPS = 8


# The dependence is computed at no more values than this.
_MOST_POSITIONS = 25


def draw(run: Run) -> Figure:
    """Draw scores against each hyperparameter, with their partial dependence."""
    panels, tables = [], []
    for family in studied(run):
        for name in importances(run, family):
            hyperparameter = scored_settings(run, family)[name]
            title = f"{family}: {name}"
            tables.append(_table(run, family, name).assign(panel=title))
            panels.append(Panel(title, _chart(run, family, hyperparameter)))
    return Figure(
        facts=run.facts("valid"),
        description=(
            f"{run.metric_name} against each hyperparameter, most important first; the "
            "line is the mean over the other settings."
        ),
        table=pd.concat(tables) if tables else pd.DataFrame(),
        panels=panels,
        columns=3,
        note=notes(too_few(run), note_on_sample(run)),
    )


def partial_dependence(run: Run, family: str, name: str) -> list[tuple[Any, float]]:
    """Predict the score at each value tried, averaged over the other settings.

    Partial dependence (Friedman 2001) of a random forest fitted to the scores.
    """
    forest, positions = _forest(run, family)
    zero, unit = unit_of(list(scores_of(run, family).values()))
    varied = scored_settings(run, family)
    column = list(varied).index(name)
    values = {
        varied[name].position(trial): varied[name].by_trial[trial]
        for trial in scores_of(run, family)
    }
    means = []
    for position in _thinned(sorted(values)):
        moved = positions.copy()
        moved[:, column] = position
        mean = float(forest.predict(moved).mean())
        means.append((values[position], zero + unit * mean))
    return means


@cache
def _forest(run: Run, family: str) -> tuple[Any, np.ndarray]:
    """Fit a forest to the scores; return it and its input, n_trials x n_varied.

    Of tiny scores it predicts numbers in the unit of `unit_of`.
    """
    from sklearn.ensemble import RandomForestRegressor

    varied, scores = scored_settings(run, family), scores_of(run, family)
    positions = np.array(
        [
            [hyperparameter.position(trial) for hyperparameter in varied.values()]
            for trial in scores
        ]
    )
    zero, unit = unit_of(list(scores.values()))
    counted = [(score - zero) / unit for score in scores.values()]
    forest = RandomForestRegressor(n_estimators=100, random_state=0)
    return forest.fit(positions, counted), positions


def _thinned(positions: list[float]) -> list[float]:
    n_kept = min(len(positions), _MOST_POSITIONS)
    kept = np.linspace(0, len(positions) - 1, n_kept).round().astype(int)
    return [positions[index] for index in kept]


def _table(run: Run, family: str, name: str) -> pd.DataFrame:
    """One row per trial, with its score, and one per value, with the dependence."""
    varied, drawn = scored_settings(run, family)[name], drawn_trials(run)
    points = [
        {"trial": trial, "score": score, **_value(varied, varied.by_trial[trial])}
        for trial, score in scores_of(run, family).items()
        if trial in drawn
    ]
    means = [
        {"dependence": mean, **_value(varied, value)}
        for value, mean in partial_dependence(run, family, name)
    ]
    return pd.DataFrame(points + means)


def _value(varied: Varied, value: Any) -> dict[str, Any]:
    return {"value": value_text(value), "number": value if varied.numeric else np.nan}


def _chart(run: Run, family: str, varied: Varied) -> alt.LayerChart:
    domain = score_range(run, family).domain
    score = alt.Scale(domain=domain, zero=False, padding=6, clamp=True)
    title = f"{run.metric_name} (validation)"
    base = alt.Chart(DATA).encode(x=_axis(varied))
    points = (
        base.transform_filter("isValid(datum.score)")
        .mark_point(color=family_colours(run.families)[family], opacity=0.6, size=42)
        .encode(
            y=alt.Y("score:Q", title=title, scale=score),
            tooltip=[
                alt.Tooltip("trial:N"),
                alt.Tooltip("value:N"),
                alt.Tooltip("score:Q", format=run.d3),
            ],
        )
    )
    line = (
        base.transform_filter("isValid(datum.dependence)")
        .mark_line(color=BLACK, point=alt.OverlayMarkDef(color=BLACK, size=36))
        .encode(
            y=alt.Y("dependence:Q", title=title, scale=score),
            tooltip=[
                alt.Tooltip("value:N"),
                alt.Tooltip("dependence:Q", format=run.d3),
            ],
        )
    )
    return alt.layer(points, line).properties(height=170)


def _axis(varied: Varied) -> alt.X:
    if varied.numeric and len(varied.values) > _MOST_STEPS:
        low, high = varied.values[0], varied.values[-1]
        wide = low > 0 and high / low >= 100
        scale = {"type": "log"} if wide else {"zero": False}
        return alt.X(
            "number:Q",
            title=None,
            scale=alt.Scale(nice=False, padding=8, **scale),
            axis=alt.Axis(tickCount=4, format="~r", labelOverlap=True, grid=False),
        )
    order = [value_text(value) for value in varied.values]
    return alt.X(
        "value:O",
        sort=order,
        title=None,
        scale=alt.Scale(type="point", padding=0.5),
        axis=alt.Axis(labelAngle=0, labelLimit=110, labelOverlap=True),
    )
