"""What the choice within one standard error has to know, from stored predictions."""

from typing import Any

import pandas as pd

from toxtune.bootstrap import resample_counts
from toxtune.candidates import Judges, ranked_trials, read_candidates
from toxtune.evaluation import Resampling
from toxtune.optimism import resample
from toxtune.selection import Simplicity


def read_simplicity(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    judges: Judges,
    resampling: Resampling,
) -> Simplicity:
    """Compute the standard error of each family's best trial; ask for complexities.

    Parameters
    ----------
    trials, specs, settings
        As `toxtune.selection.select` takes them.
    judges
        The molecules that the trials were judged by.
    resampling
        The bootstrap whose SD over resampled molecules is the standard error.
    """
    ranked = ranked_trials(trials, settings)
    candidates = read_candidates(ranked, specs, settings["seeds"], judges.folds)
    best = set(ranked.drop_duplicates("family")["trial"])
    counts = resample_counts(judges.molecules, resampling.resamples, resampling.seed)
    scoring = judges.scoring(settings["objective"]["metric"])
    scored = [each for each in candidates if each.trial.id in best]
    errors = resample(
        scoring, counts, [each.predictions for each in scored]
    ).standard_errors()
    return Simplicity(
        margins={
            each.trial.id: float(error)
            for each, error in zip(scored, errors, strict=True)
        },
        complexities={each.trial.id: each.complexity for each in candidates},
    )
