"""Molecules of the test set that show what the final model gets right and wrong.

Each stands beside the training molecule most like it that is measured in the same task:
often that one says why.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toxtune.evaluation.cliffs import Compared, differ, spell_labels
from toxtune.evaluation.distinct import first_rows
from toxtune.evaluation.judged import JudgedTask
from toxtune.features.similarity import QUERIES, similarity_blocks
from toxtune.tasks import TaskType

# Of a task, and of all tasks together: so many errors, and as many right calls.
EXAMPLES = 6

ERROR, RIGHT = "error", "right"
# Labels that may explain an error: the most similar training molecule has another one,
# or one like it has measurements that contradict each other.
OTHER_LABEL, CLEARED = "other label", "contradicting measurements"

COLUMNS = [
    "task",
    "kind",
    "rank",
    "rank_over_tasks",
    "id",
    "smiles",
    "label",
    "predicted",
    "probability",
    "miss",
    "nearest_train_id",
    "nearest_smiles",
    "similarity",
    "nearest_label",
    "conflict",
]


@dataclass(frozen=True, eq=False)
class _Picked:
    """A molecule that was picked: its place among those of a task, and its rank."""

    task: JudgedTask
    kind: str
    rank: int
    place: int

    @property
    def row(self) -> int:
        """Its place in the test set."""
        return int(self.task.rows[self.place])


def pick_examples(
    compared: Compared,
    judged: Sequence[JudgedTask],
    cleared: Mapping[str, Collection[str]],
    similar: float,
) -> pd.DataFrame:
    """Pick the most confident errors and right calls of each task, and over tasks.

    Classes take turns, so that a rare one is seen as well. Of values these are the
    largest and the smallest errors.

    Parameters
    ----------
    compared
        Training and test set.
    judged
        What is predicted of the test set.
    cleared
        Task to the ids of training molecules whose measurements contradict each other.
    similar
        Training molecules that are more similar than this may explain an error.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, a row for each task, kind and rank (1 is the first). Those with a
        ``rank_over_tasks`` are picked over all tasks, each molecule once.
    """
    picked = [
        _Picked(task, kind, rank, place)
        for task in judged
        for kind, places in _places(task, compared).items()
        for rank, place in enumerate(places, start=1)
    ]
    described = _with_nearest(compared, picked, cleared, similar)
    table = pd.DataFrame(described, columns=COLUMNS)
    table["rank_over_tasks"] = _ranks_over_tasks(table, compared)
    return spell_labels(
        table, ("label", "predicted", "nearest_label"), compared.task_type
    )


def _places(task: JudgedTask, compared: Compared) -> dict[str, list[int]]:
    """Return the places of errors and of right calls among those of a task.

    A molecule of several rows stands for itself with the first.
    """
    names = [compared.test_structures[row] for row in task.rows]
    places = np.array(first_rows(names), int)
    if compared.task_type == TaskType.REGRESSION:
        # A molecule is not both.
        count = min(EXAMPLES, len(places) // 2)
        order = places[np.argsort(-task.miss[places], kind="stable")]
        return {
            ERROR: order[:count].tolist(),
            RIGHT: order[::-1][:count].tolist(),
        }
    is_wrong = task.errors[places] > 0
    picked = {}
    for kind, of_kind, far in ((ERROR, is_wrong, True), (RIGHT, ~is_wrong, False)):
        found = places[of_kind]
        picked[kind] = taking_turns(
            found.tolist(), task.labels[found], task.miss[found], far, EXAMPLES
        )
    return picked


def taking_turns(
    places: Sequence[int],
    classes: np.ndarray,
    miss: np.ndarray,
    far_first: bool,
    count: int,
) -> list[int]:
    """Pick places by how far off they are, one of each class in turn.

    In each round, the farthest one comes first, or else the nearest.

    Examples
    --------
    >>> miss = np.array([0.9, 0.8, 0.7, 0.6])
    >>> taking_turns("abcd", np.array([0, 0, 0, 1]), miss, True, 3)
    ['a', 'd', 'b']
    """
    order = np.argsort(-miss if far_first else miss, kind="stable")
    turns = np.empty(len(order), dtype=int)
    taken: dict[float, int] = {}
    for place in order:
        turns[place] = taken.get(classes[place], 0)
        taken[classes[place]] = turns[place] + 1
    in_turn = sorted(order, key=lambda place: turns[place])
    return [places[place] for place in in_turn[:count]]


def _with_nearest(
    compared: Compared,
    picked: Sequence[_Picked],
    cleared: Mapping[str, Collection[str]],
    similar: float,
) -> list[dict[str, Any]]:
    """Return the cells of what was picked, each with the nearest one measured.

    A molecule that was picked in many tasks is compared once.
    """
    is_cleared = {
        task: np.isin(compared.train.ids, list(ids)) for task, ids in cleared.items()
    }
    of_row: dict[int, list[int]] = {}
    for number, each in enumerate(picked):
        of_row.setdefault(each.row, []).append(number)
    described: dict[int, dict[str, Any]] = {}
    rows = sorted(of_row)
    for start in range(0, len(rows), QUERIES):
        some = rows[start : start + QUERIES]
        near = _similarities(compared.test_prints[some], compared.train_prints)
        for row, similarities in zip(some, near, strict=True):
            for number in of_row[row]:
                described[number] = _described(
                    compared, picked[number], similarities, is_cleared, similar
                )
    return [described[number] for number in range(len(picked))]


def _described(
    compared: Compared,
    picked: _Picked,
    similarities: np.ndarray,
    is_cleared: Mapping[str, np.ndarray],
    similar: float,
) -> dict[str, Any]:
    """Return the cells of a molecule, from its similarity to all training molecules."""
    train, test, task = compared.train, compared.test, picked.task
    name, place = test.tasks[task.number], picked.place
    labels = train.labels[:, task.number]
    near = int(np.where(np.isnan(labels), -1.0, similarities).argmax())
    similarity = float(similarities[near])
    conflict = ""
    if similarity > similar and differ(
        task.labels[place], labels[near], compared.sds[task.number]
    ):
        conflict = OTHER_LABEL
    elif name in is_cleared and (is_cleared[name] & (similarities > similar)).any():
        conflict = CLEARED
    return {
        **task.cells(test, place),
        "kind": picked.kind,
        "rank": picked.rank,
        "miss": task.miss[place],
        "nearest_train_id": train.ids[near],
        "nearest_smiles": train.smiles[near],
        "similarity": similarity,
        "nearest_label": labels[near],
        "conflict": conflict,
    }


def _similarities(queries: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Compare all with all: n_queries x n_references."""
    similarities = np.zeros((len(queries), len(references)))
    for rows, start, block in similarity_blocks(queries, references):
        similarities[rows, start : start + block.shape[1]] = block
    return similarities


def _ranks_over_tasks(table: pd.DataFrame, compared: Compared) -> pd.Series:
    """Rank the picked ones of all tasks by the same rule, each molecule once."""
    name_of = dict(zip(compared.test.smiles, compared.test_structures, strict=True))
    ranks = pd.Series(pd.NA, index=table.index, dtype="Int64")
    for kind in (ERROR, RIGHT):
        far = kind == ERROR
        of_kind = table[table["kind"] == kind].sort_values(
            "miss", ascending=not far, kind="stable"
        )
        of_kind = of_kind[~of_kind["smiles"].map(name_of).duplicated()]
        classes = of_kind["label"].to_numpy()
        if compared.task_type == TaskType.REGRESSION:
            classes = np.zeros(len(of_kind))
        picked = taking_turns(
            of_kind.index.tolist(), classes, of_kind["miss"].to_numpy(), far, EXAMPLES
        )
        ranks[picked] = range(1, len(picked) + 1)
    return ranks
