"""What the choice within one standard error has to know, from stored predictions."""

from typing import Any

import pandas as pd

from toxtune.bootstrap import resample_counts
from toxtune.candidates import ranked_trials, read_candidates
from toxtune.evaluation import Resampling
from toxtune.metrics import class_weights
from toxtune.optimism import Scoring, resample
from toxtune.parts import Part
from toxtune.selection import Simplicity


def read_simplicity(
    trials: pd.DataFrame,
    specs: dict[str, dict[str, Any]],
    settings: dict[str, Any],
    parts: dict[str, Part],
    resampling: Resampling,
) -> Simplicity:
    """Compute the standard error of each family's best trial; ask for complexities.

    Parameters
    ----------
    trials, specs, settings
        As `toxtune.selection.select` takes them.
    parts
        ``train``, for the weights of the classes, and ``valid``.
    resampling
        The bootstrap whose SD over resampled molecules is the standard error.
    """
    ranked = ranked_trials(trials, settings)
    candidates = read_candidates(ranked, specs, settings["seeds"])
    best = set(ranked.drop_duplicates("family")["trial"])
    valid = parts["valid"]
    scoring = Scoring(
        settings["objective"]["metric"],
        valid.labels,
        class_weights(parts["train"].labels),
    )
    counts = resample_counts(valid.groups, resampling.resamples, resampling.seed)
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
