"""What a run computes to show how far its scores can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.evaluation.evaluation_file import Interval, read_interval
from toxtune.io.files import read_json
from toxtune.io.tsv import read_tsv


@dataclass(frozen=True)
class CorrectedScore:
    """A winner's validation score, corrected for its being the best of many.

    Attributes
    ----------
    trial
        Its id.
    out_of
        The number of trials that could have won.
    raw
        The score that it was chosen by.
    corrected, interval
        Estimates by bootstrap; ``None`` where no resample could be scored.
    chosen_again
        The share of resamples in which the same trial wins.
    """

    trial: str
    out_of: int
    raw: float
    corrected: float | None
    interval: Interval | None
    chosen_again: float

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "CorrectedScore":
        """Read one winner's entry of ``optimism.json``."""
        return cls(
            trial=content["trial"],
            out_of=content["out_of"],
            raw=content["raw"],
            corrected=content["corrected"],
            interval=read_interval(content["interval"]),
            chosen_again=content["chosen_again"],
        )


@dataclass(frozen=True)
class CorrectedScores:
    """The content of ``optimism.json``.

    Attributes
    ----------
    overall
        Of the trial that was selected among all families.
    families
        Family to that of its winner.
    molecules
        Number of validation molecules that were resampled.
    resamples
        Number of resamples.
    confidence
        Level of the intervals.
    """

    overall: CorrectedScore
    families: dict[str, CorrectedScore]
    molecules: int
    resamples: int
    confidence: float

    @property
    def winners(self) -> dict[str, CorrectedScore]:
        """The one selected overall, under that name, then those of the families."""
        return {"overall": self.overall, **self.families}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "CorrectedScores":
        """Read the content of ``optimism.json``."""
        return cls(
            overall=CorrectedScore.from_dict(content["overall"]),
            families={
                family: CorrectedScore.from_dict(score)
                for family, score in content["families"].items()
            },
            molecules=content["molecules"],
            resamples=content["resamples"],
            confidence=content["confidence"],
        )


@dataclass(frozen=True)
class Probabilities:
    """The tables about probabilities and predicted classes: binary tasks only."""

    decisions: pd.DataFrame
    brier: pd.DataFrame
    reliability: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What a run computes to show how far its scores can be trusted.

    Attributes
    ----------
    corrected
        The winners' bias-corrected validation scores.
    frequencies
        The table ``selection_frequency.tsv``.
    comparison, similarity, coverage, domain
        The tables of these names.
    probabilities
        ``None`` unless the tasks are binary.
    """

    corrected: CorrectedScores
    frequencies: pd.DataFrame
    comparison: pd.DataFrame
    similarity: pd.DataFrame
    coverage: pd.DataFrame
    domain: pd.DataFrame
    probabilities: Probabilities | None

    def decisions_of(self, family: str, subset: str) -> pd.DataFrame:
        """Return the rows of ``decisions.tsv`` of a model's tasks on a set, if any."""
        if self.probabilities is None or self.probabilities.decisions.empty:
            return pd.DataFrame()
        table = self.probabilities.decisions
        table = table[(table["subset"] == subset) & (table["task"] != "mean")]
        return table[table["family"] == family]


def read_diagnostics(files: Mapping[str, Path]) -> Diagnostics:
    """Read the files of these names: ``optimism``, ``frequencies`` and so on.

    Parameters
    ----------
    files
        ``decisions``, ``brier`` and ``reliability`` are there for binary tasks only.
    """
    probabilities = None
    if "decisions" in files:
        probabilities = Probabilities(
            decisions=read_tsv(files["decisions"]),
            brier=read_tsv(files["brier"]),
            reliability=read_tsv(files["reliability"]),
        )
    return Diagnostics(
        corrected=CorrectedScores.from_dict(read_json(files["optimism"])),
        frequencies=read_tsv(files["frequencies"]),
        comparison=read_tsv(files["comparison"]),
        similarity=read_tsv(files["similarity"]),
        coverage=read_tsv(files["coverage"]),
        domain=read_tsv(files["domain"]),
        probabilities=probabilities,
    )
