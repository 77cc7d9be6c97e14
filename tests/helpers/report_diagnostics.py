"""Made-up diagnostics of made-up runs; see `report_runs`."""

import numpy as np
import pandas as pd

from toxtune.report.diagnostics import (
    CorrectedScore,
    CorrectedScores,
    Diagnostics,
    Probabilities,
)
from toxtune.search.selection_file import Selection
from toxtune.stats.thresholds import SCORES
from toxtune.tasks import TaskType

_BRIER = ["brier", "brier_scaled", "brier_prevalence"]


def made_diagnostics(
    tasks: list[str], selection: Selection, trials: pd.DataFrame, n_molecules: int
) -> Diagnostics:
    """Make up what the files say; the other family's winner is a bit worse."""
    corrected = {
        family: CorrectedScore(
            trial=winner.trial.id,
            out_of=winner.out_of,
            raw=winner.mean,
            corrected=winner.mean - 0.01,
            interval=(winner.mean - 0.05, winner.mean + 0.03),
            chosen_again=0.5,
        )
        for family, winner in selection.winners.items()
    }
    return Diagnostics(
        corrected=CorrectedScores(
            overall=corrected[selection.overall],
            families=corrected,
            molecules=100,
            resamples=100,
            confidence=0.95,
        ),
        frequencies=_frequencies(trials),
        comparison=_comparison(tasks, selection),
        similarity=pd.DataFrame({"similarity": np.linspace(0.1, 0.99, n_molecules)}),
        coverage=_coverage(tasks, selection.objective.task_type),
        domain=made_domain(),
        probabilities=_probabilities(tasks, selection),
    )


def made_domain() -> pd.DataFrame:
    """Make up that similarity tells errors apart, and leverage leaves nothing out."""
    numbers = {
        "bound": [0.3, 0.02],
        "molecules_in": [110, 120],
        "molecules_out": [10, 0],
    }
    errors = {"error_in": [0.1, 0.11], "error_out": [0.2, None]}
    bounds = {"difference": [0.1, None], "low": [0.02, None], "high": [0.18, None]}
    methods = {"method": ["similarity", "leverage"]}
    return pd.DataFrame({**methods, **numbers, **errors, **bounds})


def _coverage(tasks: list[str], task_type: TaskType) -> pd.DataFrame:
    """Make up that of 100 molecules one less is covered than is promised."""
    classes = {"binary": ["0", "1", "all"], "multiclass": ["0", "1", "2", "all"]}
    return pd.DataFrame(
        [
            {
                "refit": "none",
                "task": task,
                "class": number,
                "confidence": confidence,
                "calibrated": 50,
                "molecules": 100,
                "covered": round(100 * confidence) - 1,
                "coverage": confidence - 0.01,
                "chance": 0.4,
                "chance_holm": 1.0,
                "one": 70,
                "several": 25,
                "none": 5,
                "width": 1.5,
            }
            for task in tasks
            for number in classes.get(task_type, ["all"])
            for confidence in (0.8, 0.9)
        ]
    )


def _probabilities(tasks: list[str], selection: Selection) -> Probabilities | None:
    if selection.objective.task_type != TaskType.BINARY:
        return None
    return Probabilities(
        decisions=_class_scores(selection, "mean", SCORES).assign(
            positives=50, negatives=50
        ),
        brier=_class_scores(selection, "task 0", _BRIER),
        reliability=_reliability(tasks, selection.seeds),
    )


def _frequencies(trials: pd.DataFrame) -> pd.DataFrame:
    """Make up that every trial is selected equally often."""
    return pd.DataFrame(
        {
            "trial": trials["trial"],
            "family": trials["family"],
            "standard_error": 0.02,
            "frequency": 1 / len(trials),
            "frequency_in_family": 2 / len(trials),
        }
    )


def _comparison(tasks: list[str], selection: Selection) -> pd.DataFrame:
    overall = selection.overall
    (other,) = set(selection.winners) - {overall}
    rows = [
        {
            "family": other,
            "against": overall,
            "metric": selection.objective.metric,
            "task": task,
            "difference": -0.02,
            "low": -0.04,
            "high": 0.01,
            "p_holm": np.nan if task == "mean" else 0.2,
        }
        for task in [*tasks, "mean"]
    ]
    return pd.DataFrame(rows)


def _class_scores(selection: Selection, task: str, names: list[str]) -> pd.DataFrame:
    scores = dict.fromkeys(names, 0.5)
    return pd.DataFrame(
        [
            {"family": family, "subset": subset, "task": task, **scores}
            for family in selection.winners
            for subset in ("valid", "test")
        ]
    )


def _reliability(tasks: list[str], seeds: list[int]) -> pd.DataFrame:
    """Make up bins of which the observed share grows with the seed."""
    return pd.DataFrame(
        [
            {
                "family": family,
                "subset": subset,
                "task": task,
                "seed": seed,
                "bin": number,
                "molecules": 10,
                "predicted": number / 10,
                "observed": (number + seed) / 10,
                "low": number / 10 - 0.1,
                "high": number / 10 + 0.2,
            }
            for family in ("dense", "random_forest")
            for subset in ("valid", "test")
            for task in tasks
            for seed in seeds
            for number in range(1, 9)
        ]
    )
