"""The files of a split: the assignment, its subsets, and the folds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from toxtune.data.settling import write_settled
from toxtune.data.subsets import KEYS, read_table, write_table
from toxtune.io.files import write_json
from toxtune.splits.make import Split


def write_split(
    molecules: Path,
    split: Split,
    assignment: Path,
    recipe: Path,
    settled: Path,
    subsets: Mapping[str, Path],
) -> None:
    """Write assignment.tsv, settled.tsv, a file for each subset, and split.json.

    Rows keep their order.
    """
    _, rows = read_table(molecules)
    assigned = split.assignment
    columns = ["row", "group", "subset", "reason", *_repeats(len(assigned.folds))]
    lines = [
        [row[0], row[3], subset, assigned.left_out.get(number, "")]
        + ["" if fold < 0 else fold for fold in folds]
        for number, (row, subset, *folds) in enumerate(
            zip(rows, assigned.subsets, *assigned.folds, strict=True)
        )
    ]
    write_table(assignment, columns, lines, delimiter="\t")
    labels, kept = split.settlement.labels, split.kept_tasks
    header = [*KEYS, *(split.settlement.measured.tasks[number] for number in kept)]
    for subset, path in subsets.items():
        members = [
            [*row[: len(KEYS)], *(labels[number][task] for task in kept)]
            for number, (row, name) in enumerate(
                zip(rows, assigned.subsets, strict=True)
            )
            if name == subset
        ]
        write_table(path, header, members)
    write_settled(settled, molecules, split.settlement)
    write_json(recipe, split.recipe.to_dict())


def write_fold(
    train: Path, assignment: Path, repeat: int, fold: int, subsets: dict[str, Path]
) -> None:
    """Write one fold of a training set as ``valid``, and its other folds as ``train``.

    Parameters
    ----------
    train
        The training set.
    assignment
        What `write_split` wrote.
    repeat, fold
        Which fold of which repeat.
    subsets
        Where ``train`` and ``valid`` go.
    """
    columns, lines = read_table(assignment, delimiter="\t")
    number = columns.index(_repeats(repeat + 1)[-1])
    held_out = {line[0] for line in lines if line[number] == str(fold)}
    header, rows = read_table(train)
    for subset, path in subsets.items():
        members = [row for row in rows if (row[0] in held_out) == (subset == "valid")]
        write_table(path, header, members)


def _repeats(count: int) -> list[str]:
    return [f"repeat-{number}" for number in range(count)]


def join_subsets(subsets: Sequence[Path], train: Path, valid: Path) -> None:
    """Write the molecules of all subsets to `train`; `valid` gets the header alone."""
    tables = [read_table(subset) for subset in subsets]
    header = tables[0][0]
    write_table(train, header, [row for _, rows in tables for row in rows])
    write_table(valid, header, [])
