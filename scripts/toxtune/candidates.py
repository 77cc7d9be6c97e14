"""The trials that a selection is made from, with what their replicates predicted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.arrays import load_features
from toxtune.models.registry import family_module
from toxtune.trials import Trial


@dataclass(frozen=True)
class Candidate:
    """One trial that can win.

    Attributes
    ----------
    trial
        The trial.
    predictions
        Of the validation part, one array for each seed, read from disk when used.
    """

    trial: Trial
    predictions: list[np.ndarray]

    @property
    def complexity(self) -> tuple[float, ...]:
        """What the family says, smaller for what is simpler."""
        return family_module(self.trial.family).complexity(
            self.trial.hyperparameters,
            _n_features(self.trial),
            self.predictions[0].shape[1],
        )


def ranked_trials(trials: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Return the trials with a score from all seeds, best first, ties by id.

    Parameters
    ----------
    trials
        As `toxtune.tables.trials_table` makes it.
    settings
        ``objective`` and ``seeds``.
    """
    objective = settings["objective"]
    column = f"{objective['metric']}_mean"
    complete = trials["seeds"] == len(settings["seeds"])
    scored = trials[(trials["status"] == "ok") & trials[column].notna() & complete]
    return scored.sort_values(
        [column, "trial"], ascending=[objective["direction"] == "minimize", True]
    )


def read_candidates(
    ranked: pd.DataFrame, specs: dict[str, dict[str, Any]], seeds: list[int]
) -> list[Candidate]:
    """Open the predictions of the ranked trials, sorted by id."""
    return [
        Candidate(
            Trial(**specs[id]["trial"]),
            [
                np.load(
                    Path(specs[id]["folders"][str(seed)], "valid_predictions.npy"),
                    mmap_mode="r",
                )
                for seed in seeds
            ],
        )
        for id in sorted(ranked["trial"])
    ]


def _n_features(trial: Trial) -> int:
    files = [Path(name) for name in trial.features_files("valid")]
    return load_features(files).shape[1]
