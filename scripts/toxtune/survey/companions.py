"""Columns that say how others are meant: signs, units, kinds, and logarithms."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from toxtune.labels.words import bound_in, plain
from toxtune.survey.columns import ColumnSurvey, Content, number_of
from toxtune.survey.roles import ColumnRole, Role
from toxtune.survey.sentinels import about_sentinels
from toxtune.survey.words import counted

# What these are written for, without what is no letter, digit or slash.
_UNITS = {"m", "mm", "um", "nm", "pm", "fm", "mol/l", "mmol/l", "umol/l", "nmol/l"}
_UNITS |= {"g/l", "mg/l", "ug/l", "ng/l", "mg/ml", "ug/ml", "ng/ml", "ppm", "ppb"}
_UNITS |= {"mg/kg", "ug/kg", "g/kg", "mol/kg", "mmol/kg", "%", "h", "hr", "min", "s"}
_UNITS |= {"ml/min/kg", "ml/min/g", "ul/min/mg", "10-6cm/s", "cm/s", "nm/s"}
_KINDS = {"ic50", "ec50", "ac50", "xc50", "gi50", "cc50", "tc50", "ld50", "lc50", "mic"}
_KINDS |= {"ki", "kd", "km", "inhibition", "activity", "potency", "pic50", "pki", "pkd"}

# Rows of several measurements need not agree.
_OF_CHEMBL = ("standard value", "pchembl value")

_LEAST_COMPARED = 10
_LEAST_AGREEING = 0.9
# Logarithms are often rounded to one decimal.
_TOLERANCE = 0.06
# In powers of ten: among values that are nearly the same, all logarithms agree.
_LEAST_SPAN = 0.5


def without_twins(
    roles: Sequence[ColumnRole], cells: Mapping[str, Sequence[str]]
) -> list[ColumnRole]:
    """Return the roles where values whose logarithm is there, too, are no labels."""
    values = [
        role.column.name
        for role in roles
        if role.role == Role.LABELS and role.column.content == Content.VALUES
    ]
    numbers = {name: list(map(number_of, cells[name])) for name in values}
    logarithm_of = {
        name: other
        for name in values
        for other in values
        if (name.lower(), other.lower()) == _OF_CHEMBL
        or (name != other and _is_logarithm(numbers[other], numbers[name]))
    }
    return [
        replace(
            role,
            role=Role.OTHER,
            reason=f"{logarithm_of[role.column.name]} is its logarithm",
        )
        if role.column.name in logarithm_of
        else role
        for role in roles
    ]


def _is_logarithm(
    logarithms: Sequence[float | None], values: Sequence[float | None]
) -> bool:
    """Whether numbers are those of others, up to their sign and powers of ten."""
    pairs = [
        (number, math.log10(value))
        for number, value in zip(logarithms, values, strict=True)
        if number is not None and value is not None and value > 0
    ]
    if len(pairs) < _LEAST_COMPARED:
        return False
    found = [logarithm for _, logarithm in pairs]
    if max(found) - min(found) < _LEAST_SPAN:
        return False
    # Their sum is whole where the units of the values differ from row to row, too.
    for sign in (1, -1):
        sums = [number + sign * logarithm for number, logarithm in pairs]
        agreeing = sum(abs(each - round(each)) <= _TOLERANCE for each in sums)
        if agreeing >= _LEAST_AGREEING * len(pairs):
            return True
    return False


def about_companions(
    columns: Sequence[ColumnSurvey],
    cells: Mapping[str, Sequence[str]],
    labels: Mapping[str, Sequence[str]],
) -> list[str]:
    """Say which columns, and which numbers, give values another meaning.

    Parameters
    ----------
    columns
        All columns.
    cells
        Of each column.
    labels
        Of each task, with one for each row; empty where there is none. Rows without
        any do not count.
    """
    used = [any(row) for row in zip(*labels.values(), strict=True)]
    cautions = []
    for column in columns:
        if column.name in labels or not column.counts:
            continue
        there = zip(cells[column.name], used, strict=True)
        counts = Counter(cell.strip() for cell, is_used in there if is_used)
        del counts[""]
        cautions += [*_about_signs(column.name, counts)]
        cautions += [*_about_units(column.name, counts)]
    for name, found in labels.items():
        cautions += about_sentinels(name, found)
    return cautions


def _about_signs(name: str, counts: Counter[str]) -> Iterator[str]:
    signs = {word: word.strip("'\"") for word in counts}
    bounds = [word for word, sign in signs.items() if bound_in(plain(f"{sign}1"))]
    others = {sign for word, sign in signs.items() if word not in bounds}
    if bounds and others <= {"="}:
        count = sum(counts[word] for word in bounds)
        yield (
            f"{name} has signs such as {signs[bounds[0]]} in {counted(count, 'row')}: "
            "their values may be bounds, and are taken as measured. Write the sign "
            "before the number, as in >10, and dataset.bounds decides"
        )


def _about_units(name: str, counts: Counter[str]) -> Iterator[str]:
    spelled: dict[str, str] = {}
    for word in counts:
        spelled.setdefault(_unit(word), word)
    shown = ", ".join(
        f"{word} ({counted(counts[word], 'row')})" for word in spelled.values()
    )
    if len(spelled) < 2:
        return
    if set(spelled) <= _UNITS:
        yield (
            f"{name} has several units: {shown}. The numbers beside them are taken as "
            "they stand: convert them to one unit, or keep the rows of one"
        )
    elif set(spelled) <= _KINDS:
        yield (
            f"{name} has several kinds of values: {shown}. They are learned as one: "
            "keep the rows of one kind, or make a column for each"
        )


def _unit(word: str) -> str:
    """Return a unit, or a kind of values, without what makes no difference."""
    text = plain(word.strip("'\"")).replace("\u00b5", "u").replace("\u03bc", "u")
    return "".join(char for char in text if char.isalnum() or char in "/%-")
