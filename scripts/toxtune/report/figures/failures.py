"""Trials that failed, and where in the space they fell."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import SKY, VERMILLION
from toxtune.report.run import Run
from toxtune.report.settings import Varied, short_text, value_text, varied_settings
from toxtune.report.words import Facts, listed

# Numbers with more distinct values than the first are put into the second many ranges.
_MOST_VALUES, _RANGES = 10, 6


def draw(run: Run) -> Figure:
    """Draw how many trials failed at each value of each hyperparameter."""
    failed = run.trials[run.trials["status"] != "ok"]
    table = failures_table(run)
    titles = list(dict.fromkeys(table["panel"])) if len(table) else []
    return Figure(
        facts=Facts(remark=f"{len(run.trials)} trials of {listed(run.families)}"),
        description=(
            f"{len(failed)} of {len(run.trials)} trials failed; bars count failed and "
            "successful trials at each value of each hyperparameter."
        ),
        table=table,
        panels=[
            Panel(title, _chart(table[table["panel"] == title])) for title in titles
        ],
        columns=2,
        note=_note(run, failed),
    )


def failures_table(run: Run) -> pd.DataFrame:
    """Count successful and failed trials by value, for each family with failed ones."""
    status = dict(zip(run.trials["trial"], run.trials["status"], strict=True))
    failing = set(run.trials.loc[run.trials["status"] != "ok", "family"])
    rows = [
        (f"{family}: {name}", value, status[trial])
        for family in sorted(failing)
        for name, varied in varied_settings(run, family).items()
        for value, trials in _by_value(varied).items()
        for trial in trials
    ]
    table = pd.DataFrame(rows, columns=["panel", "value", "status"])
    counts = table.groupby(list(table), sort=False).size().reset_index(name="trials")
    return counts.assign(failed=(counts["status"] != "ok").astype(int))


def _by_value(varied: Varied) -> dict[str, list[str]]:
    """Group trials by value, or by ranges where there are many numbers."""
    if varied.numeric and len(varied.values) > _MOST_VALUES:
        names = _range_names(varied.values)
    else:
        names = [value_text(value) for value in varied.values]
    groups: dict[str, list[str]] = {}
    for trial in sorted(varied.by_trial, key=varied.index):
        groups.setdefault(names[varied.index(trial)], []).append(trial)
    return groups


def _range_names(values: list[Any]) -> list[str]:
    """Name, for each value, the range it falls into."""
    names = []
    for chunk in np.array_split(np.array(values, dtype=object), _RANGES):
        name = f"{short_text(chunk[0])} to {short_text(chunk[-1])}"
        names += [name] * len(chunk)
    return names


def _chart(table: pd.DataFrame) -> alt.Chart:
    statuses = ["ok", *sorted(set(table["status"]) - {"ok"})]
    colours = [SKY, *[VERMILLION] * (len(statuses) - 1)]
    return (
        alt.Chart(DATA)
        .mark_bar()
        .encode(
            x=alt.X("trials:Q", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("value:N", sort=list(dict.fromkeys(table["value"])), title=None),
            color=alt.Color(
                "status:N", scale=alt.Scale(domain=statuses, range=colours)
            ),
            order=alt.Order("failed:Q"),
            tooltip=[
                alt.Tooltip("value:N"),
                alt.Tooltip("status:N"),
                alt.Tooltip("trials:Q"),
            ],
        )
        .properties(height=20 * table["value"].nunique())
    )


def _note(run: Run, failed: pd.DataFrame) -> str:
    if failed.empty:
        return f"None of the {len(run.trials)} trials failed."
    counts = failed["status"].value_counts()
    words = ", ".join(f"{count} {status}" for status, count in counts.items())
    return f"{len(failed)} of {len(run.trials)} trials failed: {words}."
