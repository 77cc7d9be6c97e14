"""Correcting the scores of a whole search: of each family's winner, and overall."""

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
from toxtune.selection.rules import ONE_SE, choose, simplicity_ranks
from toxtune.selection.search_results import SearchResults
from toxtune.stats.bias_correction import Correction, Rule, correct
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.resampled_trials import Resampled


@dataclass(frozen=True)
class ResampledSearch:
    """The trials that could win, and what they score on resampled molecules.

    Attributes
    ----------
    candidates
        Sorted by id.
    resampled
        Their scores, in the same order.
    maximize
        Whether higher scores are better.
    one_se
        Whether the simplest within one standard error is chosen, not the best.
    validation_sets
        The molecules that were resampled.
    """

    candidates: list[Candidate]
    resampled: Resampled
    maximize: bool
    one_se: bool
    validation_sets: ValidationSets

    @property
    def ids(self) -> list[str]:
        """The id of each candidate."""
        return [candidate.trial.id for candidate in self.candidates]

    @property
    def families(self) -> np.ndarray:
        """The family of each candidate."""
        return np.array([candidate.trial.family for candidate in self.candidates])

    def members(self, family: str) -> np.ndarray:
        """Return the numbers of a family's candidates."""
        return np.flatnonzero(self.families == family)

    def rule(self, members: np.ndarray) -> Rule:
        """Return the rule that chooses one of these candidates, all of one family."""
        if not self.one_se:
            return partial(choose, maximize=self.maximize)
        complexities = [self.candidates[number].complexity for number in members]
        return partial(
            choose,
            maximize=self.maximize,
            margins=self.resampled.take(members).standard_errors(),
            ranks=simplicity_ranks(complexities),
        )

    def overall_rule(self, scores: np.ndarray) -> np.ndarray:
        """Choose from all: the winner of the family that has the best trial."""
        best_families = self.families[choose(scores, self.maximize)]
        winners = np.empty(len(scores), dtype=np.int64)
        for family in set(best_families):
            members = self.members(family)
            rows = np.flatnonzero(best_families == family)
            winners[rows] = members[self.rule(members)(scores[np.ix_(rows, members)])]
        return winners

    def correct(
        self, members: np.ndarray, rule: Rule, winner: str, confidence: float
    ) -> Correction:
        """Correct the score of the winner among these candidates."""
        chosen = [self.ids[number] for number in members].index(winner)
        return correct(self.resampled.take(members), rule, chosen, confidence)


def resample_search(
    search: SearchResults,
    rule: str,
    validation_sets: ValidationSets,
    resampling: Resampling,
) -> ResampledSearch:
    """Score all trials that could win on resampled molecules.

    Parameters
    ----------
    search
        The trials.
    rule
        A key of `toxtune.selection.rules.RULES`.
    validation_sets
        The molecules that the trials were scored on.
    resampling
        The bootstrap.
    """
    candidates = read_candidates(
        search.ranked, search.records, search.seeds, validation_sets.set_names
    )
    return ResampledSearch(
        candidates,
        resample_candidates(candidates, validation_sets, search.objective, resampling),
        maximize=search.objective.maximize,
        one_se=rule == ONE_SE,
        validation_sets=validation_sets,
    )


def correct_selection(
    search: ResampledSearch, selection: Selection, resampling: Resampling
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Correct the winners' scores, and count how often each trial would have won.

    Returns
    -------
    report
        Content of ``optimism.json``; see `docs/outputs.md`.
    frequencies
        A row for each trial: id, family, standard error of its score, and its
        selection frequency overall and in its family.
    """
    families, in_family = {}, np.zeros(len(search.ids))
    for family, winner in selection.winners.items():
        members = search.members(family)
        correction = search.correct(
            members, search.rule(members), winner.trial.id, resampling.confidence
        )
        in_family[members] = correction.frequency
        families[family] = _winner_report(correction, winner.trial.id)
    overall = search.correct(
        np.arange(len(search.ids)),
        search.overall_rule,
        selection.winner.trial.id,
        resampling.confidence,
    )
    validation_sets = search.validation_sets
    n_folds = len(validation_sets.valid) if validation_sets.cross_validated else None
    report = {
        "selection": selection.id,
        "objective": selection.objective.to_dict(),
        "rule": selection.rule,
        "seeds": selection.seeds,
        "folds": n_folds,
        "molecules": len(validation_sets.molecules),
        "resamples": resampling.resamples,
        "confidence": resampling.confidence,
        "overall": _winner_report(overall, selection.winner.trial.id),
        "families": families,
    }
    frequencies = pd.DataFrame(
        {
            "trial": search.ids,
            "family": search.families,
            "standard_error": search.resampled.standard_errors(),
            "frequency": overall.frequency,
            "frequency_in_family": in_family,
        }
    )
    return report, frequencies


def _winner_report(correction: Correction, trial: str) -> dict[str, Any]:
    n_trials = len(correction.frequency)
    return {**correction.to_dict(), "trial": trial, "out_of": n_trials}
