"""Statuses in place of the results of trainings that failed for good.

A training that takes too much memory or time writes such a status itself. The launcher
writes it for a job that could write nothing: it, or its machine, was killed at every
attempt, or the training raised an error.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from toxtune.config.build_plan import load_plans
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.runs.progress import Failure
from toxtune.search.proposal_file import read_proposal
from toxtune.search.trials import Trial
from toxtune.statuses import FAILED
from toxtune.training.outputs import write_no_result
from toxtune.training.replicates import replicate_of
from toxtune.workers.cost import Cost


def mark_failed(failures: Iterable[Failure], config: Config) -> list[Path]:
    """Write a status in place of results; leave what is there.

    Parameters
    ----------
    failures
        Trainings that failed.
    config
        The checked configuration of the run.

    Returns
    -------
    list[pathlib.Path]
        The folders that were written.
    """
    plans = load_plans(config)
    marked = []
    for failure in failures:
        folder, trial = _find_training(failure.wildcards, plans)
        if (folder / "result.json").exists():
            continue
        replicate = replicate_of(
            trial, failure.wildcards["replicate"], config["training"]["device"]
        )
        write_no_result(replicate, folder, FAILED, failure.message, Cost())
        marked.append(folder)
    return marked


def _find_training(
    wildcards: Mapping[str, str], plans: Iterable[Plan]
) -> tuple[Path, Trial]:
    """Return where a training's result belongs, and the trial that it is of."""
    if "slot" not in wildcards:
        trials = {id: trial for plan in plans for id, trial in plan.trials.items()}
        trial = trials[wildcards["trial"]]
        return Path(trial.folder, wildcards["replicate"]), trial
    stage = Path("results", wildcards["run"], "search", wildcards["stage"])
    proposal = read_proposal(stage / "proposals.json", int(wildcards["slot"]))
    slot = stage / f"slot-{wildcards['slot']}"
    return slot / wildcards["replicate"], proposal.trial
