"""What backs a single prediction of a final model: its training set, its calibration.

They are the files ``training.csv`` and ``conformal.json`` of ``final.zip``.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset, as_numbers, read_table
from toxtune.errors import UserError
from toxtune.evaluation.conformal import Calibrations, Conformal
from toxtune.evaluation.delivered import Delivered
from toxtune.evaluation.distinct import first_rows, rows_of, structures
from toxtune.features.similarity import SIZE
from toxtune.io.csv_writer import CsvRows
from toxtune.io.files import read_json
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.tasks import CLASSIFICATION, TaskType

CALIBRATION = "conformal.json"
TRAINING = "training.csv"

EVIDENCE_FILES = (CALIBRATION, TRAINING)

# Training molecules that are named with a prediction.
NEIGHBOURS = 3

_KEYS = ["id", "smiles"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What backs single predictions.

    Attributes
    ----------
    training
        The molecules that the models were trained on, with their labels.
    calibrations
        Task to the calibration of its prediction sets or intervals.
    """

    training: Subset
    calibrations: Calibrations


@dataclass(frozen=True, eq=False)
class Support:
    """What backs the predictions of some molecules.

    Attributes
    ----------
    delivered
        Means over seeds without temperatures, and their spread.
    similarities, neighbours
        n_molecules x at most `NEIGHBOURS`: of the nearest training molecules, highest
        first, and their rows.
    leverage
        n_molecules, see `toxtune.prediction.descriptor_domain`.
    """

    delivered: Delivered
    similarities: np.ndarray
    neighbours: np.ndarray
    leverage: np.ndarray


def pack_evidence(evidence: Evidence, conformal: Conformal) -> dict[str, bytes]:
    """Return the files of `EVIDENCE_FILES` by name."""
    training, table = evidence.training, io.StringIO()
    writer = CsvRows(table)
    writer.write_row([*_KEYS, *training.tasks])
    labels = np.where(np.isnan(training.labels), "", training.labels.astype(str))
    keys = zip(training.ids, training.smiles, strict=True)
    writer.write_rows([*key, *row] for key, row in zip(keys, labels, strict=True))
    return {
        CALIBRATION: json.dumps(conformal.to_dict(), sort_keys=True).encode(),
        TRAINING: table.getvalue().encode(),
    }


def read_evidence(folder: Path, metadata: FinalModelMetadata, path: Path) -> Evidence:
    """Read what backs predictions of a final model, which may come from elsewhere.

    Parameters
    ----------
    folder
        What it was unpacked to.
    metadata
        What it is.
    path
        The final model, for messages.

    Raises
    ------
    UserError
        If a file is damaged, or does not fit the model.
    """
    try:
        training = _read_training(folder / TRAINING, metadata)
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: {TRAINING} is damaged: {error}") from None
    try:
        calibrations = Conformal.from_dict(read_json(folder / CALIBRATION)).tasks
        _check_calibrations(calibrations, metadata)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path}: {CALIBRATION} is damaged: {error}") from None
    return Evidence(training, calibrations)


def _read_training(path: Path, metadata: FinalModelMetadata) -> Subset:
    header, rows = read_table(path)
    if header != [*_KEYS, *metadata.tasks]:
        raise ValueError(f"its columns must be {', '.join([*_KEYS, *metadata.tasks])}")
    if len(rows) != metadata.training_molecules:
        raise ValueError(
            f"it must have {metadata.training_molecules} rows, got {len(rows)}"
        )
    if any(len(row) != len(header) for row in rows):
        raise ValueError(f"each row must have {len(header)} cells")
    ids, smiles = [row[0] for row in rows], [row[1] for row in rows]
    labels = as_numbers([row[2:] for row in rows], len(metadata.tasks))
    if metadata.task_type in CLASSIFICATION:
        _check_classes(labels, _n_classes(metadata))
    return Subset(ids, smiles, ids, metadata.tasks, labels)


def read_fingerprints(file: Path, metadata: FinalModelMetadata) -> np.ndarray:
    """Read the fingerprints of a final model's training molecules.

    Raises
    ------
    ValueError
        If there is not one for each, as `toxtune.features.similarity` makes them.
    """
    found = np.load(file, allow_pickle=False)
    shape = (metadata.training_molecules, SIZE // 8)
    if found.dtype != np.uint8 or found.shape != shape:
        raise ValueError(
            f"{file.name} must be uint8 of {shape}, is {found.dtype} of {found.shape}"
        )
    return found


def each_training_molecule(
    training: Subset, fingerprints: np.ndarray
) -> tuple[Subset, list[int]]:
    """Put the rows of each training molecule together.

    Its rows may be measured in different tasks: of each task it has the label of the
    first row that has one.

    Parameters
    ----------
    training
        The molecules that the models were trained on, row by row.
    fingerprints
        Those of the rows, which equal molecules have in common.

    Returns
    -------
    molecules
        Each once, with id and SMILES of its first row.
    rows
        These rows.
    """
    names = structures(training.smiles, [each.tobytes() for each in fingerprints])
    rows = first_rows(names)
    molecules = rows_of(training, rows)
    place_of = {names[row]: place for place, row in enumerate(rows)}
    labels = molecules.labels.copy()
    for name, more in zip(names, training.labels, strict=True):
        known = labels[place_of[name]]
        np.copyto(known, more, where=np.isnan(known))
    return replace(molecules, labels=labels), rows


def _n_classes(metadata: FinalModelMetadata) -> int:
    # Of two classes the probability of one is predicted.
    return max(metadata.outputs_per_task, 2)


def _check_classes(labels: np.ndarray, n_classes: int) -> None:
    """Refuse labels that stand for no class; a missing one is NaN."""
    known = labels[~np.isnan(labels)]
    if (others := known[~np.isin(known, range(n_classes))]).size:
        raise ValueError(
            f"a label must be a class from 0 to {n_classes - 1}, got {others[0]:g}"
        )


def _check_calibrations(
    calibrations: Calibrations, metadata: FinalModelMetadata
) -> None:
    is_regression = metadata.task_type == TaskType.REGRESSION
    lists = 1 if is_regression else _n_classes(metadata)
    missing = set(metadata.tasks) - set(calibrations)
    if missing:
        raise ValueError(f"it must have the task {min(missing)!r}")
    for task, each in calibrations.items():
        # Of several classes a task may lack some.
        known = [scores for scores in each.scores if scores is not None]
        may_lack = metadata.task_type == TaskType.MULTICLASS
        is_sound = (
            len(each.scores) == lists
            and (may_lack or len(known) == lists)
            and all(
                scores.ndim == 1
                and np.isfinite(scores).all()
                and (np.diff(scores) >= 0).all()
                for scores in known
            )
        )
        if not is_sound or (each.offset is None) == is_regression:
            raise ValueError(f"{task!r} must have {lists} sorted lists of scores")
        if is_regression and not _is_width(each.offset):
            raise ValueError(
                f"{task!r} must have an offset above 0, got {each.offset!r}"
            )


def _is_width(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < inf


def labels_in_words(
    evidence: Evidence, row: int, words: Mapping[str, list[str]]
) -> str:
    """Spell what is known of a training molecule: ``NR-AR=active; SR-p53=inactive``.

    `words` has what a task calls its classes; a task of values is not in it.
    """
    training = evidence.training
    known = [
        f"{task}={words[task][int(label)] if task in words else f'{label:.6g}'}"
        for task, label in zip(training.tasks, training.labels[row], strict=True)
        if not np.isnan(label)
    ]
    return "; ".join(known)
