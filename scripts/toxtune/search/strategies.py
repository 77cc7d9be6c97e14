"""Strategies whose proposals are known before anything has been trained.

Each is a pure function of a space, a number of trials and a seed, and its first
trials do not depend on how many follow: a longer search keeps all that was trained.
"""

import warnings
from collections.abc import Callable
from itertools import islice

import numpy as np

from toxtune.errors import UserError
from toxtune.search.space import Point, Space

# As many as search.trials may ask for.
MAX_POINTS = 100_000


def grid(space: Space, trials: int | None, seed: int) -> list[Point]:
    """Propose every combination of the space's values.

    Raises
    ------
    UserError
        If an axis is a range without a step, or there are more than `MAX_POINTS`.
    """
    for name, axis in space.axes.items():
        count = axis.values.count()
        if count is None:
            raise UserError(
                f"search.strategy: grid cannot list the range of {space.family}'s "
                f"{name}; give values or a step, or take random or sobol"
            )
        refuse_too_many(count, f"the grid of {space.family}'s {name}")
    points = list(islice(space.grid(), MAX_POINTS + 1))
    refuse_too_many(len(points), f"the grid of {space.family}")
    return points


def refuse_too_many(points: int, search: str) -> None:
    """Raise `UserError` if a search, so called, has more than `MAX_POINTS` points."""
    if points > MAX_POINTS:
        raise UserError(
            f"search.spaces: {search} must have at most {MAX_POINTS:,} points, this "
            "has more"
        )


def random(space: Space, trials: int, seed: int) -> list[Point]:
    """Draw trials independently; the i-th depends on the seed and on i alone."""
    names = space.dimensions
    return [
        space.point_at(
            dict(
                zip(
                    names,
                    np.random.default_rng([seed, number]).random(len(names)),
                    strict=True,
                )
            )
        )
        for number in range(trials)
    ]


def sobol(space: Space, trials: int, seed: int) -> list[Point]:
    """Take the first trials of a Sobol sequence, scrambled with the seed.

    They cover the space more evenly than random ones do (Sobol 1967; scrambling by
    Owen 1998, as SciPy does it).
    """
    from scipy.stats.qmc import Sobol

    names = space.dimensions
    sequence = Sobol(len(names), scramble=True, rng=seed)
    with warnings.catch_warnings():
        # Balance needs a power of two; the user's budget decides, not we.
        warnings.simplefilter("ignore", UserWarning)
        rows = sequence.random(trials)
    return [space.point_at(dict(zip(names, row, strict=True))) for row in rows]


STRATEGIES: dict[str, Callable[[Space, int, int], list[Point]]] = {
    "grid": grid,
    "random": random,
    "sobol": sobol,
}
