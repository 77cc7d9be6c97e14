"""Ids that do not tell molecules apart."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from toxtune.text import shown


def about_shared_ids(
    column: str | None, ids: Sequence[str], groups: Sequence[str]
) -> Iterator[str]:
    """Warn of ids that different molecules share; rows of one molecule may.

    Parameters
    ----------
    column
        The name of the column with the ids; ``None`` if rows are numbered.
    ids, groups
        Of each row; see `toxtune.molecules.smiles.Compound` for the groups.

    Examples
    --------
    >>> list(about_shared_ids("name", ["a", "a", "b"], ["X", "X", "Y"]))
    []
    """
    having = defaultdict(set)
    for name, group in zip(ids, groups, strict=True):
        having[name].add(group)
    shared = [name for name, found in having.items() if len(found) > 1]
    if column is None or not shared:
        return
    yield (
        f"The ids in the column {column!r} are not unique: there are "
        f"{len(having):,} in {len(ids):,} rows, and {len(having[shared[0]]):,} "
        f"different molecules have {shown(shared[0])}, for one. Name another "
        "column in dataset.id_column, or leave it out."
    )
