"""Strategies whose proposals are known before anything has been trained.

Each is a pure function of its settings and a space, and its first trials do not depend
on how many follow: a longer search keeps all that was trained.
"""

import warnings
from dataclasses import dataclass
from itertools import islice

import numpy as np

from toxtune.errors import UserError
from toxtune.search.space import Point, Space

# As many as search.strategy.trials may ask for.
MAX_POINTS = 100_000


@dataclass(frozen=True)
class Grid:
    """Every combination of a space's values."""

    def points(self, space: Space) -> list[Point]:
        """List the combinations.

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


@dataclass(frozen=True)
class Random:
    """Trials drawn independently; the i-th depends on the seed and on i alone."""

    trials: int
    seed: int

    def points(self, space: Space) -> list[Point]:
        """Draw the trials."""
        return [self._point(space, number) for number in range(self.trials)]

    def _point(self, space: Space, number: int) -> Point:
        names = space.dimensions
        draws = np.random.default_rng([self.seed, number]).random(len(names))
        return space.from_unit_cube(dict(zip(names, draws, strict=True)))


@dataclass(frozen=True)
class Sobol:
    """The first trials of a Sobol sequence, scrambled with the seed.

    They cover the space more evenly than random ones do (Sobol 1967; scrambling by
    Owen 1998, as SciPy does it).
    """

    trials: int
    seed: int

    def points(self, space: Space) -> list[Point]:
        """Draw the trials."""
        from scipy.stats import qmc

        names = space.dimensions
        sequence = qmc.Sobol(len(names), scramble=True, rng=self.seed)
        with warnings.catch_warnings():
            # Balance needs a power of two; the user's budget decides, not we.
            warnings.simplefilter("ignore", UserWarning)
            rows = sequence.random(self.trials)
        return [
            space.from_unit_cube(dict(zip(names, row, strict=True))) for row in rows
        ]


def refuse_too_many(points: int, search: str) -> None:
    """Raise `UserError` if a search, so called, has more than `MAX_POINTS` points."""
    if points > MAX_POINTS:
        raise UserError(
            f"search.spaces: {search} must have at most {MAX_POINTS:,} points, this "
            "has more"
        )
