"""Where trainings run: in children of a warm server, or of this process."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from toxtune.jobs import snakemake_process
from toxtune.models.registry import get_family
from toxtune.search.trials import Trial
from toxtune.statuses import OK
from toxtune.training.candidates import Candidates, may_win, offer
from toxtune.training.outputs import (
    STATE_FILE,
    TrainingOutputs,
    place_result,
    write_no_result,
)
from toxtune.training.replicates import Replicate
from toxtune.training.store import Store, default_store
from toxtune.workers.server import call
from toxtune.workers.supervision import Limits, NoResult


def give_result(
    replicate: Replicate,
    folder: Path,
    config: dict[str, Any],
    limits: Limits,
    save_state: bool,
    resume_from: Trial | None = None,
) -> None:
    """Put the result of a training into `folder`, from the store or by training.

    If the last attempt takes too much, or its process is killed, a status goes there
    in place of a result, and the search goes on.

    Parameters
    ----------
    replicate
        The training.
    folder
        Where its files go, the result last.
    config
        What is read of it changes no result: ``workers``, ``keep_models``, and the
        objective, by which a model that may win is kept.
    limits
        What the job may take.
    save_state
        Whether to keep a state that a longer training can resume from.
    resume_from
        The trial with less of its resource that this training may resume from.

    Raises
    ------
    NoResult
        Where Snakemake is to try again.
    """
    keeps_all = config["training"]["keep_models"] == "all"
    outputs = ["result"]
    outputs += ["model"] if keeps_all else []
    outputs += ["state"] if save_state else []
    try:
        entries = fill_store(
            replicate,
            outputs,
            config["training"]["workers"],
            limits,
            resume_from,
            config["objective"] if may_win(replicate) and not keeps_all else None,
        )
    except NoResult as failure:
        # Without a Snakemake that waits, the whole run was killed.
        if not limits.is_last or snakemake_process() is None:
            raise
        logging.warning("Warning: %s. To try again: `make retry`", failure)
        write_no_result(replicate, folder, failure.status, str(failure), failure.cost)
    else:
        place_result(entries["result"], replicate, folder)


def fill_store(
    replicate: Replicate,
    outputs: Sequence[str],
    workers: str,
    limits: Limits,
    resume_from: Trial | None = None,
    objective: Mapping[str, str] | None = None,
) -> dict[str, Path]:
    """Make sure that the store has what is wanted of a replicate.

    Parameters
    ----------
    replicate
        The training.
    outputs
        ``result``, ``model``, ``state``; one training gives them all.
    workers
        ``warm`` or ``fresh``; the bytes are the same.
    limits, resume_from
        See `give_result`.
    objective
        By which the model is kept, if it may win, see `toxtune.training.candidates`.

    Returns
    -------
    dict
        Output to the folder of its entry.

    Raises
    ------
    NoResult
        If the training took too much, or was killed.
    """
    store = default_store()
    found = {output: store.find(replicate.keys[output]) for output in outputs}
    missing = [output for output, folder in found.items() if folder is None]
    if missing:
        state = _state(store, replicate, resume_from) if resume_from else None
        arguments = {
            "store": str(store.root),
            "own": str(store.own),
            "replicate": replicate.to_dict(),
            "outputs": missing,
            "state": str(state) if state else None,
            "objective": objective,
        }
        imports = get_family(replicate.trial.family).imports
        failure = None
        try:
            call(f"{__name__}:train", arguments, imports, workers, limits)
        except NoResult as error:
            failure = error
        found |= {output: store.find(replicate.keys[output]) for output in missing}
        # What is wanted may be there, and what was kept beside it too large.
        if failure and None in found.values():
            raise failure
        _tell_of_refusal(store, [found[output] for output in missing])
    return {output: folder for output, folder in found.items() if folder}


def train(
    store: str,
    replicate: dict[str, Any],
    outputs: Sequence[str],
    state: str | None = None,
    own: str | None = None,
    objective: dict[str, str] | None = None,
) -> None:
    """Do one training in this process, and add what it gives to the store.

    Parameters
    ----------
    store
        Its folder.
    replicate
        What `Replicate.to_dict` gave.
    outputs
        See `fill_store`.
    state
        A file to resume from.
    own
        The project's store, for what this user may not write to `store`.
    objective
        See `fill_store`.
    """
    trained = Replicate.from_dict(replicate)
    saved = Candidates(trained).find() if list(outputs) == ["model"] else None
    written = TrainingOutputs(trained, Path(state) if state else None, saved)
    writers = {
        "result": written.write_result,
        "model": written.write_model,
        "state": written.write_state,
    }
    opened = Store(Path(store), own=Path(own) if own else None)
    for output in outputs:
        opened.get(trained.keys[output], writers[output])
    if objective:
        # Whatever goes wrong, the result is stored, and the model can be made again.
        with suppress(Exception):
            if written.status == OK:
                offer(trained, written, objective)


def _state(store: Store, replicate: Replicate, resume_from: Trial) -> Path | None:
    """Find the state that the shorter training left; without it, nothing is resumed."""
    key = replace(replicate, trial=resume_from).keys["state"]
    entry = store.find(key)
    path = entry / STATE_FILE if entry else None
    return path if path and path.is_file() else None


def _tell_of_refusal(store: Store, added: Sequence[Path | None]) -> None:
    """Warn if a shared store did not take what was added; a child's log is not seen."""
    if any(folder and folder.parents[1] != store.root for folder in added):
        logging.warning(
            "Warning: %s may not be written to by this user, or has a damaged entry; "
            "the training is in %s",
            store.root,
            store.own,
        )
