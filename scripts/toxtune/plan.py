"""What a configuration asks for: the dataset, the split and the trials, by identity."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.features import features_name
from toxtune.files import read_json, write_json
from toxtune.gzipped import uncompressed
from toxtune.identity import canonical_json, short_id
from toxtune.space import deviations, grid, typed_axes

HASH_CACHE = Path(".toxtune/source_hashes.json")


@dataclass(frozen=True)
class Trial:
    """One point of a space, with all its hyperparameters written out.

    Attributes
    ----------
    id
        12 hexadecimal digits; see `docs/architecture.md`.
    family
        Name of the model family.
    features
        Name of the features, as in their file's name.
    hyperparameters
        A value for each hyperparameter that the family declares.
    """

    id: str
    family: str
    features: str
    hyperparameters: dict[str, Any]

    def json(self) -> str:
        """Spell the trial as canonical JSON: what a training job is told."""
        return canonical_json(vars(self))


@dataclass(frozen=True)
class Plan:
    """All that a configuration determines before any job has run.

    Attributes
    ----------
    dataset, split
        Settings that decide the dataset and the split.
    dataset_id, split_id
        Their short hashes.
    features
        Name of features to their definition.
    trials
        Id to trial, sorted by id.
    """

    dataset: dict[str, Any]
    dataset_id: str
    split: dict[str, Any]
    split_id: str
    features: dict[str, dict[str, Any]]
    trials: dict[str, Trial]

    @property
    def columns(self) -> dict[str, Any]:
        """How the dataset's columns are read; its settings without the checksum."""
        return {key: value for key, value in self.dataset.items() if key != "sha256"}

    @property
    def families(self) -> list[str]:
        """The families that have trials, sorted."""
        return sorted({trial.family for trial in self.trials.values()})


def load_plan(config: dict[str, Any]) -> Plan:
    """Work out the plan of a checked configuration.

    Raises
    ------
    UserError
        For a missing data file or an illegal space.
    """
    dataset = _dataset_settings(config)
    split = _split_settings(config["split"])
    identity = {"dataset": short_id(dataset), "split": short_id(split)}
    trials = [
        trial
        for number, space in enumerate(config["search"]["spaces"])
        for trial in _trials(space, f"search.spaces[{number}]", config, identity)
    ]
    definitions = config["features"].values()
    return Plan(
        dataset=dataset,
        dataset_id=identity["dataset"],
        split=split,
        split_id=identity["split"],
        features={features_name(definition): definition for definition in definitions},
        trials={
            trial.id: trial for trial in sorted(trials, key=lambda trial: trial.id)
        },
    )


def _dataset_settings(config: dict[str, Any]) -> dict[str, Any]:
    dataset = config["dataset"]
    by_column = config["split"]["method"] == "column"
    return {
        "sha256": dataset["sha256"] or _hash_of_source(dataset["source"]),
        "smiles_column": dataset["smiles_column"],
        "id_column": dataset["id_column"],
        "tasks": sorted(dataset["tasks"]),
        "part_column": config["split"]["column"] if by_column else None,
    }


def _split_settings(split: dict[str, Any]) -> dict[str, Any]:
    if split["method"] == "column":
        return {"method": "column", "column": split["column"]}
    fractions = {part: float(share) for part, share in split["fractions"].items()}
    return {"method": split["method"], "fractions": fractions, "seed": split["seed"]}


def _hash_of_source(source: str) -> str:
    """SHA-256 of a local file's uncompressed content.

    Remembered by size and time, so that parsing stays fast.
    """
    path = Path(os.path.expandvars(source)).expanduser()
    if not path.is_file():
        raise UserError(
            f"dataset.source: there is no file {source}. Name a CSV file with a SMILES "
            "column, or try `make demo`, which needs no data"
        )
    status = path.stat()
    known = read_json(HASH_CACHE) if HASH_CACHE.is_file() else {}
    key = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    if key not in known:
        digest = hashlib.sha256()
        with open(path, "rb") as stream:
            for chunk in uncompressed(stream, f"dataset.source: {source}"):
                digest.update(chunk)
        known[key] = digest.hexdigest()
        write_json(HASH_CACHE, known)
    return known[key]


def _trials(
    space: dict[str, Any], where: str, config: dict[str, Any], identity: dict[str, str]
) -> list[Trial]:
    if space["features"] not in config["features"]:
        known = ", ".join(sorted(config["features"]))
        raise UserError(
            f"{where}.features: {space['features']!r} is not defined under features, "
            f"which has {known}"
        )
    family = space["family"]
    features = features_name(config["features"][space["features"]])
    axes = typed_axes(family, space["hyperparameters"], f"{where}.hyperparameters")
    return [
        Trial(
            id=short_id(
                {
                    **identity,
                    "family": family,
                    "features": features,
                    "hyperparameters": deviations(family, hyperparameters),
                }
            ),
            family=family,
            features=features,
            hyperparameters=hyperparameters,
        )
        for hyperparameters in grid(family, axes)
    ]
