"""From a configuration to plans: dataset, splits and trials, each by its identity."""

from dataclasses import dataclass, replace

from toxtune.config.budget import SpaceTrials, decided_budget
from toxtune.config.own_features import feature_columns, planned_features
from toxtune.config.plan import Plan, PlannedStage
from toxtune.config.sections import Config, DatasetSettings
from toxtune.data.column_settings import copy_reading
from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.features.definitions import Definition, definitions_of, features_name
from toxtune.identity import short_id
from toxtune.labels.column import Bounds
from toxtune.models.registry import get_family, trust
from toxtune.molecules.compounds import Merge, Standardize
from toxtune.search.proposal_settings import ProposalSettings
from toxtune.search.schedule import BUDGETS, Schedule, read_strategy, schedule
from toxtune.search.space import SpaceSection, read_space
from toxtune.search.trials import Trial, make_trial, replicate_name
from toxtune.splits.settings import SplitSettings, split_settings, training_set_names
from toxtune.stats.metrics import METRICS, Objective
from toxtune.tables.sources import hash_of_source
from toxtune.tasks import TaskType

# What a proposal depends on; the rest of a space is its budget.
SPACE_KEYS = ("family", "features", "hyperparameters")


# What the families' shipped spaces are searched with, by its name in config.yaml.
FEATURES_OF_MODELS = "ecfp"


def load_plans(config: Config) -> list[Plan]:
    """Work out the plans of a checked configuration, one per split.

    Several splits are several searches, each with a selection and a test of its own.

    Raises
    ------
    UserError
        For a missing data file or an illegal space.
    """
    dataset, splits = _dataset_settings(config), _splits(config)
    searches = _searches(config)
    budget = None
    if (asked := config["search"]["budget"]) is not None:
        started = _started_on_first(searches, dataset, splits)
        spaces = _trials(searches, started, splits)
        budget = decided_budget(config["run"], asked["core_minutes"], spaces)
        searches = [
            _cut(search, trials, cut.trials)
            for search, trials, cut in zip(
                searches, started, budget.spaces, strict=True
            )
        ]
    plans = [_plan(config, run, dataset, splits[run], searches) for run in splits]
    runs, prospective = sorted(splits), _prospective_sums(config)
    return [
        replace(plan, runs=runs, prospective=prospective, budget=budget)
        for plan in plans
    ]


def searched_trials(config: Config) -> list[SpaceTrials]:
    """List what each space's search would train without a budget.

    Of strategies whose trials are known before any is trained.
    """
    searches, splits = _searches(config), _splits(config)
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
        ).items()
    }


def _prospective_sums(config: Config) -> dict[str, str]:
    """Map the name of each prospective dataset to the SHA-256 of its content."""
    return {
        data["name"]: hash_of_source(data["source"], f"prospective[{number}].source")
        for number, data in enumerate(config["prospective"])
    }


@dataclass(frozen=True)
class _Search:
    """One space's search, before it is laid on a split.

    Attributes
    ----------
    name
        ``space-`` and the space's number.
    task_type
        Of the tasks.
    setting
        The space as the configuration has it.
    definitions
        Name of features to what stands side by side in them.
    schedule
        What is trained.
    """

    name: str
    task_type: TaskType
    setting: SpaceSection
    definitions: dict[str, list[Definition]]
    schedule: Schedule

    @property
    def features(self) -> dict[str, str]:
        """The configuration's names of features to the names of their files."""
        return {
            name: features_name(*definitions)
            for name, definitions in self.definitions.items()
        }


def searched_spaces(
    models: list[str], spaces: list[SpaceSection]
) -> list[tuple[str, SpaceSection]]:
    """List the spaces that are searched, each with its key for messages."""
    if not models:
        return [(f"search.spaces[{n}]", space) for n, space in enumerate(spaces)]
    for family in models:
        trust(family)
    return [
        (
            f"models[{number}]",
            {
                "family": family,
                "features": FEATURES_OF_MODELS,
                "hyperparameters": get_family(family).space,
            },
        )
        for number, family in enumerate(models)
    ]


def _searches(config: Config) -> list[_Search]:
    spaces = searched_spaces(config["models"], config["search"]["spaces"])
    return [
        _search(f"space-{number}", key, setting, config)
        for number, (key, setting) in enumerate(spaces)
    ]


def _started_on_first(
    searches: list[_Search],
    dataset: DatasetSettings,
    splits: dict[str, SplitSettings],
) -> list[list[Trial]]:
    """Name the trials that each search starts with on the first split."""
    identity = _identity(dataset, next(iter(splits.values())))
    return [[trial for trial, _ in _started(each, identity)] for each in searches]


def _trials(
    searches: list[_Search],
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
                len(_names(search.schedule.points[0][1], split))
                for split in splits.values()
            ),
        )
        for search, trials in zip(searches, started, strict=True)
    ]


def _cut(search: _Search, trials: list[Trial], limit: int) -> _Search:
    """Leave a search its first trials, so many of them; `trials` has one per point."""
    kept = set(list(dict.fromkeys(trial.id for trial in trials))[:limit])
    pairs = zip(search.schedule.points, trials, strict=True)
    points = [point for point, trial in pairs if trial.id in kept]
    return replace(search, schedule=Schedule(points))


def _search(name: str, key: str, setting: SpaceSection, config: Config) -> _Search:
    features = planned_features(config)
    task_type = _task_type(config)
    space = read_space(setting, list(features), key, task_type)
    budget = {key: value for key, value in setting.items() if key in BUDGETS}
    strategy = read_strategy({**config["search"]["strategy"], **budget})
    return _Search(
        name=name,
        task_type=task_type,
        setting=setting,
        definitions={
            name: definitions_of(features, name) for name in space.features.values
        },
        schedule=schedule(space, strategy, sorted(config["training"]["seeds"])),
    )


def _plan(
    config: Config,
    run: str,
    dataset: DatasetSettings,
    split: SplitSettings,
    searches: list[_Search],
) -> Plan:
    identity = _identity(dataset, split)
    features: dict[str, Definition] = {}
    trials: dict[str, Trial] = {}
    replicates: set[tuple[str, str]] = set()
    stages: dict[str, PlannedStage] = {}
    for search in searches:
        for definitions in search.definitions.values():
            features.update({features_name(each): each for each in definitions})
        started = _started(search, identity)
        trials.update((trial.id, trial) for trial, _ in started)
        replicates.update(_replicates(started, split))
        objective = Objective(**config["objective"])
        stages.update(_stages(search, started, identity, objective, split))
    return Plan(
        run=run,
        task_type=_task_type(config),
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


def _identity(dataset: DatasetSettings, split: SplitSettings) -> dict[str, str]:
    return {"dataset": short_id(dataset), "split": short_id(split.to_dict())}


def _started(
    search: _Search, identity: dict[str, str]
) -> list[tuple[Trial, list[int]]]:
    """Name the trials that a search starts with."""
    return [
        (
            make_trial(
                **identity,
                family=search.setting["family"],
                features=search.features[point.features],
                hyperparameters=point.hyperparameters,
                task_type=search.task_type,
            ),
            seeds,
        )
        for point, seeds in search.schedule.points
    ]


def _replicates(
    started: list[tuple[Trial, list[int]]], split: SplitSettings
) -> list[tuple[str, str]]:
    """Pair the id of each trial with the names of its trainings."""
    return [
        (trial.id, name) for trial, seeds in started for name in _names(seeds, split)
    ]


def _names(seeds: list[int], split: SplitSettings) -> list[str]:
    """Name the trainings of a trial: one per seed, and per fold if there are any."""
    return [
        replicate_name(seed, name)
        for name in training_set_names(split)
        for seed in seeds
    ]


def _stages(
    search: _Search,
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
            replicates=_names(stage.seeds, split),
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


def _task_type(config: Config) -> TaskType:
    """Return the type of tasks that the objective is for."""
    return METRICS[config["objective"]["metric"]].task_type


def _dataset_settings(config: Config) -> DatasetSettings:
    """Return what decides the dataset, which its id is a hash of.

    What does not apply is left out, so that a new setting renames no dataset. The keys
    ``part_column`` and ``kind`` keep their old names, so that datasets keep their ids.
    """
    dataset, task_type = config["dataset"], _task_type(config)
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
