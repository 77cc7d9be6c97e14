"""Several splits of one configuration, side by side.

Nothing is ever selected by comparing the scores of different splits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.evaluation.baselines import Baselines, read_baselines
from toxtune.evaluation.control import control_in_words
from toxtune.evaluation.evaluation_file import Evaluation, read_evaluation
from toxtune.identity import canonical_json
from toxtune.io.tsv import read_tsv
from toxtune.report.delivered import delivered_variant
from toxtune.report.markdown import markdown_table
from toxtune.report.several_splits import heading_of_splits
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    BASELINE,
    SCALED_IN_WORDS,
    Facts,
    counted,
    decimals_for,
    format_score,
)
from toxtune.search.selection_file import Selection, read_selection
from toxtune.search.trials import Trial
from toxtune.selection.search_results import TrialRecord, read_trial_records
from toxtune.splits.settings import NO_REFIT

# With fewer common settings than this there is no rank correlation.
FEWEST_SETTINGS = 3


@dataclass(frozen=True)
class SplitResult:
    """The result of one split.

    Attributes
    ----------
    name
        Of the split's folder, such as ``split-0``.
    selection, evaluation, trials
        What was selected, the winners' scores, and the table ``trials.tsv``.
    records
        The same trials in full, by id.
    baselines
        What simple models score.
    final
        ``refit`` and ``seeds`` of the delivered model.
    permutation
        The seed that the labels were shuffled with; ``None`` if they were not.
    """

    name: str
    selection: Selection
    evaluation: Evaluation
    trials: pd.DataFrame
    records: Mapping[str, TrialRecord]
    baselines: Baselines
    final: Mapping[str, Any]
    permutation: int | None


def read_split_result(
    folder: Path, final: Mapping[str, Any], permutation: int | None
) -> SplitResult:
    """Read the result of one split from its folder."""
    return SplitResult(
        name=folder.name,
        selection=read_selection(folder / "selection.json"),
        evaluation=read_evaluation(folder / "test.json"),
        trials=read_tsv(folder / "trials.tsv"),
        records=read_trial_records(folder / "trials.json"),
        baselines=read_baselines(folder / "baselines.json"),
        final=final,
        permutation=permutation,
    )


def delivered_scores(results: list[SplitResult]) -> pd.Series:
    """Return what the delivered models score on their test sets, by split."""
    scores = {}
    for result in results:
        variant = delivered_variant(result.evaluation, result.final)
        metric = result.selection.objective.metric
        families = result.evaluation.families
        mean = families[result.selection.overall][metric].mean
        scores[result.name] = variant.score if variant else mean.test
    return pd.Series(scores, dtype=float)


def scores_by_split(results: list[SplitResult]) -> pd.DataFrame:
    """List the winners: split, family, trial, validation and test score."""
    rows = []
    for result in results:
        metric = result.selection.objective.metric
        for family in result.selection.contenders:
            mean = result.evaluation.families[family][metric].mean
            low, high = mean.test_interval or (None, None)
            rows.append(
                {
                    "split": result.name,
                    "family": family,
                    "selected": family == result.selection.overall,
                    "trial": result.selection.id_of(family),
                    "valid": mean.valid,
                    "test": mean.test,
                    "low": low,
                    "high": high,
                }
            )
    return pd.DataFrame(rows)


def rank_correlations(results: list[SplitResult]) -> pd.DataFrame:
    """Correlate the trials' validation scores between each two splits.

    Spearman's rank correlation over the settings that have a score in both splits;
    missing where there are fewer than `FEWEST_SETTINGS`.
    """
    rows = []
    for first, second in combinations(results, 2):
        common = pd.concat([_by_setting(first), _by_setting(second)], axis=1).dropna()
        enough = len(common) >= FEWEST_SETTINGS
        correlation = common.corr("spearman").iloc[0, 1] if enough else np.nan
        rows.append((first.name, second.name, len(common), correlation))
    return pd.DataFrame(rows, columns=["split", "other", "settings", "spearman"])


def metric_title(results: list[SplitResult]) -> str:
    """Name the metric that ranked the trials, and its unit."""
    metric = results[0].selection.objective.metric
    return results[0].evaluation.title(metric)


def summary_across_splits(run: str, results: list[SplitResult]) -> str:
    """Write the Markdown summary of several splits."""
    scores = scores_by_split(results)
    paragraphs = sentences(results)
    return "\n".join(
        [
            f"{heading_of_splits(run, len(results))}\n",
            f"The delivered models score **{spread(delivered_scores(results))}** "
            f"{metric_title(results)} on their test sets, mean ± SD over "
            f"{len(results)} splits.\n",
            f"{paragraphs[0]}\n",
            _as_markdown(family_table(results, scores)),
            "## Splits\n",
            _as_markdown(split_table(results, scores)),
            _report_line(results),
            "## Do the splits agree?\n",
            *(f"- {paragraph}" for paragraph in paragraphs[1:]),
            "",
        ]
    )


def sentences(results: list[SplitResult]) -> list[str]:
    """Say what the numbers are of, and whether the splits agree."""
    metric = results[0].selection.objective.metric
    is_scaled = results[0].evaluation.is_scaled(metric)
    scaled = f", {SCALED_IN_WORDS}" if is_scaled else ""
    single = spread(_selected(scores_by_split(results)))
    is_refit = results[0].final["refit"] != NO_REFIT
    seed = results[0].permutation
    control = "" if seed is None else f"{control_in_words(seed)} "
    return [
        f"{control}{'Before the refit, with' if is_refit else 'With'} single seeds, "
        f"the selected models score {single}. Scores are means over tasks and seeds"
        f"{scaled}. Each split has its own search, selection and test. Nothing was "
        f"selected by comparing splits.{_nested_note(results)}",
        *_winner_lines(results),
        _correlation_line(rank_correlations(results)),
    ]


def family_table(results: list[SplitResult], scores: pd.DataFrame) -> Table:
    """Return the mean and SD over splits of each family's winners, and of baselines."""
    rows = [
        [family, *(spread(rows[subset]) for subset in ("test", "valid"))]
        for family, rows in scores.groupby("family")
    ]
    metric = results[0].selection.objective.metric
    for name in results[0].baselines.scores:
        means = [result.baselines.scores[name][metric].mean for result in results]
        on_sets = ([mean.test for mean in means], [mean.valid for mean in means])
        rows.append(
            [f"{name} ({BASELINE})"]
            + [spread(pd.Series(found, dtype=float)) for found in on_sets]
        )
    return Table(
        "Families",
        ["family", "test set (mean ± SD)", "validation set (mean ± SD)"],
        rows,
        facts=Facts(("test", "valid"), remark="mean ± SD over splits"),
    )


def split_table(results: list[SplitResult], scores: pd.DataFrame) -> Table:
    """Return each family's winner on each split."""
    decimals = {
        result.name: delivered
        for result, delivered in zip(results, delivered_scores(results), strict=True)
    }
    rows = [
        [
            row["split"],
            row["family"] + (" (selected)" if row["selected"] else ""),
            format_score(row["test"], decimals_for(decimals[row["split"]])),
            format_score(row["valid"], decimals_for(decimals[row["split"]])),
            row["trial"],
        ]
        for _, row in scores.iterrows()
    ]
    return Table(
        "Splits",
        ["split", "family", "test set", "validation set", "trial"],
        rows,
        facts=Facts(("test", "valid"), remark="mean over single seeds"),
    )


def _nested_note(results: list[SplitResult]) -> str:
    if not all("outer-" in result.name for result in results):
        return ""
    seeds = {result.name.rpartition("outer-")[0] for result in results}
    once = "once" + (f" for each of {len(seeds)} seeds" if len(seeds) > 1 else "")
    return (
        f" This is a nested cross-validation: every molecule was in a test set {once}. "
        "The mean test score estimates the whole procedure, including search and "
        "selection, not a single model."
    )


def _by_setting(result: SplitResult) -> pd.Series:
    """Index validation scores by everything that makes a trial except its split."""
    metric = result.selection.objective.metric
    keys = [_setting(result.records[id].trial) for id in result.trials["trial"]]
    scores = result.trials[f"{metric}_mean"].to_numpy()
    return pd.Series(scores, index=keys, name=result.name)


def _setting(trial: Trial) -> str:
    return canonical_json([trial.family, trial.features, trial.hyperparameters])


def _selected(scores: pd.DataFrame) -> pd.Series:
    return scores[scores["selected"]]["test"]


def _as_markdown(table: Table) -> str:
    return markdown_table(table.header, table.rows)


def _report_line(results: list[SplitResult]) -> str:
    names = [f"[{result.name}]({result.name}/report.html)" for result in results]
    return f"Reports of the splits: {', '.join(names)}.\n"


def _winner_lines(results: list[SplitResult]) -> list[str]:
    lines = []
    for family in sorted(results[0].selection.winners):
        settings = {
            _setting(result.selection.winners[family].trial) for result in results
        }
        lines.append(
            f"{family}: {counted(len(settings), 'different winner')} in "
            f"{len(results)} splits."
        )
    return lines


def _correlation_line(correlations: pd.DataFrame) -> str:
    computed = correlations["spearman"].dropna()
    if computed.empty:
        return "The splits share too few settings for a rank correlation."
    return (
        "Rank correlation (Spearman) of the settings' validation scores between two "
        f"splits: {computed.min():.2f} to {computed.max():.2f}."
    )


def spread(scores: pd.Series) -> str:
    """Write a mean with its SD, if there are several scores."""
    decimals = decimals_for(scores.mean())
    if len(scores) < 2:
        return format_score(scores.mean(), decimals)
    mean, sd = (
        format_score(each, decimals) for each in (scores.mean(), scores.std(ddof=1))
    )
    return f"{mean} ± {sd}"
