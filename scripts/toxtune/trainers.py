"""Where trainings run: forked from a warm process, or in this one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toxtune.models.registry import family_module
from toxtune.replicates import Replicate
from toxtune.store import Store
from toxtune.warm import call_warm


def fill_store(
    store: Store, replicate: Replicate, kinds: Sequence[str], trainers: str
) -> None:
    """See to it that the store has what is wanted of a replicate.

    Parameters
    ----------
    store
        Where finished trainings are kept.
    replicate
        The training.
    kinds
        ``result``, ``model`` or both; one training gives both.
    trainers
        ``warm`` or ``fresh``; the bytes are the same.
    """
    missing = [kind for kind in kinds if not store.has(replicate.keys[kind])]
    if not missing:
        return
    arguments = {
        "store": str(store.root),
        "replicate": replicate.as_json(),
        "kinds": missing,
    }
    imports = family_module(replicate.trial["family"]).IMPORTS
    if trainers == "fresh" or not call_warm(f"{__name__}:train", arguments, imports):
        train(**arguments)


def train(store: str, replicate: dict[str, Any], kinds: Sequence[str]) -> None:
    """Do one training in this process; arguments as JSON knows them."""
    training = Replicate.from_json(replicate)
    makers = {"result": training.write_result, "model": training.write_model}
    for kind in kinds:
        Store(Path(store)).get(training.keys[kind], makers[kind])
