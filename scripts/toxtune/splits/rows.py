"""What is split: the rows of molecules.csv, and the molecules that they are of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toxtune.data.subsets import Subset, read_split_column, read_table
from toxtune.tasks import TaskType
from toxtune.text import shown


@dataclass(frozen=True)
class Rows:
    """The rows of molecules.csv.

    Attributes
    ----------
    subset
        All of them.
    numbers
        Each row's number in the user's table, counted from 0.
    column
        The text that the split goes by, for each row; empty without a column.
    group_of_row
        The number of each row's group of equal molecules, in order of their first rows.
    """

    subset: Subset
    numbers: list[str]
    column: list[str]
    group_of_row: list[int]

    @property
    def first_rows(self) -> list[int]:
        """The first row of each group."""
        return np.unique(self.group_of_row, return_index=True)[1].tolist()

    @property
    def smiles(self) -> list[str]:
        """Of the first row of each group."""
        return [self.subset.smiles[row] for row in self.first_rows]

    def place(self, row: int) -> str:
        """Say which row is meant, in words."""
        return f"data row {int(self.numbers[row]) + 1} (id {self.subset.ids[row]})"

    def cell(self, row: int) -> str:
        """Say what the column has in a row, and where."""
        return f"{shown(self.column[row])} in {self.place(row)}"

    def strata(self, task_type: TaskType) -> np.ndarray:
        """Tell which groups have a row of a class.

        Returns
        -------
        np.ndarray
            bool, n_groups x n_strata: a column for each binary task, for its positives,
            or for each class of each task with several.
        """
        labels = self.subset.labels
        if task_type == TaskType.MULTICLASS:
            classes = [np.unique(task[~np.isnan(task)]) for task in labels.T]
            of_row = np.concatenate(
                [
                    task[:, None] == of_task
                    for task, of_task in zip(labels.T, classes, strict=True)
                ],
                axis=1,
            )
        else:
            of_row = labels == 1
        strata = np.zeros((max(self.group_of_row) + 1, of_row.shape[1]), dtype=bool)
        np.logical_or.at(strata, self.group_of_row, of_row)
        return strata


def read_rows_to_split(molecules: Path, subset: Subset, has_column: bool) -> Rows:
    """Read what `subset` lacks of molecules.csv: numbers, and perhaps the column."""
    return Rows(
        subset,
        numbers=[row[0] for row in read_table(molecules)[1]],
        column=read_split_column(molecules) if has_column else [],
        group_of_row=number_groups(subset.groups),
    )


def number_groups(groups: Sequence[str]) -> list[int]:
    """Return a number for each group, in the order in which they first come."""
    number = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    return [number[group] for group in groups]
