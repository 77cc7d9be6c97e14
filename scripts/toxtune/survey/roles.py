"""What the columns of a table are for: structure, labels, ids, sets, dates, and others.

Names are only half of the evidence. A column of labels is known by what it holds, too,
and a column that agrees with the molecular weight of the structures is no label,
whatever it is called.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from toxtune.data.dataset_files import RESERVED
from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.splits.assignment import SUBSETS
from toxtune.splits.set_words import set_named
from toxtune.survey.columns import ColumnSurvey, Content
from toxtune.survey.names import (
    COMPUTED,
    letters_of,
    says_id,
    says_id_number,
    says_label,
    says_time,
    side_reason,
)

# Why a column of several words is no label.
ONLY_WORDS = "words that need not be classes"
# Why numbers are no labels, even where nothing else could be.
_OF_DATABASE = "ids of a database, by its name"
# What PubChem decides from the other columns of an assay.
_OUTCOME = "PUBCHEM_ACTIVITY_OUTCOME"


class Role(StrEnum):
    """What a column is for."""

    SMILES = "SMILES"
    ID = "id"
    LABELS = "labels"
    SETS = "sets"
    DATES = "dates"
    OTHER = "other"


@dataclass(frozen=True)
class ColumnRole:
    """What a column is for, and why.

    Attributes
    ----------
    column
        What it holds.
    role
        What it is for.
    reason
        Why, in a few words.
    is_named_so
        For labels: whether its name says so.
    """

    column: ColumnSurvey
    role: Role
    reason: str
    is_named_so: bool = False


def find_roles(
    columns: Sequence[ColumnSurvey], smiles: str, computed: Container[str]
) -> list[ColumnRole]:
    """Tell what each column is for.

    Parameters
    ----------
    columns
        All columns, in the order of the table.
    smiles
        The name of the column with the structures.
    computed
        Names of columns that agree with what is computed from the structures.
    """
    roles = [
        ColumnRole(column, Role.SMILES, "structures")
        if column.name == smiles
        else _role_of(column, column.name in computed)
        for column in columns
    ]
    roles = _with_one_id(roles)
    if any(role.role == Role.LABELS for role in roles):
        return _by_outcome(roles)
    # Nothing else is left: then even a molecular weight may be what is to be learned.
    return [_in_want_of_others(role) for role in roles]


def sets_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Count the rows of each set in a column that names sets; empty if it does not.

    Examples
    --------
    >>> sets_of({"Training": 8, "TEST": 2})
    {'train': 8, 'test': 2}
    >>> sets_of({"active": 8, "test": 2})
    {}
    """
    found = dict.fromkeys(SUBSETS, 0)
    for word, count in counts.items():
        name = set_named(word)
        if not name:
            return {}
        found[name] += count
    found = {name: count for name, count in found.items() if count}
    # One word alone is not seen here: who writes test for a few rows leaves others
    # empty, and empty cells are not counted.
    return found if len(found) > 1 or set(found) == {"test"} else {}


def _role_of(column: ColumnSurvey, is_computed: bool) -> ColumnRole:
    """Tell what a column is for that has no structures; ids are sorted out later."""
    content, name = column.content, column.name

    def other(reason: str) -> ColumnRole:
        return ColumnRole(column, Role.OTHER, reason)

    if content == Content.EMPTY:
        return other("empty")
    if sets_of(column.counts):
        return ColumnRole(column, Role.SETS, "names the sets of a split")
    if content == Content.SAME:
        return other("the same in each row")
    if content == Content.DATES or _is_year(column):
        return ColumnRole(column, Role.DATES, "dates")
    if content == Content.TEXT:
        return other(column.problem or "text")
    if column.is_running_number:
        return other("counts the rows")
    if is_computed:
        return other(COMPUTED)
    named_so = says_label(name)
    if reason := side_reason(name):
        return other(reason)
    if content == Content.WORDS and not named_so:
        return other(ONLY_WORDS)
    if content == Content.VALUES and column.is_whole and says_id_number(name):
        return other(_OF_DATABASE)
    if column.is_unique and column.is_whole and says_id(name):
        return other("a number for each row")
    if name in RESERVED or name == SPLIT_COLUMN or not name:
        return other("has a name that toxtune needs itself")
    return ColumnRole(column, Role.LABELS, str(content), named_so)


def _with_one_id(roles: list[ColumnRole]) -> list[ColumnRole]:
    """Make the column that best names each row the id, if there is one."""
    able = [
        (_id_rank(each.column), number)
        for number, each in enumerate(roles)
        if each.role == Role.OTHER and each.column.is_unique
    ]
    able = [(rank, number) for rank, number in able if rank]
    if not able:
        return roles
    _, chosen = max(able, key=lambda found: (found[0], -found[1]))
    column = roles[chosen].column
    changed = ColumnRole(column, Role.ID, "names each row")
    return [*roles[:chosen], changed, *roles[chosen + 1 :]]


def _id_rank(column: ColumnSurvey) -> int:
    """Rank a column that differs in each row as an id; 0 if it is none."""
    is_text = column.content == Content.TEXT
    if column.is_running_number and not says_id(column.name):
        return 0
    if says_id(column.name):
        return 3 if is_text and "inchi" not in letters_of(column.name) else 2
    return 0


def _by_outcome(roles: list[ColumnRole]) -> list[ColumnRole]:
    """Where PubChem says what is active, no other column says that it has labels."""
    outcome = next((each for each in roles if each.column.name == _OUTCOME), None)
    if outcome is None or outcome.role != Role.LABELS:
        return roles
    return [replace(each, is_named_so=each is outcome) for each in roles]


def _in_want_of_others(role: ColumnRole) -> ColumnRole:
    could_be = role.column.task_type is not None and role.column.name not in RESERVED
    is_id = role.column.is_running_number or role.reason == _OF_DATABASE
    if role.role != Role.OTHER or not could_be or is_id:
        return role
    return ColumnRole(role.column, Role.LABELS, role.reason)


def _is_year(column: ColumnSurvey) -> bool:
    lowest, highest = column.lowest, column.highest
    return (
        says_time(column.name)
        and column.is_whole
        and lowest is not None
        and highest is not None
        and 1900 <= lowest <= highest <= 2100
    )
