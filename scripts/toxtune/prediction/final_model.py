"""The final model: read from one file, it predicts from SMILES, without the workflow.

>>> from toxtune.prediction.final_model import load
>>> model = load("results/tox21/final.zip")  # doctest: +SKIP
>>> model.predict(["CCO"])  # doctest: +SKIP
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.errors import UserError
from toxtune.features.compute import featurize
from toxtune.features.definitions import JOINT
from toxtune.features.similarity import fingerprints, most_similar
from toxtune.features.transforms import Transform, read_transform
from toxtune.models.base import Model
from toxtune.models.registry import get_family
from toxtune.prediction.applicability_domain import unpack_fingerprints
from toxtune.prediction.archive import unpacked
from toxtune.prediction.keras_file import check_network
from toxtune.prediction.metadata import read_card
from toxtune.stats.calibration import scaled
from toxtune.tasks import TaskType
from toxtune.versions import library_version

FINGERPRINTS = "fingerprints.npy"


PROBE = "C"


# How a model's file from elsewhere is checked before it is loaded, by its format. The
# loader of other formats refuses all but what their models are made of.
FILE_CHECKS = {"keras": check_network}


@dataclass(frozen=True)
class Prediction:
    """What a final model says of some molecules.

    Attributes
    ----------
    values
        n_molecules x n_outputs, see `toxtune.models.base.Model`: means over the
        members, of binary tasks with the temperature applied.
    spread
        n_molecules x n_outputs: standard deviation over the members, n - 1 in the
        divisor; NaN for a single one.
    similarity
        n_molecules: Tanimoto similarity (ECFP4) to the nearest training molecule.
    failures
        Row of a molecule that has no features to the reason; its values mean nothing.
    """

    values: np.ndarray
    spread: np.ndarray
    similarity: np.ndarray
    failures: dict[int, str]


@dataclass(frozen=True)
class FinalModel:
    """All that prediction needs.

    Attributes
    ----------
    card
        Content of ``final.json``; see `docs/architecture.md`.
    members
        The models, one per seed.
    transforms
        Name of features to what scales them.
    known
        Fingerprints of the molecules that the members were trained on.
    """

    card: dict[str, Any]
    members: list[Model]
    transforms: dict[str, Transform]
    known: list[Any]

    def predict(self, smiles: Sequence[str]) -> Prediction:
        """Predict molecules.

        Parameters
        ----------
        smiles
            SMILES that RDKit can parse, at least one.
        """
        members, failures = self.predict_members(smiles)
        n_members = len(members)
        calibrated = self.calibrated(members)
        return Prediction(
            values=self.calibrated(members.mean(axis=0)),
            spread=calibrated.std(axis=0, ddof=1)
            if n_members > 1
            else np.full(members.shape[1:], np.nan),
            similarity=most_similar(fingerprints(smiles), self.known)[0],
            failures=failures,
        )

    def predict_members(
        self, smiles: Sequence[str]
    ) -> tuple[np.ndarray, dict[int, str]]:
        """Return the members' own predictions, n_members x n_molecules x n_outputs.

        And the failures, see `Prediction`.
        """
        blocks, failures = [], {}
        for name in self.card["trial"]["features"].split(JOINT):
            features = featurize(self.card["features"][name], smiles)
            failures |= features.failures
            if name in self.transforms:
                features = self.transforms[name].apply(features)
            blocks.append(features.values.astype(np.float32, copy=False))
        given = np.concatenate(blocks, axis=1)
        members = [member.predict(given) for member in self.members]
        return np.stack(members).astype(np.float64), failures

    def calibrated(self, values: np.ndarray) -> np.ndarray:
        """Apply the temperatures to probabilities, tasks last; other values stay."""
        if self.card["task_type"] != TaskType.BINARY:
            return values
        columns = [
            scaled(values[..., number], self.card["calls"][task]["temperature"])
            for number, task in enumerate(self.card["tasks"])
        ]
        return np.stack(columns, axis=-1)

    def in_domain(self, similarity: np.ndarray) -> np.ndarray:
        """Tell which molecules are in the applicability domain."""
        return similarity >= self.card["domain"]["threshold"]


def load(path: Path | str) -> FinalModel:
    """Read a final model; no code that is in the file is run.

    Parameters
    ----------
    path
        ``final.zip``, or the folder that it was unpacked to.

    Raises
    ------
    UserError
        If it is not there, is no final model, or does not predict.
    """
    path = Path(path)
    with unpacked(path) as folder:
        card = read_card(folder, path)
        _compare_versions(card)
        try:
            model = _read(folder, card, path)
            # What does not go together shows here, not in the middle of a table.
            model.predict([PROBE])
        except UserError:
            raise
        # A file from elsewhere may hold anything, and each library has its own words.
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            raise UserError(
                f"{path}: is no final model: {type(error).__name__}: {reason}"
            ) from error
        return model


def _read(folder: Path, card: dict[str, Any], path: Path) -> FinalModel:
    needed = [*card["members"], *card["transforms"].values(), FINGERPRINTS]
    if missing := [name for name in needed if not (folder / name).is_file()]:
        raise UserError(f"{path}: is no final model: it has no {missing[0]}")
    family = get_family(card["trial"]["family"])
    for member in card["members"]:
        if check := FILE_CHECKS.get(family.model_format):
            check(folder / member, f"{path}: {member}")
    return FinalModel(
        card=card,
        members=[family.load(folder / member) for member in card["members"]],
        transforms={
            name: read_transform(folder / file)
            for name, file in card["transforms"].items()
        },
        known=unpack_fingerprints(np.load(folder / FINGERPRINTS)),
    )


def current_versions(family: str) -> dict[str, str]:
    """Versions of what decides the predictions of a family's models."""
    names = {*get_family(family).libraries, "rdkit", "numpy"}
    return {name: library_version(name) for name in sorted(names)}


def _compare_versions(card: dict[str, Any]) -> None:
    here = current_versions(card["trial"]["family"])
    for name, made_with in card["versions"].items():
        if here.get(name) != made_with:
            logging.warning(
                "Warning: the model was made with %s %s, here is %s; predictions may "
                "differ",
                name,
                made_with,
                here.get(name, "none"),
            )
