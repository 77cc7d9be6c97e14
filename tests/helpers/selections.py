"""Selections made of made-up trials."""

from typing import Any

from toxtune.search.selection_file import Selection, Winner
from toxtune.search.trials import Trial
from toxtune.stats.metrics import Objective

ROC_AUC = Objective("roc_auc", "maximize")


def made_trial(
    id: str,
    family: str = "dense",
    hyperparameters: dict[str, Any] | None = None,
    features: str = "circular-radius-2-size-1024",
) -> Trial:
    """Make up a trial, whose id need not be that of its settings."""
    return Trial(id, "d" * 12, "5" * 12, family, features, hyperparameters or {"x": id})


def made_winner(
    trial: Trial,
    mean: float = 0.8,
    sd: float | None = 0.01,
    out_of: int = 3,
    folders: dict[str, str] | None = None,
) -> Winner:
    """Make up a winner that is trained as it was searched."""
    return Winner(
        trial=trial,
        model=trial,
        refit=trial,
        folders=folders or {},
        mean=mean,
        sd=sd,
        per_seed=[mean],
        out_of=out_of,
    )


def made_selection(
    winners: dict[str, Winner],
    overall: str,
    objective: Objective = ROC_AUC,
    seeds: list[int] | None = None,
) -> Selection:
    """Make up a selection."""
    return Selection(
        dataset="d" * 12,
        split="5" * 12,
        seeds=[0, 1] if seeds is None else seeds,
        objective=objective,
        rule="best mean",
        winners=winners,
        overall=overall,
    )
