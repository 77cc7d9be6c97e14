"""Writing the final model: one zip file, equal contents as equal bytes."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.data.subsets import Subset, read_subset
from toxtune.evaluation.probabilities import fit_thresholds
from toxtune.evaluation.refits_and_ensembles import ensemble_of
from toxtune.features.definitions import JOINT, is_scaled
from toxtune.features.similarity import RADIUS, SIZE, fingerprints
from toxtune.io.files import read_json, whole_file
from toxtune.models.registry import get_family
from toxtune.prediction.applicability_domain import (
    PERCENTILE,
    domain_threshold,
    pack_fingerprints,
)
from toxtune.prediction.final_model import FINGERPRINTS, current_versions
from toxtune.prediction.metadata import CARD, FORMAT
from toxtune.search.selection_file import Selection
from toxtune.selection.predictions import read_pooled
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.thresholds import CRITERION
from toxtune.tasks import TaskType

# Zip files cannot hold an earlier one.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def save_final_model(
    *,
    selection: Selection,
    settings: dict[str, Any],
    train: Sequence[Path],
    valid: Sequence[Path],
    trained_on: Path,
    models: Path,
    transforms: Path,
    destination: Path,
) -> None:
    """Write the model selected overall, with all that it takes to predict.

    Parameters
    ----------
    selection
        What was selected.
    settings
        What `toxtune.config.job_settings.final_settings` returns.
    train, valid
        Tables of the training and the validation set of each fold, in the same order;
        one of each for hold-out.
    trained_on
        Table of the molecules that the models were trained on.
    models
        Folder of the models: family, then seed.
    transforms
        Folder of what scales features.
    destination
        The zip file to write.
    """
    family = selection.overall
    judged = read_pooled(
        selection.winner.folders,
        selection.seeds,
        list(valid),
        settings["cross_validated"],
    )
    folds = ([read_subset(path) for path in paths] for paths in (train, valid))
    card = final_card(selection, settings, judged, tuple(folds))
    ending = get_family(family).model_format
    scaled = filter(is_scaled, card["trial"]["features"].split(JOINT))
    members = [models / family / f"seed-{seed}.{ending}" for seed in card["seeds"]]
    keys = [read_json(Path(f"{member}.json"))["store_key"] for member in members]
    write_final(
        destination,
        {**card, "store_keys": keys},
        models=members,
        transforms={name: transforms / f"{name}.npz" for name in scaled},
        trained_on=read_subset(trained_on).smiles,
    )


def final_card(
    selection: Selection,
    settings: dict[str, Any],
    judged: tuple[Subset, np.ndarray],
    folds: tuple[Sequence[Subset], Sequence[Subset]],
) -> dict[str, Any]:
    """Say what the final model is, and fit what it needs besides models.

    Thresholds, temperatures and the domain are fitted on validation molecules, by the
    models of the search, so that they are the same after a refit.

    Parameters
    ----------
    selection
        What was selected.
    settings
        ``refit`` and ``ensemble``; ``features``, name to definition; ``calibration``;
        ``smiles_column``; ``run``.
    judged
        What `toxtune.selection.predictions.read_pooled` says of the winner.
    folds
        The parts train and valid of each fold; one of each for hold-out.

    Returns
    -------
    dict
        Content of ``final.json``; see `docs/architecture.md`.
    """
    winner = selection.winner
    is_refit = settings["refit"] != NO_REFIT
    trial = winner.refit if is_refit else winner.model
    seeds = selection.seeds if settings["ensemble"] else selection.seeds[:1]
    valid, predictions = judged
    mean = ensemble_of(predictions[: len(seeds)])
    is_binary = trial.task_type == TaskType.BINARY
    names = trial.features.split(JOINT)
    return {
        "format": FORMAT,
        "run": settings["run"],
        "selection": selection.id,
        "objective": selection.objective.to_dict(),
        "trial": trial.to_dict(),
        "task_type": trial.task_type,
        "tasks": valid.tasks,
        "n_outputs": mean.shape[1],
        "smiles_column": settings["smiles_column"],
        "features": {name: settings["features"][name] for name in names},
        "seeds": seeds,
        "refit": settings["refit"],
        "criterion": CRITERION if is_binary else None,
        "calls": fit_thresholds(valid, mean[None], settings["calibration"])
        if is_binary
        else {},
        "domain": {
            "threshold": domain_threshold(*folds),
            "percentile": PERCENTILE,
            "fingerprint": {"kind": "circular", "radius": RADIUS, "size": SIZE},
        },
        "versions": current_versions(trial.family),
    }


def write_final(
    path: Path,
    card: dict[str, Any],
    models: Sequence[Path],
    transforms: dict[str, Path],
    trained_on: Sequence[str],
) -> None:
    """Write the final model.

    Parameters
    ----------
    path
        The zip file.
    card
        As `final_card` returns it.
    models
        A saved model per seed of the card.
    transforms
        Name of features to the file with what scales them.
    trained_on
        SMILES of the molecules that the models were trained on.
    """
    members = {f"models/{model.name}": model for model in models}
    scales = {f"transforms/{name}.npz": file for name, file in transforms.items()}
    card = {
        **card,
        "members": list(members),
        "transforms": {name: f"transforms/{name}.npz" for name in transforms},
        "molecules": len(trained_on),
    }
    known = io.BytesIO()
    np.save(known, pack_fingerprints(fingerprints(trained_on)))
    contents = {
        CARD: json.dumps(card, indent=2, sort_keys=True, allow_nan=False).encode(),
        FINGERPRINTS: known.getvalue(),
    }
    with whole_file(path, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(_entry(name), content)
        for name, file in {**members, **scales}.items():
            archive.writestr(_entry(name), file.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
