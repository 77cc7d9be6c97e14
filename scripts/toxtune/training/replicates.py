"""Replicates: trainings that are done once, kept in the store, and put where asked."""

import logging
import platform
import resource
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import has_rows
from toxtune.identity import full_hash
from toxtune.io.files import read_json, sha256_of_file, whole_file, write_json
from toxtune.models.base import CPU, Examples, Fitted
from toxtune.models.registry import MODULES, device_of, get_family
from toxtune.search.trials import Trial, seed_and_set
from toxtune.splits.training_set import WHOLE
from toxtune.training.fitting import load_examples, status_of
from toxtune.training.result_files import CHECKED_FILES, RESULT_FILES, sealed
from toxtune.training.store import place
from toxtune.versions import code_hash, library_version

STATE_FILE = "state.npz"


@dataclass(frozen=True)
class Replicate:
    """One training of a trial with one seed.

    Attributes
    ----------
    trial
        The trial; the parts of its split and their features must be there.
    seed
        Any whole number ≥ 0.
    set_name
        Name of the training set, see `toxtune.splits.training_set.TrainingSet`.
    state
        A saved state of the same training with less of its resource, to go on from.
        It changes no result, only what it costs.
    device
        What it is trained on, see `toxtune.models.registry.device_of`.
    """

    trial: Trial
    seed: int
    set_name: str = WHOLE
    state: Path | None = None
    device: str = CPU

    @cached_property
    def key(self) -> str:
        """Hash of all that determines the result."""
        family = get_family(self.trial.family)
        return full_hash(
            {
                "family": family.name,
                "task_type": self.trial.task_type,
                "hyperparameters": self.trial.hyperparameters,
                "seed": self.seed,
                "data": [
                    [sha256_of_file(path) for path in self._files(subset)]
                    for subset in self._subsets
                ],
                "code": code_hash("toxtune.training.fitting", MODULES[family.name]),
                "versions": {name: library_version(name) for name in family.libraries},
                "device": self.device,
                "precision": "float32",
            }
        )

    @cached_property
    def keys(self) -> dict[str, str]:
        """Keys of the entries in the store, by what they hold."""
        return {
            "result": self.key,
            "model": model_key(self.key),
            "state": state_key(self.key),
        }

    @cached_property
    def _subsets(self) -> list[str]:
        """The parts that the training reads.

        A cross-validation leaves no molecule for a validation set of its own, and
        neither does a refit: then the winner is trained on all and judged by none.
        """
        training_set = self.trial.training_set(self.set_name)
        is_scored = has_rows(Path(training_set.subset("valid")))
        return ["train", "valid"] if is_scored else ["train"]

    def _files(self, subset: str) -> list[Path]:
        """Return a part's files that the training reads: features, then labels."""
        return [Path(name) for name in self.trial.files(subset, self.set_name)]

    @cached_property
    def _examples(self) -> dict[str, Examples]:
        examples = {}
        for subset in self._subsets:
            *features, labels = self._files(subset)
            examples[subset] = load_examples(features, labels, self.trial.task_type)
        return examples

    @cached_property
    def _outcome(self) -> tuple[Fitted, dict[str, Any]]:
        """The training itself, done at most once, and what it cost."""
        start = time.perf_counter()
        fitted = get_family(self.trial.family).fit(
            self._examples["train"],
            self._examples.get("valid"),
            self.trial.hyperparameters,
            self.seed,
            state=self.state,
            device=self.device,
        )
        return fitted, {
            "seconds": round(time.perf_counter() - start, 3),
            "peak_memory_mib": _peak_memory_mib(),
            "host": platform.node(),
        }

    def write_result(self, folder: Path) -> None:
        """Train, and write the files of `RESULT_FILES` into `folder`."""
        fitted, cost = self._outcome
        predictions = fitted.model.predict(self._examples["valid"].features)
        status = status_of(fitted, predictions)
        self._write(folder, predictions, fitted, cost, {"status": status})

    def write_no_result(
        self, folder: Path, status: str, reason: str, cost: dict[str, Any]
    ) -> None:
        """Write the same files for a training that has no result: of no molecules.

        Parameters
        ----------
        folder
            Where the search looks for them, never the store.
        status
            One of `toxtune.statuses.NO_RESULT`.
        reason
            The same in a sentence.
        cost
            Content of ``cost.json``.
        """
        nothing = np.empty((0, 0)), Fitted(model=None)
        outcome = {"status": status, "reason": reason}
        self._write(folder, *nothing, cost, outcome)

    def _write(
        self,
        folder: Path,
        predictions: np.ndarray,
        fitted: Fitted,
        cost: dict[str, Any],
        outcome: dict[str, str],
    ) -> None:
        save_predictions(folder / "valid_predictions.npy", predictions)
        write_curve(folder / "learning_curve.tsv", fitted)
        write_json(folder / "cost.json", cost)
        result = {
            "trial": vars(self.trial),
            "seed": self.seed,
            "training_set": self.set_name,
            **outcome,
            "epochs": fitted.epochs,
            "store_key": self.key,
            "sha256": {name: sha256_of_file(folder / name) for name in CHECKED_FILES},
        }
        write_json(folder / "result.json", sealed(result))

    def place_result(self, entry: Path, folder: Path) -> None:
        """Put the files of a finished training into `folder`, the result last.

        The training may have been done for a trial of another name, or for another
        fold, on a split that gave the same parts: the placed result names this one.
        """
        *others, last = RESULT_FILES
        for name in others:
            place(entry / name, folder / name)
        own = {"trial": vars(self.trial), "training_set": self.set_name}
        write_json(folder / last, sealed({**read_json(entry / last), **own}))

    def write_model(self, folder: Path) -> None:
        """Train, and write ``model.{format}`` and its predictions into `folder`."""
        fitted, _ = self._outcome
        fitted.model.save(folder / f"model.{self.model_format}")
        for subset, examples in self._examples.items():
            predictions = fitted.model.predict(examples.features)
            save_predictions(folder / f"{subset}.npy", predictions)

    def write_state(self, folder: Path) -> None:
        """Train, and write what a longer training of the trial can go on from."""
        fitted, _ = self._outcome
        if fitted.save_state:
            fitted.save_state(folder / STATE_FILE)

    @property
    def model_format(self) -> str:
        """The ending of a saved model's file."""
        return get_family(self.trial.family).model_format


def replicate_of(trial: Trial, name: str, config: dict[str, Any]) -> Replicate:
    """Return the training of a trial that a configuration calls ``seed-0`` or so.

    `name` is one that `toxtune.search.trials.replicate_name` gave.
    """
    device = device_of(trial.family, config["device"])
    return Replicate(trial, *seed_and_set(name), device=device)


def model_key(key: str) -> str:
    """Key of the entry with the model of the training that `key` stands for."""
    return full_hash({"model_of": key})


def state_key(key: str) -> str:
    """Key of the entry with the state that the training `key` stands for ended in."""
    return full_hash({"state_of": key})


def model_card(
    replicate: Replicate, searched: Path | None, made: Path
) -> dict[str, Any]:
    """Say what a saved model is, and how far it is from the one that was selected.

    Parameters
    ----------
    replicate
        The training that the model is of.
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
        "trial": vars(replicate.trial),
        "seed": replicate.seed,
        "store_key": replicate.key,
        "largest_difference_from_search": difference,
    }


def write_curve(path: Path, fitted: Fitted) -> None:
    """Write the learning curve; a header alone where the family has none."""
    with whole_file(path) as stream:
        stream.write("epoch\ttrain_loss\tvalid_loss\n")
        stream.writelines("\t".join(map(_cell, row)) + "\n" for row in fitted.curve)


def _cell(number: float | None) -> str:
    return "" if number is None else repr(number)


def save_predictions(path: Path, predictions: np.ndarray) -> None:
    """Write predictions, see `toxtune.models.base.Model`, as float32."""
    with whole_file(path, "wb") as stream:
        np.save(stream, predictions.astype(np.float32))


def _peak_memory_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if platform.system() == "Darwin" else 1024
    return round(peak * unit / 2**20, 1)
