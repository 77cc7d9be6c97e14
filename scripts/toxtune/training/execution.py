"""Where trainings run: in children of a warm process, or of this one."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toxtune.jobs import snakemake_process
from toxtune.models.registry import get_family
from toxtune.search.trials import Trial
from toxtune.training.replicates import STATE_FILE, Replicate
from toxtune.training.store import Store, default_store
from toxtune.workers.server import call
from toxtune.workers.supervision import Limits, NoResult


def give_result(
    replicate: Replicate,
    folder: Path,
    config: dict[str, Any],
    attempt: Limits,
    save_state: bool,
    resume_from: Trial | None = None,
) -> None:
    """Put the result of a training into `folder`, from the store or by training.

    When the last attempt took too much, or its process was killed, a status goes there
    in place of a result, for the search to go on with.

    Parameters
    ----------
    replicate
        The training.
    folder
        Where its files go, the result last.
    config
        What is read of it changes no result: ``trainers`` and ``keep_models``.
    attempt
        What the job may take.
    goes_on
        Whether a longer training may go on from this one.
    resume_from
        The trial with less of its resource that this training may go on from.

    Raises
    ------
    NoResult
        Where Snakemake is to try again.
    """
    kinds = ["result"]
    kinds += ["model"] if config["keep_models"] == "all" else []
    kinds += ["state"] if save_state else []
    try:
        entries = fill_store(replicate, kinds, config["trainers"], attempt, resume_from)
    except NoResult as ended:
        # Without a Snakemake that waits, it was the whole run that was killed.
        if not attempt.is_last or snakemake_process() is None:
            raise
        logging.warning("Warning: %s. `make retry` has it trained again", ended)
        replicate.write_no_result(folder, ended.status, str(ended), ended.cost)
    else:
        replicate.place_result(entries["result"], folder)


def fill_store(
    replicate: Replicate,
    kinds: Sequence[str],
    trainers: str,
    attempt: Limits,
    resume_from: Trial | None = None,
) -> dict[str, Path]:
    """See to it that the store has what is wanted of a replicate.

    Parameters
    ----------
    replicate
        The training.
    kinds
        ``result``, ``model``, ``state``; one training gives them all.
    trainers
        ``warm`` or ``fresh``; the bytes are the same.
    limits, resume_from
        See `give_result`.

    Returns
    -------
    dict
        Kind to the folder of its entry.

    Raises
    ------
    NoResult
        If the training took too much, or was killed.
    """
    store = default_store()
    missing = [kind for kind in kinds if not store.has(replicate.keys[kind])]
    if missing:
        arguments = {
            "store": str(store.root),
            "trial": vars(replicate.trial),
            "seed": replicate.seed,
            "set_name": replicate.set_name,
            "device": replicate.device,
            "kinds": missing,
            "resume_from": vars(resume_from) if resume_from else None,
        }
        imports = get_family(replicate.trial.family).imports
        call(f"{__name__}:train", arguments, imports, trainers, attempt)
    return {kind: store.entry(replicate.keys[kind]) for kind in kinds}


def train(
    store: str,
    trial: dict[str, Any],
    seed: int,
    set_name: str,
    device: str,
    kinds: Sequence[str],
    resume_from: dict[str, Any] | None,
) -> None:
    """Do one training in this process; arguments as JSON knows them."""
    kept = Store(Path(store))
    state = None
    if resume_from:
        shorter = Replicate(Trial(**resume_from), seed, set_name, device=device)
        state = _state(kept, shorter)
    replicate = Replicate(Trial(**trial), seed, set_name, state, device)
    makers = {
        "result": replicate.write_result,
        "model": replicate.write_model,
        "state": replicate.write_state,
    }
    for kind in kinds:
        kept.get(replicate.keys[kind], makers[kind])


def _state(store: Store, resume_from: Replicate) -> Path | None:
    """Find the state that a training ended in; without it one starts anew."""
    key = resume_from.keys["state"]
    path = store.entry(key) / STATE_FILE
    return path if store.has(key) and path.is_file() else None
