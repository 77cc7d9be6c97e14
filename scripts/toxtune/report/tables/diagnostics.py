"""Tables that show how far the scores can be trusted."""

import numpy as np
import pandas as pd

from toxtune.report.diagnostics import Probabilities
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import format_interval, format_score
from toxtune.stats.thresholds import SCORES

# Below this, a p-value counts as significant.
SIGNIFICANT = 0.05


def correction_table(run: Run) -> Table:
    """Return the raw and the bias-corrected validation scores of the winners."""
    corrected = run.diagnostics.corrected
    rows = [
        [
            name,
            score.trial,
            str(score.out_of),
            run.written(score.raw),
            run.written(score.corrected),
            format_interval(score.interval, run.decimals()),
            f"{100 * score.chosen_again:.0f}%",
        ]
        for name, score in corrected.winners.items()
    ]
    return Table(
        f"Bias-corrected validation scores: {run.metric_name}",
        [
            "winner",
            "trial",
            "best of",
            "raw",
            "corrected",
            f"{run.level} interval",
            "chosen again",
        ],
        rows,
        facts=run.facts("valid"),
        note=(
            f"{_why_optimistic(run)}A bootstrap ({corrected.resamples:,} resamples of "
            f"{corrected.molecules:,} molecules) estimates what the winner is worth on "
            "other molecules. Chosen again: the share of resamples in which the same "
            "trial wins; `selection_frequency.tsv` has all trials."
        ),
    )


def _why_optimistic(run: Run) -> str:
    if all(score.out_of == 1 for score in run.diagnostics.corrected.winners.values()):
        return ""
    return "The raw score is optimistic, because the winner is the best of many. "


def comparison_table(run: Run) -> Table | None:
    """Return how far the other winners are from the selected one, if there are any."""
    table = run.diagnostics.comparison
    table = table[table["metric"] == run.metric]
    if table.empty:
        return None
    has_tests = bool(table["p_holm"].notna().any())
    rows = []
    for (family, selected), differences in table.groupby(["family", "against"]):
        mean = differences[differences["task"] == "mean"].iloc[0]
        row = [
            f"{family} minus {selected}",
            run.written(mean["difference"]),
            format_interval((mean["low"], mean["high"]), run.decimals()),
        ]
        if has_tests:
            p_values = differences["p_holm"].dropna()
            without = len(run.tasks) - len(p_values)
            differing = f"{(p_values < SIGNIFICANT).sum()} of {len(p_values)}"
            row.append(f"{differing}; {without} have no test" if without else differing)
        rows.append(row)
    note = "Both winners are scored on the same resamples of molecules. "
    if has_tests:
        note += (
            "Tasks that differ: those whose ROC-AUC differs by DeLong's test, with "
            f"Holm's correction (p < {SIGNIFICANT:g}). "
        )
    header = ["winners", f"difference in {run.metric_name}", f"{run.level} interval"]
    return Table(
        "Families compared",
        [*header, "tasks that differ"] if has_tests else header,
        rows,
        facts=run.facts("test"),
        note=f"{note}`comparison.tsv` has every task.",
    )


def probabilities_table(run: Run) -> Table | None:
    """Return how good predicted classes and probabilities are, for binary tasks."""
    probabilities = run.diagnostics.probabilities
    if probabilities is None or probabilities.decisions.empty:
        return None
    return Table(
        "Predicted classes and probabilities",
        [
            "winner of",
            "precision",
            "recall",
            "specificity",
            "F1",
            "MCC",
            "Brier",
            "Brier, calibrated",
            "Brier, constant",
        ],
        _probabilities_rows(probabilities),
        facts=run.facts("test"),
        note=(
            "A molecule is predicted active above a threshold for each task (Youden's "
            "J). Thresholds, and the temperatures that calibrate the probabilities, "
            "were fitted on the validation set. The Brier score is the mean squared "
            "error of the probabilities: lower is better. Constant: always predicting "
            "the share of active molecules. `decisions.tsv`, `brier.tsv` and "
            "`reliability.tsv` have every task."
        ),
    )


def similarity_table(run: Run) -> Table:
    """Return how similar the test molecules are to those of the training set."""
    similarities = run.diagnostics.similarity["similarity"].to_numpy()
    quantiles = np.quantile(similarities, [0, 0.25, 0.5, 0.75, 1])
    same = f"{100 * (similarities == 1).mean():.1f}%"
    return Table(
        "Similarity of test to training molecules",
        ["lowest", "25%", "median", "75%", "highest", "same fingerprint"],
        [[*map(format_score, quantiles), same]],
        facts=run.facts("test", over_tasks=False),
        note=(
            "Tanimoto similarity (ECFP4) of each test molecule to the nearest training "
            "molecule; `similarity.tsv` has every molecule."
        ),
    )


def _probabilities_rows(probabilities: Probabilities) -> list[list[str]]:
    """Return a row for each family: scores of the classes, then three Brier scores."""
    decisions = _test_rows(probabilities.decisions)
    means = decisions[decisions["task"] == "mean"].set_index("family")
    brier = _test_rows(probabilities.brier).groupby("family").mean(numeric_only=True)
    brier_scores = ["brier", "brier_scaled", "brier_prevalence"]
    return [
        [
            family,
            *(format_score(means.loc[family, name]) for name in SCORES),
            *(format_score(brier.loc[family, name]) for name in brier_scores),
        ]
        for family in means.index
    ]


def _test_rows(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["subset"] == "test"]
