"""What a training gives, and the files that it is written to."""

import logging
import platform
import resource
import time
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.io.files import (
    read_json,
    sha256_of_file,
    whole_file,
    write_json,
    write_text,
)
from toxtune.io.integrity import sealed
from toxtune.models.base import Curve, Examples, Fitted
from toxtune.models.registry import current_versions, get_family
from toxtune.training.fitting import (
    fit_family,
    load_examples,
    predict,
    status_of,
)
from toxtune.training.model_archive import settle_archive
from toxtune.training.replicates import Replicate
from toxtune.training.result_files import CHECKED_FILES, RESULT_FILES
from toxtune.training.store import place
from toxtune.workers.cost import Cost

STATE_FILE, NO_STATE_FILE = "state.npz", "no_state.txt"


class TrainingOutputs:
    """The outputs of a training, which is done when the first of them is written.

    Parameters
    ----------
    replicate
        The training.
    state
        A saved state of the same training with less of its resource, to resume from.
        It changes no output, only what it costs.
    saved
        A folder with the model that the training ended with, see `save_model`: it is
        not trained again.
    """

    def __init__(
        self,
        replicate: Replicate,
        state: Path | None = None,
        saved: Path | None = None,
    ) -> None:
        self.replicate = replicate
        self.state = state
        self.saved = saved

    def write_result(self, folder: Path) -> None:
        """Write the files of `RESULT_FILES` into `folder`."""
        fitted, cost = self._trained
        outcome = {"status": self.status, "epochs": fitted.epochs}
        predictions = self.valid_predictions
        _write_result(self.replicate, folder, predictions, fitted.curve, cost, outcome)

    def write_model(self, folder: Path) -> None:
        """Write the model, and its predictions of all that it is trained with."""
        if self.saved:
            name = model_file(self.replicate)
            place(self.saved / name, folder / name)
            load = get_family(self.replicate.trial.family).load
            fitted = Fitted(load(folder / name))
        else:
            self.save_model(folder)
            fitted, _ = self._trained
        for subset, examples in self.examples.items():
            save_predictions(folder / f"{subset}.npy", predict(fitted, examples))

    def save_model(self, folder: Path) -> None:
        """Write the model alone; equal models are equal bytes."""
        fitted, _ = self._trained
        path = folder / model_file(self.replicate)
        fitted.model.save(path)
        settle_archive(path)

    def write_state(self, folder: Path) -> None:
        """Write what a longer training of the trial can resume from, or that none can.

        Without a file the entry would count as damaged, and the training be repeated.
        """
        fitted, _ = self._trained
        if fitted.save_state:
            fitted.save_state(folder / STATE_FILE)
        else:
            write_text(folder / NO_STATE_FILE, "A longer training starts anew.\n")

    @cached_property
    def valid_predictions(self) -> np.ndarray:
        """What the model predicts of the validation set."""
        fitted, _ = self._trained
        return predict(fitted, self.examples["valid"])

    @property
    def status(self) -> str:
        """How the training ended; see `toxtune.training.fitting.status_of`."""
        fitted, _ = self._trained
        return status_of(fitted, self.valid_predictions)

    @cached_property
    def examples(self) -> dict[str, Examples]:
        """What the training reads, by the name of the subset."""
        examples = {}
        for subset in self.replicate.subsets:
            *features, labels = self.replicate.files(subset)
            examples[subset] = load_examples(
                features, labels, self.replicate.trial.task_type
            )
        return examples

    @cached_property
    def _trained(self) -> tuple[Fitted, Cost]:
        """Train, and measure what it costs."""
        start = time.perf_counter()
        trial = self.replicate.trial
        fitted = fit_family(
            get_family(trial.family),
            self.examples,
            trial.hyperparameters,
            self.replicate.seed,
            state=self.state,
            device=self.replicate.device,
        )
        return fitted, Cost.here(time.perf_counter() - start, _peak_memory())


def model_file(replicate: Replicate) -> str:
    """Name of the file of a replicate's model, in its entry of the store."""
    return f"model.{get_family(replicate.trial.family).model_format}"


def write_no_result(
    replicate: Replicate, folder: Path, status: str, reason: str, cost: Cost
) -> None:
    """Write the files of a training that has no result: predictions of no molecules.

    Parameters
    ----------
    replicate
        The training.
    folder
        Where the search looks for them, never the store.
    status
        One of `toxtune.statuses.NO_RESULT`.
    reason
        The same in a sentence.
    cost
        What it took to get no result.
    """
    outcome = {"status": status, "reason": reason, "epochs": None}
    _write_result(replicate, folder, np.empty((0, 0), np.float32), (), cost, outcome)


def place_result(entry: Path, replicate: Replicate, folder: Path) -> None:
    """Put the files of a finished training into `folder`, the result last.

    The training may have been done for a trial of another name, or for another
    training set with the same molecules: the placed result names this one.
    """
    *others, last = RESULT_FILES
    for name in others:
        place(entry / name, folder / name)
    names = {"trial": replicate.trial.to_dict(), "training_set": replicate.set_name}
    write_json(folder / last, sealed({**read_json(entry / last), **names}))


def model_record(
    replicate: Replicate, model: Path, searched: Path | None, made: Path
) -> dict[str, Any]:
    """Say what a saved model is, and how far it is from the one that was selected.

    Parameters
    ----------
    replicate
        The training that the model is of.
    model
        Its file.
    searched, made
        Validation predictions of the search, and of the saved model. On one machine
        they are equal to the bit; other processors round differently. After a
        cross-validation the model is another than those of the search.
    """
    difference = None
    if searched:
        difference = float(np.abs(np.load(searched) - np.load(made)).max())
    if difference:
        logging.warning(
            "Warning: the saved model's validation predictions differ from those of "
            "the search by up to %.3g",
            difference,
        )
    return {
        "trial": replicate.trial.to_dict(),
        "seed": replicate.seed,
        "store_key": replicate.key,
        "sha256": sha256_of_file(model),
        # Later jobs may run after an upgrade.
        "versions": current_versions([replicate.trial.family]),
        "largest_difference_from_search": difference,
    }


def write_curve(path: Path, curve: Curve) -> None:
    """Write the learning curve; a header alone where the family has none."""
    with whole_file(path) as stream:
        stream.write("epoch\ttrain_loss\tvalid_loss\n")
        stream.writelines("\t".join(map(_cell, row)) + "\n" for row in curve)


def save_predictions(path: Path, predictions: np.ndarray) -> None:
    """Write predictions as a NumPy file that is whole or absent."""
    with whole_file(path, "wb") as stream:
        np.save(stream, predictions)


def _write_result(
    replicate: Replicate,
    folder: Path,
    predictions: np.ndarray,
    curve: Curve,
    cost: Cost,
    outcome: dict[str, Any],
) -> None:
    save_predictions(folder / "valid_predictions.npy", predictions)
    write_curve(folder / "learning_curve.tsv", curve)
    write_json(folder / "cost.json", asdict(cost))
    result = {
        "trial": replicate.trial.to_dict(),
        "seed": replicate.seed,
        "training_set": replicate.set_name,
        **outcome,
        "store_key": replicate.key,
        "sha256": {name: sha256_of_file(folder / name) for name in CHECKED_FILES},
    }
    write_json(folder / "result.json", sealed(result))


def _cell(number: float | None) -> str:
    return "" if number is None else repr(number)


def _peak_memory() -> int:
    """Return the most resident memory of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if platform.system() == "Darwin" else 1024)
