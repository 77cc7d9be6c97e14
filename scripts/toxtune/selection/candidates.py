"""The trials that a selection is made from, with what their replicates predicted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset, read_subset
from toxtune.features.arrays import load_features
from toxtune.models.registry import get_family
from toxtune.search.trials import Trial
from toxtune.selection.predictions import open_predictions
from toxtune.selection.search_results import TrialRecord
from toxtune.splits.training_set import TrainingSet, names_of_sets
from toxtune.stats.bootstrap import Resampling, resample_counts
from toxtune.stats.metrics import Objective, class_weights
from toxtune.stats.resampled_trials import (
    Fold,
    Predictions,
    Resampled,
    Scoring,
    resample,
)
from toxtune.stats.task_scales import task_scales


@dataclass(frozen=True)
class ValidationSets:
    """The molecules that trials are scored on, and the training sets beside them.

    Attributes
    ----------
    train, valid
        Training and validation set of each fold in the order of the folds; one of
        each for hold-out.
    cross_validated
        Whether they are folds.
    """

    train: Sequence[Subset]
    valid: Sequence[Subset]
    cross_validated: bool

    @property
    def set_names(self) -> list[str]:
        """Names of the training sets: one per fold, or the whole for hold-out."""
        return names_of_sets(len(self.valid), self.cross_validated)

    @property
    def molecules(self) -> list[str]:
        """All molecules, sorted, each once."""
        return sorted({group for subset in self.valid for group in subset.groups})

    def scoring(self, objective: Objective) -> Scoring:
        """Return what turns predictions of these molecules into a score."""
        molecules = self.molecules
        scales = task_scales([train.labels for train in self.train], objective)
        folds = [
            Fold(
                valid.labels,
                class_weights(train.labels),
                np.searchsorted(molecules, valid.groups),
                scales=scales,
            )
            for train, valid in zip(self.train, self.valid, strict=True)
        ]
        return Scoring(objective.metric, folds)


@dataclass(frozen=True)
class Candidate:
    """One trial that can win.

    Attributes
    ----------
    trial
        The trial.
    training_set
        The first that it was trained on.
    predictions
        Of the molecules it was scored on, read from disk when used.
    """

    trial: Trial
    training_set: TrainingSet
    predictions: Predictions

    @property
    def complexity(self) -> tuple[float, ...]:
        """The family's measure of complexity: smaller for simpler trials."""
        files = self.training_set.features("valid", self.trial.features)
        return get_family(self.trial.family).complexity(
            self.trial.hyperparameters,
            load_features([Path(name) for name in files]).shape[1],
            self.predictions[0][0].shape[1],
        )


def read_validation_sets(
    *, train: Sequence[Path], valid: Sequence[Path], cross_validated: bool
) -> ValidationSets:
    """Read training and validation set of each fold; one of each for hold-out."""
    return ValidationSets(
        [read_subset(path) for path in train],
        [read_subset(path) for path in valid],
        cross_validated,
    )


def read_candidates(
    ranked: pd.DataFrame,
    records: Mapping[str, TrialRecord],
    seeds: list[int],
    set_names: list[str],
) -> list[Candidate]:
    """Open the predictions of the ranked trials, sorted by id."""
    return [
        Candidate(
            record.trial,
            record.trial.training_set(set_names[0]),
            open_predictions(record.folders, seeds, set_names),
        )
        for record in (records[id] for id in sorted(ranked["trial"]))
    ]


def resample_candidates(
    candidates: Sequence[Candidate],
    validation_sets: ValidationSets,
    objective: Objective,
    resampling: Resampling,
) -> Resampled:
    """Score candidates on resampled molecules of the validation sets."""
    return resample(
        validation_sets.scoring(objective),
        resample_counts(
            validation_sets.molecules, resampling.resamples, resampling.seed
        ),
        [candidate.predictions for candidate in candidates],
    )
