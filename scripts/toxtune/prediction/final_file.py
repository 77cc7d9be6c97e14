"""Writing the final model: one zip file, equal contents as equal bytes."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from toxtune.data.subsets import Subset, read_subset
from toxtune.evaluation.conformal import Conformal, calibrate_selected
from toxtune.evaluation.delivered import member_seeds
from toxtune.evaluation.evaluation_file import read_evaluation
from toxtune.evaluation.probabilities import read_final_thresholds
from toxtune.features.definitions import JOINT, Definition, is_own, is_scaled
from toxtune.features.similarity import fingerprints
from toxtune.features.transforms import read_transform
from toxtune.io.files import read_json, whole_file
from toxtune.io.integrity import read_model_record
from toxtune.models.registry import get_family
from toxtune.prediction.applicability_domain import fit_domain
from toxtune.prediction.descriptor_domain import fit_descriptor_domain
from toxtune.prediction.evidence import Evidence, pack_evidence
from toxtune.prediction.fallback import fit_fallback
from toxtune.prediction.final_model import FINGERPRINTS
from toxtune.prediction.label_reading import LabelReading
from toxtune.prediction.metadata import (
    METADATA_FILE,
    FinalModelMetadata,
    Member,
    TaskThreshold,
)
from toxtune.prediction.model_card import CARD_FILE, model_card
from toxtune.search.selection_file import Selection, Winner
from toxtune.search.trials import Trial
from toxtune.selection.predictions import read_winners_predictions
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.thresholds import CRITERION

# Zip files cannot hold an earlier one.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class FinalSettings:
    """What the job is told, see `toxtune.config.job_settings`.

    Attributes
    ----------
    run
        Name of the run.
    sha256
        Of the dataset's file, uncompressed.
    refit
        ``none``, or what the winner is trained on again.
    seeds
        ``all`` for means over the trainings with all seeds, ``first`` for the first.
    features
        Name of each representation to its definition.
    smiles_column, id_column
        The dataset's columns with SMILES and ids; without ids ``None``.
    standardize, merge
        The dataset's settings.
    labels, bounds, permute_labels
        The dataset's settings.
    cross_validated
        Whether the search was a cross-validation.
    """

    run: str
    sha256: str
    refit: str
    seeds: str
    features: Mapping[str, Definition]
    smiles_column: str
    id_column: str | None
    standardize: str
    merge: str
    labels: Mapping[str, Any]
    bounds: str
    permute_labels: int | None
    cross_validated: bool

    @property
    def is_refit(self) -> bool:
        """Whether the models were trained again, on more molecules."""
        return self.refit != NO_REFIT

    def trial_of(self, winner: Winner) -> Trial:
        """Return the trial that the final models of a winner are trainings of."""
        return winner.refit if self.is_refit else winner.model


@dataclass(frozen=True)
class ModelParts:
    """Trained models, and what they need to predict.

    Attributes
    ----------
    trials, members, features, transforms, versions
        As in `FinalModelMetadata`.
    files
        Name in a final model to the file, for models and transforms.
    """

    trials: tuple[Trial, ...]
    members: tuple[Member, ...]
    features: dict[str, Definition]
    transforms: dict[str, str]
    versions: dict[str, str]
    files: dict[str, Path]


def save_final_model(
    *,
    selection: Selection,
    settings: FinalSettings,
    train: Sequence[Path],
    valid: Sequence[Path],
    trained_on: Path,
    curation: Path,
    recipe: Path,
    fitted: Path | None,
    test: Path,
    models: Path,
    transforms: Path,
    destination: Path,
) -> None:
    """Write the model selected overall, with all that it takes to predict.

    It is the winner of a family, or the ensemble of several models.

    Thresholds, temperatures and the applicability domain are those of validation
    molecules, with the models of the search, so that a refit does not change them.
    Test scores stand in the model's card alone.

    Parameters
    ----------
    selection
        What the search selected.
    settings
        How the final model is made.
    train, valid
        Tables of the training and the validation set of each fold, in the same order;
        one of each for hold-out.
    trained_on
        Table of the molecules that the models were trained on.
    curation, recipe
        ``curation.json`` and ``split.json``.
    fitted
        ``calibration.json``; ``None`` where classes have no thresholds.
    test
        ``test.json``, for the card.
    models
        Folder of the models: name, then seed.
    transforms
        Folder of what scales features.
    destination
        The zip file to write.
    """
    counts = selection.members_of(selection.overall)
    parts = describe_models(selection, counts, settings, models, transforms)
    training = read_subset(trained_on)
    folds = _subsets(train), _subsets(valid)
    pooled = read_winners_predictions(selection, list(valid), settings.cross_validated)
    selected = pooled[selection.overall]
    validation, predictions = selected.molecules, selected.predictions
    thresholds = {
        task: TaskThreshold(**values)
        for task, values in (read_final_thresholds(fitted) if fitted else {}).items()
    }
    metadata = FinalModelMetadata(
        run=settings.run,
        selection=selection.id,
        objective=selection.objective,
        trials=parts.trials,
        tasks=validation.tasks,
        n_outputs=predictions.shape[-1],
        smiles_column=settings.smiles_column,
        standardize=settings.standardize,
        merge=settings.merge,
        features=parts.features,
        refit=settings.refit,
        members=parts.members,
        transforms=parts.transforms,
        training_molecules=len(training.smiles),
        threshold_criterion=CRITERION if thresholds else None,
        thresholds=thresholds,
        applicability_domain=fit_domain(*folds),
        descriptor_domain=fit_descriptor_domain(*folds),
        versions=parts.versions,
        labels=LabelReading.of(
            validation.tasks, read_json(curation), settings.labels, settings.bounds
        ),
        tasks_left_out=read_json(recipe)["tasks_left_out"],
        fallback=fit_fallback(
            training,
            selection.objective.task_type,
            predictions.shape[-1] // len(validation.tasks),
        ),
        validation_score=selection.selected.mean,
    )
    conformal = calibrate_selected(
        selection, validation, predictions, metadata.seeds, training
    )
    evidence = Evidence(training, conformal.tasks)
    card = model_card(
        metadata,
        read_evaluation(test),
        seeds=selection.seeds,
        sha256=settings.sha256,
        permutation=settings.permute_labels,
    )
    write_final_model(destination, metadata, parts.files, evidence, card)


def describe_models(
    selection: Selection,
    counts: Mapping[str, int],
    settings: FinalSettings,
    models: Path,
    transforms: Path,
) -> ModelParts:
    """Describe models of a selection as ``final.json`` does.

    Parameters
    ----------
    selection
        What the search selected.
    counts
        Name of each model to how often it counts in a mean.
    settings, models, transforms
        As for `save_final_model`.
    """
    trained = {name: settings.trial_of(selection.models[name]) for name in counts}
    # Refits of two trials may be the same trial.
    trials = tuple({trial.id: trial for trial in trained.values()}.values())
    names = {name for trial in trials for name in trial.features.split(JOINT)}
    seeds = member_seeds(selection.seeds, settings.seeds)
    members, model_files, versions = _members(models, trained, counts, seeds)
    transform_files = {
        f"transforms/{name}.npz": transforms / f"{name}.npz"
        for name in sorted(filter(is_scaled, names))
    }
    return ModelParts(
        trials=trials,
        members=members,
        features={
            name: _definition(
                settings.features[name], transforms / f"{name}.npz", settings.id_column
            )
            for name in sorted(names)
        },
        transforms={path.stem: name for name, path in transform_files.items()},
        versions=versions,
        files={**model_files, **transform_files},
    )


def write_final_model(
    path: Path,
    metadata: FinalModelMetadata,
    files: Mapping[str, Path],
    evidence: Evidence,
    card: str,
) -> None:
    """Write the zip file of a final model.

    Parameters
    ----------
    path
        The zip file.
    metadata
        What the model is.
    files
        Name in the zip file to the file, for models and transforms.
    evidence
        What backs its predictions.
    card
        See `toxtune.prediction.model_card`.
    """
    text = json.dumps(metadata.to_dict(), indent=2, sort_keys=True, allow_nan=False)
    packed = io.BytesIO()
    np.save(packed, fingerprints(evidence.training.smiles))
    conformal = Conformal(metadata.selection, metadata.seeds, evidence.calibrations)
    contents = {
        CARD_FILE: card.encode(),
        METADATA_FILE: text.encode(),
        FINGERPRINTS: packed.getvalue(),
        **pack_evidence(evidence, conformal),
    }
    with whole_file(path, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(_entry(name), content)
        for name, file in files.items():
            archive.writestr(_entry(name), file.read_bytes())


def _members(
    folder: Path,
    trials: Mapping[str, Trial],
    counts: Mapping[str, int],
    seeds: Sequence[int],
) -> tuple[tuple[Member, ...], dict[str, Path], dict[str, str]]:
    """Describe the models by the records beside them, and name them in the zip file.

    Parameters
    ----------
    folder
        Where they are.
    trials, counts
        Name of each model to the trial that it is trained as, and to how often it
        counts.
    seeds
        Those of the models.

    Returns
    -------
    members
        Of each name in turn, one per seed.
    files
        Name in the zip file to the file.
    versions
        Library to the version that trained them, or to all versions that did.
    """
    members, files = [], {}
    versions: dict[str, set[str]] = {}
    for name, trial in trials.items():
        ending = get_family(trial.family).model_format
        for seed in seeds:
            file = folder / name / f"seed-{seed}.{ending}"
            packed = f"models/{name}-{file.name}"
            record = read_model_record(Path(f"{file}.json"))
            key, count = record["store_key"], counts[name]
            members.append(Member(trial.id, seed, packed, key, count))
            files[packed] = file
            for library, version in record["versions"].items():
                versions.setdefault(library, set()).add(version)
    told = {name: " and ".join(sorted(versions[name])) for name in sorted(versions)}
    return tuple(members), files, told


def _definition(
    definition: Definition, transform: Path, table_id_column: str | None
) -> Definition:
    """Describe features for those who predict: own ones by what is asked for."""
    if not is_own(definition):
        return definition
    described: dict[str, Any] = {
        "kind": definition["kind"],
        "name": definition["name"],
        "columns": read_transform(transform).names,
    }
    if "id_column" in definition:
        described["id_column"] = definition["id_column"]
        described["table_id_column"] = table_id_column
    return cast(Definition, described)


def _subsets(paths: Sequence[Path]) -> list[Subset]:
    return [read_subset(path) for path in paths]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
