"""A final model's predictions as rows of text, and as a table in Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.errors import UserError
from toxtune.prediction.explanation import Explanation, explain_inputs
from toxtune.prediction.explanation_columns import (
    explanation_cells,
    explanation_columns,
)
from toxtune.prediction.fallback import outputs_of
from toxtune.prediction.inputs import InputReaders, given_texts, input_readers
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers, given_numbers
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
from toxtune.stats.thresholds import is_active, likeliest
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


# Ends the reason of a row that has the fallback, so that none passes for a prediction.
ANSWERED = "; answered with the mean of the training set"


def prediction_columns(
    metadata: FinalModelMetadata, explains: bool = False
) -> list[str]:
    """Name the columns that a prediction adds to a table.

    With `explains`, those that say which atoms it comes from as well; the last is why
    there is none.
    """
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
    more = explanation_columns(metadata) if explains else []
    return [*columns, *MOLECULE_COLUMNS[:-1], *more, MOLECULE_COLUMNS[-1]]


def _output_names(metadata: FinalModelMetadata, task: str) -> list[str]:
    """Name what is predicted of a task: the task, or each of its several classes."""
    if metadata.task_type != TaskType.MULTICLASS:
        return [task]
    names = metadata.labels.class_names(task, metadata.outputs_per_task)
    return [f"{task}={name}" for name in names]


@dataclass(frozen=True, eq=False)
class PredictedRows:
    """What is said of some rows of a table.

    Attributes
    ----------
    problems
        Of each row, why it has no prediction; empty where it has one.
    prediction
        Of the molecules that can be read; ``None`` where none can.
    places
        Row to its place in `prediction`, of those that have one.
    explanations
        Of the same; none where they were not asked for.
    """

    problems: list[str]
    prediction: Prediction | None
    places: dict[int, int]
    explanations: Sequence[Explanation] = ()

    def explanation_of(self, row: int) -> Explanation | None:
        """Return what is said of a row's atoms, if anything is."""
        if not self.explanations or row not in self.places:
            return None
        return self.explanations[self.places[row]]


@dataclass(frozen=True)
class RowPredictor:
    """Predicts the rows of a table, and says it in rows of text.

    Attributes
    ----------
    model
        The final model.
    readers
        Read SMILES as the model's dataset was, and compute its features.
    confidence
        Of prediction sets and intervals.
    fallback
        Whether rows without a prediction are answered with the fallback.
    explains
        Whether predictions are explained, atom by atom.
    """

    model: Predictor
    readers: InputReaders
    confidence: float = CONFIDENCE
    fallback: bool = False
    explains: bool = False

    @property
    def columns(self) -> list[str]:
        """Name the columns."""
        return prediction_columns(self.model.metadata, self.explains)

    def predict(self, smiles: list[str], own: OwnNumbers = NOTHING) -> PredictedRows:
        """Predict what can be read, and say of the rest why not."""
        read = self.readers.read(smiles)
        problems, readable = list(read.problems), read.readable
        if not readable:
            return PredictedRows(problems, None, {})
        of_readable = {name: numbers[readable] for name, numbers in own.items()}
        prediction = self.model.predict_inputs(read.inputs, of_readable)
        explanations: Sequence[Explanation] = ()
        if self.explains:
            explanations = explain_inputs(
                self.model, read.smiles, read.inputs, own=of_readable
            )
        places = {row: place for place, row in enumerate(readable)}
        for place, reason in prediction.failures.items():
            del places[readable[place]]
            problems[readable[place]] = f"no features: {reason}"
        return PredictedRows(problems, prediction, places, explanations)

    def rows(self, predicted: PredictedRows) -> Rows:
        """Return the cells of `columns` for each row.

        A row without a prediction has nothing but a problem, or the fallback as well.
        """
        width = len(self.columns) - 1
        answer = self.fallback_cells() if self.fallback else []
        answer += [""] * (width - len(answer))
        end = ANSWERED if self.fallback else ""
        rows = [[*answer, problem + end] for problem in predicted.problems]
        if predicted.prediction is not None:
            cells = self._cells(predicted.prediction)
            for row, place in predicted.places.items():
                explanation = predicted.explanation_of(row)
                more = explanation_cells(explanation) if explanation else []
                rows[row] = [*cells[place], *more, ""]
        return rows

    def fallback_prediction(self) -> Prediction:
        """Return the fallback as the prediction of one molecule."""
        values = outputs_of(self.model.metadata.fallback)[None]
        unknown = np.full_like(values, np.nan)
        return Prediction(values, unknown, similarity=unknown[:, 0], failures={})

    def fallback_cells(self) -> list[str]:
        """All cells but the last of a row that has the fallback: not in the domain."""
        return self._cells(self.fallback_prediction())[0]

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
            columns.append(predicted_classes(self.model, task, values))
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


def predicted_classes(model: Predictor, task: str, values: np.ndarray) -> np.ndarray:
    """Return the predicted classes as the dataset calls them.

    They are empty for a task without a threshold.
    """
    labels = model.metadata.labels
    if model.metadata.task_type == TaskType.MULTICLASS:
        names = np.array(labels.class_names(task, values.shape[1]))
        return names[likeliest(values)]
    threshold = model.metadata.thresholds[task].threshold
    if threshold is None:
        return np.full(len(values), "")
    names = np.array(labels.class_names(task, 2))
    return names[is_active(values[:, 0], threshold).astype(int)]


def predicted_table(
    model: Predictor,
    smiles: Sequence[str],
    confidence: float = CONFIDENCE,
    own: OwnNumbers = NOTHING,
) -> Any:
    """Return a DataFrame; see `toxtune.prediction.final_model.FinalModel`."""
    import pandas as pd

    if not 0 < confidence < 1:
        raise UserError(
            "confidence: must be a number between 0 and 1, such as 0.9, got "
            f"{confidence}"
        )
    texts = given_texts(smiles)
    own = given_numbers(own, model.metadata.own_features, len(texts))
    with input_readers(model.metadata, len(texts)) as readers:
        predictor = RowPredictor(model, readers, confidence)
        rows: Rows = []
        for start in range(0, len(texts), _AT_A_TIME):
            some = slice(start, start + _AT_A_TIME)
            of_them = {name: numbers[some] for name, numbers in own.items()}
            rows += predictor.rows(predictor.predict(texts[some], of_them))
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
