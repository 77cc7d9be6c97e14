"""What was seen in a table and chosen for it, in some twenty lines for the terminal."""

import textwrap

from toxtune.survey.first_config import FirstConfiguration
from toxtune.survey.roles import ColumnRole, Role
from toxtune.survey.table import TableSurvey
from toxtune.survey.words import counted, listed
from toxtune.tasks import TaskType

_WIDTH = 79
_LABEL = 12
_MOST_TASKS = 6


def describe(configuration: FirstConfiguration, survey: TableSurvey, table: str) -> str:
    """Say what was seen in a table, and what was chosen and why."""
    size = f"{counted(survey.rows, 'row')}, {counted(len(survey.roles), 'column')}"
    lines = [f"{table}: {size}"]
    if survey.notes:
        lines += _entry("file", " ".join(survey.notes))
    seen = [("SMILES", _structures(survey)), *_tasks(survey)]
    id_column = configuration.id_column
    seen.append(("id", id_column or "no column names each row; rows are numbered"))
    seen += [("not used", text) for text in _others(survey)]
    lines += [line for label, text in seen for line in _entry(label, text)]
    lines.append("Chosen:")
    for label, text in configuration.reasons.items():
        lines += _entry(label, text)
    for text in configuration.cautions:
        lines += _entry("look at", text)
    return "\n".join(lines)


def _structures(survey: TableSurvey) -> str:
    structures = survey.structures
    parts = [f"{survey.smiles}, {structures.molecules:,} different molecules"]
    if len(structures.rows) < survey.rows:
        parts[0] += f" in {len(structures.rows):,} rows looked at"
    if structures.unreadable:
        row, reason = next(iter(structures.unreadable.items()))
        parts.append(
            f"{len(structures.unreadable):,} cannot be read and are dropped (line "
            f"{survey.lines[row] if survey.lines else row + 1}: {reason})"
        )
    for count, words in (
        (structures.salts, "salts or mixtures, taken as their parents"),
        (structures.repeated, "compounds with several rows"),
        (survey.contradicting, "of them with different labels"),
        (structures.with_stereoisomers, "molecules with several stereoisomers"),
    ):
        if count:
            parts.append(f"{words}: {count:,}")
    return "; ".join(parts)


def _tasks(survey: TableSurvey) -> list[tuple[str, str]]:
    tasks = survey.tasks.tasks
    entries = [("task", _task(role, survey)) for role in tasks[:_MOST_TASKS]]
    if len(tasks) > _MOST_TASKS:
        more = len(tasks) - _MOST_TASKS
        entries.append(("task", f"and {more:,} more, {survey.tasks.task_type}"))
    return entries


def _task(role: ColumnRole, survey: TableSurvey) -> str:
    column = role.column
    molecules = counted(survey.molecules[column.name], "molecule")
    text = f"{column.name}: {molecules} with "
    if survey.tasks.task_type != TaskType.REGRESSION:
        counts = ", ".join(f"{name}: {n:,}" for name, n in column.counts.items())
        text += f"{column.content} ({counts} rows)"
        positive = survey.positives.get(column.name)
        return f"{text}; class 1 is {positive}" if positive else text
    text += f"values from {column.lowest:g} to {column.highest:g}"
    return f"{text}; {counted(column.bounds, 'bound')}" if column.bounds else text


def _others(survey: TableSurvey) -> list[str]:
    """Return columns that are no part of the run, those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for role in survey.roles:
        if role.role in {Role.OTHER, Role.DATES}:
            name = role.column.name or "a column without a name"
            reasons.setdefault(role.reason, []).append(name)
    return [f"{listed(names)} ({reason})" for reason, names in reasons.items()]


def _entry(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {label:<{_LABEL}}",
        subsequent_indent=" " * (_LABEL + 2),
        break_on_hyphens=False,
    )
