"""Several splits of one configuration, side by side.

Nothing is ever selected by comparing the scores of different splits.
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from toxtune.evaluation.evaluation_file import Evaluation, read_evaluation
from toxtune.identity import canonical_json
from toxtune.io.tsv import read_tsv
from toxtune.report.markdown import markdown_table
from toxtune.report.words import SCALED_IN_WORDS, counted, format_score
from toxtune.search.selection_file import Selection, read_selection
from toxtune.selection.tables import setting_columns

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
    """

    name: str
    selection: Selection
    evaluation: Evaluation
    trials: pd.DataFrame


def read_split_result(folder: Path) -> SplitResult:
    """Read the result of one split from its folder."""
    return SplitResult(
        name=folder.name,
        selection=read_selection(folder / "selection.json"),
        evaluation=read_evaluation(folder / "test.json"),
        trials=read_tsv(folder / "trials.tsv"),
    )


def scores_by_split(results: list[SplitResult]) -> pd.DataFrame:
    """List the winners: split, family, trial, validation and test score."""
    rows = []
    for result in results:
        metric = result.selection.objective.metric
        for family in result.selection.contenders:
            mean = result.evaluation.families[family][metric].mean
            rows.append(
                {
                    "split": result.name,
                    "family": family,
                    "selected": family == result.selection.overall,
                    "trial": result.selection.id_of(family),
                    "valid": mean.valid,
                    "test": mean.test,
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


def summary_across_splits(run: str, results: list[SplitResult]) -> str:
    """Write the Markdown summary of several splits."""
    objective, evaluation = results[0].selection.objective, results[0].evaluation
    metric = objective.title + evaluation.unit(objective.metric)
    is_scaled = evaluation.is_scaled(objective.metric)
    scaled = f", {SCALED_IN_WORDS}" if is_scaled else ""
    scores = scores_by_split(results)
    correlations = rank_correlations(results)
    return "\n".join(
        [
            f"# {run}: results of {len(results)} splits\n",
            f"{metric}, mean over tasks and seeds{scaled}. Each split has its own "
            "search, selection and test. Nothing was selected by comparing splits."
            + _nested_note(results)
            + "\n",
            _family_table(scores),
            _selected_line(scores),
            "## Splits\n",
            _split_table(scores),
            _report_line(results),
            "## Do the splits agree?\n",
            _winner_lines(results),
            _correlation_line(correlations),
        ]
    )


def _nested_note(results: list[SplitResult]) -> str:
    if not all("outer-" in result.name for result in results):
        return ""
    return (
        " This is a nested cross-validation: every molecule was in a test set once. "
        "The mean test score estimates the whole procedure, including search and "
        "selection, not a single model."
    )


def _by_setting(result: SplitResult) -> pd.Series:
    """Index validation scores by everything that makes a trial except its split."""
    metric = result.selection.objective.metric
    # As objects first: pandas keeps a missing text missing.
    settings = result.trials[setting_columns(result.trials)].astype(object)
    settings = settings.fillna("").astype(str)
    keys = settings.agg("|".join, axis=1)
    scores = result.trials[f"{metric}_mean"].to_numpy()
    return pd.Series(scores, index=keys, name=result.name)


def _family_table(scores: pd.DataFrame) -> str:
    rows = [
        [family, *(_spread(rows[subset]) for subset in ("valid", "test"))]
        for family, rows in scores.groupby("family")
    ]
    return markdown_table(
        ["family", "validation set (mean ± SD)", "test set (mean ± SD)"], rows
    )


def _selected_line(scores: pd.DataFrame) -> str:
    selected = scores[scores["selected"]]["test"]
    return f"Selected models on their test sets: **{_spread(selected)}**.\n"


def _split_table(scores: pd.DataFrame) -> str:
    rows = [
        [
            row["split"],
            row["family"] + (" (selected)" if row["selected"] else ""),
            f"`{row['trial']}`",
            format_score(row["valid"]),
            format_score(row["test"]),
        ]
        for _, row in scores.iterrows()
    ]
    return markdown_table(
        ["split", "family", "trial", "validation set", "test set"], rows
    )


def _report_line(results: list[SplitResult]) -> str:
    names = [f"[{result.name}]({result.name}/report.html)" for result in results]
    return f"Reports of the splits: {', '.join(names)}.\n"


def _winner_lines(results: list[SplitResult]) -> str:
    lines = []
    for family in sorted(results[0].selection.winners):
        trials = [result.selection.winners[family].trial for result in results]
        settings = {
            canonical_json([trial.features, trial.hyperparameters]) for trial in trials
        }
        lines.append(
            f"- {family}: {counted(len(settings), 'different winner')} in "
            f"{len(results)} splits"
        )
    return "\n".join(lines) + "\n"


def _correlation_line(correlations: pd.DataFrame) -> str:
    computed = correlations["spearman"].dropna()
    if computed.empty:
        return "The splits share too few settings for a rank correlation.\n"
    return (
        "Rank correlation (Spearman) of the settings' validation scores between two "
        f"splits: {computed.min():.2f} to {computed.max():.2f}.\n"
    )


def _spread(scores: pd.Series) -> str:
    if len(scores) < 2:
        return format_score(scores.mean())
    return f"{scores.mean():.3f} ± {scores.std(ddof=1):.3f}"
