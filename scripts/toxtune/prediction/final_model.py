"""The final model: read from one file, it predicts from SMILES, without the workflow.

>>> from toxtune.prediction.final_model import load
>>> model = load("results/tox21/final.zip")  # doctest: +SKIP
>>> model.predict_table(["CCO", "no SMILES"])  # doctest: +SKIP
>>> print(model)  # doctest: +SKIP
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
from rdkit import rdBase

from toxtune.errors import UserError
from toxtune.evaluation.delivered import mean_over_seeds
from toxtune.features.arrays import Features
from toxtune.features.definitions import JOINT, is_own
from toxtune.features.similarity import nearest_neighbours
from toxtune.features.transforms import Transform, read_transform
from toxtune.models.base import Model
from toxtune.models.quiet_imports import import_quietly
from toxtune.models.registry import current_versions, get_family
from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import read_compound
from toxtune.prediction.archive import unpacked
from toxtune.prediction.description import describe
from toxtune.prediction.evidence import (
    EVIDENCE_FILES,
    NEIGHBOURS,
    Evidence,
    Support,
    each_training_molecule,
    read_evidence,
    read_fingerprints,
)
from toxtune.prediction.explanation import Explanation, explain_texts
from toxtune.prediction.inputs import Inputs, compute_inputs, given_texts
from toxtune.prediction.keras_file import check_network
from toxtune.prediction.metadata import FinalModelMetadata, Member, read_metadata
from toxtune.prediction.own_numbers import OwnNumbers, given_numbers
from toxtune.prediction.prediction import NOTHING, Prediction
from toxtune.prediction.row_predictor import predicted_table
from toxtune.prediction.skops_file import TYPES, check_types
from toxtune.prediction.sound_models import check_model
from toxtune.stats.calibration import scaled
from toxtune.tasks import TaskType

FINGERPRINTS = "fingerprints.npy"


PROBE = "C"


# Characters that are quoted of what a library says about a broken model.
MAX_REASON = 300


# How a model's file from elsewhere is checked before it is loaded, by its format; the
# types in a ``.skops`` file depend on the family. The loader of other formats refuses
# all but what their models are made of.
FILE_CHECKS = {"keras": check_network}


@dataclass(frozen=True)
class FinalModel:
    """All that prediction needs.

    Attributes
    ----------
    metadata
        What the model is, and what its predictions are compared with.
    members
        The models, in the order of the metadata's.
    transforms
        Name of features to what scales them.
    fingerprints
        Of the molecules that the members were trained on, see
        `toxtune.features.similarity.fingerprints`.
    evidence
        What backs its predictions.
    """

    metadata: FinalModelMetadata
    members: list[Model]
    transforms: dict[str, Transform]
    fingerprints: np.ndarray
    evidence: Evidence

    def predict(self, smiles: Sequence[str], own: OwnNumbers = NOTHING) -> Prediction:
        """Predict molecules.

        Parameters
        ----------
        smiles
            SMILES that RDKit can parse, at least one, as they are given: they are
            standardized as those of the dataset were.
        own
            The numbers that `FinalModelMetadata.own_features` ask for; none for a model
            of computed features.

        Raises
        ------
        UserError
            If some of these are not there, or RDKit cannot parse a SMILES.
        """
        return self.predict_standardized(self._standardized(smiles), own)

    def predict_standardized(
        self, smiles: Sequence[str], own: OwnNumbers = NOTHING
    ) -> Prediction:
        """Predict standardized molecules; otherwise as `predict`."""
        return self.predict_inputs(self.inputs_of(smiles), own)

    def predict_inputs(self, inputs: Inputs, own: OwnNumbers = NOTHING) -> Prediction:
        """Predict what was computed of standardized molecules; else as `predict`."""
        return self.prediction_of(inputs, *self.members_of(inputs, own))

    def inputs_of(self, smiles: Sequence[str]) -> Inputs:
        """Compute what predicting standardized molecules takes."""
        return compute_inputs(self.metadata.computed_features, smiles)

    def prediction_of(
        self, inputs: Inputs, members: np.ndarray, failures: dict[int, str]
    ) -> Prediction:
        """Put together what `members_of` returned."""
        if len(members) > 1:
            spread = self.calibrated(members).std(axis=0, ddof=1)
        else:
            spread = np.full(members.shape[1:], np.nan)
        similarities, neighbours = nearest_neighbours(
            inputs.fingerprints, self.fingerprints, NEIGHBOURS
        )
        return Prediction(
            values=self.calibrated(self.mean_of_members(members)),
            spread=spread,
            similarity=similarities[:, 0],
            failures=failures,
            support=Support(
                delivered=mean_over_seeds(self.mean_by_seed(members)),
                similarities=similarities,
                neighbours=neighbours,
                leverage=self.metadata.descriptor_domain.leverage(inputs.properties),
            ),
        )

    def predict_table(
        self,
        smiles: Sequence[str],
        confidence: float = 0.9,
        own: OwnNumbers = NOTHING,
    ) -> Any:
        """Predict molecules as the command does: a row each, whatever it is.

        Parameters
        ----------
        smiles
            Any texts. One that cannot be read has no prediction, and ``problem`` says
            why.
        confidence
            Of prediction sets and intervals.
        own
            As in `predict`; a row for each text.

        Returns
        -------
        pandas.DataFrame
            ``smiles`` as given, then the columns that ``predict`` adds to a table.
        """
        return predicted_table(self, smiles, confidence, own)

    def explain(
        self,
        smiles: Sequence[str],
        tasks: Sequence[str] | None = None,
        own: OwnNumbers = NOTHING,
    ) -> list[Explanation]:
        """Say which atoms predictions come from; see `toxtune.prediction.explanation`.

        Parameters
        ----------
        smiles
            Any texts. One that cannot be read has an explanation without tasks, and
            its ``problem`` says why.
        tasks
            Which ones; ``None`` for all.
        own
            As in `predict`; a row for each text.
        """
        return explain_texts(self, smiles, tasks, own)

    def __str__(self) -> str:
        """Say what it is, how good it was and for which molecules."""
        return describe(self.metadata)

    def predict_members(
        self, smiles: Sequence[str], own: OwnNumbers = NOTHING
    ) -> tuple[np.ndarray, dict[int, str]]:
        """Predict standardized molecules as `members_of` does."""
        return self.members_of(self.inputs_of(smiles), own)

    def members_of(
        self, inputs: Inputs, own: OwnNumbers = NOTHING
    ) -> tuple[np.ndarray, dict[int, str]]:
        """Predict molecules with each member, without temperatures.

        `own` is as in `predict`.

        Returns
        -------
        predictions
            n_members x n_molecules x n_outputs.
        failures
            As in `Prediction`.

        Raises
        ------
        ValueError
            If the models do not fit the metadata.
        """
        blocks, failures = self.blocks_of(inputs, own)
        return self.predict_blocks(blocks), failures

    def blocks_of(
        self, inputs: Inputs, own: OwnNumbers = NOTHING
    ) -> tuple[dict[str, np.ndarray], dict[int, str]]:
        """Return what the members see of molecules, representation by representation.

        Returns
        -------
        blocks
            Name of features to float32, n_molecules x n_features, scaled where the
            models were trained on scaled ones.
        failures
            As in `Prediction`.
        """
        asked, n_molecules = self.metadata.own_features, len(inputs.fingerprints)
        own = given_numbers(own, asked, n_molecules)
        blocks: dict[str, np.ndarray] = {}
        failures: dict[int, str] = {}
        for name in self.metadata.feature_names:
            features = self._features(name, inputs, own)
            failures |= features.failures
            if name in self.transforms:
                features = self.transforms[name].apply(features)
            blocks[name] = features.values.astype(np.float32, copy=False)
        return blocks, failures

    def predict_blocks(self, blocks: Mapping[str, np.ndarray]) -> np.ndarray:
        """Predict with each member from what `blocks_of` returned; as `members_of`."""
        matrices = {
            trial.id: np.concatenate(
                [blocks[name] for name in trial.features.split(JOINT)], axis=1
            )
            for trial in self.metadata.trials
        }
        predictions = np.stack(
            [
                model.predict(matrices[member.trial])
                for member, model in zip(
                    self.metadata.members, self.members, strict=True
                )
            ]
        )
        if predictions.shape[-1] != self.metadata.n_outputs:
            raise ValueError(
                f"its models predict {predictions.shape[-1]} numbers a molecule, and "
                f"n_outputs is {self.metadata.n_outputs}"
            )
        return predictions.astype(np.float64)

    def mean_of_members(self, members: np.ndarray) -> np.ndarray:
        """Average what `predict_members` returned; each counts as often as it says."""
        weights = [member.weight for member in self.metadata.members]
        return np.repeat(members, weights, axis=0).mean(axis=0)

    def mean_by_seed(self, members: np.ndarray) -> np.ndarray:
        """Average what `predict_members` returned, with each seed; n_seeds first."""
        seeds = np.array([member.seed for member in self.metadata.members])
        weights = np.array([member.weight for member in self.metadata.members])
        rows = [np.flatnonzero(seeds == seed) for seed in self.metadata.seeds]
        return np.stack(
            [np.average(members[row], axis=0, weights=weights[row]) for row in rows]
        )

    def _features(self, name: str, inputs: Inputs, own: OwnNumbers) -> Features:
        definition = self.metadata.features[name]
        if not is_own(definition):
            return inputs.features[name]
        return Features(own[definition["name"]], definition["columns"])

    def _standardized(self, smiles: Sequence[str]) -> list[str]:
        standardized = []
        standardize, texts = Standardize(self.metadata.standardize), given_texts(smiles)
        with rdBase.BlockLogs():
            found = [read_compound(text, standardize) for text in texts]
        for number, (text, (compound, reason)) in enumerate(
            zip(texts, found, strict=True)
        ):
            if compound is None:
                raise UserError(
                    f"smiles[{number}]: {reason}, got {text!r}; predict_table takes "
                    "any texts, and says which have no prediction"
                )
            standardized.append(compound.smiles)
        return standardized

    def calibrated(self, values: np.ndarray) -> np.ndarray:
        """Apply the temperatures to probabilities, tasks last; other values stay."""
        if self.metadata.task_type != TaskType.BINARY:
            return values
        thresholds = self.metadata.thresholds
        columns = [
            scaled(values[..., number], thresholds[task].temperature)
            for number, task in enumerate(self.metadata.tasks)
        ]
        return np.stack(columns, axis=-1)

    def in_domain(self, similarity: np.ndarray) -> np.ndarray:
        """Tell which molecules are in the applicability domain."""
        return self.metadata.applicability_domain.contains(similarity)


@dataclass(frozen=True)
class PackedModel:
    """A final model that was unpacked, and whose models are not loaded yet.

    Attributes
    ----------
    path
        Where it is, for messages.
    folder
        What it was unpacked to.
    metadata
        What it is.
    """

    path: Path
    folder: Path
    metadata: FinalModelMetadata

    def load(self) -> FinalModel:
        """Load the models, which may take seconds.

        Raises
        ------
        UserError
            If it does not predict.
        """
        try:
            for trial in self.metadata.trials:
                get_family(trial.family)
        except UserError as error:
            raise UserError(f"{self.path}: {error}") from None
        _compare_versions(self.metadata)
        try:
            model = _read(self.folder, self.metadata, self.path)
            # Parts that do not fit together show now, not in the middle of a table.
            model.predict([PROBE], _nothing_measured(self.metadata))
        except UserError:
            raise
        # A file from elsewhere may hold anything, and each library has its own words.
        except Exception as error:
            reason = shorten(str(error).strip().partition("\n")[0], MAX_REASON)
            raise UserError(
                f"{self.path}: is not a final model: {type(error).__name__}: {reason}"
            ) from error
        return model


def _nothing_measured(metadata: FinalModelMetadata) -> OwnNumbers:
    """Return own numbers of one molecule, all missing."""
    return {
        each.name: np.full((1, len(each.columns)), np.nan, dtype=np.float32)
        for each in metadata.own_features
    }


@contextmanager
def opened(path: Path) -> Iterator[PackedModel]:
    """Unpack a final model for the time of a block, and read what it is.

    Raises
    ------
    UserError
        If it is not there, or is not a final model.
    """
    with unpacked(path) as folder:
        yield PackedModel(path, folder, read_metadata(folder, path))


def load(path: Path | str) -> FinalModel:
    """Read a final model; no code that is in the file is run.

    Parameters
    ----------
    path
        ``final.zip``, or the folder that it was unpacked to.

    Raises
    ------
    UserError
        If it is not there, is not a final model, or does not predict.
    """
    with opened(Path(path)) as packed:
        return packed.load()


def _read(folder: Path, metadata: FinalModelMetadata, path: Path) -> FinalModel:
    for name in (*metadata.files, FINGERPRINTS, *EVIDENCE_FILES):
        if not (folder / name).is_file():
            raise UserError(f"{path}: is not a final model: it has no {name}")
    import_quietly(metadata.families)
    models = []
    for member in metadata.members:
        models.append(_read_member(member, folder, metadata, path))
    evidence = read_evidence(folder, metadata, path)
    prints = read_fingerprints(folder / FINGERPRINTS, metadata)
    # Neighbours are different molecules.
    training, rows = each_training_molecule(evidence.training, prints)
    return FinalModel(
        metadata=metadata,
        members=models,
        transforms={
            name: read_transform(folder / file)
            for name, file in metadata.transforms.items()
        },
        fingerprints=prints[rows],
        evidence=replace(evidence, training=training),
    )


def _read_member(
    member: Member, folder: Path, metadata: FinalModelMetadata, path: Path
) -> Model:
    """Load one of the models, which is checked before and after."""
    family = get_family(metadata.trial_of(member).family)
    file, name = folder / member.file, f"{path}: {member.file}"
    if check := FILE_CHECKS.get(family.model_format):
        check(file, name)
    if family.name in TYPES:
        check_types(file, family.name, name)
    model = family.load(file)
    check_model(model, family.name, metadata.task_type, metadata.outputs_per_task)
    return model


def _compare_versions(metadata: FinalModelMetadata) -> None:
    here = current_versions(metadata.families)
    for name, made_with in metadata.versions.items():
        if here.get(name) != made_with:
            logging.warning(
                "Warning: the model was made with %s %s, but %s is installed here; "
                "predictions may differ",
                name,
                made_with,
                here.get(name, "none"),
            )
