"""Going on without trainings that failed for good: a status in place of their results.

What a training's own job writes when it takes too much, the launcher writes here for a
job that could write nothing: it was killed, or its machine, at every attempt, or the
training raised an error.
"""

from pathlib import Path
from typing import Any

from toxtune.config.build_plan import load_plans
from toxtune.config.check import check_config
from toxtune.config.plan import Plan
from toxtune.search.proposals import read_proposal
from toxtune.search.trials import Trial
from toxtune.statuses import FAILED
from toxtune.training.replicates import replicate_of


def give_up(failures: list[dict[str, Any]], config: dict[str, Any]) -> list[Path]:
    """Write a status in place of results; leave what is there.

    Parameters
    ----------
    failures
        What `toxtune.runs.status_file.failed_trainings` returned.
    config
        The configuration of the run.

    Returns
    -------
    list[pathlib.Path]
        The folders that were written.
    """
    check_config(config)
    plans = {plan.run: plan for plan in load_plans(config)}
    unknown_cost = {"seconds": None, "peak_memory_mib": None, "host": None}
    given_up = []
    for failure in failures:
        name = failure["wildcards"]["replicate"]
        folder, trial = _found(failure["wildcards"], plans)
        if (folder / "result.json").exists():
            continue
        replicate_of(trial, name, config).write_no_result(
            folder, FAILED, failure["message"], unknown_cost
        )
        given_up.append(folder)
    return given_up


def _found(names: dict[str, str], plans: dict[str, Plan]) -> tuple[Path, Trial]:
    """Tell where the result belongs, and of which trial it would be."""
    if "slot" not in names:
        trials = {id: one for plan in plans.values() for id, one in plan.trials.items()}
        trial = trials[names["trial"]]
        return Path(trial.folder, names["replicate"]), trial
    stage = Path("results", names["run"], "search", names["stage"])
    proposal = read_proposal(stage / "proposals.json", int(names["slot"]))
    return stage / f"slot-{names['slot']}" / names["replicate"], proposal.trial
