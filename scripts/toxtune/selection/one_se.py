"""What the rule of one standard error needs, from stored predictions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.io.integrity import damaged, read_written
from toxtune.selection.candidates import (
    ValidationSets,
    read_candidates,
    resample_candidates,
)
from toxtune.selection.rules import simplicity_ranks
from toxtune.selection.search_results import SearchResults
from toxtune.stats.bootstrap import Resampling


@dataclass(frozen=True)
class Simplicity:
    """How simple trials are, and how uncertain the best scores.

    Attributes
    ----------
    standard_errors
        Id of each family's best trial to the SD of its score over resampled molecules.
    ranks
        Trial id to its rank in its family, 0 for the simplest.
    """

    standard_errors: dict[str, float]
    ranks: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``simplicity.json``."""
        return dict(vars(self))


def read_simplicity(path: Path) -> Simplicity:
    """Read ``simplicity.json``.

    Raises
    ------
    UserError
        If the file does not have the form.
    """
    try:
        return Simplicity(**read_written(path))
    except TypeError:
        raise damaged(path, "does not rank trials by simplicity") from None


def rank_simplicity(
    search: SearchResults, validation_sets: ValidationSets, resampling: Resampling
) -> Simplicity:
    """Compute the standard error of each family's best trial, and rank simplicity.

    Parameters
    ----------
    search
        The trials.
    validation_sets
        The molecules that the trials were scored on.
    resampling
        The bootstrap whose SD over resampled molecules is the standard error.
    """
    ranked = search.ranked
    if ranked.empty:
        # The selection raises the error that says so.
        return Simplicity(standard_errors={}, ranks={})
    candidates = read_candidates(
        ranked, search.records, search.seeds, validation_sets.set_names
    )
    best_ids = set(ranked.drop_duplicates("family")["trial"])
    best = [candidate for candidate in candidates if candidate.trial.id in best_ids]
    resampled = resample_candidates(best, validation_sets, search.objective, resampling)
    errors = resampled.standard_errors().tolist()
    ranks: dict[str, int] = {}
    for family in set(ranked["family"]):
        members = [member for member in candidates if member.trial.family == family]
        family_ranks = simplicity_ranks([member.complexity for member in members])
        ids = [member.trial.id for member in members]
        ranks |= dict(zip(ids, family_ranks.tolist(), strict=True))
    best_trials = [candidate.trial.id for candidate in best]
    return Simplicity(dict(zip(best_trials, errors, strict=True)), ranks)
