"""How optimistic the winners' validation scores are, and how clear the selection is."""

import altair as alt
import pandas as pd

from toxtune.report.delivered import marked
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import BLACK, SUBSET_COLOURS
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import Run

_RAW, _CORRECTED, _TEST = "validation, raw", "validation, corrected", "test"


_COLOURS = {
    _RAW: BLACK,
    _CORRECTED: SUBSET_COLOURS["valid"],
    _TEST: SUBSET_COLOURS["test"],
}


# This many of the trials that are selected most often are shown.
_MOST_TRIALS = 20


def draw(run: Run) -> Figure:
    """Draw the winners' raw, corrected and test scores below each other."""
    resamples = run.diagnostics.corrected.resamples
    return Figure(
        facts=run.facts(
            "valid",
            "test",
            remark=f"{run.level} intervals over molecules, {resamples:,} resamples",
        ),
        description=(
            f"{run.metric_name} of each winner: raw and bias-corrected on the "
            "validation set, and on the test set."
        ),
        table=optimism_table(run),
        panels=[Panel("", _chart(run))],
        legend=_COLOURS,
    )


def optimism_table(run: Run) -> pd.DataFrame:
    """One row per winner and score; the selected one is chosen among all families."""
    rows = []
    scores_of = run.diagnostics.corrected
    winners = {**scores_of.families, run.selection.overall: scores_of.overall}
    for family, corrected in winners.items():
        name = marked(run, family)
        test = run.mean_scores(family)
        scores = [
            (_RAW, corrected.raw, None),
            (_CORRECTED, corrected.corrected, corrected.interval),
            (_TEST, test.test, test.test_interval),
        ]
        for estimate, score, interval in scores:
            low, high = interval or (None, None)
            rows.append((name, family, corrected.trial, estimate, score, low, high))
    columns = ["winner", "family", "trial", "estimate", "score", "low", "high"]
    numbers = dict.fromkeys(["score", "low", "high"], float)
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def draw_frequency(run: Run) -> Figure:
    """Draw the share of resamples in which each trial is selected."""
    table, resamples = frequency_table(run), run.diagnostics.corrected.resamples
    first = table.index.isin(table.index[:_MOST_TRIALS])
    shown = table[first | (table["selected"] == "yes")]
    return Figure(
        facts=run.facts("valid", remark=f"{resamples:,} resamples"),
        description=(
            f"Trial {table.iloc[0]['trial']} is selected in "
            f"{table.iloc[0]['frequency']:.0%} of the resamples; "
            f"{len(table)} trials are selected at least once."
        ),
        table=shown,
        panels=[Panel("", _frequency_chart(run, shown))],
        note=_frequency_note(len(table)),
    )


def _frequency_note(n_selected: int) -> str:
    if n_selected <= _MOST_TRIALS:
        return ""
    return f"The first {_MOST_TRIALS} of {n_selected} trials that are ever selected."


def frequency_table(run: Run) -> pd.DataFrame:
    """Return the winner and all that are ever selected, the most frequent first."""
    selected = run.selection.id_of(run.selection.overall)
    won = run.diagnostics.frequencies["trial"] == selected
    table = run.diagnostics.frequencies.assign(selected=won.map({True: "yes"}))
    table = table[won | (table["frequency"] > 0)]
    columns = ["trial", "family", "frequency", "frequency_in_family", "selected"]
    return table.sort_values(["frequency", "trial"], ascending=[False, True])[columns]


def _chart(run: Run) -> alt.LayerChart:
    estimates, colours = list(_COLOURS), list(_COLOURS.values())
    others = [family for family in run.contenders if family != run.selection.overall]
    winners = [marked(run, family) for family in (run.selection.overall, *others)]
    base = alt.Chart(DATA).encode(
        y=alt.Y(
            "winner:N",
            sort=winners,
            title=None,
            # "(selected)" on a line of its own: on a phone there is little room.
            axis=alt.Axis(labelExpr="split(datum.label, ' ')"),
        ),
        yOffset=alt.YOffset("estimate:N", sort=estimates),
        color=alt.Color(
            "estimate:N",
            sort=estimates,
            scale=alt.Scale(domain=estimates, range=colours),
        ),
        tooltip=[
            alt.Tooltip("winner:N"),
            alt.Tooltip("trial:N"),
            alt.Tooltip("estimate:N"),
            alt.Tooltip("score:Q", format=run.d3, title=run.metric_name),
            alt.Tooltip("low:Q", format=run.d3, title=f"{run.level} interval from"),
            alt.Tooltip("high:Q", format=run.d3, title="to"),
        ],
    )
    scale = alt.Scale(zero=False, padding=10)
    rules = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("low:Q", title=run.metric_name, scale=scale), x2=alt.X2("high:Q")
    )
    points = base.mark_point(opacity=1, size=80).encode(
        x=alt.X("score:Q", title=run.metric_name, scale=scale),
        shape=alt.Shape(
            "estimate:N",
            sort=estimates,
            scale=alt.Scale(domain=estimates, range=["diamond", "circle", "square"]),
        ),
    )
    return alt.layer(rules, points).properties(height=60 * len(winners))


def _frequency_chart(run: Run, shown: pd.DataFrame) -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        x=alt.X(
            "frequency:Q",
            title="share of resamples",
            axis=alt.Axis(format="%", tickCount=5),
            # Room for the word beside a long bar, on a phone, too.
            scale=alt.Scale(domain=[0, 1.4 * shown["frequency"].max()], nice=False),
        ),
        y=alt.Y("trial:N", sort=list(shown["trial"]), title=None),
        tooltip=[
            alt.Tooltip("trial:N"),
            alt.Tooltip("family:N"),
            alt.Tooltip("frequency:Q", format=".1%"),
            alt.Tooltip("frequency_in_family:Q", format=".1%", title="in its family"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=family_scale(alt.Color, run, run.contenders)
    )
    selected = (
        base.transform_filter("datum.selected == 'yes'")
        .mark_text(align="left", dx=6, fontSize=12)
        .encode(text=alt.TextValue("selected"))
    )
    return alt.layer(bars, selected).properties(height=22 * len(shown))
