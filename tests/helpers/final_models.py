"""A small final model for the tests: two forests on fingerprints of eight molecules."""

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from helpers.harm import refused
from helpers.selections import made_selection, made_winner
from toxtune.data.subsets import Subset
from toxtune.evaluation.conformal import calibrate_sets
from toxtune.evaluation.delivered import mean_over_seeds
from toxtune.features.compute import featurize
from toxtune.io.files import write_json
from toxtune.models.base import Examples
from toxtune.models.registry import current_versions, get_family
from toxtune.prediction.applicability_domain import ApplicabilityDomain
from toxtune.prediction.contenders import FrozenFiles
from toxtune.prediction.descriptor_domain import fit_descriptor_domain
from toxtune.prediction.evidence import Evidence
from toxtune.prediction.final_file import FinalSettings, write_final_model
from toxtune.prediction.final_model import load
from toxtune.prediction.metadata import (
    METADATA_FILE,
    FinalModelMetadata,
    Member,
    TaskThreshold,
)
from toxtune.search.selection_file import Ensemble
from toxtune.search.trials import Trial, make_trial
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType

SMILES = ["CCO", "CCN", "c1ccccc1O", "c1ccccc1N", "CC(=O)O", "CCCCCl", "CCBr", "CCC"]
ECFP = {"kind": "circular", "radius": 2, "size": 64}
LABELS = {
    "binary": [[0, 1], [1, 0], [0, 0], [1, 1], [0, 1], [1, 0], [0, np.nan], [1, 1]],
    "multiclass": [[n % 3, n % 2] for n in range(8)],
    "regression": [[n / 4, -n] for n in range(8)],
}
FALLBACK = {
    "binary": {"one": [0.5], "two": [4 / 7]},
    "multiclass": {"one": [0.375, 0.375, 0.25], "two": [0.5, 0.5, 0.0]},
    "regression": {"one": [0.875], "two": [-3.5]},
}
SEEDS = [3, 5]
METRICS = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}


@cache
def fitted(family, task_type, seed, **settings):
    """Fit a model of a family to the molecules, once for all tests."""
    family = get_family(family)
    defaults = {name: one.default for name, one in family.hyperparameters.items()}
    values = featurize(ECFP, SMILES).values.astype(np.float32)
    labels = np.array(LABELS[task_type], dtype=np.float32)
    examples = Examples(values, labels, task_type)
    return family.fit(examples, None, defaults | settings, seed).model


@cache
def of_training(task_type):
    """Return the training set, the evidence of the forests, the property domain."""
    labels = np.array(LABELS[task_type], dtype=np.float32)
    ids = [f"m{number}" for number in range(len(SMILES))]
    training = Subset(ids, SMILES, ids, ["one", "two"], labels)
    values = featurize(ECFP, SMILES).values.astype(np.float32)
    models = [fitted("random_forest", task_type, s, n_estimators=7) for s in SEEDS]
    # In earnest it is calibrated by molecules that no model has seen.
    delivered = mean_over_seeds(np.stack([m.predict(values) for m in models]))
    calibrations = calibrate_sets(training, delivered, TaskType(task_type), training)
    domain = fit_descriptor_domain([training], [training])
    return Evidence(training, calibrations), domain


def make(folder, task_type="binary", temperature=2.0, **changes):
    """Write a final model of two small forests."""
    evidence, domain = of_training(task_type)
    models = [folder / f"seed-{seed}.skops" for seed in SEEDS]
    for seed, path in zip(SEEDS, models, strict=True):
        fitted("random_forest", task_type, seed, n_estimators=7).save(path)
    names = [f"models/random_forest-{path.name}" for path in models]
    metadata = FinalModelMetadata(
        run="small",
        selection="5" * 12,
        objective=Objective(METRICS[task_type], "maximize"),
        trials=(made_trial(task_type),),
        tasks=["one", "two"],
        n_outputs=6 if task_type == "multiclass" else 2,
        smiles_column="smiles",
        standardize="parent",
        merge="stereo",
        features={"ecfp": ECFP},
        refit="none",
        members=tuple(
            Member("1" * 12, seed, name, store_key=64 * str(seed))
            for seed, name in zip(SEEDS, names, strict=True)
        ),
        transforms={},
        training_molecules=len(SMILES),
        threshold_criterion="youden",
        thresholds={
            "one": TaskThreshold(temperature, threshold=0.4),
            "two": TaskThreshold(None, None),
        },
        applicability_domain=ApplicabilityDomain(min_similarity=0.5),
        descriptor_domain=domain,
        versions=current_versions(["random_forest"]),
        fallback=FALLBACK[task_type],
    )
    path = folder / "final.zip"
    files = dict(zip(names, models, strict=True))
    metadata = replace(metadata, **changes)
    write_final_model(path, metadata, files, evidence, "# small\n")
    return path


def freeze(folder):
    """Write the files that a run ends with: two families, the forests selected."""
    model = make(folder)
    for seed in SEEDS:
        for family in ("random_forest", "logistic_regression"):
            path = folder / "models" / family / f"seed-{seed}.skops"
            path.parent.mkdir(parents=True, exist_ok=True)
            if family == "random_forest":
                shutil.copy(folder / path.name, path)
            else:
                fitted(family, "binary", seed).save(path)
            record = {
                "store_key": f"{family}-{seed}",
                "versions": current_versions([family]),
            }
            write_json(Path(f"{path}.json"), record)
    selection = replace(
        made_selection(
            {
                family: made_winner(make_trial("2" * 12, "3" * 12, family, "ecfp", {}))
                for family in ("logistic_regression", "random_forest")
            },
            overall="random_forest",
            seeds=SEEDS,
        ),
        ensemble=Ensemble({"logistic_regression": 1, "random_forest": 2}, 0.7, 0.1, []),
    )
    write_json(folder / "selection.json", selection.to_dict())
    return FrozenFiles(
        model=model,
        selection=folder / "selection.json",
        models=folder / "models",
        transforms=folder / "transforms",
        settings=FinalSettings(
            run="small",
            sha256="0" * 64,
            refit="none",
            seeds="all",
            features={"ecfp": ECFP},
            smiles_column="smiles",
            id_column=None,
            standardize="parent",
            merge="stereo",
            labels={},
            bounds="refuse",
            permute_labels=None,
            cross_validated=False,
        ),
    )


def made_trial(task_type="binary", family="random_forest"):
    """Make up a trial on fingerprints."""
    ids = ("1" * 12, "2" * 12, "3" * 12)
    return Trial(*ids, family, "ecfp", {}, TaskType(task_type))


def with_member(sound, family, content):
    """Return the files of a final model with one model in place of its forests."""
    member = f"models/{family}-seed-0.{get_family(family).model_format}"
    changes = {
        "trials": [made_trial(family=family).to_dict()],
        "members": [{"trial": "1" * 12, "seed": 0, "file": member, "store_key": "0"}],
    }
    metadata = json.loads(sound[METADATA_FILE]) | changes
    kept = {
        name: file for name, file in sound.items() if not name.startswith("models/")
    }
    return {**kept, METADATA_FILE: json.dumps(metadata), member: content}


def refused_model(path, *fragments):
    """Expect that a final model is refused in a line that names it."""
    message = refused(load, path)
    assert message.startswith(f"{path}: ")
    for fragment in fragments:
        assert fragment in message, message
