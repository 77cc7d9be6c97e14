"""A test part in a file of its own: its rows join the table, marked as such."""

import csv
from pathlib import Path

from toxtune.errors import UserError
from toxtune.files import whole_file
from toxtune.parts import SPLIT_COLUMN
from toxtune.rawtable import read_lines


def join_test_source(main: Path, test: Path, needed: list[str], raw: Path) -> None:
    """Write the rows of both tables to `raw`, with a last column that says ``test``.

    The columns are those of `main`; in `test` they may stand in another order, and some
    may lack, except for the `needed` ones: SMILES and ids.

    Raises
    ------
    UserError
        If a table cannot be read, or `test` has not the needed columns and a task.
    """
    header, rows = read_lines(main)
    test_header, test_rows = read_lines(test)
    if SPLIT_COLUMN in header:
        raise UserError(
            f"dataset.source: a column must not be named {SPLIT_COLUMN!r} where there "
            "is a dataset.test_source; rename it"
        )
    common = [name for name in header if name in test_header]
    if not set(needed) < set(common):
        raise UserError(
            f"dataset.test_source: must have {' and '.join(needed)} and tasks of "
            f"dataset.source ({', '.join(header)}), got {', '.join(test_header)}"
        )
    position = {name: test_header.index(name) for name in common}
    with whole_file(raw) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*header, SPLIT_COLUMN])
        writer.writerows([*cells, ""] for _, cells in rows)
        for _, cells in test_rows:
            known = (cells[position[n]] if n in position else "" for n in header)
            writer.writerow([*known, "test"])
