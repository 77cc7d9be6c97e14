"""Trials and what names them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.identity import canonical_json, short_id
from toxtune.io.integrity import damaged
from toxtune.models.hyperparameters import Hyperparameters
from toxtune.models.registry import get_family
from toxtune.splits.training_set import WHOLE, TrainingSet
from toxtune.tasks import TaskType
from toxtune.text import shown


@dataclass(frozen=True)
class Trial:
    """One point of a space on one split, with all its hyperparameters written out.

    Attributes
    ----------
    id
        12 hexadecimal digits; see `docs/outputs.md`.
    dataset, split
        Their ids.
    family
        Name of the model family.
    features
        Name of the features; see `toxtune.features.definitions.features_name`.
    hyperparameters
        A value for each hyperparameter that the family declares.
    task_type
        Of the tasks, see `toxtune.tasks`; the dataset's id stands for it in the name.
    """

    id: str
    dataset: str
    split: str
    family: str
    features: str
    hyperparameters: Hyperparameters
    task_type: TaskType = TaskType.BINARY

    @property
    def folder(self) -> str:
        """Where the results of the trial's replicates are."""
        return f"results/trials/{self.family}/{self.id}"

    def training_set(self, name: str = WHOLE) -> TrainingSet:
        """Return one of the split's training sets."""
        return TrainingSet(self.dataset, self.split, name)

    def files(self, subset: str, set_name: str = WHOLE) -> list[str]:
        """Paths of what a training reads of a subset: features, then labels."""
        training_set = self.training_set(set_name)
        features = training_set.features(subset, self.features)
        return [*features, training_set.subset(subset)]

    def json(self) -> str:
        """Spell the trial as canonical JSON: what a training job is told."""
        return canonical_json(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the trial as in JSON files."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Trial":
        """Read what `to_dict` returned; `read_trial` checks it as well."""
        return cls(**content)


def read_trial(spelled: Any, path: Path) -> Trial:
    """Read a trial, as `Trial.to_dict` returned it, from a file.

    Raises
    ------
    UserError
        If it is no trial, or has another id than its settings give.
    """
    try:
        trial = Trial.from_dict(spelled)
        settings = {name: spelled[name] for name in spelled if name != "id"}
        id = make_trial(**settings).id
    except (TypeError, KeyError, AttributeError, UserError):
        raise damaged(path, f"{shown(spelled)} is no trial") from None
    if trial.id != id:
        raise damaged(
            path, f"a trial with the settings of {id} has the id {shown(trial.id)}"
        )
    return trial


def make_trial(
    dataset: str,
    split: str,
    family: str,
    features: str,
    hyperparameters: Hyperparameters,
    task_type: TaskType = TaskType.BINARY,
) -> Trial:
    """Name a trial by what it is.

    Hyperparameters at their declared default are no part of the name, so that a new
    hyperparameter renames nothing.
    """
    identity = {
        "dataset": dataset,
        "split": split,
        "family": family,
        "features": features,
        "hyperparameters": deviations(family, hyperparameters),
    }
    return Trial(
        id=short_id(identity),
        dataset=dataset,
        split=split,
        family=family,
        features=features,
        hyperparameters=hyperparameters,
        task_type=task_type,
    )


def with_hyperparameters(trial: Trial, **changes: Any) -> Trial:
    """Return the trial that differs in these hyperparameters, under its own name."""
    return make_trial(
        trial.dataset,
        trial.split,
        trial.family,
        trial.features,
        {**trial.hyperparameters, **changes},
        trial.task_type,
    )


def deviations(family: str, hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Return the hyperparameters that differ from the family's declared defaults."""
    declared = get_family(family).hyperparameters
    return {
        name: value
        for name, value in hyperparameters.items()
        if value != declared[name].default
    }


_NAME = re.compile(r"(?:(fold-[0-9]+)-)?seed-([0-9]+)")


def replicate_name(seed: int, set_name: str = WHOLE) -> str:
    """Name a training by its seed, and by its training set in a cross-validation.

    Examples
    --------
    >>> replicate_name(0), replicate_name(0, "fold-3")
    ('seed-0', 'fold-3-seed-0')
    """
    return f"seed-{seed}" if set_name == WHOLE else f"{set_name}-seed-{seed}"


def seed_and_set(name: str) -> tuple[int, str]:
    """Read the seed and the name of the training set that `replicate_name` wrote."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} does not name a replicate")
    return int(found[2]), found[1] or WHOLE


def set_name_of(replicate: str) -> str:
    """Read the name of the training set that `replicate_name` wrote."""
    return seed_and_set(replicate)[1]
