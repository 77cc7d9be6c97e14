"""Which trainings a search consists of, as far as that is known before any has run.

A search starts with trials that a configuration determines. Adaptive strategies go on
in stages: a stage has a fixed number of slots, and what is trained in them is proposed
from the scores of the stages before. The slots are known from the start, so that
Snakemake plans, resumes and grows the search like any other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from toxtune.errors import UserError
from toxtune.models.registry import get_family
from toxtune.search.proposal_settings import Promotion, TpeRound
from toxtune.search.space import Point, Space
from toxtune.search.strategies import Grid, Random, Sobol, refuse_too_many

# The settings of a strategy that a space may have for itself.
BUDGETS = ("trials", "rounds", "batch", "min_resource")


@dataclass(frozen=True)
class Stage:
    """Trainings whose trials are proposed from earlier scores.

    Attributes
    ----------
    name
        Names the stage's folder, such as ``round-2`` or ``rung-1``.
    size
        Number of slots.
    seeds
        Each slot is trained once with each of these.
    start
        Numbers of the points in `Schedule.points` whose scores it waits for.
    after
        Names of the stages whose scores it waits for.
    method
        How the trials are proposed; nothing of it depends on later stages.
    """

    name: str
    size: int
    seeds: list[int]
    start: range
    after: list[str]
    method: Promotion | TpeRound


@dataclass(frozen=True)
class Schedule:
    """One space's search.

    Attributes
    ----------
    points
        The points to start with, each with the seeds that it is trained with.
    stages
        What follows, in order.
    """

    points: list[tuple[Point, list[int]]]
    stages: list[Stage] = field(default_factory=list)


@dataclass(frozen=True)
class Tpe:
    """Rounds of a batch each: the first at random, the others from earlier scores."""

    rounds: int
    batch: int
    seed: int

    def schedule(self, space: Space, seeds: list[int]) -> Schedule:
        """Lay out the rounds; each waits for all rounds before it."""
        points = Random(self.batch, self.seed).points(space)
        stages = [
            Stage(
                name=f"round-{number}",
                size=self.batch,
                seeds=seeds,
                start=range(self.batch),
                after=[f"round-{earlier}" for earlier in range(1, number)],
                method=TpeRound(self.seed, number),
            )
            for number in range(1, self.rounds)
        ]
        return Schedule([(point, seeds) for point in points], stages)


@dataclass(frozen=True)
class Halving:
    """All candidates are trained a little, the best share of them more, and so on."""

    candidates: Grid | Random | Sobol
    min_resource: int
    eta: int

    def schedule(self, space: Space, seeds: list[int]) -> Schedule:
        """Lay out one bracket with all candidates."""
        candidates = self.candidates.points(space)
        rungs = _rungs(self.min_resource, _highest(space), self.eta)
        return _brackets(space, self, seeds, {"": (candidates, rungs)})


@dataclass(frozen=True)
class Hyperband:
    """Several halvings, from many candidates with little to few with much.

    Sizes and resources as Li et al. 2018 give them; the brackets' candidates are one
    random draw.
    """

    seed: int
    min_resource: int
    eta: int

    def schedule(self, space: Space, seeds: list[int]) -> Schedule:
        """Lay out the brackets, the one with the most candidates first."""
        amounts = _shares(self.min_resource, _highest(space), self.eta)
        n_rungs = len(amounts)
        brackets, first = {}, 0
        for cuts in reversed(range(n_rungs)):
            size = -(-n_rungs * self.eta**cuts // (cuts + 1))
            refuse_too_many(first + size, f"hyperband of {space.family}")
            drawn = Random(first + size, self.seed).points(space)[first:]
            brackets[f"bracket-{cuts}-"] = (drawn, amounts[n_rungs - 1 - cuts :])
            first += size
        return _brackets(space, self, seeds, brackets)


Strategy = Grid | Random | Sobol | Tpe | Halving | Hyperband


_STATIC: dict[str, Callable[..., Grid | Random | Sobol]] = {
    "grid": Grid,
    "random": Random,
    "sobol": Sobol,
}


_STRATEGIES: dict[str, Callable[..., Strategy]] = {
    **_STATIC,
    "tpe": Tpe,
    "hyperband": Hyperband,
}


def read_strategy(settings: Mapping[str, Any]) -> Strategy:
    """Read a strategy: its name and all its settings, as ``search.strategy`` has them.

    Examples
    --------
    >>> read_strategy({"name": "random", "trials": 20, "seed": 0})
    Random(trials=20, seed=0)
    """
    settings = dict(settings)
    name = settings.pop("name")
    if name != "halving":
        return _STRATEGIES[name](**settings)
    draws = _STATIC[settings.pop("candidates")]
    budget = {key: settings.pop(key) for key in ("trials", "seed") if key in settings}
    return Halving(draws(**budget), **settings)


def schedule(space: Space, strategy: Strategy, seeds: list[int]) -> Schedule:
    """Lay out the search of one space.

    Parameters
    ----------
    space
        What may be tried.
    strategy
        What is tried of it.
    seeds
        Those that trials are trained with, sorted.

    Raises
    ------
    UserError
        If the strategy cannot search the space.
    """
    if isinstance(strategy, Grid | Random | Sobol):
        return Schedule([(point, seeds) for point in strategy.points(space)])
    return strategy.schedule(space, seeds)


def _brackets(
    space: Space,
    strategy: Halving | Hyperband,
    seeds: list[int],
    brackets: dict[str, tuple[list[Point], list[int]]],
) -> Schedule:
    """Lay out rungs: one seed in the lower ones, all seeds in the last.

    `brackets` maps what a bracket's stages are named with to its candidates and the
    resource of each of its rungs.
    """
    resource, highest = _resource(space), _highest(space)
    _refuse_patience(space)
    if strategy.min_resource > highest:
        raise UserError(
            "search.strategy.min_resource, or the space's own: must be ≤ the "
            f"{resource} of a full training of {space.family}, {highest}; got "
            f"{strategy.min_resource}"
        )
    points: list[tuple[Point, list[int]]] = []
    stages: list[Stage] = []
    for prefix, (candidates, rungs) in brackets.items():
        start = range(len(points), len(points) + len(candidates))
        first = seeds if len(rungs) == 1 else seeds[:1]
        points += [(_at(point, resource, rungs[0]), first) for point in candidates]
        for rung, amount in enumerate(rungs[1:], start=1):
            stages.append(
                Stage(
                    name=f"{prefix}rung-{rung}",
                    size=max(1, len(candidates) // strategy.eta**rung),
                    seeds=seeds if rung == len(rungs) - 1 else seeds[:1],
                    start=start if rung == 1 else range(0),
                    after=[f"{prefix}rung-{rung - 1}"] if rung > 1 else [],
                    method=Promotion(
                        resource, amount, save_state=rung < len(rungs) - 1
                    ),
                )
            )
    return Schedule(points, stages)


def _rungs(least: int, highest: int, eta: int) -> list[int]:
    """Multiply the least resource by `eta` while that fits; the last rung has all."""
    amounts = []
    while least < highest:
        amounts.append(least)
        least *= eta
    return [*amounts, highest]


def _shares(least: int, highest: int, eta: int) -> list[int]:
    """Divide the highest resource by `eta` as long as the least is left; ascending."""
    amounts = [highest]
    while highest // eta ** len(amounts) >= least:
        amounts.append(highest // eta ** len(amounts))
    return amounts[::-1]


def _resource(space: Space) -> str:
    resource = get_family(space.family).resource
    if resource is None:
        raise UserError(
            f"search.strategy: {space.family} cannot be trained a little at a time, as "
            "halving and hyperband need; take grid, random, sobol or tpe"
        )
    return resource


def _highest(space: Space) -> int:
    """Return the resource of a full training: one fixed value of the space."""
    resource = _resource(space)
    values = space.axes[resource].values if resource in space.axes else None
    count = values.count() if values else 0
    if values is None or count != 1:
        raise UserError(
            f"search.spaces: {space.family}'s {resource} must be one value, that of a "
            f"full training, for halving and hyperband; got {count or 'no list of'} "
            "values"
        )
    return values.listed()[0]


def _refuse_patience(space: Space) -> None:
    """Refuse early stopping: a training that was stopped cannot go on."""
    axis = space.axes.get("patience")
    if axis and (axis.values.count() != 1 or axis.values.listed() != [None]):
        raise UserError(
            f"search.spaces: {space.family}'s patience must be null for halving and "
            "hyperband, which stop trainings themselves"
        )


def _at(point: Point, resource: str, amount: int) -> Point:
    return Point(point.features, {**point.hyperparameters, resource: amount})
