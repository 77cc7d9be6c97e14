"""The tables of a search: one row per trial, per score and per cost."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.search.trial_columns import FIXED_COLUMNS, is_score
from toxtune.search.trials import replicate_name
from toxtune.selection.scoring import ScoredReplicate
from toxtune.selection.search_results import TrialRecord
from toxtune.splits.training_set import WHOLE, fold_number
from toxtune.stats.metrics import metrics_of
from toxtune.statuses import OK

SCORES_COLUMNS = ["trial", "family", "seed", "fold", "metric", "task", "score"]


def write_tables(
    replicates: Sequence[ScoredReplicate],
    tasks: list[str],
    *,
    trials: Path,
    records: Path,
    scores: Path,
    cost: Path,
) -> None:
    """Write the tables of trials, scores and costs, and ``trials.json``."""
    contents = trial_records(replicates)
    write_tsv(trials, trials_table(replicates))
    write_json(records, {id: record.to_dict() for id, record in contents.items()})
    write_tsv(scores, scores_table(replicates, tasks))
    write_tsv(cost, cost_table(replicates))


def trial_records(replicates: Sequence[ScoredReplicate]) -> dict[str, TrialRecord]:
    """Map the id of each trial to the trial and the folders of its replicates."""
    records: dict[str, TrialRecord] = {}
    for replicate in replicates:
        trial = replicate.trial
        record = records.setdefault(trial.id, TrialRecord(trial, folders={}))
        name = replicate_name(replicate.seed, replicate.set_name)
        record.folders[name] = str(replicate.folder)
    return records


def trials_table(replicates: Sequence[ScoredReplicate]) -> pd.DataFrame:
    """One row per trial, by family and id: settings, status, mean and SD over seeds.

    The columns of a metric are ``{metric}_mean``, ``{metric}_sd`` (over seeds, n - 1
    in the divisor) and ``{metric}_seed-{seed}``; in a cross-validation those are of
    means over the folds, and ``{metric}_fold-{fold}`` are means over the seeds. A
    trial with a replicate that failed has no mean; one that a search gave up early has
    been trained with fewer seeds.
    """
    by_trial: dict[str, list[ScoredReplicate]] = {}
    for replicate in replicates:
        by_trial.setdefault(replicate.trial.id, []).append(replicate)
    rows = [_trial_row(members) for members in by_trial.values()]
    table = pd.DataFrame(rows).sort_values(["family", "trial"], ignore_index=True)
    metrics = [name for name in table if is_score(name)]
    hyperparameters = sorted(set(table) - {*FIXED_COLUMNS, *metrics})
    return table[[*FIXED_COLUMNS, *hyperparameters, *metrics]]


def setting_columns(trials: pd.DataFrame) -> list[str]:
    """Name the columns that say what was tried: family, features, hyperparameters."""
    outcomes = {*FIXED_COLUMNS} - {"family", "features"}
    return [name for name in trials if name not in outcomes and not is_score(name)]


def scores_table(
    replicates: Sequence[ScoredReplicate], tasks: list[str]
) -> pd.DataFrame:
    """One row per trial, seed, fold (empty for hold-out), metric and task."""
    rows = []
    for replicate in replicates:
        key = (
            replicate.trial.id,
            replicate.trial.family,
            replicate.seed,
            fold_number(replicate.set_name),
        )
        rows += score_rows(key, replicate.scores, tasks)
    return table_of_scores(rows)


def score_rows(
    key: tuple[str, str, int, int | None],
    scores: Mapping[str, np.ndarray],
    tasks: Sequence[str],
) -> list[tuple[Any, ...]]:
    """List scores, metric to n_tasks, in rows that begin with trial to fold."""
    return [
        (*key, metric, task, score)
        for metric, by_task in scores.items()
        for task, score in zip(tasks, by_task, strict=True)
    ]


def table_of_scores(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Make a table of what `score_rows` lists."""
    return pd.DataFrame(rows, columns=SCORES_COLUMNS).astype({"fold": "Int64"})


def cost_table(replicates: Sequence[ScoredReplicate]) -> pd.DataFrame:
    """One row per training: seconds, peak memory and host."""
    return pd.DataFrame(
        [
            {
                "trial": replicate.trial.id,
                "family": replicate.trial.family,
                "seed": replicate.seed,
                **replicate.cost,
                "folder": str(replicate.folder),
            }
            for replicate in replicates
        ]
    )


def _trial_row(replicates: Sequence[ScoredReplicate]) -> dict[str, Any]:
    trial = replicates[0].trial
    failures = [replicate.status for replicate in replicates if replicate.status != OK]
    row = {
        "trial": trial.id,
        "family": trial.family,
        "features": trial.features,
        "status": failures[0] if failures else OK,
        "seeds": len({replicate.seed for replicate in replicates}),
        "epochs_trained": _mean_epochs(replicates),
        **{name: _cell(value) for name, value in trial.hyperparameters.items()},
    }
    for metric in metrics_of(trial.task_type):
        row |= _metric_columns(metric, replicates, failed=bool(failures))
    return row


def _metric_columns(
    metric: str, replicates: Sequence[ScoredReplicate], failed: bool
) -> dict[str, float]:
    by_seed: dict[int, list[float]] = {}
    by_set: dict[str, list[float]] = {}
    for replicate in replicates:
        mean = np.nan
        if replicate.scores:
            scores = replicate.scores[metric] / replicate.scales.of(metric)
            mean = float(np.nanmean(scores))
        by_seed.setdefault(replicate.seed, []).append(mean)
        by_set.setdefault(replicate.set_name, []).append(mean)
    seed_means = {seed: float(np.mean(means)) for seed, means in by_seed.items()}
    values = [] if failed else list(seed_means.values())
    columns = {
        f"{metric}_mean": float(np.mean(values)) if values else np.nan,
        f"{metric}_sd": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan,
    }
    columns |= {f"{metric}_seed-{seed}": mean for seed, mean in seed_means.items()}
    by_set.pop(WHOLE, None)
    return columns | {
        f"{metric}_{name}": float(np.mean(means)) for name, means in by_set.items()
    }


def _mean_epochs(replicates: Sequence[ScoredReplicate]) -> float | None:
    epochs = [replicate.result["epochs"] for replicate in replicates]
    return None if None in epochs else float(np.mean(epochs))


def _cell(value: Any) -> str:
    # As text, so that whole numbers stay whole in a column with gaps.
    return "null" if value is None else str(value)
