"""Replicates: what is trained, and the keys under which the store keeps what it gives.

A key is the hash of all that determines a result, so that nothing is trained twice.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from toxtune.data.subsets import has_rows
from toxtune.identity import full_hash
from toxtune.io.files import read_json, sha256_of_file, write_json
from toxtune.models.base import CPU
from toxtune.models.registry import device_of, get_family, module_of
from toxtune.search.trials import Trial, seed_and_set
from toxtune.splits.training_set import WHOLE
from toxtune.versions import code_hash, code_state, library_version
from toxtune.workers.server import running_folder

FITTING = "toxtune.training.fitting"


@dataclass(frozen=True)
class Replicate:
    """One training of a trial with one seed.

    Attributes
    ----------
    trial
        The trial; the subsets of its split and their features must be there.
    seed
        Any whole number ≥ 0.
    set_name
        Name of the training set, see `toxtune.splits.training_set.TrainingSet`.
    device
        What it is trained on, see `toxtune.models.registry.device_of`.
    """

    trial: Trial
    seed: int
    set_name: str = WHOLE
    device: str = CPU

    @cached_property
    def key(self) -> str:
        """Hash of all that determines the result."""
        family = get_family(self.trial.family)
        return full_hash(
            {
                "family": family.name,
                "task_type": self.trial.task_type,
                "hyperparameters": self.trial.hyperparameters,
                "seed": self.seed,
                "data": [
                    [sha256_of_file(path) for path in self.files(subset)]
                    for subset in self.subsets
                ],
                "code": training_code(module_of(family.name)),
                "versions": {name: library_version(name) for name in family.libraries},
                "device": self.device,
                "precision": "float32",
            }
        )

    @property
    def keys(self) -> dict[str, str]:
        """Keys of the entries in the store, by what the training gives."""
        return {
            "result": self.key,
            "model": model_key(self.key),
            "state": state_key(self.key),
        }

    @cached_property
    def subsets(self) -> list[str]:
        """The subsets that the training reads.

        Where the winner of a cross-validation is trained on the whole training set, or
        a refit on the validation set too, no molecules are left to validate it on.
        """
        training_set = self.trial.training_set(self.set_name)
        is_scored = has_rows(Path(training_set.subset("valid")))
        return ["train", "valid"] if is_scored else ["train"]

    def files(self, subset: str) -> list[Path]:
        """Return a subset's files that the training reads: features, then labels."""
        return [Path(name) for name in self.trial.files(subset, self.set_name)]

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads, of types that JSON has; the key among it."""
        return {
            "trial": self.trial.to_dict(),
            "seed": self.seed,
            "set_name": self.set_name,
            "device": self.device,
            "key": self.key,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read what `to_dict` gave; the key is not computed again, which takes long."""
        fields = {name: value for name, value in content.items() if name != "key"}
        replicate = cls(**{**fields, "trial": Trial.from_dict(fields["trial"])})
        # Where a cached property keeps its value.
        vars(replicate)["key"] = content["key"]
        return replicate


def training_code(module: str) -> str:
    """Hash all code that decides a result of the family of a module.

    While a server of warm workers runs, its folder has the hash for the next job: to
    parse the code again takes longer than all else that a job does before a training.
    """
    folder = running_folder() if module.startswith("toxtune.") else None
    if folder is None:
        return code_hash(FITTING, module)
    path, state = folder / f"{module}.json", code_state()
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = read_json(path)
        if kept["state"] == state:
            return str(kept["code"])
    code = code_hash(FITTING, module)
    with suppress(OSError):
        write_json(path, {"state": state, "code": code})
    return code


def replicate_of(trial: Trial, name: str, device: str) -> Replicate:
    """Return the training of a trial that is called ``seed-0`` or so.

    Parameters
    ----------
    trial
        The trial.
    name
        What `toxtune.search.trials.replicate_name` gave.
    device
        The wanted one, see `toxtune.models.registry.device_of`.
    """
    return Replicate(trial, *seed_and_set(name), device=device_of(trial.family, device))


def model_key(key: str) -> str:
    """Key of the entry with the model of the training that `key` stands for."""
    return full_hash({"model_of": key})


def state_key(key: str) -> str:
    """Key of the entry with the state that the training `key` stands for ended in."""
    return full_hash({"state_of": key})
