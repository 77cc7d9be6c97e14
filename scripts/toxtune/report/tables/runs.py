"""Tables of several runs on one test set."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toxtune.evaluation.evaluation_file import SetScores
from toxtune.report.finished_runs import FinishedRun, baselines_of, by_sets
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    BASELINE,
    IN_OWN_UNIT,
    Facts,
    decimals_of,
    format_interval,
    format_score,
    listed,
)
from toxtune.stats.metrics import METRICS


def runs_table(runs: Sequence[FinishedRun]) -> Table:
    """Return what each run selected and what that scores, then the baselines.

    Runs of one training and validation set share their baselines.
    """
    metric, decimals = runs[0].selection.objective.metric, decimals_of_means(runs)
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
    groups = by_sets(runs).values()
    for group in groups:
        baselines = baselines_of(group)
        whose = f" of {listed([run.name for run in group])}" if len(groups) > 1 else ""
        for name, scores in baselines.scores.items() if baselines else ():
            cells = _score_cells(scores[metric].mean, decimals)
            rows.append([f"{name} ({BASELINE}{whose})", *cells, "", "", ""])
    return Table(
        f"Runs: {title_of(runs[0])}",
        ["run", "test set", level_of(runs[0]), "validation set", "selected"]
        + ["trials", "seeds"],
        rows,
        facts=Facts(("test", "valid"), remark="means over tasks and single seeds"),
        note=_note(runs),
    )


def _note(runs: Sequence[FinishedRun]) -> str:
    is_scaled = runs[0].evaluation.is_scaled(runs[0].selection.objective.metric)
    if not is_scaled or len(by_sets(runs)) == 1:
        return ""
    return (
        "SD: of the labels of each run's own training set. The differences below are "
        f"in those of {runs[0].name}."
    )


def differences_table(runs: Sequence[FinishedRun], table: pd.DataFrame) -> Table:
    """Return how far each run is from the first on the same molecules."""
    decimals = decimals_of_means(runs)
    return Table(
        f"{title_of(runs[0])} minus that of {runs[0].name}",
        ["run", "difference", level_of(runs[0])],
        [
            [
                runs[int(row["family"])].name,
                format_score(row["difference"], decimals),
                format_interval((row["low"], row["high"]), decimals),
            ]
            for row in means(table)
        ],
        facts=Facts(("test",), remark="the selected models, on the same resamples"),
        note=(
            "Paired: molecules that are hard for both drop out of the difference, so "
            "its interval is narrower than those of the two scores suggest."
        ),
    )


def tasks_table(runs: Sequence[FinishedRun], table: pd.DataFrame) -> Table:
    """Return the difference of each task, in its own unit, run by run."""
    metric = runs[0].selection.objective.metric
    rows = []
    for task in runs[0].test.tasks:
        of_task = table[table["task"] == task].to_dict("records")
        score = of_task[0]["test_against"] if of_task else None
        decimals = decimals_of(metric, score)
        cells = [format_score(score, decimals)]
        for row in of_task:
            cells += [
                format_score(row["difference"], decimals),
                format_interval((row["low"], row["high"]), decimals),
            ]
        rows.append([task, *cells])
    header = ["task", runs[0].name]
    for run in runs[1:]:
        header += [f"{run.name} minus {runs[0].name}", level_of(runs[0])]
    return Table(
        f"Tasks: {METRICS[metric].title}",
        header,
        rows,
        facts=Facts(("test",)),
        note=IN_OWN_UNIT if runs[0].evaluation.is_scaled(metric) else "",
    )


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


def means(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of means over tasks."""
    return table[table["task"] == "mean"].to_dict("records")


def decimals_of_means(runs: Sequence[FinishedRun]) -> int:
    """Return how many decimals the means are written with."""
    metric = runs[0].selection.objective.metric
    is_scaled = runs[0].evaluation.is_scaled(metric)
    return decimals_of(metric, runs[0].mean(metric).test, is_scaled=is_scaled)


def title_of(run: FinishedRun) -> str:
    """Name the mean of the metric that ranked the run's trials, with its unit."""
    return run.evaluation.title(run.selection.objective.metric)


def level_of(run: FinishedRun) -> str:
    """Name the intervals."""
    return f"{run.evaluation.level} interval"


def _score_cells(mean: SetScores, decimals: int) -> list[str]:
    return [
        format_score(mean.test, decimals),
        format_interval(mean.test_interval, decimals),
        format_score(mean.valid, decimals),
    ]
