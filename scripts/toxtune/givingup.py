"""Going on without trainings that failed for good: a status in place of their results.

What a training's own job writes when it takes too much, the launcher writes here for a
job that could write nothing: it was killed, or its machine, at every attempt, or the
training raised an error.
"""

from pathlib import Path
from typing import Any

from toxtune.files import read_json
from toxtune.outcomes import FAILED
from toxtune.plan import Plan
from toxtune.progress import STATUS_FILE, TRAINING_RULES
from toxtune.trials import Trial


def last_status() -> dict[str, Any] | None:
    """Read the status file, if there has been a run."""
    return read_json(STATUS_FILE) if STATUS_FILE.is_file() else None


def failed_trainings(status: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the failures of trainings, as the status file of a run has them.

    There are none if the run was interrupted: who knows what would have become of them.
    """
    if not status or status["state"] != "failed":
        return []
    return [
        failure for failure in status["failures"] if failure["rule"] in TRAINING_RULES
    ]


def give_up(failures: list[dict[str, Any]], config: dict[str, Any]) -> list[Path]:
    """Write a status in place of results; leave what is there.

    Parameters
    ----------
    failures
        What `failed_trainings` returned.
    config
        The configuration of the run.

    Returns
    -------
    list[pathlib.Path]
        The folders that were written.
    """
    # Heavy, and needed after a failure alone.
    from toxtune.config import check_config
    from toxtune.models.registry import device_of
    from toxtune.planning import load_plans
    from toxtune.replicatenames import seed_and_fold
    from toxtune.replicates import Replicate

    check_config(config)
    plans = {plan.run: plan for plan in load_plans(config)}
    unknown_cost = {"seconds": None, "peak_memory_mib": None, "host": None}
    given_up = []
    for failure in failures:
        replicate = failure["wildcards"]["replicate"]
        folder, trial = _found(failure, plans, replicate)
        if (folder / "result.json").exists():
            continue
        Replicate(
            trial,
            *seed_and_fold(replicate),
            device=device_of(trial.family, config["device"]),
        ).write_no_result(folder, FAILED, failure["message"], unknown_cost)
        given_up.append(folder)
    return given_up


def _found(
    failure: dict[str, Any], plans: dict[str, Plan], replicate: str
) -> tuple[Path, Trial]:
    """Tell where the result belongs, and of which trial it would be."""
    names = failure["wildcards"]
    if "slot" not in names:
        trials = {id: one for plan in plans.values() for id, one in plan.trials.items()}
        trial = trials[names["trial"]]
        return Path(trial.folder, replicate), trial
    stage = Path("results", names["run"], "search", names["stage"])
    proposed = read_json(stage / "proposals.json")[int(names["slot"])]
    return stage / f"slot-{names['slot']}" / replicate, Trial(**proposed["trial"])
