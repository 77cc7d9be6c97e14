"""Scores of the winners on the test set, from stored predictions."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.evaluation_file import (
    Evaluation,
    Interval,
    MetricScores,
    SetScores,
    read_interval,
)
from toxtune.evaluation.variants import score_variants, variant_rows
from toxtune.io.tsv import read_tsv
from toxtune.search.selection_file import Selection
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.bootstrap import Resampling, interval, mean_over_tasks
from toxtune.stats.member_scores import MemberScores, plain_scores
from toxtune.stats.metrics import class_weights
from toxtune.stats.task_scales import TaskScales, task_scales


def score_test(
    *,
    selection: Selection,
    subsets: dict[str, Subset],
    train_predictions: dict[str, np.ndarray],
    search_scores: pd.DataFrame,
    test_predictions: dict[str, dict[str, np.ndarray]],
    resampling: Resampling,
) -> Evaluation:
    """Score the winners on the test set, with their other scores beside that.

    Parameters
    ----------
    selection
        The winners.
    subsets
        ``train``, ``valid`` and ``test``.
    train_predictions
        Family or ensemble to predictions of the training set, n_seeds x n_molecules x
        n_outputs.
    search_scores
        The validation scores of the search and of the ensemble; see `valid_scores`.
    test_predictions
        ``none`` (before a refit), and the name of the refit if there is one, to
        predictions of the test set as in `train_predictions`.
    resampling
        How the intervals are made.
    """
    train, test = subsets["train"], subsets["test"]
    weights = class_weights(train.labels)
    scales = task_scales([train.labels], selection.objective)
    task_type = selection.objective.task_type
    families, variants = {}, {}
    for family in sorted(selection.contenders):
        by_refit = {
            refit: predictions[family]
            for refit, predictions in test_predictions.items()
        }
        scored = score_variants(test, weights, by_refit, resampling, task_type, scales)
        families[family] = evaluate(
            train,
            train_predictions[family],
            valid=valid_scores(
                search_scores, selection.id_of(family), selection.seeds, test.tasks
            ),
            test=scored[NO_REFIT, False],
            confidence=resampling.confidence,
        )
        variants[family] = variant_rows(scored, test.tasks, resampling.confidence)
    return Evaluation(
        selection=selection.id,
        overall=selection.overall,
        objective=selection.objective,
        molecules={name: len(subset.ids) for name, subset in subsets.items()},
        confidence=resampling.confidence,
        resamples=resampling.resamples,
        families=families,
        variants=variants,
        task_sds=_task_sds(scales, test.tasks),
    )


def read_scores(*tables: Path) -> pd.DataFrame:
    """Read the scores of the search and of the ensemble, one below the other."""
    read = [read_tsv(table) for table in tables]
    return pd.concat([table for table in read if len(table)], ignore_index=True)


def valid_scores(
    scores: pd.DataFrame, trial: str, seeds: list[int], tasks: list[str]
) -> dict[str, np.ndarray]:
    """Look a trial's validation scores up.

    Parameters
    ----------
    scores
        As `toxtune.selection.tables.scores_table` lists them.
    trial
        The id of the trial.
    seeds, tasks
        In the order to return.

    Returns
    -------
    dict
        Metric to n_seeds x n_folds x n_tasks scores, of a hold-out with one fold; NaN
        where a task has none.
    """
    rows = scores[scores["trial"] == trial]
    rows = rows.assign(fold=rows["fold"].fillna(0))
    folds = rows["fold"].unique().tolist()
    by_metric = rows.set_index(["metric", "seed", "fold", "task"])["score"]
    wanted = pd.MultiIndex.from_product([seeds, folds, tasks])
    shape = len(seeds), len(folds), len(tasks)
    return {
        metric: by_metric[metric].reindex(wanted).to_numpy().reshape(shape)
        for metric in rows["metric"].unique()
    }


def evaluate(
    train: Subset,
    train_predictions: np.ndarray,
    *,
    valid: dict[str, np.ndarray],
    test: dict[str, MemberScores],
    confidence: float,
) -> dict[str, MetricScores]:
    """Put one winner's scores on all three sets together, with intervals for test.

    Parameters
    ----------
    train
        The training set.
    train_predictions
        Predictions of it, n_seeds x n_molecules x n_outputs.
    valid
        Metric to n_seeds x n_folds x n_tasks: the validation scores of the search.
    test
        Metric to the seeds' scores of the test set.
    confidence
        Level of the intervals: percentiles over resampled molecules of the mean over
        seeds.

    Returns
    -------
    dict
        Metric to scores.
    """
    weights = class_weights(train.labels)
    report = {}
    for metric, members in test.items():
        on_train = plain_scores(metric, train.labels, train_predictions, weights)
        by_set = {"train": on_train, "valid": valid[metric], "test": members.plain}
        # A task's own score is the mean over the folds that have one.
        valid_by_task = mean_over_tasks(valid[metric].swapaxes(1, 2))
        by_task = by_set | {"valid": valid_by_task}
        report[metric] = MetricScores(
            mean=_mean_scores(by_set, members, confidence),
            tasks={
                task: _task_scores(number, by_task, members.resampled, confidence)
                for number, task in enumerate(train.tasks)
            },
        )
    return report


def flat_table(families: Mapping[str, Mapping[str, MetricScores]]) -> pd.DataFrame:
    """List all winners' scores, a row per family, metric and task (or ``mean``)."""
    rows = []
    for family, metrics in families.items():
        for metric, report in metrics.items():
            for task, scores in [("mean", report.mean), *report.tasks.items()]:
                low, high = scores.test_interval or (None, None)
                seeds_low, seeds_high = scores.test_interval_over_seeds or (None, None)
                rows.append(
                    {
                        "family": family,
                        "metric": metric,
                        "task": task,
                        "train": scores.train,
                        "valid": scores.valid,
                        "test": scores.test,
                        "test_low": low,
                        "test_high": high,
                        "test_low_seeds": seeds_low,
                        "test_high_seeds": seeds_high,
                    }
                )
    return pd.DataFrame(rows)


def seed_interval(scores: np.ndarray, confidence: float) -> Interval | None:
    """Interval of the mean over seeds, for other seeds on the same molecules.

    Student's t: the scores of the seeds, n_seeds, are assumed to be normal. ``None``
    for one seed, or where there is no score.
    """
    if len(scores) < 2 or not np.isfinite(scores).all():
        return None
    from scipy.stats import t

    half = t.ppf((1 + confidence) / 2, len(scores) - 1)
    half *= scores.std(ddof=1) / np.sqrt(len(scores))
    return float(scores.mean() - half), float(scores.mean() + half)


def _mean_scores(
    by_set: dict[str, np.ndarray], members: MemberScores, confidence: float
) -> SetScores:
    """Average over tasks, in each fold, then over folds: as trials are ranked.

    The sets have n_seeds x n_tasks scores, the validation set n_seeds x n_folds x
    n_tasks.
    """
    means = {
        name: mean_over_tasks(scores / members.divisors)
        for name, scores in by_set.items()
    }
    test = means["test"]
    bounds = interval(members.resampled_means.mean(axis=0), confidence)
    return SetScores(
        train=_number(means["train"].mean()),
        valid=_number(means["valid"].mean()),
        test=_number(test.mean()),
        test_interval=read_interval(bounds),
        test_interval_over_seeds=seed_interval(test, confidence),
        test_sd_over_seeds=_number(test.std(ddof=1)) if len(test) > 1 else None,
        test_per_seed=[_number(score) for score in test],
    )


def _task_scores(
    number: int,
    by_set: dict[str, np.ndarray],
    resampled: np.ndarray,
    confidence: float,
) -> SetScores:
    """Take one task's scores; the sets have n_seeds x n_tasks scores."""
    scores = {name: scores[:, number] for name, scores in by_set.items()}
    bounds = interval(resampled[:, :, number].mean(axis=0), confidence)
    return SetScores(
        train=_number(scores["train"].mean()),
        valid=_number(scores["valid"].mean()),
        test=_number(scores["test"].mean()),
        test_interval=read_interval(bounds),
        test_interval_over_seeds=seed_interval(scores["test"], confidence),
    )


def _task_sds(scales: TaskScales, tasks: list[str]) -> dict[str, float | None]:
    """Map tasks to what their errors are divided by; empty where nothing is."""
    if scales.sds is None:
        return {}
    return {task: _number(sd) for task, sd in zip(tasks, scales.sds, strict=True)}


def _number(value: float) -> float | None:
    """JSON has no NaN: a score that does not exist is null."""
    return float(value) if np.isfinite(value) else None
