"""The table of tasks: what was measured, and how well each is predicted."""

import numpy as np

from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    IN_OWN_UNIT,
    SCALED_IN_WORDS,
    WITHOUT_A_SCORE,
    counted,
    decimals_for,
    decimals_of,
    format_interval,
    format_score,
)
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType
from toxtune.text import decimals_of_share


def tasks_table(run: Run) -> Table:
    """Return the winners' scores of each task, in its own unit, test set first."""
    is_scaled = run.evaluation.is_scaled(run.metric)
    header = ["task", "measured"]
    if run.task_type == TaskType.BINARY:
        header.append("active")
    if is_scaled:
        header.append("SD of training labels")
    for family in run.contenders:
        header += [f"{family}, test", f"{run.level} interval", "validation"]
    header += [f"{name}, test" for name in _baselines(run)]
    decisions = _decisions(run)
    if decisions:
        header += [f"{run.selection.overall}, threshold", "precision", "recall"]
    rows = [
        _row(run, number, is_scaled)
        + decisions.get(task, ["none"] * 3 * bool(decisions))
        for number, task in enumerate(run.tasks)
    ]
    return Table(
        f"Tasks: {METRICS[run.metric].title}",
        header,
        rows,
        facts=run.facts(
            "test", "valid", over_tasks=False, remark="molecules are of the test set"
        ),
        note=_note(run, is_scaled),
    )


def _row(run: Run, number: int, is_scaled: bool) -> list[str]:
    task, labels = run.tasks[number], run.test_set.labels[:, number]
    row = [task, f"{np.isfinite(labels).sum():,}"]
    if run.task_type == TaskType.BINARY:
        row.append(f"{(labels == 1).sum():,}")
    if is_scaled:
        sd = run.evaluation.task_sds[task]
        row.append(format_score(sd, decimals_for(sd)))
    for family in run.contenders:
        scores = run.evaluation.families[family][run.metric].tasks[task]
        decimals = decimals_of(run.metric, scores.test)
        row += [
            format_score(scores.test, decimals),
            format_interval(scores.test_interval, decimals),
            format_score(scores.valid, decimals),
        ]
    for name in _baselines(run):
        scores = run.baselines.scores[name][run.metric].tasks[task]
        decimals = decimals_of(run.metric, scores.test)
        row.append(format_score(scores.test, decimals))
    return row


def _baselines(run: Run) -> list[str]:
    """Name the baselines that are no constant, whose score says little of a task."""
    constant = run.baselines.constant
    return [name for name in run.baselines.scores if name != constant]


def _decisions(run: Run) -> dict[str, list[str]]:
    """Map tasks to the selected model's threshold, and its scores on the test set."""
    table = run.diagnostics.decisions_of(run.selection.overall, "test")
    return {
        row["task"]: [
            format_score(row["threshold"], decimals_of_share(row["threshold"], 3)),
            format_score(row["precision"]),
            format_score(row["recall"]),
        ]
        for _, row in table.iterrows()
    }


def _note(run: Run, is_scaled: bool) -> str:
    notes = []
    scores = run.evaluation.families[run.selection.overall][run.metric].tasks
    unscored = [
        task for task in run.tasks if None in (scores[task].test, scores[task].valid)
    ]
    if unscored:
        notes.append(
            f"No score (none) where a set has {WITHOUT_A_SCORE}: "
            f"{counted(len(unscored), 'task')}, {', '.join(unscored)}."
        )
    if is_scaled:
        notes.append(
            f"{IN_OWN_UNIT} Trials are ranked, and families compared, by the mean over "
            f"tasks of {SCALED_IN_WORDS}; 1 is about what a model reaches that "
            "predicts the mean of these labels."
        )
    return " ".join(notes)
