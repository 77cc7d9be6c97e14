"""The models of the winners: what they should be, and what they were trained as."""

import filecmp
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.features.arrays import load_features
from toxtune.io.integrity import read_model_record
from toxtune.models.registry import get_family
from toxtune.search.selection_file import Selection, Winner
from toxtune.search.trials import Trial
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import TrainingSet
from toxtune.training.replicates import Replicate, model_key
from toxtune.training.store import default_store
from toxtune.verification.findings import Rebuild
from toxtune.verification.store_entries import (
    is_key,
    is_of_another_user,
    verify_entry,
)

MODELS = "models of the winners"


@dataclass(frozen=True)
class WinnersModels:
    """The winners' models, or their refits.

    Attributes
    ----------
    refit
        Name of the refit, or ``none``.
    folder
        Where they are.
    predictions
        Their predictions of the test set.
    training_set
        What they were trained on.
    """

    refit: str
    folder: Path
    predictions: Path
    training_set: TrainingSet

    def trial(self, winner: Winner) -> Trial:
        """Return the trial that a winner's model is trained as."""
        return winner.model if self.refit == NO_REFIT else winner.refit


@dataclass(frozen=True)
class SavedModel:
    """A winner's model, which can be trained again.

    Attributes
    ----------
    path
        The model's file.
    replicate
        What it was trained as, according to selection and plan.
    store_key
        Of its training, according to the record beside it.
    host
        Where the run was done.
    """

    path: Path
    replicate: Replicate
    store_key: str
    host: str
    # What a training adds to the store that has its predictions, and their file there.
    output = "model"
    made = "train.npy"

    @property
    def name(self) -> Path:
        """What messages call it."""
        return self.path

    @cached_property
    def is_of_another_user(self) -> bool:
        """Whether the store has it from another user; see `is_of_another_user`."""
        return is_of_another_user(model_key(self.store_key))

    def predictions(self) -> np.ndarray:
        """Let it predict its training set: n_molecules x n_outputs, float32."""
        *features, _ = self.replicate.files("train")
        model = get_family(self.replicate.trial.family).load(self.path)
        return model.predict(load_features(features)).astype(np.float32)


def all_models(config: Config, plan: Plan) -> list[WinnersModels]:
    """Return the winners' models and, if there are any, their refits."""
    results, refit = Path("results", plan.run), config["final"]["refit"]
    models = WinnersModels(
        NO_REFIT, results / "models", results / "test_predictions.csv", plan.whole
    )
    if refit == NO_REFIT:
        return [models]
    predictions = results / "refit_test_predictions.csv"
    refits = WinnersModels(refit, results / "refit", predictions, plan.joined)
    return [models, refits]


def verify_models(
    plan: Plan, selection: Selection, models: WinnersModels, host: str, rebuild: Rebuild
) -> list[SavedModel]:
    """Verify the winners' models against selection and store; return the sound ones."""
    saved, findings = [], rebuild.findings
    for name, winner in sorted(selection.models.items()):
        trial = models.trial(winner)
        ending = get_family(trial.family).model_format
        for seed in selection.seeds:
            path = models.folder / name / f"seed-{seed}.{ending}"
            with findings.attempt(MODELS, path):
                record = read_model_record(Path(f"{path}.json"))
                rule = f"must be of the selected trial {trial.id}"
                is_sound = _is_of(record, trial, seed)
                if findings.expect(MODELS, path, is_sound, rule):
                    training_set = models.training_set.name
                    device = plan.device(trial.family)
                    replicate = Replicate(trial, seed, training_set, device)
                    key = record["store_key"]
                    saved.append(SavedModel(path, replicate, key, host))
                    _verify_copies(path, key, rebuild)
    return saved


def _is_of(record: dict[str, Any], trial: Trial, seed: int) -> bool:
    is_winner = (record["trial"], record["seed"]) == (trial.to_dict(), seed)
    return is_winner and is_key(record["store_key"])


def _verify_copies(path: Path, key: str, rebuild: Rebuild) -> None:
    """Compare a model with the one that the store has, if it has one."""
    copies = {path: f"model{path.suffix}", Path(f"{path}.train.npy"): "train.npy"}
    entries = default_store().entries(model_key(key))
    for entry in entries:
        verify_entry(entry, rebuild.findings)
    for copy, name in copies.items():
        stored = [entry / name for entry in entries if (entry / name).is_file()]
        if copy.is_file() and stored:
            # Several stores may have trained the same; the copy is of one of them.
            holds = any(filecmp.cmp(copy, file, shallow=False) for file in stored)
            rule = f"must have the bytes of {stored[0]}"
            rebuild.findings.expect(MODELS, copy, holds, rule)
