"""The page that compares several runs on one test set."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import altair as alt
import pandas as pd

from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import SetScores
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.theme import SUBSET_COLOURS
from toxtune.report.finished_runs import (
    FinishedRun,
    baselines_of,
    differences,
    openings,
)
from toxtune.report.rendering import figure_parts, render
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    BASELINE,
    Facts,
    counted,
    decimals_for,
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
        facts=_facts(runs[0]),
        sentences=sentences(runs, table, len(opened)),
        figure=figure_parts(_NAME, "Scores of the runs", figure, objective),
        tables=[
            runs_table(runs, baselines_of(runs)),
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
    lines = []
    for row in _means(table):
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
        "these test scores makes them optimistic: choose by validation scores."
    )
    metrics = {run.selection.objective.metric for run in runs}
    if len(metrics) > 1:
        titles = listed(sorted(METRICS[metric].title for metric in metrics))
        lines.append(
            f"The runs were selected by different metrics ({titles}); what is shown is "
            f"that of {first.name}."
        )
    return lines


def _size(
    runs: Sequence[FinishedRun], difference: float, low: float, high: float
) -> str:
    decimals = _decimals(runs)
    bounds = format_interval((low, high), decimals)
    return f"{format_score(difference, decimals)} ({_level(runs[0])} {bounds})"


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
    title = _title(runs[0])
    return Figure(
        facts=Facts(("valid", "test"), remark=f"{_level(runs[0])} over test molecules"),
        description=f"{title} of each run's selected model, validation and test set.",
        table=table.astype(numbers),
        panels=[Panel("", _chart(runs, title))],
        legend={name: SUBSET_COLOURS[subset] for name, subset in _SETS.items()},
    )


def runs_table(runs: Sequence[FinishedRun], baselines: Baselines | None) -> Table:
    """Return what each run selected and what that scores, then the baselines."""
    metric, decimals = runs[0].selection.objective.metric, _decimals(runs)
    rows = [
        [
            run.name,
            *_score_cells(run.mean(metric), decimals),
            run.selection.overall,
            str(run.n_trials),
            ", ".join(map(str, run.selection.seeds)),
        ]
        for run in runs
    ]
    for name, scores in baselines.scores.items() if baselines else ():
        mean = scores[metric].mean
        rows.append([f"{name} ({BASELINE})", *_score_cells(mean, decimals), "", "", ""])
    return Table(
        f"Runs: {_title(runs[0])}",
        ["run", "test set", _level(runs[0]), "validation set", "selected"]
        + ["trials", "seeds"],
        rows,
        facts=Facts(("test", "valid"), remark="means over tasks and single seeds"),
    )


def differences_table(runs: Sequence[FinishedRun], table: pd.DataFrame) -> Table:
    """Return how far each run is from the first on the same molecules."""
    decimals = _decimals(runs)
    return Table(
        f"{METRICS[runs[0].selection.objective.metric].title} minus that of "
        f"{runs[0].name}",
        ["run", "difference", _level(runs[0])],
        [
            [
                runs[int(row["family"])].name,
                format_score(row["difference"], decimals),
                format_interval((row["low"], row["high"]), decimals),
            ]
            for row in _means(table)
        ],
        facts=Facts(("test",), remark="the selected models, on the same resamples"),
        note=(
            "Paired: molecules that are hard for both drop out of the difference, so "
            "its interval is narrower than those of the two scores suggest."
        ),
    )


def tasks_table(runs: Sequence[FinishedRun], table: pd.DataFrame) -> Table:
    """Return the difference of each task, run by run."""
    rows = []
    for task in runs[0].test.tasks:
        of_task = table[table["task"] == task].to_dict("records")
        cells = [format_score(of_task[0]["test_against"]) if of_task else "none"]
        for row in of_task:
            cells += [
                format_score(row["difference"]),
                format_interval((row["low"], row["high"])),
            ]
        rows.append([task, *cells])
    header = ["task", runs[0].name]
    for run in runs[1:]:
        header += [f"{run.name} minus {runs[0].name}", _level(runs[0])]
    return Table("Tasks", header, rows, facts=Facts(("test",)))


def ledger_table(runs: Sequence[FinishedRun], opened: list[dict[str, Any]]) -> Table:
    """Return every distinct opening of the test set."""
    names = {run.name for run in runs}
    return Table(
        "Openings of the test set",
        ["opened", "run", "selection", "molecules", "compared here"],
        [
            [
                str(line["opened"]),
                str(line["run"]),
                str(line["selection"]),
                f"{line['shared']:,}" + ("" if line["own"] else ", by other settings"),
                "yes" if line["run"] in names else "",
            ]
            for line in opened
        ],
        note="Distinct selections that have looked at these molecules (ledger).",
    )


def _address(run: FinishedRun, folder: Path) -> str:
    return quote(os.path.relpath(run.folder / "report.html", folder))


def _means(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table[table["task"] == "mean"].to_dict("records")


def _score_cells(mean: SetScores, decimals: int) -> list[str]:
    return [
        format_score(mean.test, decimals),
        format_interval(mean.test_interval, decimals),
        format_score(mean.valid, decimals),
    ]


def _facts(run: FinishedRun) -> str:
    return (
        f"One test set of {counted(len(run.test.ids), 'molecule')} and "
        f"{counted(len(run.test.tasks), 'task')}: dataset {run.selection.dataset}, "
        f"split {run.selection.split}."
    )


def _decimals(runs: Sequence[FinishedRun]) -> int:
    metric = runs[0].selection.objective.metric
    evaluation = runs[0].evaluation
    if not METRICS[metric].has_unit or evaluation.is_scaled(metric):
        return 3
    return decimals_for(runs[0].mean(metric).test)


def _title(run: FinishedRun) -> str:
    metric = run.selection.objective.metric
    return METRICS[metric].title + run.evaluation.unit(metric)


def _level(run: FinishedRun) -> str:
    return f"{100 * run.evaluation.confidence:g}% interval"


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
