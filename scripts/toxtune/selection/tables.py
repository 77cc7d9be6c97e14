"""The tables of a search: one row per trial, per score and per cost."""

from typing import Any

import numpy as np
import pandas as pd

from toxtune.search.trials import replicate_name
from toxtune.selection.scoring import ScoredReplicate
from toxtune.splits.training_set import WHOLE, fold_number
from toxtune.stats.metrics import METRICS, metrics_of

FIXED_COLUMNS = ["trial", "family", "features", "status", "seeds", "epochs_trained"]


def trial_specs(replicates: list[ScoredReplicate]) -> dict[str, dict[str, Any]]:
    """Map the id of each trial to the whole trial and its folders by replicate."""
    specs: dict[str, dict[str, Any]] = {}
    for scored in replicates:
        trial = scored.result["trial"]
        spec = specs.setdefault(trial["id"], {"trial": trial, "folders": {}})
        name = replicate_name(scored.result["seed"], scored.result["training_set"])
        spec["folders"][name] = str(scored.folder)
    return specs


def mean_scores(
    replicates: list[ScoredReplicate], metric: str
) -> dict[str, float | None]:
    """Map the id of each trial to its mean score over seeds; ``None`` if it failed."""
    table = trials_table(replicates).set_index("trial")[f"{metric}_mean"]
    return {
        id: None if np.isnan(score) else float(score) for id, score in table.items()
    }


def trials_table(replicates: list[ScoredReplicate]) -> pd.DataFrame:
    """One row per trial, by family and id: settings, status, mean and SD over seeds.

    The columns of a metric are ``{metric}_mean``, ``{metric}_sd`` (over seeds, n - 1
    in the divisor) and ``{metric}_seed-{seed}``; in a cross-validation those are of
    means over the folds, and ``{metric}_fold-{fold}`` are means over the seeds. A
    trial with a replicate that failed has no mean; one that a search gave up early has
    been trained with fewer seeds.
    """
    by_trial: dict[str, list[ScoredReplicate]] = {}
    for replicate in replicates:
        by_trial.setdefault(replicate.result["trial"]["id"], []).append(replicate)
    rows = [_trial_row(members) for members in by_trial.values()]
    table = pd.DataFrame(rows).sort_values(["family", "trial"], ignore_index=True)
    metrics = [name for name in table if name.startswith(tuple(METRICS))]
    hyperparameters = sorted(set(table) - {*FIXED_COLUMNS, *metrics})
    return table[[*FIXED_COLUMNS, *hyperparameters, *metrics]]


def setting_columns(trials: pd.DataFrame) -> list[str]:
    """Name the columns that say what was tried: family, features, hyperparameters."""
    outcomes = ("trial", "status", "seeds", "epochs_trained", *METRICS)
    return [name for name in trials if not name.startswith(outcomes)]


def scores_table(replicates: list[ScoredReplicate], tasks: list[str]) -> pd.DataFrame:
    """One row per trial, seed, fold (empty for hold-out), metric and task."""
    columns = ["trial", "family", "seed", "fold", "metric", "task", "score"]
    table = pd.DataFrame(
        [
            (trial["id"], trial["family"], seed, fold, metric, task, score)
            for scored in replicates
            for trial in [scored.result["trial"]]
            for seed in [scored.result["seed"]]
            for fold in [fold_number(scored.result["training_set"])]
            for metric, scores in scored.scores.items()
            for task, score in zip(tasks, scores, strict=True)
        ],
        columns=columns,
    )
    return table.astype({"fold": "Int64"})


def valid_scores(
    scores: pd.DataFrame, trial: str, seeds: list[int], tasks: list[str]
) -> dict[str, np.ndarray]:
    """Look a trial's scores up, as `scores_table` lists them.

    Returns
    -------
    dict
        Metric to n_seeds x n_tasks scores, of a cross-validation means over the folds
        that have one; NaN where a task has none.
    """
    own = scores[scores["trial"] == trial]
    means = own.groupby(["metric", "seed", "task"])["score"].mean()
    return {
        metric: means[metric].unstack("task").reindex(index=seeds, columns=tasks).values
        for metric in own["metric"].unique()
    }


def cost_table(replicates: list[ScoredReplicate]) -> pd.DataFrame:
    """One row per training: seconds, peak memory and host."""
    return pd.DataFrame(
        [
            {
                "trial": scored.result["trial"]["id"],
                "family": scored.result["trial"]["family"],
                "seed": scored.result["seed"],
                **scored.cost,
                "folder": str(scored.folder),
            }
            for scored in replicates
        ]
    )


def _trial_row(members: list[ScoredReplicate]) -> dict[str, Any]:
    trial = members[0].result["trial"]
    failed = [scored for scored in members if scored.result["status"] != "ok"]
    row = {
        "trial": trial["id"],
        "family": trial["family"],
        "features": trial["features"],
        "status": failed[0].result["status"] if failed else "ok",
        "seeds": len({scored.result["seed"] for scored in members}),
        "epochs_trained": _mean_epochs(members),
        **{name: _cell(value) for name, value in trial["hyperparameters"].items()},
    }
    for metric in metrics_of(trial["task_type"]):
        row |= _metric_columns(metric, members, bool(failed))
    return row


def _metric_columns(
    metric: str, members: list[ScoredReplicate], failed: bool
) -> dict[str, float]:
    by_seed = _means_by("seed", metric, members)
    by_set = _means_by("training_set", metric, members)
    values = [] if failed else list(by_seed.values())
    return {
        f"{metric}_mean": float(np.mean(values)) if values else np.nan,
        f"{metric}_sd": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan,
        **{f"{metric}_seed-{seed}": mean for seed, mean in by_seed.items()},
        **{f"{metric}_{name}": mean for name, mean in by_set.items() if name != WHOLE},
    }


def _means_by(
    key: str, metric: str, members: list[ScoredReplicate]
) -> dict[Any, float]:
    """Average the means over tasks by seed or by fold; NaN if a replicate failed."""
    means: dict[Any, list[float]] = {}
    for scored in members:
        mean = float(np.nanmean(scored.scores[metric])) if scored.scores else np.nan
        means.setdefault(scored.result[key], []).append(mean)
    return {value: float(np.mean(several)) for value, several in means.items()}


def _mean_epochs(members: list[ScoredReplicate]) -> float | None:
    epochs = [scored.result["epochs"] for scored in members]
    return None if None in epochs else float(np.mean(epochs))


def _cell(value: Any) -> str:
    # As text, so that whole numbers stay whole in a column with gaps.
    return "null" if value is None else str(value)
