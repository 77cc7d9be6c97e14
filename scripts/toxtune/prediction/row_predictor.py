"""A final model's predictions as rows of text, and as a table in Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rdkit import rdBase

from toxtune.molecules.compounds import Standardize
from toxtune.molecules.watched_rdkit import Readers
from toxtune.prediction.fallback import outputs_of
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers
from toxtune.prediction.prediction import NOTHING, Prediction, Predictor
from toxtune.prediction.support_columns import (
    CONFIDENCE,
    DOMAIN_COLUMNS,
    as_text,
    domain_cells,
    neighbour_cells,
    neighbour_columns,
    set_cells,
    set_columns,
)
from toxtune.stats.metrics import of_task
from toxtune.tasks import TaskType

MOLECULE_COLUMNS = [
    "similarity",
    "in_domain",
    *DOMAIN_COLUMNS,
    *neighbour_columns(),
    "problem",
]


Rows = list[list[str]]


# Molecules whose features are in memory at a time.
_AT_A_TIME = 1000


def prediction_columns(metadata: FinalModelMetadata) -> list[str]:
    """Name the columns that a prediction adds to a table."""
    is_regression = metadata.task_type == TaskType.REGRESSION
    quantity = "value" if is_regression else "probability"
    columns = []
    for task in metadata.tasks:
        outputs = _output_names(metadata, task)
        columns += [f"{output}_{quantity}" for output in outputs]
        columns += [f"{output}_sd" for output in outputs]
        if not is_regression:
            columns.append(f"{task}_class")
        columns += set_columns(metadata, task)
    return columns + MOLECULE_COLUMNS


def _output_names(metadata: FinalModelMetadata, task: str) -> list[str]:
    """Name what is predicted of a task: the task, or each of its several classes."""
    if metadata.task_type != TaskType.MULTICLASS:
        return [task]
    names = metadata.labels.class_names(task, metadata.outputs_per_task)
    return [f"{task}={name}" for name in names]


@dataclass(frozen=True)
class RowPredictor:
    """Predicts molecules as rows of text.

    Attributes
    ----------
    model
        The final model.
    readers
        Read SMILES as the model's dataset was.
    confidence
        Of prediction sets and intervals.
    """

    model: Predictor
    readers: Readers
    confidence: float = CONFIDENCE

    @property
    def columns(self) -> list[str]:
        """Name the columns."""
        return prediction_columns(self.model.metadata)

    def rows(self, smiles: list[str], own: OwnNumbers = NOTHING) -> Rows:
        """Return the cells of `columns` for each molecule.

        A molecule that cannot be read, or has no features, has nothing but a problem.
        """
        readings = self.readers.read(smiles)
        compounds = {
            row: compound for row, (compound, _) in enumerate(readings) if compound
        }
        readable = list(compounds)
        rows = [[""] * (len(self.columns) - 1) + [problem] for _, problem in readings]
        if not readable:
            return rows
        prediction = self.model.predict_standardized(
            [compound.smiles for compound in compounds.values()],
            {name: numbers[readable] for name, numbers in own.items()},
        )
        cells = self._cells(prediction)
        for number, row in enumerate(readable):
            if reason := prediction.failures.get(number):
                rows[row][-1] = f"no features: {reason}"
            else:
                rows[row] = [*cells[number], ""]
        return rows

    def fallback_cells(self) -> list[str]:
        """All cells but the last of a row that has the fallback: not in the domain."""
        values = outputs_of(self.model.metadata.fallback)[None]
        unknown = np.full_like(values, np.nan)
        prediction = Prediction(values, unknown, similarity=unknown[:, 0], failures={})
        return self._cells(prediction)[0]

    def _cells(self, prediction: Prediction) -> Rows:
        """n_molecules rows; all columns but the last."""
        model, metadata = self.model, self.model.metadata
        columns: list[np.ndarray] = []
        for task in metadata.tasks:
            columns += self._task_cells(prediction, task)
        columns.append(as_text(prediction.similarity))
        columns.append(model.in_domain(prediction.similarity).astype(int).astype(str))
        if prediction.support is None:
            empty = np.full(len(prediction.values), "")
            others = len(DOMAIN_COLUMNS) + len(neighbour_columns())
            return np.column_stack([*columns, *[empty] * others]).tolist()
        columns += domain_cells(metadata, prediction.support)
        neighbours = neighbour_cells(metadata, model.evidence, prediction.support)
        return np.column_stack([*columns, np.array(neighbours)]).tolist()

    def _task_cells(self, prediction: Prediction, task: str) -> list[np.ndarray]:
        metadata, columns = self.model.metadata, []
        number, n_tasks = metadata.tasks.index(task), len(metadata.tasks)
        values, spread = (
            of_task(numbers, number, n_tasks).reshape(len(numbers), -1)
            for numbers in (prediction.values, prediction.spread)
        )
        columns += [*map(as_text, values.T), *map(as_text, spread.T)]
        if metadata.task_type != TaskType.REGRESSION:
            columns.append(_classes(self.model, task, values))
        if prediction.support is None:
            empty = np.full(len(values), "")
            return columns + [empty] * len(set_columns(metadata, task))
        return columns + set_cells(
            metadata,
            self.model.evidence.calibrations,
            prediction.support,
            task,
            self.confidence,
        )


def _classes(model: Predictor, task: str, values: np.ndarray) -> np.ndarray:
    """Return the predicted classes as the dataset calls them.

    They are empty for a task without a threshold.
    """
    labels = model.metadata.labels
    if model.metadata.task_type == TaskType.MULTICLASS:
        names = np.array(labels.class_names(task, values.shape[1]))
        return names[values.argmax(axis=1)]
    threshold = model.metadata.thresholds[task].threshold
    if threshold is None:
        return np.full(len(values), "")
    names = np.array(labels.class_names(task, 2))
    return names[(values[:, 0] >= threshold).astype(int)]


def predicted_table(
    model: Predictor,
    smiles: Sequence[str],
    confidence: float = CONFIDENCE,
    own: OwnNumbers = NOTHING,
) -> Any:
    """Return a DataFrame; see `toxtune.prediction.final_model.FinalModel`."""
    import pandas as pd

    with (
        Readers(Standardize(model.metadata.standardize)) as readers,
        rdBase.BlockLogs(),
    ):
        predictor = RowPredictor(model, readers, confidence)
        rows: Rows = []
        for start in range(0, len(smiles), _AT_A_TIME):
            some = slice(start, start + _AT_A_TIME)
            texts = [str(text).strip() for text in smiles[some]]
            of_them = {name: numbers[some] for name, numbers in own.items()}
            rows += predictor.rows(texts, of_them)
    table = pd.DataFrame(rows, columns=predictor.columns)
    is_text = text_columns(model.metadata)
    for name in table.columns.difference(is_text, sort=False):
        table[name] = pd.to_numeric(table[name])
    table.insert(0, "smiles", list(smiles))
    return table


def text_columns(metadata: FinalModelMetadata) -> set[str]:
    """Name the columns that are no numbers."""
    of_tasks = {f"{task}{end}" for task in metadata.tasks for end in ("_class", "_set")}
    near = {n for n in neighbour_columns() if not n.endswith("_similarity")}
    return {*of_tasks, *near, "problem"}
