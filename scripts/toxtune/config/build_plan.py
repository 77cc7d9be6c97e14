"""From a configuration to plans: dataset, splits and trials, each by its identity."""

from dataclasses import replace

from toxtune.config.budget import SpaceTrials, decided_budget
from toxtune.config.own_features import feature_columns
from toxtune.config.plan import Plan, PlannedStage
from toxtune.config.searches import (
    Search,
    cut_to,
    identity_of,
    replicate_names,
    searches_of,
    started_trials,
    task_type_of,
)
from toxtune.config.sections import Config, DatasetSettings
from toxtune.data.column_settings import copy_reading
from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.features.definitions import Definition, features_name
from toxtune.labels.column import Bounds
from toxtune.molecules.compounds import Merge, Standardize
from toxtune.search.proposal_settings import ProposalSettings
from toxtune.search.trials import Trial
from toxtune.splits.settings import SplitSettings, split_settings
from toxtune.stats.metrics import Objective
from toxtune.tables.sources import hash_of_source
from toxtune.tasks import TaskType


def load_plans(config: Config) -> list[Plan]:
    """Work out the plans of a checked configuration, one per split.

    Several splits are several searches, each with a selection and a test of its own.

    Raises
    ------
    UserError
        For a missing data file or an illegal space.
    """
    dataset, splits = _dataset_settings(config), _splits(config)
    searches = searches_of(config)
    budget = None
    if (asked := config["search"]["budget"]) is not None:
        started = _started_on_first(searches, dataset, splits)
        spaces = _trials(searches, started, splits)
        budget = decided_budget(config["run"], asked["core_minutes"], spaces)
        searches = [
            cut_to(search, trials, cut.trials)
            for search, trials, cut in zip(
                searches, started, budget.spaces, strict=True
            )
        ]
    plans = [_plan(config, run, dataset, splits[run], searches) for run in splits]
    ids = {plan.run: plan.split_id for plan in sorted(plans, key=lambda plan: plan.run)}
    prospective = _prospective_sums(config)
    return [
        replace(plan, splits=ids, prospective=prospective, budget=budget)
        for plan in plans
    ]


def searched_trials(config: Config) -> list[SpaceTrials]:
    """List what each space's search would train without a budget.

    Of strategies whose trials are known before any is trained.
    """
    searches, splits = searches_of(config), _splits(config)
    started = _started_on_first(searches, _dataset_settings(config), splits)
    return _trials(searches, started, splits)


def _splits(config: Config) -> dict[str, SplitSettings]:
    """Name the run of each split."""
    return {
        f"{config['run']}/{name}" if name else config["run"]: split
        for name, split in split_settings(
            config["split"],
            config["validation"],
            given_test=config["dataset"]["test_source"] is not None,
            decimal=config["dataset"]["decimal"],
        ).items()
    }


def _prospective_sums(config: Config) -> dict[str, str]:
    """Map the name of each prospective dataset to the SHA-256 of its content."""
    return {
        data["name"]: hash_of_source(data["source"], f"prospective[{number}].source")
        for number, data in enumerate(config["prospective"])
    }


def _started_on_first(
    searches: list[Search],
    dataset: DatasetSettings,
    splits: dict[str, SplitSettings],
) -> list[list[Trial]]:
    """Name the trials that each search starts with on the first split."""
    identity = identity_of(dataset, next(iter(splits.values())))
    return [[trial for trial, _ in started_trials(each, identity)] for each in searches]


def _trials(
    searches: list[Search],
    started: list[list[Trial]],
    splits: dict[str, SplitSettings],
) -> list[SpaceTrials]:
    """Say what each search would train without a budget."""
    return [
        SpaceTrials(
            space=search.name,
            family=search.setting["family"],
            # A space may be drawn from twice at the same point.
            trials=list(dict.fromkeys(trial.id for trial in trials)),
            trainings=sum(
                len(replicate_names(search.schedule.points[0][1], split))
                for split in splits.values()
            ),
        )
        for search, trials in zip(searches, started, strict=True)
    ]


def _plan(
    config: Config,
    run: str,
    dataset: DatasetSettings,
    split: SplitSettings,
    searches: list[Search],
) -> Plan:
    identity = identity_of(dataset, split)
    features: dict[str, Definition] = {}
    trials: dict[str, Trial] = {}
    replicates: set[tuple[str, str]] = set()
    stages: dict[str, PlannedStage] = {}
    for search in searches:
        for definitions in search.definitions.values():
            features.update({features_name(each): each for each in definitions})
        started = started_trials(search, identity)
        trials.update((trial.id, trial) for trial, _ in started)
        replicates.update(_replicates(started, split))
        objective = Objective(**config["objective"])
        stages.update(_stages(search, started, identity, objective, split))
    return Plan(
        run=run,
        task_type=task_type_of(config),
        dataset=dataset,
        dataset_id=identity["dataset"],
        split=split,
        split_id=identity["split"],
        features=features,
        trials={id: trials[id] for id in sorted(trials)},
        replicates=sorted(replicates),
        stages=stages,
        config=config,
    )


def _replicates(
    started: list[tuple[Trial, list[int]]], split: SplitSettings
) -> list[tuple[str, str]]:
    """Pair the id of each trial with the names of its trainings."""
    return [
        (trial.id, name)
        for trial, seeds in started
        for name in replicate_names(seeds, split)
    ]


def _stages(
    search: Search,
    started: list[tuple[Trial, list[int]]],
    identity: dict[str, str],
    objective: Objective,
    split: SplitSettings,
) -> dict[str, PlannedStage]:
    """Lay the stages of a search on a split."""
    return {
        f"{search.name}/{stage.name}": PlannedStage(
            family=search.setting["family"],
            size=stage.size,
            replicates=replicate_names(stage.seeds, split),
            start=_replicates(started[stage.start.start : stage.start.stop], split),
            after=[f"{search.name}/{name}" for name in stage.after],
            settings=ProposalSettings(
                **identity,
                method=stage.method,
                size=stage.size,
                objective=objective,
                task_type=search.task_type,
                space={
                    "family": search.setting["family"],
                    "features": search.setting["features"],
                    "hyperparameters": search.setting["hyperparameters"],
                },
                features=search.features,
            ),
        )
        for stage in search.schedule.stages
    }


def _dataset_settings(config: Config) -> DatasetSettings:
    """Return what decides the dataset, which its id is a hash of.

    What does not apply is left out, so that a new setting renames no dataset. The keys
    ``part_column`` and ``kind`` keep their old names, so that datasets keep their ids.
    """
    dataset, task_type = config["dataset"], task_type_of(config)
    settings: DatasetSettings = {
        "sha256": dataset["sha256"] or _local_sha256(dataset["source"]),
        "smiles_column": dataset["smiles_column"],
        "id_column": dataset["id_column"],
        "tasks": sorted(dataset["tasks"]),
        "part_column": config["split"]["column"],
    }
    copy_reading(settings, dataset)
    if (test := dataset["test_source"]) is not None:
        settings["test_sha256"] = hash_of_source(test, "dataset.test_source")
        settings["part_column"] = SPLIT_COLUMN
    # Datasets of binary tasks had their ids before there were other tasks.
    if task_type != TaskType.BINARY:
        settings["kind"] = task_type
    # What the first datasets knew, and had no name for.
    if dataset["standardize"] != Standardize.NONE:
        settings["standardize"] = dataset["standardize"]
    if dataset["merge"] != Merge.CONNECTIVITY:
        settings["merge"] = dataset["merge"]
    if dataset["labels"]:
        settings["labels"] = dataset["labels"]
    if dataset["bounds"] != Bounds.REFUSE:
        settings["bounds"] = dataset["bounds"]
    if dataset["permute_labels"] is not None:
        settings["permute_labels"] = dataset["permute_labels"]
    # Where tasks are named, columns of features are none anyway.
    columns = feature_columns(config["features"])
    if columns and not dataset["tasks"]:
        settings["not_tasks"] = columns
    return settings


def _local_sha256(source: str | list[str]) -> str:
    # A checked configuration has a checksum for several sources.
    return hash_of_source(str(source), "dataset.source")
