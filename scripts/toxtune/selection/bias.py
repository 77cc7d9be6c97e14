"""Correcting the scores of a whole search: of each family's winner, and overall."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toxtune.search.selection_file import ENSEMBLE, GREEDY, Selection
from toxtune.selection.candidates import (
    Candidate,
    ValidationSets,
    read_candidates,
    resample_candidates,
)
from toxtune.selection.ensemble import scorer
from toxtune.selection.greedy import pick, pool_of, score_distinct
from toxtune.selection.rules import ONE_SE, choose, simplicity_ranks
from toxtune.selection.search_results import SearchResults
from toxtune.stats.bias_correction import Correction, Rule, correct
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.resampled_trials import Resampled, Scoring, not_drawn


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
    def may_win(self) -> int:
        """How many could win: the ensemble cannot where the simplest is chosen."""
        return len(self.candidates) + (self.has_ensemble and not self.one_se)

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

    def overall_rule(self) -> Rule:
        """Return the rule that chooses from all: the winner of the best trial's family.

        The ensemble counts as a family, unless the simplest model is wanted.
        """
        if not self.one_se:
            # The winner of the family that has the best trial is that trial.
            return partial(choose, maximize=self.maximize)
        families = self.families[: len(self.candidates)]
        members = {family: self.members(family) for family in np.unique(families)}
        rules = {family: self.rule(numbers) for family, numbers in members.items()}

        def choose_simplest(scores: np.ndarray) -> np.ndarray:
            eligible = scores[:, : len(families)]
            best_families = families[choose(eligible, self.maximize)]
            winners = np.empty(len(scores), dtype=np.int64)
            for family in np.unique(best_families):
                numbers = members[family]
                rows = np.flatnonzero(best_families == family)
                winners[rows] = numbers[rules[family](scores[np.ix_(rows, numbers)])]
            return winners

        return choose_simplest

    def correct(
        self, members: np.ndarray, rule: Rule, winner: str, confidence: float
    ) -> Correction:
        """Correct the score of the winner among these candidates."""
        chosen = members.tolist().index(self.ids.index(winner))
        return correct(self.resampled.take(members), rule, chosen, confidence)

    def with_ensemble(
        self, kind: str, scoring: Scoring, full_score: float
    ) -> "ResampledSearch":
        """Add an ensemble.

        In each resample it is made of the trials that win their families there, or that
        are picked there, so that their choice is corrected for as well.

        Parameters
        ----------
        kind
            ``equal`` or `GREEDY`.
        scoring
            How predictions are scored.
        full_score
            What the ensemble of the selection scores on all molecules.
        """
        drawn, rest = self.resampled.counts, not_drawn(self.resampled.counts)
        picks = self.picks(kind, scoring)
        # Numbers are added up in the order of families, as in the selection.
        order = np.argsort(self.families, kind="stable")
        trials = [self.candidates[number].predictions for number in order]
        in_bag, out_of_bag = (
            score_distinct(
                picks[:, order],
                np.arange(len(picks)),
                scorer(scoring, counts, trials),
            )
            for counts in (drawn, rest)
        )
        return replace(
            self,
            has_ensemble=True,
            resampled=Resampled(
                in_bag=np.column_stack([self.resampled.in_bag, in_bag]),
                out_of_bag=np.column_stack([self.resampled.out_of_bag, out_of_bag]),
                full=np.append(self.resampled.full, full_score),
                counts=drawn,
                is_remade=np.append(np.zeros(len(self.candidates), dtype=bool), True),
            ),
        )

    def picks(self, kind: str, scoring: Scoring) -> np.ndarray:
        """Count how often each trial is in each resample's ensemble; n x n_trials."""
        return self._greedy_picks(scoring) if kind == GREEDY else self._winners()

    def _greedy_picks(self, scoring: Scoring) -> np.ndarray:
        in_bag = self.resampled.in_bag
        may_be = np.zeros(in_bag.shape, dtype=bool)
        for pool in self._pools():
            np.put_along_axis(may_be, pool, True, axis=1)
        trials = [candidate.predictions for candidate in self.candidates]
        score = scorer(scoring, self.resampled.counts, trials)
        return pick(in_bag, may_be, score, self.maximize)

    def _winners(self) -> np.ndarray:
        picks = np.zeros(self.resampled.in_bag.shape, dtype=np.int64)
        for pool in self._pools():
            np.put_along_axis(picks, pool[:, :1], 1, axis=1)
        return picks

    def _pools(self) -> Iterator[np.ndarray]:
        """Yield the trials of each family, the winner of each resample first."""
        for family in np.unique(self.families):
            members = self.members(family)
            scores = self.resampled.in_bag[:, members]
            winners = self.rule(members)(scores)
            yield members[pool_of(scores, winners, self.maximize)]


def resample_search(
    search: SearchResults,
    selection: Selection,
    rule: str,
    ensemble: str,
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
    ensemble
        Its kind.
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
    if not selection.ensemble:
        return resampled
    scoring = validation_sets.scoring(search.objective)
    return resampled.with_ensemble(ensemble, scoring, selection.ensemble.mean)


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
    corrections, in_family = {}, np.zeros(len(search.ids))
    for family in selection.contenders:
        members = search.members(family)
        corrections[family] = search.correct(
            members,
            search.rule(members),
            selection.id_of(family),
            resampling.confidence,
        )
        in_family[members] = corrections[family].frequency
    selected = selection.id_of(selection.overall)
    # The only family's winner is the best of all.
    overall = corrections[selection.overall]
    if len(corrections) > 1:
        overall = search.correct(
            np.arange(len(search.ids)),
            search.overall_rule(),
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
        "overall": _winner_report(overall, selected, search.may_win),
        "families": {
            family: _winner_report(
                correction, selection.id_of(family), len(correction.frequency)
            )
            for family, correction in corrections.items()
        },
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


def _winner_report(correction: Correction, trial: str, out_of: int) -> dict[str, Any]:
    return {**correction.to_dict(), "trial": trial, "out_of": out_of}
