"""Trials and what names them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.features.definitions import features_files
from toxtune.identity import canonical_json, short_id
from toxtune.io.integrity import damaged
from toxtune.models.registry import get_family
from toxtune.splits.settings import fold_folder
from toxtune.tasks import TaskType
from toxtune.text import shown


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
    hyperparameters: dict[str, Any]
    task_type: TaskType = TaskType.BINARY

    @property
    def folder(self) -> str:
        """Where the results of the trial's replicates are."""
        return f"results/trials/{self.family}/{self.id}"

    def subset_file(self, subset: str, fold: int | str | None = None) -> str:
        """Path of a part's molecules; of a fold of a cross-validation, or of `ALL`."""
        return f"{fold_folder(self._split_folder, fold)}/{subset}.csv"

    def features_files(self, subset: str, fold: int | str | None = None) -> list[str]:
        """Paths of a part's features, to be put side by side in this order."""
        folder = f"{fold_folder(self._split_folder, fold)}/{subset}"
        return [f"{folder}/{name}" for name in features_files(self.features)]

    def files(self, subset: str, fold: int | str | None = None) -> list[str]:
        """Paths of what a training reads of a part: features, then labels."""
        return [*self.features_files(subset, fold), self.subset_file(subset, fold)]

    @property
    def _split_folder(self) -> str:
        return f"data/{self.dataset}/{self.split}"

    def json(self) -> str:
        """Spell the trial as canonical JSON: what a training job is told."""
        return canonical_json(vars(self))


def read_trial(spelled: Any, path: Path) -> Trial:
    """Read a trial as `vars` spelled it, from a file.

    Raises
    ------
    UserError
        If it is no trial, or has another id than its settings give.
    """
    try:
        trial = Trial(**spelled)
        settings = {name: spelled[name] for name in spelled if name != "id"}
        id = make_trial(**settings).id
    except (TypeError, KeyError, AttributeError):
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
    hyperparameters: dict[str, Any],
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
        **{**identity, "hyperparameters": hyperparameters},
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


def deviations(family: str, hyperparameters: dict[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters that differ from the family's declared defaults."""
    declared = get_family(family).hyperparameters
    return {
        name: value
        for name, value in hyperparameters.items()
        if value != declared[name].default
    }


_NAME = re.compile(r"(?:fold-(\d+)-)?seed-(\d+)")


def replicate_name(seed: int, fold: int | None = None) -> str:
    """Name a training by its seed, and by its fold in a cross-validation."""
    return f"seed-{seed}" if fold is None else f"fold-{fold}-seed-{seed}"


def seed_and_fold(name: str) -> tuple[int, int | None]:
    """Read what `replicate_name` wrote."""
    fold, seed = _NAME.fullmatch(name).groups()
    return int(seed), None if fold is None else int(fold)


def fold_of(name: str) -> int | None:
    """Read the fold out of what `replicate_name` wrote."""
    return seed_and_fold(name)[1]
