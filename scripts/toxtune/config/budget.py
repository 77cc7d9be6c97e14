"""How many trials of each space a budget of computing time is enough for.

It is decided before the search, from what single trainings cost, and written down: a
rerun reads the file, so that it is the same run however fast the machine is that day.
The trials that fit are the first ones of each space's sequence, so that a larger budget
keeps all that a smaller one trained.
"""

import heapq
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.identity import short_id
from toxtune.io.files import read_json

FILE = "budget.json"

# Measures: the first trial of each space, whatever it costs.
NOTHING = 0


@dataclass(frozen=True)
class SpaceTrials:
    """What a space's search would train without a budget.

    Attributes
    ----------
    space
        ``space-`` and the space's number.
    family
        Of its models.
    trials
        The ids of its trials on the first split, in order, each once.
    trainings
        Of each trial: with every seed, on every fold of every split.
    """

    space: str
    family: str
    trials: list[str]
    trainings: int

    @property
    def sequence(self) -> str:
        """A hash of the trials, in their order."""
        return short_id(self.trials)


@dataclass(frozen=True)
class SpaceBudget:
    """What a budget is enough for in one space.

    Attributes
    ----------
    space, family
        As of `SpaceTrials`.
    first
        The id of the space's first trial, which its cost goes by.
    sequence
        A hash of the ids of all of its trials, which tells it from other spaces.
    trainings
        Of each trial.
    seconds
        Of one training, on one core: the mean of those that were measured.
    measured
        How many these were.
    trials, out_of
        How many trials are trained, and how many there would be.
    """

    space: str
    family: str
    first: str
    sequence: str
    trainings: int
    seconds: float
    measured: int
    trials: int
    out_of: int

    @property
    def core_minutes(self) -> float:
        """What its trainings take by the measured cost."""
        return self.trials * self.trainings * self.seconds / 60

    def is_of(self, space: SpaceTrials) -> bool:
        """Tell whether it was decided for this space, as it is now."""
        return (self.sequence, self.trainings) == (space.sequence, space.trainings)

    def describe(self) -> str:
        """Return a line for people."""
        left_out = self.out_of - self.trials
        text = (
            f"{self.space} ({self.family}): {self.trials} of {self.out_of} trials, "
            f"{self.trainings} trainings of {self.seconds:.1f} s each, "
            f"{self.core_minutes:.1f} core-minutes"
        )
        return f"{text}; the last {left_out} are left out" if left_out else text


@dataclass(frozen=True)
class Budget:
    """A search cut to a budget: ``results/{run}/budget.json``.

    Attributes
    ----------
    core_minutes
        The budget.
    spaces
        What it is enough for.
    """

    core_minutes: float
    spaces: list[SpaceBudget]

    def fits(self, core_minutes: float, spaces: Sequence[SpaceTrials]) -> bool:
        """Tell whether it was decided for this budget and these spaces."""
        return (
            self.core_minutes == core_minutes
            and len(self.spaces) == len(spaces)
            and all(
                decided.is_of(space)
                for decided, space in zip(self.spaces, spaces, strict=True)
            )
        )

    def describe(self) -> str:
        """Say what is trained and what is left out, a line per space."""
        used = sum(space.core_minutes for space in self.spaces)
        lines = [f"Budget: {used:.1f} of {self.core_minutes:g} core-minutes"]
        return "\n  ".join([*lines, *(space.describe() for space in self.spaces)])

    @property
    def note(self) -> str:
        """Say in a sentence what a search lacks; empty if it lacks nothing."""
        cuts = [
            f"{space.out_of - space.trials} of {space.out_of} of {space.family}"
            for space in self.spaces
            if space.trials < space.out_of
        ]
        if not cuts:
            return ""
        return (
            f"The budget, {self.core_minutes:g} core-minutes, left trials out before "
            f"the search began: {', '.join(cuts)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``budget.json``."""
        return asdict(self)


@dataclass(frozen=True)
class Cost:
    """What trainings of a space cost.

    Attributes
    ----------
    seconds
        Mean, on one core.
    measured
        Of how many trainings.
    """

    seconds: float
    measured: int


def decide(
    core_minutes: float, spaces: Sequence[SpaceTrials], costs: Sequence[Cost]
) -> Budget:
    """Give each space as many trials as the budget is enough for.

    The next trial is always one of the space that has had the least time so far, the
    first of these in the configuration; it ends with the first that does not fit. So
    what a larger budget trains begins with all that a smaller one does.

    Parameters
    ----------
    core_minutes
        The budget.
    spaces
        What could be trained.
    costs
        Of each space.

    Raises
    ------
    UserError
        If it is not enough for one trial of each space.
    """
    counts = [0] * len(spaces)
    per_trial = [
        space.trainings * cost.seconds / 60
        for space, cost in zip(spaces, costs, strict=True)
    ]
    least = sum(per_trial)
    if least > core_minutes:
        raise UserError(
            f"search.budget.core_minutes: one trial of each space takes about "
            f"{_rounded_up(least)} (trainings of it: "
            f"{', '.join(str(space.trainings) for space in spaces)}); give at least "
            f"that, or fewer spaces, seeds, folds or splits, got {core_minutes:g}"
        )
    used, queue = 0.0, [(0.0, number) for number in range(len(spaces))]
    while queue:
        spent, number = heapq.heappop(queue)
        used += per_trial[number]
        if used > core_minutes:
            break
        counts[number] += 1
        if counts[number] < len(spaces[number].trials):
            heapq.heappush(queue, (spent + per_trial[number], number))
    return _cut(core_minutes, spaces, costs, counts)


def _rounded_up(minutes: float) -> float:
    """Round to hundredths, so that what is said to be enough is enough."""
    return ceil(minutes * 100) / 100


def _cut(
    core_minutes: float,
    spaces: Sequence[SpaceTrials],
    costs: Sequence[Cost],
    counts: Sequence[int],
) -> Budget:
    """Give each space so many of its trials."""
    return Budget(
        core_minutes,
        [
            SpaceBudget(
                space=space.space,
                family=space.family,
                first=space.trials[0],
                sequence=space.sequence,
                trainings=space.trainings,
                seconds=cost.seconds,
                measured=cost.measured,
                trials=count,
                out_of=len(space.trials),
            )
            for space, cost, count in zip(spaces, costs, counts, strict=True)
        ],
    )


def budget_path(run: str) -> Path:
    """Return where a run's budget is written down."""
    return Path("results", run, FILE)


def read_budget(path: Path) -> Budget | None:
    """Read a budget; ``None`` where none has been decided, or the file is no budget."""
    try:
        content = read_json(path)
        spaces = [SpaceBudget(**space) for space in content["spaces"]]
        is_whole = all(1 <= space.trials <= space.out_of for space in spaces)
        return Budget(content["core_minutes"], spaces) if is_whole else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def decided_budget(
    run: str, core_minutes: float, spaces: Sequence[SpaceTrials]
) -> Budget:
    """Return how many trials of each space are trained, as it was written down.

    Raises
    ------
    UserError
        If that has not been decided for this budget and these spaces.
    """
    if core_minutes == NOTHING:
        return _cut(core_minutes, spaces, [Cost(0, 0)] * len(spaces), [1] * len(spaces))
    path = budget_path(run)
    budget = read_budget(path)
    if budget is None or not budget.fits(core_minutes, spaces):
        raise UserError(
            f"search.budget: {path} does not say which trials fit into "
            f"{core_minutes:g} core-minutes of this search; `make run` (python -m "
            "toxtune run) measures the spaces, and decides that first"
        )
    return budget
