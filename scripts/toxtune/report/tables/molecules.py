"""Tables about molecules: labels of each task in each set, and activity cliffs."""

import pandas as pd

from toxtune.report.molecule_words import class_words, decimals_of
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import SET_NAMES, format_score
from toxtune.tasks import TaskType


def labels_table(run: Run) -> Table | None:
    """Return how many labels each task has in each set, and what curation changed."""
    if run.molecules is None:
        return None
    labels = run.molecules.labels
    subsets = [name for name in SET_NAMES if name in set(labels["subset"])]
    rows = [
        [task, *_cells(run, task, rows.set_index("subset"), subsets)]
        for task, rows in labels.groupby("task", sort=False)
    ]
    changed = "averaged" if run.task_type == TaskType.REGRESSION else "cleared"
    header = ["task", *(SET_NAMES[name] for name in subsets), "no label", changed]
    return Table(
        "Labels of each task, and what curation changed",
        header,
        rows,
        facts=run.facts(*subsets, over_tasks=False),
        note=f"{_what(run)} Of several measurements of one compound in a set that "
        f"differ, the labels were {changed}. {_dropped(run)}`labels.tsv` has the "
        "counts; `curation.tsv` and `settled.tsv` list every change.",
    )


def cliffs_table(run: Run) -> Table | None:
    """Return how many test molecules are at a cliff, and what errors that explains."""
    if run.molecules is None or run.molecules.shown.cliffs.empty:
        return None
    counts = run.molecules.shown.cliff_counts
    rows = [_cliff_row(run, row) for row in counts.to_dict("records")]
    if len(rows) > 1:
        total = {name: counts[name].sum() for name in counts if name != "task"}
        rows.append(_cliff_row(run, {"task": "all tasks", **total}))
    is_regression = run.task_type == TaskType.REGRESSION
    errors = "sum of errors / SD" if is_regression else "errors"
    return Table(
        "Activity cliffs: what they cost",
        ["task", "molecules measured", "at a cliff", "same fingerprint"]
        + [errors, "of these at a cliff"],
        rows,
        facts=run.facts("test", over_tasks=False),
        note="If cliffs were as easy as other molecules, their share of the errors "
        "would be their share of the molecules.",
    )


def _cells(run: Run, task: str, rows: pd.DataFrame, subsets: list[str]) -> list[str]:
    cells = [
        _of_set(run, task, rows.loc[name]) if name in rows.index else "none"
        for name in subsets
    ]
    missing, molecules = rows["missing"].sum(), rows["molecules"].sum()
    is_regression = run.task_type == TaskType.REGRESSION
    changed = rows["averaged" if is_regression else "cleared"].sum()
    return [*cells, f"{missing:,} ({missing / molecules:.0%})", f"{changed:,}"]


def _of_set(run: Run, task: str, row: pd.Series) -> str:
    """Write the labels of a task in a set."""
    measured = int(row["measured"])
    if not measured:
        return "none"
    if run.task_type == TaskType.REGRESSION:
        decimals = decimals_of(run, task)
        median, low, high = (
            format_score(row[name], decimals) for name in ("median", "low", "high")
        )
        return f"{measured:,}: {median} ({low} to {high})"
    if run.task_type == TaskType.BINARY:
        return f"{row['class_1']:,} of {measured:,} ({row['class_1'] / measured:.1%})"
    counts = [row[name] for name in row.index if name.startswith("class_")]
    words = class_words(run, task, len(counts))
    return ", ".join(
        f"{word}: {count:,}" for word, count in zip(words, counts, strict=True) if count
    )


def _what(run: Run) -> str:
    if run.task_type == TaskType.REGRESSION:
        return "Numbers of values, their median, and where nine of ten lie."
    if run.task_type == TaskType.BINARY:
        names = {class_words(run, task)[1] for task in run.tasks}
        word = f"of class {names.pop()}" if len(names) == 1 else "of class 1"
        return f"Molecules {word} among those measured."
    return "Molecules of each class."


def _dropped(run: Run) -> str:
    dropped, rows = run.curation["dropped"], run.curation["rows"]
    if not dropped:
        return "No row was dropped. "
    return f"{dropped:,} of {rows:,} rows are no molecules, and were dropped. "


def _cliff_row(run: Run, row: dict[str, float | str]) -> list[str]:
    measured, errors = float(row["measured"]), float(row["errors"])
    is_regression = run.task_type == TaskType.REGRESSION
    write = "{:,.1f}" if is_regression else "{:,.0f}"

    def part(count: float, whole: float, how: str) -> str:
        share = f" ({count / whole:.1%})" if whole else ""
        return how.format(count) + share

    return [
        str(row["task"]),
        f"{measured:,.0f}",
        part(float(row["at_cliff"]), measured, "{:,.0f}"),
        f"{float(row['same_fingerprint']):,.0f}",
        write.format(errors),
        part(float(row["errors_at_cliff"]), errors, write),
    ]
