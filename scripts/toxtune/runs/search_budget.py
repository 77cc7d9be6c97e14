"""Deciding a search's budget, from what trainings have cost or from measured ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from toxtune.config.budget import (
    NOTHING,
    Budget,
    Cost,
    SpaceBudget,
    SpaceTrials,
    budget_path,
    decide,
    read_budget,
)
from toxtune.config.build_plan import load_plans, searched_trials
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.runs.finished_training import FinishedTraining
from toxtune.runs.lock import keep_runs_out

# Laid over a configuration, so that what is measured is part of its search.
MEASURING = {"budget": {"core_minutes": NOTHING}}


@dataclass(frozen=True)
class Decision:
    """Whether a search's budget is decided, or what must be trained for it.

    Attributes
    ----------
    budget
        ``None`` as long as something is to be measured.
    is_new
        Whether it was decided just now, and written down.
    unmeasured
        The results of trainings that tell what the other spaces cost.
    """

    budget: Budget | None
    is_new: bool = False
    unmeasured: Sequence[str] = ()


def settle_budget(config: Config, measure: Callable[[list[str]], int]) -> Decision:
    """Decide a search's budget and write it down, unless it has been done before.

    Parameters
    ----------
    config
        Has a budget; checked and complete.
    measure
        Trains what makes these files, and returns an exit status.

    Returns
    -------
    Decision
        Without a budget if measuring failed.

    Raises
    ------
    UserError
        If the budget is too small, a training that was to be measured has failed, or
        another run is active.
    """
    found = look_up(config)
    if found.budget is None:
        if measure([*found.unmeasured]):
            return found
        found = look_up(config)
        if found.budget is None:
            raise UserError(
                "search.budget: cannot be decided, since this training gave no cost: "
                f"{', '.join(found.unmeasured)}; logs/trials/ says why. `make retry`, "
                "then `make run`, measures it again"
            )
    if found.is_new:
        # The jobs of an active run read the file to know their trials.
        with keep_runs_out():
            write_json(budget_path(config["run"]), found.budget.to_dict())
    return found


def load_begun_plans(config: Config) -> list[Plan]:
    """Plan the runs; while their budget is not decided, only what is measured for it.

    Raises
    ------
    UserError
        If the budget is too small.
    """
    if config["search"]["budget"] and look_up(config).budget is None:
        return _measuring_plans(config)
    return load_plans(config)


def look_up(config: Config) -> Decision:
    """Look for a search's budget, or decide it if the costs are known.

    What an earlier budget was decided by counts before what trainings have cost since,
    so that another budget is no other measurement.

    Raises
    ------
    UserError
        If the budget is too small.
    """
    asked = config["search"]["budget"]
    core_minutes = asked["core_minutes"] if asked else NOTHING
    spaces = searched_trials(config)
    earlier = read_budget(budget_path(config["run"]))
    if earlier and earlier.fits(core_minutes, spaces):
        return Decision(earlier)
    costs = {}
    for space in spaces:
        if earlier and (decided := _decided_for(space, earlier.spaces)):
            costs[space.space] = Cost(decided.seconds, decided.measured)
        elif cost := _recorded(space):
            costs[space.space] = cost
    unmeasured = [space for space in spaces if space.space not in costs]
    if unmeasured:
        return Decision(None, unmeasured=_first_results(config, unmeasured))
    by_space = [costs[space.space] for space in spaces]
    return Decision(decide(core_minutes, spaces, by_space), is_new=True)


def _decided_for(
    space: SpaceTrials, earlier: Sequence[SpaceBudget]
) -> SpaceBudget | None:
    """Return what an earlier budget says of a space, if it does.

    Spaces of one family may share their first trial, and differ in cost.
    """
    alike = [each for each in earlier if each.first == space.trials[0]]
    the_same = [each for each in alike if each.sequence == space.sequence]
    of_that_name = [each for each in alike if each.space == space.space]
    alone = alike if len(alike) == 1 else []
    return next(iter([*the_same, *of_that_name, *alone]), None)


def _recorded(space: SpaceTrials) -> Cost | None:
    """Average what trainings of a space's trials have cost, if any are finished."""
    seconds = [
        training.seconds
        for id in space.trials
        for path in sorted(Path("results/trials", space.family, id).glob("*seed-*"))
        if (training := FinishedTraining.read(path))
    ]
    return Cost(round(fmean(seconds), 3), len(seconds)) if seconds else None


def _measuring_plans(config: Config) -> list[Plan]:
    search = {**config["search"], "budget": {"core_minutes": NOTHING}}
    return load_plans({**config, "search": search})  # type: ignore[typeddict-item]


def _first_results(config: Config, spaces: Sequence[SpaceTrials]) -> list[str]:
    """Name the result of one training of the first trial of each space."""
    plan = _measuring_plans(config)[0]
    replicates = dict(reversed(plan.replicates))
    folders = [
        f"{plan.trials[space.trials[0]].folder}/{replicates[space.trials[0]]}"
        for space in spaces
    ]
    return list(dict.fromkeys(f"{folder}/result.json" for folder in folders))
