"""Tables about single predictions: whether sets and intervals keep their promise."""

from math import isinf

import pandas as pd

from toxtune.evaluation.coverage import (
    ALL_CLASSES,
)
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    UNBOUNDED,
    decimals_for,
    format_interval,
    format_score,
)
from toxtune.tasks import TaskType
from toxtune.text import decimals_of_share


def coverage_table(run: Run) -> Table | None:
    """Return the promise of the final model's sets, and what became of it."""
    coverage = run.diagnostics.coverage
    coverage = coverage[coverage["refit"] == run.settings.final["refit"]]
    if coverage.empty:
        return None
    if run.selection.objective.task_type == TaskType.REGRESSION:
        return _intervals_table(run, coverage)
    return _sets_table(run, coverage[coverage["class"] != ALL_CLASSES])


def domain_table(run: Run) -> Table:
    """Return the error of test molecules in the applicability domain, and outside."""
    is_regression = run.selection.objective.task_type == TaskType.REGRESSION
    error = "absolute error / SD" if is_regression else "squared error (Brier)"
    rows = [
        [
            _METHODS[row["method"]].format(_bound(row["bound"])),
            f"{row['molecules_in']:,} / {row['molecules_out']:,}",
            format_score(row["error_in"]),
            format_score(row["error_out"]),
            format_score(row["difference"]),
            format_interval((row["low"], row["high"])) if pd.notna(row["low"]) else "",
        ]
        for row in run.diagnostics.domain.to_dict("records")
    ]
    return Table(
        "In and out of the applicability domain",
        ["in the domain", "molecules in / out", f"{error}, in", "out", "difference"]
        + [f"{run.level} interval"],
        rows,
        facts=run.facts("test", over_tasks=False),
        note=(
            "The bounds leave out the 5% of the validation molecules that are least "
            "like the training set. A domain is worth asking for if molecules outside "
            "have the larger errors: if the interval of the difference is above 0."
        ),
    )


_METHODS = {
    "similarity": "Tanimoto similarity to the nearest training molecule at least {}",
    "leverage": "leverage in ten properties at most {}",
}


def _bound(bound: float) -> str:
    return format_score(bound, decimals_of_share(bound, 3))


def _sets_table(run: Run, coverage: pd.DataFrame) -> Table:
    rows = []
    for (promise, number), tasks in coverage.groupby(["confidence", "class"]):
        shares = tasks[["one", "several", "none"]].sum() / tasks["molecules"].sum()
        rows.append(
            [f"{promise:.0%}", _class_name(run, str(number)), *_kept(tasks)]
            + ["none" if pd.isna(share) else f"{share:.0%}" for share in shares]
        )
    return Table(
        "Prediction sets",
        ["promise", "true class", "sets that hold it", "lowest task"]
        + ["one class", "several", "none"],
        rows,
        facts=run.facts("test", over_tasks=False),
        note=(
            "A set has the classes that the final model cannot rule out; of molecules "
            "like those of the validation set it holds the true one as often as is "
            "promised, in each task and class (conformal prediction). A set with "
            f"several classes says: not known. {_REFITS}`coverage.tsv` has every task."
        ),
    )


def _intervals_table(run: Run, coverage: pd.DataFrame) -> Table:
    rows = []
    for promise, tasks in coverage.groupby("confidence"):
        widths = [f"{row.task}: {_width(row.width)}" for row in tasks.itertuples()]
        widths = widths[:_MOST_WIDTHS] + ["..."] * (len(widths) > _MOST_WIDTHS)
        rows.append([f"{promise:.0%}", *_kept(tasks), ", ".join(widths)])
    return Table(
        "Prediction intervals",
        ["promise", "intervals that hold the value", "lowest task", "median width"],
        rows,
        facts=run.facts("test", over_tasks=False),
        note=(
            "Of molecules like those of the validation set, an interval of the final "
            "model holds the measured value as often as is promised (conformal "
            f"prediction). {_REFITS}`coverage.tsv` has every task."
        ),
    )


_MOST_WIDTHS = 3

_REFITS = (
    "It is calibrated by validation predictions from before any refit, which has seen "
    "these labels. "
)


def _width(width: float) -> str:
    if isinf(width):
        return f"{UNBOUNDED} (too few validation molecules)"
    return format_score(width, decimals_for(width))


def _kept(tasks: pd.DataFrame) -> list[str]:
    """Return the share of molecules that are covered, and the task with the lowest."""
    measured = tasks[tasks["molecules"] > 0]
    if measured.empty:
        return ["none", "none"]
    share = measured["covered"].sum() / measured["molecules"].sum()
    lowest = measured.loc[measured["coverage"].idxmin()]
    counts = f"{lowest['covered']:.0f} of {lowest['molecules']:.0f}"
    return [f"{share:.1%}", f"{lowest['task']}: {lowest['coverage']:.1%} ({counts})"]


def _class_name(run: Run, number: str) -> str:
    """Name a class by its word if all tasks have the same for it."""
    at = int(number)
    # A task may have fewer classes than another, and no word for this one.
    words = {
        names[at] if at < len(names) else ""
        for names in (run.class_names.get(task, []) for task in run.tasks)
    }
    return (words.pop() if len(words) == 1 else "") or number
