"""The tables of a search: one row per trial, per score and per cost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.errors import UserError
from toxtune.files import read_json, sha256_of_file, write_text
from toxtune.metrics import METRICS, metrics_of, task_scores

FIXED_COLUMNS = ["trial", "family", "features", "status", "seeds", "epochs_trained"]


@dataclass(frozen=True)
class Scored:
    """A replicate's result and its scores on the validation part.

    Attributes
    ----------
    folder
        Where the replicate is.
    result
        Content of ``result.json``.
    cost
        Content of ``cost.json``.
    scores
        Metric to n_tasks scores, NaN where a task has none; empty unless the
        replicate's status is ``ok``.
    """

    folder: Path
    result: dict[str, Any]
    cost: dict[str, Any]
    scores: dict[str, np.ndarray]


def score_replicate(
    folder: Path, labels: np.ndarray, positive_weights: np.ndarray
) -> Scored:
    """Read one replicate and compute every metric.

    Parameters
    ----------
    folder
        Where ``result.json`` is.
    labels
        n_valid x n_tasks, NaN where not measured.
    positive_weights
        n_tasks.

    Raises
    ------
    UserError
        If the predictions are not the bytes that the result speaks of.
    """
    result = read_json(folder / "result.json")
    predictions = folder / "valid_predictions.npy"
    if sha256_of_file(predictions) != result["sha256"][predictions.name]:
        raise UserError(f"{predictions} is damaged: delete {folder} and run again")
    scores = {}
    if result["status"] == "ok":
        predicted = np.load(predictions)
        scores = {
            metric: task_scores(metric, labels, predicted, positive_weights)
            for metric in metrics_of(result["trial"]["kind"])
        }
    return Scored(folder, result, read_json(folder / "cost.json"), scores)


def distinct(replicates: list[Scored]) -> list[Scored]:
    """Keep one of the replicates that are the same training.

    Two slots of an adaptive search may hold the same trial.
    """
    by_name = {
        (scored.result["trial"]["id"], scored.result["seed"]): scored
        for scored in replicates
    }
    return [by_name[name] for name in sorted(by_name)]


def trial_specs(replicates: list[Scored]) -> dict[str, dict[str, Any]]:
    """Map the id of each trial to the whole trial and to its folders by seed."""
    specs: dict[str, dict[str, Any]] = {}
    for scored in replicates:
        trial = scored.result["trial"]
        spec = specs.setdefault(trial["id"], {"trial": trial, "folders": {}})
        spec["folders"][str(scored.result["seed"])] = str(scored.folder)
    return specs


def mean_scores(replicates: list[Scored], metric: str) -> dict[str, float | None]:
    """Map the id of each trial to its mean score over seeds; ``None`` if it failed."""
    table = trials_table(replicates).set_index("trial")[f"{metric}_mean"]
    return {
        id: None if np.isnan(score) else float(score) for id, score in table.items()
    }


def trials_table(replicates: list[Scored]) -> pd.DataFrame:
    """One row per trial, by family and id: settings, status, mean and SD over seeds.

    The columns of a metric are ``{metric}_mean``, ``{metric}_sd`` (n - 1 in the
    divisor) and ``{metric}_seed-{seed}``. A trial with a replicate that failed has no
    mean; one that a search gave up early has been trained with fewer seeds.
    """
    by_trial: dict[str, list[Scored]] = {}
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


def scores_table(replicates: list[Scored], tasks: list[str]) -> pd.DataFrame:
    """One row per trial, seed, metric and task."""
    return pd.DataFrame(
        [
            (trial["id"], trial["family"], scored.result["seed"], metric, task, score)
            for scored in replicates
            for trial in [scored.result["trial"]]
            for metric, scores in scored.scores.items()
            for task, score in zip(tasks, scores, strict=True)
        ],
        columns=["trial", "family", "seed", "metric", "task", "score"],
    )


def cost_table(replicates: list[Scored]) -> pd.DataFrame:
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


def write_tsv(path: Path, table: pd.DataFrame) -> None:
    """Write tab-separated text; a missing value is an empty field."""
    write_text(path, table.to_csv(sep="\t", index=False, lineterminator="\n"))


def read_tsv(path: Path) -> pd.DataFrame:
    """Read what `write_tsv` wrote; trial ids stay text."""
    return pd.read_csv(path, sep="\t", dtype={"trial": str})


def _trial_row(members: list[Scored]) -> dict[str, Any]:
    trial = members[0].result["trial"]
    failed = [scored for scored in members if scored.result["status"] != "ok"]
    row = {
        "trial": trial["id"],
        "family": trial["family"],
        "features": trial["features"],
        "status": failed[0].result["status"] if failed else "ok",
        "seeds": len(members),
        "epochs_trained": _mean_epochs(members),
        **{name: _cell(value) for name, value in trial["hyperparameters"].items()},
    }
    for metric in metrics_of(trial["kind"]):
        row |= _metric_columns(metric, members, bool(failed))
    return row


def _metric_columns(
    metric: str, members: list[Scored], failed: bool
) -> dict[str, float]:
    means = {
        scored.result["seed"]: float(np.nanmean(scored.scores[metric]))
        if scored.scores
        else np.nan
        for scored in members
    }
    values = list(means.values())
    several = len(values) > 1 and not failed
    return {
        f"{metric}_mean": np.nan if failed else float(np.mean(values)),
        f"{metric}_sd": float(np.std(values, ddof=1)) if several else np.nan,
        **{f"{metric}_seed-{seed}": mean for seed, mean in means.items()},
    }


def _mean_epochs(members: list[Scored]) -> float | None:
    epochs = [scored.result["epochs"] for scored in members]
    return None if None in epochs else float(np.mean(epochs))


def _cell(value: Any) -> str:
    # As text, so that whole numbers stay whole in a column with gaps.
    return "null" if value is None else str(value)
