"""Where trainings run: forked from a warm process, or in this one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toxtune.models.registry import family_module
from toxtune.replicates import Replicate
from toxtune.store import Store, default_store
from toxtune.trials import Trial
from toxtune.warm import call_warm


def give_result(replicate: Replicate, folder: Path, config: dict[str, Any]) -> None:
    """Put the result of a training into `folder`, from the store or by training.

    Parameters
    ----------
    replicate
        The training.
    folder
        Where its files go, the result last.
    config
        What is read of it changes no result: ``trainers`` and ``keep_models``.
    """
    keep_all = config["keep_models"] == "all"
    kinds = ["result", "model"] if keep_all else ["result"]
    entries = fill_store(replicate, kinds, config["trainers"])
    replicate.place_result(entries["result"], folder)


def fill_store(
    replicate: Replicate, kinds: Sequence[str], trainers: str
) -> dict[str, Path]:
    """See to it that the store has what is wanted of a replicate.

    Parameters
    ----------
    replicate
        The training.
    kinds
        ``result``, ``model`` or both; one training gives both.
    trainers
        ``warm`` or ``fresh``; the bytes are the same.

    Returns
    -------
    dict
        Kind to the folder of its entry.
    """
    store = default_store()
    missing = [kind for kind in kinds if not store.has(replicate.keys[kind])]
    if missing:
        arguments = {
            "store": str(store.root),
            "trial": vars(replicate.trial),
            "seed": replicate.seed,
            "kinds": missing,
        }
        imports = family_module(replicate.trial.family).IMPORTS
        if trainers == "fresh" or not call_warm(
            f"{__name__}:train", arguments, imports
        ):
            train(**arguments)
    return {kind: store.entry(replicate.keys[kind]) for kind in kinds}


def train(store: str, trial: dict[str, Any], seed: int, kinds: Sequence[str]) -> None:
    """Do one training in this process; arguments as JSON knows them."""
    replicate = Replicate(Trial(**trial), seed)
    makers = {"result": replicate.write_result, "model": replicate.write_model}
    for kind in kinds:
        Store(Path(store)).get(replicate.keys[kind], makers[kind])
