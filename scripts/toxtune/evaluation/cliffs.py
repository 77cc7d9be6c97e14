"""Activity cliffs between training and test set: nearly alike, but with other labels.

A model that goes by what molecules look like can hardly get these right, and one whose
features do not tell them apart cannot. See Stumpfe and Bajorath (2012), "Exploring
activity cliffs in medicinal chemistry", and van Tilborg and others (2022), "Exposing
the limitations of molecular machine learning with activity cliffs".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.distinct import structures
from toxtune.evaluation.judged import JudgedTask
from toxtune.features.similarity import similarity_blocks
from toxtune.tasks import TaskType

# Molecules with a higher Tanimoto similarity (ECFP4) are nearly alike.
SIMILAR = 0.85
# Values differ by more SDs of the task's training labels: a neighbour is then a worse
# guide than the mean of all, which is off by 1 SD.
DIFFERENT_SDS = 1.0

COLUMNS = [
    "task",
    "id",
    "smiles",
    "label",
    "predicted",
    "probability",
    "error",
    "similarity",
    "train_id",
    "train_smiles",
    "train_label",
    "others",
    "similar",
]

COUNTS = [
    "task",
    "measured",
    "at_cliff",
    "same_fingerprint",
    "errors",
    "errors_at_cliff",
]


@dataclass(frozen=True, eq=False)
class Compared:
    """The molecules that are compared.

    Attributes
    ----------
    train, test
        Training and test set.
    train_prints, test_prints
        Their fingerprints, see `toxtune.features.similarity.fingerprints`.
    task_type
        The type of the tasks.
    """

    train: Subset
    test: Subset
    train_prints: np.ndarray
    test_prints: np.ndarray
    task_type: TaskType

    @cached_property
    def test_structures(self) -> list[str]:
        """Which rows of the test set are of one molecule; see `structures`."""
        return structures(self.test.smiles, self.test.groups)

    @cached_property
    def sds(self) -> np.ndarray:
        """SD of each task's training labels, the unit of values; NaN for classes."""
        if self.task_type != TaskType.REGRESSION:
            return np.full(len(self.train.tasks), np.nan)
        return np.nanstd(self.train.labels.astype(np.float64), axis=0)


def differ(
    labels: np.ndarray | float, others: np.ndarray | float, sd: float
) -> np.ndarray | bool:
    """Tell which labels differ as those of a cliff do; `sd` is NaN for classes."""
    if np.isnan(sd):
        return labels != others
    return np.abs(labels - others) > DIFFERENT_SDS * sd


def spell_labels(
    table: pd.DataFrame, columns: Iterable[str], task_type: TaskType
) -> pd.DataFrame:
    """Make labels whole numbers, of values the short spelling of 32-bit numbers."""
    kind = "float32" if task_type == TaskType.REGRESSION else "Int64"
    return table.astype(dict.fromkeys(columns, kind))


def find_cliffs(
    compared: Compared, judged: Sequence[JudgedTask]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find test molecules nearly like training molecules that have other labels.

    Parameters
    ----------
    compared
        Training and test set.
    judged
        What is predicted of the test set.

    Returns
    -------
    cliffs
        `COLUMNS`, a row for each test molecule and task: with the training molecule
        most like it that has another label, how many there are (``others``), and how
        many are that similar, whatever their label (``similar``). Highest similarity
        first.
    counts
        `COUNTS`, a row for each task. ``errors`` counts wrong classes; of values it
        sums the errors in SDs.
    """
    train, test, sds = compared.train, compared.test, compared.sds
    tallies = [_Tally(task, len(test.ids), sds[task.number]) for task in judged]
    blocks = similarity_blocks(compared.test_prints, compared.train_prints)
    for rows, start, block in blocks:
        at, columns = np.nonzero(block > SIMILAR)
        near = block[at, columns]
        for tally in tallies:
            tally.add(test, train, at + rows.start, columns + start, near)
    cliffs = [row for tally in tallies for row in tally.rows(test, train)]
    counts = [tally.counts(test) for tally in tallies]
    table = pd.DataFrame(cliffs, columns=COLUMNS)
    labels = ("label", "predicted", "train_label")
    counted = pd.DataFrame(counts, columns=COUNTS)
    return spell_labels(table, labels, compared.task_type), counted


class _Tally:
    """The cliffs of one task, as they are found."""

    def __init__(self, task: JudgedTask, n_molecules: int, sd: float) -> None:
        self.task, self.sd = task, sd
        self.nearest = np.zeros(n_molecules)
        self.partner = np.zeros(n_molecules, dtype=np.int64)
        self.others = np.zeros(n_molecules, dtype=np.int64)
        self.similar = np.zeros(n_molecules, dtype=np.int64)

    def add(
        self,
        test: Subset,
        train: Subset,
        rows: np.ndarray,
        columns: np.ndarray,
        near: np.ndarray,
    ) -> None:
        """Take pairs of test and training molecules that are nearly alike."""
        labels = test.labels[rows, self.task.number].astype(np.float64)
        of_train = train.labels[columns, self.task.number].astype(np.float64)
        known = ~np.isnan(labels) & ~np.isnan(of_train)
        np.add.at(self.similar, rows[known], 1)
        is_cliff = known & differ(labels, of_train, self.sd)
        rows, columns, near = rows[is_cliff], columns[is_cliff], near[is_cliff]
        np.add.at(self.others, rows, 1)
        for row, column, similarity in zip(rows, columns, near, strict=True):
            if similarity > self.nearest[row]:
                self.nearest[row], self.partner[row] = similarity, column

    def rows(self, test: Subset, train: Subset) -> list[dict[str, Any]]:
        """Return the cells of the test molecules at a cliff."""
        task, found = self.task, []
        for place, row in enumerate(task.rows):
            if self.others[row]:
                partner = self.partner[row]
                found.append(
                    {
                        **task.cells(test, place),
                        "error": task.errors[place],
                        "similarity": self.nearest[row],
                        "train_id": train.ids[partner],
                        "train_smiles": train.smiles[partner],
                        "train_label": float(train.labels[partner, task.number]),
                        "others": self.others[row],
                        "similar": self.similar[row],
                    }
                )
        return sorted(found, key=lambda cells: -cells["similarity"])

    def counts(self, test: Subset) -> dict[str, Any]:
        """Count the task's molecules and errors."""
        task = self.task
        at_cliff = self.others[task.rows] > 0
        return {
            "task": test.tasks[task.number],
            "measured": len(task.rows),
            "at_cliff": int(at_cliff.sum()),
            "same_fingerprint": int((self.nearest[task.rows] == 1).sum()),
            "errors": task.errors.sum(),
            "errors_at_cliff": task.errors[at_cliff].sum(),
        }
