"""What a configuration asks for: dataset, splits and trials, each by its identity."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.features import features_name
from toxtune.files import read_json, write_json
from toxtune.gzipped import uncompressed
from toxtune.identity import canonical_json, short_id
from toxtune.space import Point, Space, deviations, read_space
from toxtune.strategies import STRATEGIES

HASH_CACHE = Path(".toxtune/source_hashes.json")


@dataclass(frozen=True)
class Trial:
    """One point of a space on one split, with all its hyperparameters written out.

    Attributes
    ----------
    id
        12 hexadecimal digits; see `docs/architecture.md`.
    dataset, split
        Their ids.
    family
        Name of the model family.
    features
        Name of the features, as in their file's name.
    hyperparameters
        A value for each hyperparameter that the family declares.
    """

    id: str
    dataset: str
    split: str
    family: str
    features: str
    hyperparameters: dict[str, Any]

    @property
    def folder(self) -> str:
        """Where the results of the trial's replicates are."""
        return f"results/trials/{self.family}/{self.id}"

    def part_file(self, part: str) -> str:
        """Path of a part's molecules."""
        return f"data/{self.dataset}/{self.split}/{part}.csv"

    def features_file(self, part: str) -> str:
        """Path of a part's features."""
        return f"data/{self.dataset}/{self.split}/{part}/{self.features}.npz"

    def json(self) -> str:
        """Spell the trial as canonical JSON: what a training job is told."""
        return canonical_json(vars(self))


@dataclass(frozen=True)
class Plan:
    """All that a configuration determines, for one split, before any job has run.

    Attributes
    ----------
    run
        Folder of the results below ``results/``.
    dataset, split
        Settings that decide the dataset and the split.
    dataset_id, split_id
        Their short hashes.
    features
        Name of features to their definition.
    trials
        Id to trial, sorted by id.
    """

    run: str
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

    @property
    def dataset_folder(self) -> str:
        """Where the dataset is."""
        return f"data/{self.dataset_id}"

    @property
    def split_folder(self) -> str:
        """Where the parts of the split are."""
        return f"{self.dataset_folder}/{self.split_id}"

    def part_file(self, part: str) -> str:
        """Path of a part's molecules."""
        return f"{self.split_folder}/{part}.csv"

    def features_files(self, *parts: str) -> list[str]:
        """Paths of the parts' features, of all kinds that a trial asks for."""
        trials = self.trials.values()
        return sorted({trial.features_file(part) for trial in trials for part in parts})

    @property
    def ledger(self) -> str:
        """Path of the split's ledger."""
        return f"results/ledger/{self.dataset_id}-{self.split_id}.jsonl"


def load_plans(config: dict[str, Any]) -> list[Plan]:
    """Work out the plans of a checked configuration, one per split.

    Several splits are several searches, each with a selection and a test of its own.

    Raises
    ------
    UserError
        For a missing data file or an illegal space.
    """
    dataset = _dataset_settings(config)
    spaces = [
        read_space(space, list(config["features"]), f"search.spaces[{number}]")
        for number, space in enumerate(config["search"]["spaces"])
    ]
    points = [
        (space.family, point) for space in spaces for point in _points(space, config)
    ]
    splits = _split_settings(config["split"])
    return [
        _plan(config, _run_folder(config["run"], split, splits), dataset, split, points)
        for split in splits
    ]


def _points(space: Space, config: dict[str, Any]) -> list[Point]:
    search = config["search"]
    return STRATEGIES[search["strategy"]](space, search["trials"], search["seed"])


def _run_folder(run: str, split: dict[str, Any], splits: list[dict[str, Any]]) -> str:
    return run if len(splits) == 1 else f"{run}/split-{split['seed']}"


def _plan(
    config: dict[str, Any],
    run: str,
    dataset: dict[str, Any],
    split: dict[str, Any],
    points: Iterable[tuple[str, Point]],
) -> Plan:
    identity = {"dataset": short_id(dataset), "split": short_id(split)}
    names = {
        name: features_name(config["features"][name]) for name in config["features"]
    }
    trials = [
        _trial(family, names[point.features], point.hyperparameters, identity)
        for family, point in points
    ]
    return Plan(
        run=run,
        dataset=dataset,
        dataset_id=identity["dataset"],
        split=split,
        split_id=identity["split"],
        features={names[name]: config["features"][name] for name in names},
        trials={
            trial.id: trial for trial in sorted(trials, key=lambda trial: trial.id)
        },
    )


def _trial(
    family: str,
    features: str,
    hyperparameters: dict[str, Any],
    identity: dict[str, str],
) -> Trial:
    what_it_is = {
        **identity,
        "family": family,
        "features": features,
        "hyperparameters": deviations(family, hyperparameters),
    }
    return Trial(
        id=short_id(what_it_is), **{**what_it_is, "hyperparameters": hyperparameters}
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


def _split_settings(split: dict[str, Any]) -> list[dict[str, Any]]:
    if split["method"] == "column":
        return [{"method": "column", "column": split["column"]}]
    fractions = {part: float(share) for part, share in split["fractions"].items()}
    return [
        {"method": split["method"], "fractions": fractions, "seed": seed}
        for seed in sorted(split["seeds"] or [None])
    ]


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
