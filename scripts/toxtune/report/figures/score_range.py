"""The range of scores that axes show, which a collapsed trial must not stretch."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toxtune.report.run import Run
from toxtune.report.words import counted

# An axis reaches so many times as far from the best score as the median is.
_REACH = 4


@dataclass(frozen=True)
class ScoreRange:
    """The scores that an axis of validation scores shows.

    Attributes
    ----------
    best, worst
        Its ends. Worse scores stand at `worst`.
    beyond
        How many trials are worse than that.
    """

    best: float
    worst: float
    beyond: int

    @property
    def domain(self) -> list[float]:
        """The ends, the lower one first."""
        return sorted([self.best, self.worst])

    def shown(self, scores: pd.Series) -> pd.Series:
        """Return where scores stand on the axis."""
        return scores.clip(*self.domain)

    def note(self, run: Run) -> str:
        """Say that some trials are worse than the axis shows; empty if none is."""
        if not self.beyond:
            return ""
        verb = "stands" if self.beyond == 1 else "stand"
        return (
            f"{counted(self.beyond, 'trial')} worse than {run.written(self.worst)} "
            f"{verb} at the end of the axis."
        )


def score_range(run: Run, family: str | None = None) -> ScoreRange:
    """Return the range that axes show of the validation scores, of a family or all."""
    ranked = run.ranked
    if family:
        ranked = ranked[ranked["family"] == family]
    scores = ranked[f"{run.metric}_mean"].to_numpy()
    return range_of(scores, run.selection.objective.maximize)


def range_of(scores: np.ndarray, maximize: bool) -> ScoreRange:
    """Return the range that is shown of scores, n_trials.

    The worst end is the worst score, or `_REACH` times as far from the best as the
    median is, if that is nearer. Of scores half of which are the best, all are shown.
    """
    sign = 1 if maximize else -1
    signed = sign * np.asarray(scores, dtype=float)
    best, median, worst = signed.max(), np.median(signed), signed.min()
    reach = _REACH * (best - median)
    if reach > 0 and worst < best - reach:
        worst = signed[signed >= best - reach].min()
    beyond = int((signed < worst).sum())
    return ScoreRange(float(sign * best), float(sign * worst), beyond)
