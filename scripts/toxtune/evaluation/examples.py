"""Molecules of the test set that show what the final model gets right and wrong.

Each stands beside the training molecule most like it that is measured in the same task:
often that one says why.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toxtune.evaluation.cliffs import Compared, differ, spell_labels
from toxtune.evaluation.judged import JudgedTask
from toxtune.features.similarity import similarity_blocks
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
    rows: list[dict[str, Any]] = []
    for task in judged:
        ids = cleared.get(compared.test.tasks[task.number], ())
        for kind, places in _picked(task, compared.task_type).items():
            rows += [
                {"kind": kind, "rank": rank, **row}
                for rank, row in enumerate(
                    _described(compared, task, places, ids, similar), start=1
                )
            ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["rank_over_tasks"] = _ranks_over_tasks(table, compared.task_type)
    return spell_labels(
        table, ("label", "predicted", "nearest_label"), compared.task_type
    )


def _picked(task: JudgedTask, task_type: TaskType) -> dict[str, list[int]]:
    """Return the places of errors and of right calls among those of a task."""
    places = np.arange(len(task.rows))
    if task_type == TaskType.REGRESSION:
        # A molecule is not both.
        count = min(EXAMPLES, len(places) // 2)
        order = np.argsort(-task.miss, kind="stable")
        return {
            ERROR: order[:count].tolist(),
            RIGHT: order[::-1][:count].tolist(),
        }
    is_wrong = task.errors > 0
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


def _described(
    compared: Compared,
    task: JudgedTask,
    places: list[int],
    cleared: Collection[str],
    similar: float,
) -> list[dict[str, Any]]:
    """Return the cells of some molecules of a task, with the nearest one measured."""
    train, test = compared.train, compared.test
    rows = task.rows[places]
    similarities = _similarities(compared.test_prints[rows], compared.train_prints)
    known = ~np.isnan(train.labels[:, task.number])
    among_known = np.where(known, similarities, -1.0)
    is_cleared = np.array([id in cleared for id in train.ids], dtype=bool)
    described = []
    for at, (place, row) in enumerate(zip(places, rows, strict=True)):
        near = int(among_known[at].argmax())
        label, of_near = task.labels[place], train.labels[near, task.number]
        similarity = float(among_known[at, near])
        conflict = ""
        if similarity > similar and differ(label, of_near, compared.sds[task.number]):
            conflict = OTHER_LABEL
        elif (is_cleared & (similarities[at] > similar)).any():
            conflict = CLEARED
        described.append(
            {
                "task": test.tasks[task.number],
                "id": test.ids[row],
                "smiles": test.smiles[row],
                "label": label,
                "predicted": task.predicted[place],
                "probability": task.probability[place],
                "miss": task.miss[place],
                "nearest_train_id": train.ids[near],
                "nearest_smiles": train.smiles[near],
                "similarity": similarity,
                "nearest_label": of_near,
                "conflict": conflict,
            }
        )
    return described


def _similarities(queries: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Compare all with all: n_queries x n_references."""
    similarities = np.zeros((len(queries), len(references)))
    for rows, start, block in similarity_blocks(queries, references):
        similarities[rows, start : start + block.shape[1]] = block
    return similarities


def _ranks_over_tasks(table: pd.DataFrame, task_type: TaskType) -> pd.Series:
    """Rank the picked ones of all tasks by the same rule, each molecule once."""
    ranks = pd.Series(pd.NA, index=table.index, dtype="Int64")
    for kind in (ERROR, RIGHT):
        far = kind == ERROR
        of_kind = table[table["kind"] == kind].sort_values(
            "miss", ascending=not far, kind="stable"
        )
        of_kind = of_kind.drop_duplicates("id")
        classes = of_kind["label"].to_numpy()
        if task_type == TaskType.REGRESSION:
            classes = np.zeros(len(of_kind))
        picked = taking_turns(
            of_kind.index.tolist(), classes, of_kind["miss"].to_numpy(), far, EXAMPLES
        )
        ranks[picked] = range(1, len(picked) + 1)
    return ranks
