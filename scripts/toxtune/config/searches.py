"""The searches of a configuration's spaces, before they are laid on a split."""

from dataclasses import dataclass, replace
from typing import Any

from toxtune.config.own_features import planned_features
from toxtune.config.sections import Config, DatasetSettings
from toxtune.errors import UserError
from toxtune.features.definitions import Definition, definitions_of, features_name
from toxtune.identity import short_id
from toxtune.search.named_family import named_family
from toxtune.search.schedule import BUDGETS, Schedule, read_strategy, schedule
from toxtune.search.space import SpaceSection, read_space
from toxtune.search.trials import Trial, make_trial, replicate_name
from toxtune.splits.settings import SplitSettings, training_set_names
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType

# What the families' shipped spaces are searched with, by its name in config.yaml.
FEATURES_OF_MODELS = "ecfp"


@dataclass(frozen=True)
class Search:
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
    return [
        (
            f"models[{number}]",
            {
                "family": family,
                "features": FEATURES_OF_MODELS,
                "hyperparameters": _shipped_space(family, f"models[{number}]"),
            },
        )
        for number, family in enumerate(models)
    ]


def _shipped_space(family: str, key: str) -> dict[str, list[Any]]:
    try:
        return named_family(family).space
    except UserError as error:
        raise UserError(f"{key}: {error}") from None


def searches_of(config: Config) -> list[Search]:
    """Read the spaces of a configuration, and lay their searches out."""
    spaces = searched_spaces(config["models"], config["search"]["spaces"])
    return [
        _search(f"space-{number}", key, setting, config)
        for number, (key, setting) in enumerate(spaces)
    ]


def cut_to(search: Search, trials: list[Trial], limit: int) -> Search:
    """Leave a search its first trials, so many of them; `trials` has one per point."""
    kept = set(list(dict.fromkeys(trial.id for trial in trials))[:limit])
    pairs = zip(search.schedule.points, trials, strict=True)
    points = [point for point, trial in pairs if trial.id in kept]
    return replace(search, schedule=Schedule(points))


def _search(name: str, key: str, setting: SpaceSection, config: Config) -> Search:
    features = planned_features(config)
    task_type = task_type_of(config)
    space = read_space(setting, list(features), key, task_type)
    budget = {key: value for key, value in setting.items() if key in BUDGETS}
    strategy = read_strategy({**config["search"]["strategy"], **budget})
    return Search(
        name=name,
        task_type=task_type,
        setting=setting,
        definitions={
            name: definitions_of(features, name) for name in space.features.values
        },
        schedule=schedule(space, strategy, sorted(config["training"]["seeds"])),
    )


def identity_of(dataset: DatasetSettings, split: SplitSettings) -> dict[str, str]:
    """Return the ids of a dataset and a split, which trials are named by."""
    return {"dataset": short_id(dataset), "split": short_id(split.to_dict())}


def started_trials(
    search: Search, identity: dict[str, str]
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


def replicate_names(seeds: list[int], split: SplitSettings) -> list[str]:
    """Name the trainings of a trial: one per seed, and per fold if there are any."""
    return [
        replicate_name(seed, name)
        for name in training_set_names(split)
        for seed in seeds
    ]


def task_type_of(config: Config) -> TaskType:
    """Return the type of tasks that the objective is for."""
    return METRICS[config["objective"]["metric"]].task_type
