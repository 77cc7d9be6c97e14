"""What a configuration asks for: dataset, splits and trials, each by its identity."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.features import definitions_of, features_files, features_name
from toxtune.files import read_json, write_json
from toxtune.gzipped import uncompressed
from toxtune.identity import short_id
from toxtune.schedule import Schedule, schedule
from toxtune.space import read_space
from toxtune.trials import Trial, make_trial

# What decides a proposal; the rest of a space is its budget.
SPACE_KEYS = ("family", "features", "hyperparameters")
HASH_CACHE = Path(".toxtune/source_hashes.json")


@dataclass(frozen=True)
class PlannedStage:
    """A stage of one space's search on one split.

    Attributes
    ----------
    family
        Name of the model family.
    size, seeds
        Number of slots, and the seeds that each is trained with.
    start
        Pairs of trial id and seed whose scores the proposals wait for.
    after
        Names of the stages whose scores they wait for.
    settings
        All else that they depend on.
    """

    family: str
    size: int
    seeds: list[int]
    start: list[tuple[str, int]]
    after: list[str]
    settings: dict[str, Any]


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
        Name to definition of each representation that a trial may ask for; what
        stands side by side is taken apart.
    trials
        Id to trial, sorted by id: those that the search starts with.
    replicates
        Pairs of trial id and seed: the trainings that the search starts with.
    stages
        Name to stage: the trainings whose trials are proposed from earlier scores.
        The name has the space's number, as in ``space-0/rung-1``.
    """

    run: str
    dataset: dict[str, Any]
    dataset_id: str
    split: dict[str, Any]
    split_id: str
    features: dict[str, dict[str, Any]]
    trials: dict[str, Trial]
    replicates: list[tuple[str, int]]
    stages: dict[str, PlannedStage]

    @property
    def columns(self) -> dict[str, Any]:
        """How the dataset's columns are read; its settings without the checksum."""
        return {key: value for key, value in self.dataset.items() if key != "sha256"}

    @property
    def families(self) -> list[str]:
        """The families that have trials, sorted."""
        return sorted({trial.family for trial in self.trials.values()})

    @property
    def results(self) -> list[str]:
        """The folders of all trainings of the search."""
        started = [self._started(id, seed) for id, seed in self.replicates]
        slots = [slot for name in self.stages for slot in self.slots(name)]
        return started + slots

    def results_before(self, stage: str) -> list[str]:
        """Return the folders of the trainings that a stage's proposals wait for."""
        planned = self.stages[stage]
        started = [self._started(id, seed) for id, seed in planned.start]
        return started + [slot for name in planned.after for slot in self.slots(name)]

    def _started(self, id: str, seed: int) -> str:
        return f"{self.trials[id].folder}/seed-{seed}"

    def slots(self, stage: str) -> list[str]:
        """Return the folders of a stage's trainings."""
        planned = self.stages[stage]
        return [
            f"results/{self.run}/search/{stage}/slot-{slot}/seed-{seed}"
            for slot in range(planned.size)
            for seed in planned.seeds
        ]

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
        """Paths of the parts' features, of all kinds that a trial may ask for."""
        return [
            f"{self.split_folder}/{part}/{file}"
            for part in parts
            for name in sorted(self.features)
            for file in features_files(name)
        ]

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
    seeds = sorted(config["search"]["seeds"])
    schedules = []
    for number, spelled in enumerate(config["search"]["spaces"]):
        space = read_space(
            spelled, list(config["features"]), f"search.spaces[{number}]"
        )
        settings = {**config["search"], **spelled}
        schedules.append((spelled, space.family, schedule(space, settings, seeds)))
    splits = _split_settings(config["split"])
    return [
        _plan(
            config, _run_folder(config["run"], split, splits), dataset, split, schedules
        )
        for split in splits
    ]


def _run_folder(run: str, split: dict[str, Any], splits: list[dict[str, Any]]) -> str:
    return run if len(splits) == 1 else f"{run}/split-{split['seed']}"


def _plan(
    config: dict[str, Any],
    run: str,
    dataset: dict[str, Any],
    split: dict[str, Any],
    schedules: list[tuple[dict[str, Any], str, Schedule]],
) -> Plan:
    identity = {"dataset": short_id(dataset), "split": short_id(split)}
    defined: dict[str, dict[str, Any]] = {}
    trials: dict[str, Trial] = {}
    replicates: set[tuple[str, int]] = set()
    stages: dict[str, PlannedStage] = {}
    for number, (spelled, family, laid_out) in enumerate(schedules):
        single = _definitions(spelled["features"], config["features"])
        for definitions in single.values():
            defined.update((features_name(one), one) for one in definitions)
        names = {name: features_name(*of) for name, of in single.items()}
        started = []
        for point, seeds in laid_out.points:
            features = names[point.features]
            trial = make_trial(
                **identity,
                family=family,
                features=features,
                hyperparameters=point.hyperparameters,
            )
            trials[trial.id] = trial
            started.append([(trial.id, seed) for seed in seeds])
        replicates.update(pair for pairs in started for pair in pairs)
        for stage in laid_out.stages:
            stages[f"space-{number}/{stage.name}"] = PlannedStage(
                family=family,
                size=stage.size,
                seeds=stage.seeds,
                start=[pair for point in stage.start for pair in started[point]],
                after=[f"space-{number}/{name}" for name in stage.after],
                settings={
                    **stage.settings,
                    **identity,
                    "size": stage.size,
                    "objective": config["objective"],
                    "space": {key: spelled[key] for key in SPACE_KEYS},
                    "features": names,
                },
            )
    return Plan(
        run=run,
        dataset=dataset,
        dataset_id=identity["dataset"],
        split=split,
        split_id=identity["split"],
        features=defined,
        trials={id: trials[id] for id in sorted(trials)},
        replicates=sorted(replicates),
        stages=stages,
    )


def _definitions(
    spelled: str | list[str], features: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Look up a space's features: their names to what stands side by side."""
    names = spelled if isinstance(spelled, list) else [spelled]
    return {name: definitions_of(features, name) for name in names}


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
