"""Correcting the scores of a whole search: of each family's winner, and overall."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toxtune.search.selection_file import ENSEMBLE, Selection
from toxtune.selection.candidates import (
    Candidate,
    ValidationSets,
    read_candidates,
    resample_candidates,
)
from toxtune.selection.ensemble import average
from toxtune.selection.rules import ONE_SE, choose, simplicity_ranks
from toxtune.selection.search_results import SearchResults
from toxtune.stats.bias_correction import Correction, Rule, correct
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.resampled_trials import Predictions, Resampled, not_drawn


@dataclass(frozen=True)
class ResampledSearch:
    """The trials that could win, and what they score on resampled molecules.

    Attributes
    ----------
    candidates
        Sorted by id.
    resampled
        Their scores, in the same order; after these those of the ensemble.
    has_ensemble
        Whether there is one.
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
    has_ensemble: bool = False

    @property
    def ids(self) -> list[str]:
        """The id of each candidate, and the name of the ensemble if there is one."""
        ids = [candidate.trial.id for candidate in self.candidates]
        return ids + [ENSEMBLE] * self.has_ensemble

    @property
    def families(self) -> np.ndarray:
        """The family of each candidate; the ensemble has its own."""
        families = [candidate.trial.family for candidate in self.candidates]
        return np.array(families + [ENSEMBLE] * self.has_ensemble)

    def members(self, family: str) -> np.ndarray:
        """Return the numbers of a family's candidates."""
        return np.flatnonzero(self.families == family)

    def rule(self, members: np.ndarray) -> Rule:
        """Return the rule that chooses one of these candidates, all of one family."""
        if not self.one_se or len(members) == 1:
            return partial(choose, maximize=self.maximize)
        complexities = [self.candidates[number].complexity for number in members]
        return partial(
            choose,
            maximize=self.maximize,
            margins=self.resampled.take(members).standard_errors(),
            ranks=simplicity_ranks(complexities),
        )

    def overall_rule(self, scores: np.ndarray) -> np.ndarray:
        """Choose from all: the winner of the family that has the best trial.

        The ensemble counts as a family, unless the simplest model is wanted.
        """
        n_eligible = len(self.candidates) if self.one_se else len(self.ids)
        best_families = self.families[choose(scores[:, :n_eligible], self.maximize)]
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

    def with_ensemble(self, selection: Selection) -> "ResampledSearch":
        """Add the ensemble, if the selection has one.

        In each resample it is made of the trials that win their families there, so that
        their choice is corrected for as well.
        """
        if not selection.ensemble:
            return self
        scoring = self.validation_sets.scoring(selection.objective)
        drawn, rest = self.resampled.counts, not_drawn(self.resampled.counts)
        winners = self._winners(list(selection.ensemble.members))
        in_bag, out_of_bag = np.empty(len(winners)), np.empty(len(winners))
        distinct, numbers = np.unique(winners, axis=0, return_inverse=True)
        for number, members in enumerate(distinct):
            rows = np.flatnonzero(numbers.ravel() == number)
            predictions = self._average(members)
            in_bag[rows] = scoring.resampled_scores(drawn[rows], predictions)
            out_of_bag[rows] = scoring.resampled_scores(rest[rows], predictions)
        return replace(
            self,
            has_ensemble=True,
            resampled=Resampled(
                in_bag=np.column_stack([self.resampled.in_bag, in_bag]),
                out_of_bag=np.column_stack([self.resampled.out_of_bag, out_of_bag]),
                full=np.append(self.resampled.full, selection.ensemble.mean),
                counts=drawn,
            ),
        )

    def _winners(self, families: Sequence[str]) -> np.ndarray:
        """Return the winner of each family in each resample: numbers, in columns."""
        by_family = [self.members(family) for family in families]
        return np.column_stack(
            [
                members[self.rule(members)(self.resampled.in_bag[:, members])]
                for members in by_family
            ]
        )

    def _average(self, members: np.ndarray) -> Predictions:
        return average([self.candidates[number].predictions for number in members])


def resample_search(
    search: SearchResults,
    selection: Selection,
    rule: str,
    validation_sets: ValidationSets,
    resampling: Resampling,
) -> ResampledSearch:
    """Score all trials that could win, and the ensemble, on resampled molecules.

    Parameters
    ----------
    search
        The trials.
    selection
        What was selected of them; says whether there is an ensemble.
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
    resampled = ResampledSearch(
        candidates,
        resample_candidates(candidates, validation_sets, search.objective, resampling),
        maximize=search.objective.maximize,
        one_se=rule == ONE_SE,
        validation_sets=validation_sets,
    )
    return resampled.with_ensemble(selection)


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
    for family in selection.contenders:
        members, id = search.members(family), selection.id_of(family)
        correction = search.correct(
            members, search.rule(members), id, resampling.confidence
        )
        in_family[members] = correction.frequency
        families[family] = _winner_report(correction, id)
    selected = selection.id_of(selection.overall)
    overall = search.correct(
        np.arange(len(search.ids)),
        search.overall_rule,
        selected,
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
        "overall": _winner_report(overall, selected),
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
