"""The labels of each task in each set: classes or values, and what is not measured."""

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import (
    BLACK,
    BLUE,
    GREEN,
    KHAKI,
    MAUVE,
    PLUM,
    RUST,
    SKY,
    SUBSET_COLOURS,
    VERMILLION,
)
from toxtune.report.molecule_words import name_of_class
from toxtune.report.run import Run
from toxtune.report.words import SET_NAMES
from toxtune.tasks import TaskType

MISSING = "no label"
# Of classes in the order of their numbers; of more classes they begin anew.
CLASS_COLOURS = (SKY, VERMILLION, GREEN, KHAKI, PLUM, BLUE, RUST, MAUVE)
_NO_COLOUR = "#e2e5e9"


def draw(run: Run) -> Figure:
    """Draw the shares of the classes, or the spread of the values, set by set."""
    if run.molecules is None:
        return _figure(run, pd.DataFrame(), [], {})
    labels = run.molecules.labels
    labels = labels[labels["task"].isin(run.shown_tasks)]
    if run.task_type == TaskType.REGRESSION:
        table = values_table(labels)
        panels = [Panel(task, _spread()) for task in dict.fromkeys(table["panel"])]
        return _figure(run, table, panels, {})
    classes = [name for name in labels if name.startswith("class_")]
    words = {name: name_of_class(run, number) for number, name in enumerate(classes)}
    colours = {
        word: CLASS_COLOURS[number % len(CLASS_COLOURS)]
        for number, word in enumerate(words.values())
    }
    table = classes_table(labels, words)
    colours[MISSING] = _NO_COLOUR
    return _figure(run, table, [Panel("", _bars(run, colours))], colours)


def classes_table(labels: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """One row per task, set and class, and for what has no label: count and share."""
    columns = {**words, "missing": MISSING}
    table = labels.melt(
        ["task", "subset", "molecules"],
        list(columns),
        var_name="label",
        value_name="count",
    )
    table["order"] = table["label"].map(list(columns).index)
    table["label"] = table["label"].map(columns)
    table["set"] = table["subset"].map(SET_NAMES)
    table["share"] = table["count"] / table["molecules"]
    return table


def values_table(labels: pd.DataFrame) -> pd.DataFrame:
    """One row per task and set: percentiles of the values, and how many there are."""
    table = labels.rename(columns={"task": "panel"})
    table["set"] = table["subset"].map(SET_NAMES)
    names = ["low", "lower", "median", "upper", "high"]
    return table[["panel", "subset", "set", "measured", "missing", *names]]


def _figure(
    run: Run, table: pd.DataFrame, panels: list[Panel], colours: dict[str, str]
) -> Figure:
    is_regression = run.task_type == TaskType.REGRESSION
    what = "Values" if is_regression else "Classes, and missing labels,"
    return Figure(
        facts=run.facts("train", "valid", "test", over_tasks=False),
        description=f"{what} of each task in training, validation and test set.",
        table=table,
        panels=panels,
        columns=min(2, max(len(panels), 1)),
        legend=colours,
        note=run.tasks_left_out,
    )


def _bars(run: Run, colours: dict[str, str]) -> alt.Chart:
    return (
        alt.Chart(DATA)
        .mark_bar()
        .encode(
            y=alt.Y("task:N", sort=run.shown_tasks, title=None),
            yOffset=alt.YOffset("subset:N", sort=list(SET_NAMES)),
            x=alt.X(
                "share:Q",
                title="share of the molecules of the set",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%"),
            ),
            color=alt.Color(
                "label:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("task:N"),
                alt.Tooltip("set:N"),
                alt.Tooltip("label:N"),
                alt.Tooltip("count:Q", title="molecules", format=","),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
        .properties(height=27 * len(run.shown_tasks))
    )


def _spread() -> alt.LayerChart:
    base = alt.Chart(DATA).encode(
        y=alt.Y("set:N", sort=list(SET_NAMES.values()), title=None),
        color=alt.Color(
            "subset:N",
            scale=alt.Scale(
                domain=list(SUBSET_COLOURS), range=list(SUBSET_COLOURS.values())
            ),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("set:N"),
            alt.Tooltip("measured:Q", title="molecules", format=","),
            *(
                alt.Tooltip(f"{name}:Q", title=words, format=",.4~r")
                for name, words in _PERCENTILES.items()
            ),
        ],
    )
    scale = alt.Scale(zero=False)
    whole = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="measured value", scale=scale), x2=alt.X2("high:Q")
    )
    middle = base.mark_bar(size=14).encode(
        x=alt.X("lower:Q", scale=scale), x2=alt.X2("upper:Q")
    )
    median = base.mark_tick(color=BLACK, thickness=2, size=16).encode(
        x=alt.X("median:Q", scale=scale), color=alt.ColorValue(BLACK)
    )
    return alt.layer(whole, middle, median).properties(height=90)


_PERCENTILES = {
    "low": "5% are below",
    "lower": "a quarter is below",
    "median": "half are below",
    "upper": "three quarters are below",
    "high": "95% are below",
}
