"""What the dates of a table are good for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toxtune.splits.dates import readings
from toxtune.survey.columns import Content, is_missing
from toxtune.survey.roles import ColumnRole, Role


@dataclass(frozen=True)
class TimesSurvey:
    """A column of dates.

    Attributes
    ----------
    name
        Of the column.
    filled
        The share of rows with a date.
    distinct
        How many dates there are.
    is_clear
        Whether day, month and year can be told apart.
    """

    name: str
    filled: float
    distinct: int
    is_clear: bool


def survey_times(
    roles: Sequence[ColumnRole], cells: Mapping[str, Sequence[str]]
) -> TimesSurvey | None:
    """Look at the first column of dates, if there is one."""
    column = next((each.column for each in roles if each.role == Role.DATES), None)
    if column is None:
        return None
    texts = [cell.strip() for cell in cells[column.name] if not is_missing(cell)]
    # Years are numbers, which sort as they are.
    is_clear = True
    if column.content == Content.DATES:
        orders = readings(texts).values()
        whole = [dates for dates in orders if None not in dates]
        is_clear = bool(whole) and all(dates == whole[0] for dates in whole)
    share = column.filled / column.rows
    return TimesSurvey(column.name, share, column.distinct, is_clear)
