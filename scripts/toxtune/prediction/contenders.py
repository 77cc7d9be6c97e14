"""The delivered model, and beside it every winner and the ensemble, on later data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from toxtune.evaluation.ensemble import repeated
from toxtune.features.definitions import JOINT
from toxtune.features.transforms import read_transform
from toxtune.models.registry import get_family
from toxtune.prediction.fallback import in_place_of
from toxtune.prediction.final_file import FinalSettings, describe_models
from toxtune.prediction.final_model import FinalModel, load
from toxtune.prediction.inputs import Inputs
from toxtune.prediction.own_numbers import OwnNumbers
from toxtune.prediction.prediction import Prediction
from toxtune.search.selection_file import Selection, read_selection


@dataclass(frozen=True)
class FrozenFiles:
    """What a run ended with.

    Attributes
    ----------
    model
        The final model's zip file.
    selection
        The file ``selection.json``.
    models
        Folder of the models that the final model is made of, and of the others: name,
        then seed.
    transforms
        Folder of what scales features.
    settings
        How the final model was made.
    """

    model: Path
    selection: Path
    models: Path
    transforms: Path
    settings: FinalSettings


@dataclass(frozen=True)
class Contenders:
    """The models that a run ended with.

    Attributes
    ----------
    selection
        What the search selected.
    delivered
        The final model, of what was selected overall.
    beside
        All models of the selection; ``None`` where the delivered one has them all.
    """

    selection: Selection
    delivered: FinalModel
    beside: FinalModel | None

    @property
    def widest(self) -> FinalModel:
        """The one that has all models, and so asks for all that any needs."""
        return self.beside or self.delivered

    def predict(
        self, smiles: Sequence[str], own: OwnNumbers
    ) -> tuple[Prediction, dict[str, np.ndarray]]:
        """Predict standardized molecules.

        Parameters
        ----------
        smiles, own
            As of `FinalModel.predict_standardized`.

        Returns
        -------
        prediction
            The delivered model's.
        values
            Name of each winner, and of the ensemble, to n_molecules x n_outputs; with
            the fallback where it has no prediction.
        """
        metadata, overall = self.delivered.metadata, self.selection.overall
        inputs = self.widest.inputs_of(smiles)
        members, failures = self.widest.members_of(inputs, own)
        without_features = self._without_features(inputs)
        if self.beside is None:
            prediction = self.delivered.prediction_of(inputs, members, failures)
        else:
            needed = {each.name for each in metadata.own_features}
            prediction = self.delivered.predict_standardized(
                smiles, {name: own[name] for name in needed}
            )
        # The members are those of each model in turn.
        names = list(self.selection.models)
        by_name = dict(zip(names, np.split(members, len(names)), strict=True))
        values = {overall: (prediction.values, list(prediction.failures))}
        for contender in self.selection.contenders:
            if contender != overall:
                counts = self.selection.members_of(contender)
                mean = np.mean(repeated(by_name, counts), axis=(0, 1))
                rows = sorted(set().union(*(without_features[name] for name in counts)))
                values[contender] = (self.delivered.calibrated(mean), rows)
        return prediction, {
            name: in_place_of(predicted, rows, metadata.fallback)
            for name, (predicted, rows) in values.items()
        }

    def _without_features(self, inputs: Inputs) -> dict[str, set[int]]:
        """Map each model to the molecules for which its features fail."""
        metadata, names = self.widest.metadata, list(self.selection.models)
        # As above, the members are those of each model in turn.
        first_members = metadata.members[:: len(metadata.members) // len(names)]
        return {
            name: {
                row
                for feature in metadata.trial_of(member).features.split(JOINT)
                if feature in inputs.features
                for row in inputs.features[feature].failures
            }
            for name, member in zip(names, first_members, strict=True)
        }


def load_contenders(files: FrozenFiles) -> Contenders:
    """Load the models that a run ended with.

    Raises
    ------
    UserError
        If the final model or the selection cannot be read.
    """
    selection, delivered = read_selection(files.selection), load(files.model)
    if list(selection.members_of(selection.overall)) == list(selection.models):
        return Contenders(selection, delivered, None)
    parts = describe_models(
        selection,
        dict.fromkeys(selection.models, 1),
        files.settings,
        files.models,
        files.transforms,
    )
    metadata = replace(
        delivered.metadata,
        trials=parts.trials,
        members=parts.members,
        features=parts.features,
        transforms=parts.transforms,
    )
    beside = FinalModel(
        metadata=metadata,
        members=[
            get_family(metadata.trial_of(member).family).load(parts.files[member.file])
            for member in metadata.members
        ],
        transforms={
            name: read_transform(parts.files[file])
            for name, file in metadata.transforms.items()
        },
        fingerprints=delivered.fingerprints,
        evidence=delivered.evidence,
    )
    return Contenders(selection, delivered, beside)
