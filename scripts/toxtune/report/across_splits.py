"""Comparing what several splits led to.

Scores of different splits are put side by side, never compared to select.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from toxtune.identity import canonical_json
from toxtune.report.markdown import format_score, markdown_table
from toxtune.search.selection_file import Selection
from toxtune.selection.tables import setting_columns


@dataclass(frozen=True)
class SplitResult:
    """What one split's folder says: its name, and three of its files."""

    name: str
    selection: Selection
    test: dict[str, Any]
    trials: pd.DataFrame


def scores_by_split(results: list[SplitResult]) -> pd.DataFrame:
    """List the winners: split, family, trial, validation and test score."""
    rows = []
    for result in results:
        metric = result.selection.objective.metric
        for family, winner in result.selection.winners.items():
            mean = result.test["families"][family][metric]["mean"]
            rows.append(
                {
                    "split": result.name,
                    "family": family,
                    "selected": family == result.selection.overall,
                    "trial": winner.trial.id,
                    "valid": mean["valid"],
                    "test": mean["test"],
                }
            )
    return pd.DataFrame(rows)


def rank_correlations(results: list[SplitResult]) -> pd.DataFrame:
    """Correlate the trials' validation scores between each two splits.

    Spearman's rank correlation over the settings that both splits scored; missing
    where fewer than three are common.
    """
    rows = []
    for one, other in combinations(results, 2):
        common = pd.concat([_by_setting(one), _by_setting(other)], axis=1).dropna()
        several = len(common) >= 3
        correlation = common.corr("spearman").iloc[0, 1] if several else np.nan
        rows.append((one.name, other.name, len(common), correlation))
    return pd.DataFrame(rows, columns=["split", "other", "settings", "spearman"])


def summary_across_splits(run: str, results: list[SplitResult]) -> str:
    """Write the Markdown summary of several splits."""
    metric = results[0].selection.objective.title
    scores = scores_by_split(results)
    correlations = rank_correlations(results)
    return "\n".join(
        [
            f"# {run}: the result over {len(results)} splits\n",
            f"{metric}, mean over tasks and seeds. Each split is a search, a selection "
            "and a test of its own; scores of different splits were not compared to "
            "select anything." + _nested_note(results) + "\n",
            _family_table(scores),
            _selected_line(scores),
            "## Splits\n",
            _split_table(scores),
            _report_line(results),
            "## Would you have picked the same?\n",
            _winner_lines(results),
            _correlation_line(correlations),
        ]
    )


def _nested_note(results: list[SplitResult]) -> str:
    if not all("outer-" in result.name for result in results):
        return ""
    return (
        " This is a nested cross-validation: every molecule was in the test set "
        "once, and the mean test score estimates the whole procedure, search and "
        "selection included, not one model."
    )


def _by_setting(result: SplitResult) -> pd.Series:
    """Index validation scores by all that makes a trial but its split."""
    metric = result.selection.objective.metric
    # As objects first: pandas keeps a missing text missing.
    settings = result.trials[setting_columns(result.trials)].astype(object)
    settings = settings.fillna("").astype(str)
    keys = settings.agg("|".join, axis=1)
    scores = result.trials[f"{metric}_mean"].to_numpy()
    return pd.Series(scores, index=keys, name=result.name)


def _family_table(scores: pd.DataFrame) -> str:
    rows = [
        [family, *(_spread(own[subset]) for subset in ("valid", "test"))]
        for family, own in scores.groupby("family")
    ]
    return markdown_table(["family", "valid (mean ± SD)", "test (mean ± SD)"], rows)


def _selected_line(scores: pd.DataFrame) -> str:
    selected = scores[scores["selected"]]["test"]
    return f"The model selected in each split: test **{_spread(selected)}**.\n"


def _split_table(scores: pd.DataFrame) -> str:
    rows = [
        [
            row["split"],
            row["family"] + (" *" if row["selected"] else ""),
            f"`{row['trial']}`",
            format_score(row["valid"]),
            format_score(row["test"]),
        ]
        for _, row in scores.iterrows()
    ]
    return markdown_table(["split", "family", "trial", "valid", "test"], rows)


def _report_line(results: list[SplitResult]) -> str:
    names = [f"[{result.name}]({result.name}/report.html)" for result in results]
    return f"Each has a report of its own: {', '.join(names)}.\n"


def _winner_lines(results: list[SplitResult]) -> str:
    lines = []
    for family in sorted(results[0].selection.winners):
        trials = [result.selection.winners[family].trial for result in results]
        settings = {
            canonical_json([trial.features, trial.hyperparameters]) for trial in trials
        }
        lines.append(
            f"- {family}: {len(settings)} different winners in {len(results)} splits"
        )
    return "\n".join(lines) + "\n"


def _correlation_line(correlations: pd.DataFrame) -> str:
    known = correlations["spearman"].dropna()
    if known.empty:
        return "Too few common settings for a rank correlation.\n"
    return (
        "Rank correlation of the settings' validation scores between two splits "
        f"(Spearman): {known.min():.2f} to {known.max():.2f}.\n"
    )


def _spread(scores: pd.Series) -> str:
    if len(scores) < 2:
        return format_score(scores.mean())
    return f"{scores.mean():.3f} ± {scores.std(ddof=1):.3f}"
