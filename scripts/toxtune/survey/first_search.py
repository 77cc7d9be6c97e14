"""Which families and features are worth their time on a table of some size.

Where there are few labels, fixed features and plain models do as well as any: Deng et
al. 2023 (A systematic study of key elements underlying molecular property prediction)
find that learned representations need thousands of molecules. Trees keep up with
networks up to 10,000 rows (Grinsztajn et al. 2022, Why do tree-based models still
outperform deep learning on tabular data?). A Gaussian process did better than trees on
a few hundred molecules (docs/hyperparameters.md); its time grows with the square of
their number, so that larger tables go without.
"""

import importlib
import math
from dataclasses import dataclass
from typing import Any

from toxtune.splits.settings import HOLDOUT
from toxtune.survey.first_split import Split, is_small
from toxtune.survey.table import TableSurvey
from toxtune.tasks import TaskType

# Molecules with a label of one task.
FOR_BOOSTING = 500
FOR_NETWORKS = 2_000


@dataclass(frozen=True)
class Search:
    """What is tried.

    Attributes
    ----------
    spaces
        ``search.spaces``.
    seeds
        ``training.seeds``.
    why
        For people.
    """

    spaces: list[dict[str, Any]]
    seeds: list[int]
    why: str


def choose_search(survey: TableSurvey, split: Split) -> Search:
    """Choose families, features and hyperparameters by the number of molecules."""
    molecules = max(survey.molecules.values())
    task_type = survey.tasks.task_type
    spaces = [_linear(task_type), _forest(task_type)]
    names, why = ["a linear model", "a forest"], "few for more"
    if molecules < FOR_NETWORKS and task_type != TaskType.MULTICLASS:
        spaces.append(_gaussian_process(task_type))
        names.append("a Gaussian process")
    if molecules >= FOR_BOOSTING:
        spaces.append(_boosting())
        names.append("boosted trees")
        why = "enough for these"
    if molecules >= FOR_NETWORKS:
        spaces.append(_network(task_type))
        names.append("a network")
    why = f"{', '.join(names)}; {molecules:,} molecules are {why}"
    # Folds average chance out as seeds do; one seed then leaves time for more settings.
    has_folds = split.validation["scheme"] != HOLDOUT
    seeds = [0] if has_folds or is_small(survey) else [0, 1, 2]
    trials = sum(map(_points, spaces))
    trainings = trials * len(seeds) * split.validation.get("folds", 1)
    return Search(spaces, seeds, f"{why}; {trials} trials, {trainings} trainings")


def instead_of(survey: TableSurvey) -> str:
    """Name the preset that suits the number of molecules, for people."""
    if max(survey.molecules.values()) < FOR_NETWORKS:
        return "`preset: thorough` in place of `search` tries more, in minutes"
    return (
        "`preset: quick` in place of `search` is a first look, `preset: thorough` "
        "takes much longer (docs/presets.md)"
    )


def _points(space: dict[str, Any]) -> int:
    """Return how many trials a grid has."""
    axes = [space["features"], *space["hyperparameters"].values()]
    return math.prod(len(axis) for axis in axes if isinstance(axis, list))


def _linear(task_type: TaskType) -> dict[str, Any]:
    if task_type == TaskType.REGRESSION:
        family, strength = "ridge", {"alpha": [1.0, 10.0, 100.0, 1000.0]}
    else:
        family, strength = "logistic_regression", {"C": [0.001, 0.01, 0.1, 1.0]}
    return {
        "family": family,
        "features": ["counts", "descriptors"],
        "hyperparameters": strength,
    }


def _forest(task_type: TaskType) -> dict[str, Any]:
    # Many features say the same: few at a split, and for values more than for classes.
    tried = 0.1 if task_type == TaskType.REGRESSION else "sqrt"
    return {
        "family": "random_forest",
        "features": ["descriptors", "all"],
        "hyperparameters": {
            "n_estimators": 200,
            "max_features": tried,
            "min_samples_leaf": [1, 3],
        },
    }


def _gaussian_process(task_type: TaskType) -> dict[str, Any]:
    # Classes are noisy values: they are regressed as 0 and 1.
    is_precise = task_type == TaskType.REGRESSION
    return {
        "family": "gaussian_process",
        "features": ["counts", "all"],
        "hyperparameters": {
            "noise": [0.03, 0.1, 0.3] if is_precise else [0.3, 1.0, 3.0]
        },
    }


def _boosting() -> dict[str, Any]:
    if not _has_lightgbm():
        return {
            "family": "gradient_boosting",
            "features": "descriptors",
            "hyperparameters": {
                "learning_rate": 0.05,
                "max_iter": 200,
                "max_leaf_nodes": [7, 31],
                "max_features": 0.3,
            },
        }
    # What Boldini et al. 2023 find to matter (see the family's own space), for fewer
    # trials.
    return {
        "family": "lightgbm",
        "features": ["descriptors", "all"],
        "hyperparameters": {
            "n_estimators": 300,
            "learning_rate": [0.03, 0.1],
            "num_leaves": [15, 31],
            "colsample_bytree": 0.3,
        },
    }


def _network(task_type: TaskType) -> dict[str, Any]:
    return {
        "family": "dense",
        "features": "all",
        "hyperparameters": {
            "hidden_layers": [1, 2],
            "neurons": 512,
            "dropout": [0.25, 0.5],
            "learning_rate": [0.0003, 0.001],
            "epochs": 40 if task_type == TaskType.REGRESSION else 15,
        },
    }


def _has_lightgbm() -> bool:
    """Whether LightGBM can be loaded: it needs a library that pip does not install."""
    try:
        importlib.import_module("lightgbm")
    except (ImportError, OSError):
        return False
    return True
