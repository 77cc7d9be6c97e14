"""What the search cost: time and memory."""

import altair as alt
import pandas as pd

from toxtune.report.drawn_trials import drawn_trials, note_on_sample
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.score_range import score_range
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import Run
from toxtune.report.settings import setting_texts
from toxtune.report.words import notes

_TIME, _MEMORY = "Score and time", "Score and memory"


def draw(run: Run) -> Figure:
    """Draw each trial's score against its time and its memory."""
    table = costs_table(run)
    table = table[table["trial"].isin(drawn_trials(run))]
    both = [table.assign(panel=title) for title in (_TIME, _MEMORY)]
    hosts = sorted(set(run.cost["host"].dropna()))
    return Figure(
        facts=run.facts(
            "valid",
            remark=f"measured on {', '.join(hosts)}, one thread per training",
        ),
        description=(
            f"{run.metric_name} of each trial against the seconds and the memory of "
            "its trainings."
        ),
        table=pd.concat(both),
        panels=[
            Panel(_TIME, _chart(run, "seconds", "seconds per training")),
            Panel(_MEMORY, _chart(run, "memory_mib", "peak memory, MiB")),
        ],
        columns=2,
        note=notes(score_range(run).note(run), note_on_sample(run)),
    )


def costs_table(run: Run) -> pd.DataFrame:
    """One row per trial: mean seconds of its trainings, highest memory, score."""
    trainings = run.cost.groupby(["trial", "family"], as_index=False)
    table = trainings.agg(
        trainings=("seconds", "size"),
        seconds=("seconds", "mean"),
        memory_mib=("peak_memory_mib", "max"),
    )
    scores = run.trials.set_index("trial")[f"{run.metric}_mean"]
    texts = setting_texts(run)
    return table.assign(
        score=table["trial"].map(scores), settings=table["trial"].map(texts)
    )


def total_costs(run: Run) -> pd.DataFrame:
    """One row per family: trainings, core-seconds, highest memory."""
    return run.cost.groupby("family", as_index=False).agg(
        trainings=("seconds", "size"),
        seconds=("seconds", "sum"),
        seconds_per_training=("seconds", "mean"),
        memory_mib=("peak_memory_mib", "max"),
    )


def _chart(run: Run, column: str, title: str) -> alt.Chart:
    return (
        alt.Chart(DATA)
        .transform_filter("isValid(datum.score)")
        .mark_point(opacity=0.8)
        .encode(
            x=alt.X(
                f"{column}:Q",
                title=title,
                scale=alt.Scale(zero=False, padding=8),
                axis=alt.Axis(tickCount=5),
            ),
            y=alt.Y(
                "score:Q",
                title=f"{run.metric_name} (validation)",
                scale=alt.Scale(
                    domain=score_range(run).domain, zero=False, padding=8, clamp=True
                ),
            ),
            color=family_scale(alt.Color, run),
            shape=family_scale(alt.Shape, run),
            tooltip=[
                alt.Tooltip("trial:N"),
                alt.Tooltip("family:N"),
                alt.Tooltip("score:Q", format=run.d3, title="validation score"),
                alt.Tooltip("seconds:Q", format=".1f", title="seconds per training"),
                alt.Tooltip("memory_mib:Q", format=".0f", title="peak memory, MiB"),
                alt.Tooltip("settings:N"),
            ],
        )
        .properties(height=230)
    )
