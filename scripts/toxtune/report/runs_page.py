"""The page that compares several runs on one test set."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import altair as alt
import pandas as pd

from toxtune.evaluation.control import control_in_words
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import SUBSET_COLOURS
from toxtune.report.finished_runs import FinishedRun, by_sets, differences, openings
from toxtune.report.rendering import figure_parts, render
from toxtune.report.tables.runs import (
    decimals_of_means,
    differences_table,
    ledger_table,
    level_of,
    means,
    runs_table,
    tasks_table,
    title_of,
)
from toxtune.report.words import (
    Facts,
    counted,
    format_interval,
    format_score,
    listed,
    times,
)
from toxtune.stats.metrics import METRICS

_NAME = "runs"
_SETS = {"validation set": "valid", "test set": "test"}


def runs_page(runs: Sequence[FinishedRun], folder: Path) -> str:
    """Return the comparison of runs as HTML, for a page in that folder."""
    objective = runs[0].selection.objective
    table = differences(runs, objective.metric)
    opened = openings(runs[0])
    figure = draw(runs)
    return render(
        "runs.html.j2",
        {_NAME: figure},
        names=[run.name for run in runs],
        reports={run.name: _address(run, folder) for run in runs},
        facts=_facts(runs),
        sentences=sentences(runs, table, len(opened)),
        figure=figure_parts(_NAME, "Scores of the runs", figure, objective),
        tables=[
            runs_table(runs),
            differences_table(runs, table),
            tasks_table(runs, table),
            ledger_table(runs, opened),
        ],
    )


def sentences(
    runs: Sequence[FinishedRun], table: pd.DataFrame, n_openings: int
) -> list[str]:
    """Say which runs differ, and what may not be concluded."""
    first, maximize = runs[0], runs[0].selection.objective.maximize
    lines = [
        f"{run.name}: {control_in_words(run.permutation)}"
        for run in runs
        if run.permutation is not None
    ]
    for row in means(table):
        run = runs[int(row["family"])]
        difference, low, high = row["difference"], row["low"], row["high"]
        if not (low > 0 or high < 0):
            size = _size(runs, difference, low, high)
            lines.append(f"{run.name} and {first.name} do not differ clearly: {size}.")
            continue
        side = "better" if (difference > 0) == maximize else "worse"
        if difference < 0:
            difference, low, high = -difference, -high, -low
        size = _size(runs, difference, low, high)
        lines.append(f"{run.name} is {side} than {first.name} by {size}.")
    lines.append(
        f"This test set has been opened {times(n_openings)}. Who chooses among runs by "
        "these test scores makes them optimistic: choose by validation scores"
        f"{_where_they_compare(runs)}."
    )
    metrics = {run.selection.objective.metric for run in runs}
    if len(metrics) > 1:
        titles = listed(sorted(METRICS[metric].title for metric in metrics))
        lines.append(
            f"The runs were selected by different metrics ({titles}); what is shown is "
            f"that of {first.name}."
        )
    return lines


def _where_they_compare(runs: Sequence[FinishedRun]) -> str:
    """Say which validation scores choose, if not those of all runs."""
    groups = [listed([run.name for run in group]) for group in by_sets(runs).values()]
    if len(groups) == 1:
        return ""
    return (
        " of runs that have one validation set. These runs have "
        f"{len(groups)}: {'; '.join(groups)}"
    )


def _size(
    runs: Sequence[FinishedRun], difference: float, low: float, high: float
) -> str:
    decimals = decimals_of_means(runs)
    bounds = format_interval((low, high), decimals)
    return f"{format_score(difference, decimals)} ({level_of(runs[0])} {bounds})"


def draw(runs: Sequence[FinishedRun]) -> Figure:
    """Draw the validation and the test score of each run's selected model."""
    metric = runs[0].selection.objective.metric
    rows = []
    for run in runs:
        mean = run.mean(metric)
        for name, subset in _SETS.items():
            bounds = mean.test_interval if subset == "test" else None
            low, high = bounds or (None, None)
            score = getattr(mean, subset)
            rows.append((run.name, run.selection.overall, name, score, low, high))
    columns = ["run", "model", "set", "score", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = dict.fromkeys(["score", "low", "high"], float)
    title = title_of(runs[0])
    return Figure(
        facts=Facts(
            ("valid", "test"), remark=f"{level_of(runs[0])} over test molecules"
        ),
        description=f"{title} of each run's selected model, validation and test set.",
        table=table.astype(numbers),
        panels=[Panel("", _chart(runs, title))],
        legend={name: SUBSET_COLOURS[subset] for name, subset in _SETS.items()},
    )


def _address(run: FinishedRun, folder: Path) -> str:
    return quote(os.path.relpath(run.folder / "report.html", folder))


def _facts(runs: Sequence[FinishedRun]) -> str:
    test, groups = runs[0].test, by_sets(runs)
    sets = f": {runs[0].sets}"
    if len(groups) > 1:
        sets = "".join(
            f"; {listed([run.name for run in group])}: {each}"
            for each, group in groups.items()
        )
    return (
        f"One test set of {counted(len(test.ids), 'molecule')} and "
        f"{counted(len(test.tasks), 'task')}{sets}."
    )


def _chart(runs: Sequence[FinishedRun], title: str) -> alt.LayerChart:
    names, sets = [run.name for run in runs], list(_SETS)
    colours = [SUBSET_COLOURS[subset] for subset in _SETS.values()]
    base = alt.Chart(DATA).encode(
        y=alt.Y("run:N", sort=names, title=None),
        yOffset=alt.YOffset("set:N", sort=sets),
        color=alt.Color("set:N", scale=alt.Scale(domain=sets, range=colours)),
        tooltip=["run:N", "model:N", "set:N"]
        + [
            alt.Tooltip(f"{name}:Q", format=",.4~r")
            for name in ("score", "low", "high")
        ],
    )
    scale = alt.Scale(zero=False, padding=10)
    rules = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("low:Q", title=title, scale=scale), x2="high:Q"
    )
    points = base.mark_point(opacity=1, size=80).encode(
        x=alt.X("score:Q", title=title, scale=scale),
        shape=alt.Shape(
            "set:N", scale=alt.Scale(domain=sets, range=["circle", "square"])
        ),
    )
    return alt.layer(rules, points).properties(height=50 * len(names))
