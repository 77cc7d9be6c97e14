"""The score of every trial, best first."""

import altair as alt
import pandas as pd

from toxtune.report.drawn_trials import drawn_trials, note_on_sample
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.score_range import score_range
from toxtune.report.figures.theme import BLACK, family_colours, family_shapes
from toxtune.report.run import Run
from toxtune.report.settings import setting_texts
from toxtune.report.words import notes

# With more trials than this, marks are small.
_FEW = 80


def draw(run: Run) -> Figure:
    """Draw each trial's mean over seeds, its spread over seeds and over molecules."""
    table = trials_table(run)
    best, last = table.iloc[0], table.iloc[-1]
    return Figure(
        facts=run.facts("valid"),
        description=(
            f"{run.metric_name} of {len(table)} trials, best first. The best is "
            f"{best['family']} trial {best['trial']} with {run.written(best['mean'])}; "
            f"the last has {run.written(last['mean'])}."
        ),
        table=table[table["trial"].isin(drawn_trials(run))],
        panels=[Panel("", _chart(run, len(table)))],
        note=notes(_note(run, table), note_on_sample(run)),
    )


def trials_table(run: Run) -> pd.DataFrame:
    """One row per trial with a score: rank, mean, lowest and highest, settings.

    Lowest and highest are of the seeds, in a cross-validation of the folds. The
    standard error is over resampled molecules.
    """
    ranked = run.ranked
    folds = ranked.filter(like=f"{run.metric}_fold-")
    spread = ranked.filter(like=f"{run.metric}_seed-") if folds.empty else folds
    settings = setting_texts(run)
    errors = run.diagnostics.frequencies.set_index("trial")["standard_error"]
    winners = set(run.winners.values())
    means = ranked[f"{run.metric}_mean"]
    return pd.DataFrame(
        {
            "rank": range(1, len(ranked) + 1),
            "trial": ranked["trial"],
            "family": ranked["family"],
            "mean": means,
            "shown": score_range(run).shown(means),
            "low": spread.min(axis=1),
            "high": spread.max(axis=1),
            "standard_error": ranked["trial"].map(errors),
            "seeds": ranked["seeds"],
            "standing": [
                "winner" if trial in winners else "ranked" if complete else "given up"
                for trial, complete in zip(
                    ranked["trial"], ranked["complete"], strict=True
                )
            ],
            "settings": [settings[trial] for trial in ranked["trial"]],
        }
    )


def _chart(run: Run, n_trials: int) -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        x=alt.X(
            "rank:Q",
            axis=alt.Axis(tickMinStep=1, grid=False),
            scale=alt.Scale(domain=[0.5, n_trials + 0.5], nice=False),
        ),
        color=family_scale(alt.Color, run),
        tooltip=_tooltip(run),
    )
    score = alt.Scale(domain=_domain(run), zero=False, padding=8)
    title = f"{run.metric_name} (validation)"
    molecules = (
        base.transform_calculate(
            below="datum.mean - datum.standard_error",
            above="datum.mean + datum.standard_error",
        )
        .mark_rule(strokeWidth=1, opacity=0.4, clip=True)
        .encode(y=alt.Y("below:Q", title=title, scale=score), y2=alt.Y2("above:Q"))
    )
    spread = base.mark_rule(strokeWidth=3, opacity=0.5, clip=True).encode(
        y=alt.Y("low:Q", title=title, scale=score), y2=alt.Y2("high:Q")
    )
    size = 64 if n_trials <= _FEW else 24
    means = base.mark_point(opacity=1, size=size).encode(
        y=alt.Y("shown:Q", title=title, scale=score),
        shape=family_scale(alt.Shape, run),
        fillOpacity=alt.condition(
            "datum.standing == 'given up'", alt.value(0), alt.value(1)
        ),
    )
    rings = (
        base.transform_filter("datum.standing == 'winner'")
        .mark_point(shape="circle", filled=False, size=260, strokeWidth=2)
        .encode(y=alt.Y("shown:Q"), color=alt.ColorValue(BLACK))
    )
    maximize = run.selection.objective.maximize
    arrows = (
        base.transform_filter("datum.mean != datum.shown")
        .mark_text(text="↓" if maximize else "↑", dy=-12 if maximize else 14)
        .encode(y=alt.Y("shown:Q"))
    )
    return alt.layer(molecules, spread, means, rings, arrows).properties(height=300)


def _domain(run: Run) -> list[float]:
    """Return the ends of the axis: of the lines of all trials that are in range."""
    table = trials_table(run)
    table = table[table["mean"] == table["shown"]]
    error = table["standard_error"].fillna(0)
    low = table[["low", "mean"]].min(axis=1), table["mean"] - error
    high = table[["high", "mean"]].max(axis=1), table["mean"] + error
    return [
        float(min(each.min() for each in low)),
        float(max(each.max() for each in high)),
    ]


def _tooltip(run: Run) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("trial:N"),
        alt.Tooltip("family:N"),
        alt.Tooltip("mean:Q", format=run.d3, title="validation score, mean over seeds"),
        alt.Tooltip("low:Q", format=run.d3, title="lowest"),
        alt.Tooltip("high:Q", format=run.d3, title="highest"),
        alt.Tooltip("standard_error:Q", format=run.d3, title="standard error"),
        alt.Tooltip("seeds:Q"),
        alt.Tooltip("standing:N"),
        alt.Tooltip("settings:N"),
    ]


def family_scale(
    channel: type, run: Run, names: list[str] | None = None
) -> alt.Color | alt.Shape:
    """Encode the family by its colour or its shape, with a legend for several.

    Parameters
    ----------
    channel
        `alt.Color` or `alt.Shape`.
    run
        The run, whose families are encoded unless `names` says what else there is.
    names
        Such as the contenders, among which is the ensemble.
    """
    look = family_colours if channel is alt.Color else family_shapes
    values = look(names or run.families)
    scale = alt.Scale(domain=list(values), range=list(values.values()))
    only = {} if len(values) > 1 else {"legend": None}
    return channel("family:N", scale=scale, **only)


def _note(run: Run, table: pd.DataFrame) -> str:
    failed = len(run.trials) - len(table)
    given_up = int((table["standing"] == "given up").sum())
    words = [note] if (note := score_range(run).note(run)) else []
    if given_up:
        words.append(
            f"The search stopped {given_up} trials (hollow marks) before they had all "
            "seeds; these could not win."
        )
    if failed:
        words.append(f"{failed} more failed and have no score.")
    return " ".join(words)
