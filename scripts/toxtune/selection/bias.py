"""A whole search, corrected: each family's winner, and the one selected overall."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toxtune.search.selection_file import Selection
from toxtune.selection.candidates import (
    Candidate,
    ValidationSets,
    read_candidates,
    resample_candidates,
)
from toxtune.selection.rules import choose, ranked_trials, simplicity_ranks
from toxtune.stats.bias_correction import Rule, correct
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective
from toxtune.stats.resampled_trials import Resampled


@dataclass(frozen=True)
class Search:
    """The trials that could win, and what they score on resampled molecules.

    Attributes
    ----------
    candidates
        Sorted by id.
    resampled
        The same, in the same order.
    maximize
        Whether higher scores are better.
    one_se
        Whether the simplest within one standard error is chosen, not the best.
    judges
        The molecules that were resampled.
    """

    candidates: list[Candidate]
    resampled: Resampled
    maximize: bool
    one_se: bool
    validation_sets: ValidationSets

    @property
    def families(self) -> np.ndarray:
        """The family of each candidate."""
        return np.array([each.trial.family for each in self.candidates])

    def rule(self, members: np.ndarray) -> Rule:
        """Say how one of these candidates, all of one family, is chosen."""
        if not self.one_se:
            return partial(choose, maximize=self.maximize)
        return partial(
            choose,
            maximize=self.maximize,
            margins=self.resampled.take(members).standard_errors(),
            ranks=simplicity_ranks([self.candidates[n].complexity for n in members]),
        )

    def overall_rule(self, scores: np.ndarray) -> np.ndarray:
        """Choose from all: the winner of the family that has the best trial."""
        of_best = self.families[choose(scores, self.maximize)]
        winners = np.empty(len(scores), dtype=np.int64)
        for family in set(of_best):
            members = np.flatnonzero(self.families == family)
            rows = np.flatnonzero(of_best == family)
            winners[rows] = members[self.rule(members)(scores[np.ix_(rows, members)])]
        return winners


def read_search(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    validation_sets: ValidationSets,
    resampling: Resampling,
) -> Search:
    """Score all trials that could win on resampled molecules.

    Parameters
    ----------
    trials, specs, settings
        As `toxtune.selection.winners.select` takes them.
    judges
        The molecules that the trials were judged by.
    resampling
        The bootstrap.
    """
    objective, seeds = Objective(**settings["objective"]), settings["seeds"]
    candidates = read_candidates(
        ranked_trials(trials, objective, len(seeds)),
        specs,
        seeds,
        validation_sets.set_names,
    )
    return Search(
        candidates,
        resample_candidates(candidates, validation_sets, objective.metric, resampling),
        maximize=objective.maximize,
        one_se=settings["rule"] == "one_se",
        validation_sets=validation_sets,
    )


def correct_selection(
    search: Search, selection: Selection, resampling: Resampling
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Correct the winners' scores, and count how often each trial would have won.

    Returns
    -------
    report
        Content of ``optimism.json``; see `docs/architecture.md`.
    frequencies
        A row for each trial: id, family, standard error of its score, and its
        selection frequency overall and in its family.
    """
    ids = [each.trial.id for each in search.candidates]
    families, in_family = {}, np.zeros(len(ids))
    for family, winner in selection.winners.items():
        members = np.flatnonzero(search.families == family)
        families[family], in_family[members] = _corrected(
            search.resampled.take(members),
            search.rule(members),
            [ids[member] for member in members],
            winner.trial.id,
            resampling.confidence,
        )
    overall, among_all = _corrected(
        search.resampled,
        search.overall_rule,
        ids,
        selection.winner.trial.id,
        resampling.confidence,
    )
    frequencies = pd.DataFrame(
        {
            "trial": ids,
            "family": search.families,
            "standard_error": search.resampled.standard_errors(),
            "frequency": among_all,
            "frequency_in_family": in_family,
        }
    )
    validation_sets = search.validation_sets
    return {
        "selection": selection.id,
        "objective": selection.objective.to_dict(),
        "rule": selection.rule,
        "seeds": selection.seeds,
        "folds": len(validation_sets.valid)
        if validation_sets.cross_validated
        else None,
        "molecules": len(validation_sets.molecules),
        "resamples": resampling.resamples,
        "confidence": resampling.confidence,
        "overall": overall,
        "families": families,
    }, frequencies


def _corrected(
    resampled: Resampled, rule: Rule, ids: list[str], winner: str, confidence: float
) -> tuple[dict[str, Any], list[float]]:
    """Correct one winner; tell how often each of the trials would have won."""
    correction = correct(resampled, rule, ids.index(winner), confidence)
    report = {**correction.to_dict(), "trial": winner, "out_of": len(ids)}
    return report, correction.frequency
