"""The part of the summary that says how far its numbers can be trusted."""

from typing import Any

import numpy as np
import pandas as pd

from toxtune.report.markdown import format_interval, format_score, markdown_table
from toxtune.report.run import Evidence
from toxtune.report.sanity_checks import RunFacts, doubts
from toxtune.stats.metrics import METRICS
from toxtune.stats.thresholds import SCORES

SIGNIFICANT = 0.05


CHANCE = {"roc_auc": 0.5, "balanced_accuracy": 0.5, "roc_auc_ovr": 0.5}


def part_in_words(name: str, test: dict[str, Any], split: dict[str, Any]) -> str:
    """Say which set a number is from: split, size and seeds with it.

    Parameters
    ----------
    name
        ``train``, ``valid`` or ``test``.
    test
        Content of ``test.json``.
    split
        The split's settings.
    """
    subset = {"train": "training", "valid": "validation", "test": "test"}[name]
    scheme, rows = split.get("cross_validation"), test["molecules"][name]
    if scheme and name == "valid":
        subset, rows = "folds of the training", test["molecules"]["train"]
    seed = split.get("seed")
    of_split = "" if seed is None else f" with seed {seed}"
    return f"{subset} set: {split['method']} split{of_split}, {rows} rows"


def warnings(
    evidence: Evidence, test: dict[str, Any], dataset: dict[str, Any]
) -> list[str]:
    """Say what looks like a leak or a bug.

    Parameters
    ----------
    evidence
        What was made to doubt the scores.
    test
        Content of ``test.json``.
    dataset
        The dataset's settings.
    """
    metric = test["objective"]["metric"]
    return doubts(
        RunFacts(
            mean=test["families"][test["overall"]][metric]["mean"],
            metric=metric,
            maximize=METRICS[metric].direction == "maximize",
            corrected=evidence.optimism["overall"]["interval"],
            chance=CHANCE.get(metric),
            permuted="permute_labels" in dataset,
            similarities=evidence.similarity["similarity"].to_numpy(),
        )
    )


def warning_section(
    evidence: Evidence, test: dict[str, Any], plan: dict[str, Any]
) -> str:
    """List what looks like a leak or a bug; empty if nothing does."""
    found = warnings(evidence, test, plan["dataset"])
    if not found:
        return ""
    return "## Warnings\n\n" + "\n".join(f"- {doubt}" for doubt in found) + "\n"


def selection_section(evidence: Evidence, where: str) -> str:
    """Tell the raw and the corrected validation scores of the winners."""
    optimism = evidence.optimism
    winners = {"overall": optimism["overall"], **optimism["families"]}
    rows = [
        [
            name,
            f"`{won['trial']}`",
            won["out_of"],
            format_score(won["raw"]),
            format_score(won["corrected"]),
            format_interval(won["interval"]),
            f"{100 * won['chosen_again']:.0f}%",
        ]
        for name, won in winners.items()
    ]
    header = ["winner", "trial", "best of", "raw", "corrected"]
    header += [f"{100 * optimism['confidence']:g}% interval", "chosen again"]
    title = METRICS[optimism["objective"]["metric"]].title
    return (
        f"## Selection\n\n{title} ({where}). The raw score is that by which the trial "
        "was chosen, and so too good; corrected by bootstrap "
        f"({optimism['resamples']} resamples of {optimism['molecules']} molecules), it "
        "is what such a choice is worth on molecules that had no say in it. Chosen "
        "again: the share of resamples in which the same trial wins; "
        "`selection_frequency.tsv` has all trials.\n\n" + markdown_table(header, rows)
    )


def comparison_section(evidence: Evidence, metric: str, where: str) -> str:
    """Tell how far the other families' winners are from the selected one."""
    own = evidence.comparison[evidence.comparison["metric"] == metric]
    if own.empty:
        return ""
    has_tests = own["p_holm"].notna().any()
    rows = []
    for (family, against), table in own.groupby(["family", "against"]):
        mean = table[table["task"] == "mean"].iloc[0]
        tested = table["p_holm"].dropna()
        row = [f"{family} minus {against}", format_score(mean["difference"])]
        row += [format_interval([mean["low"], mean["high"]])]
        rows.append([*row, f"{(tested < SIGNIFICANT).sum()} of {len(tested)}"])
    header = ["winners", f"{METRICS[metric].title}, difference"]
    header += [f"{100 * evidence.optimism['confidence']:g}% interval"]
    tests = (
        ", and the tasks whose ROC-AUC differs (DeLong's test, Holm's correction, p < "
        f"{SIGNIFICANT:g})"
    )
    text = (
        f"## Families compared\n\nOn the same molecules ({where}): the difference of "
        "the means over tasks and seeds, its interval by the same resamples for both"
        f"{tests if has_tests else ''}; each task in `comparison.tsv`.\n\n"
    )
    if has_tests:
        return text + markdown_table([*header, "tasks that differ"], rows)
    return text + markdown_table(header, [row[:-1] for row in rows])


def calls_section(evidence: Evidence, where: str) -> str:
    """Tell how good calls of active are, and how good the probabilities."""
    if evidence.decisions is None or evidence.decisions.empty:
        return ""
    header = ["family", "precision", "recall", "specificity", "F1", "MCC"]
    header += ["Brier", "Brier, scaled", "Brier of prevalence"]
    return (
        f"## Calls\n\nMeans over tasks and seeds ({where}). Thresholds (Youden's J) "
        "and temperatures were fitted on the validation set; each task in "
        "`decisions.tsv`, `brier.tsv`, `reliability.tsv`.\n\n"
        + markdown_table(header, calls_rows(evidence))
    )


def calls_rows(evidence: Evidence) -> list[list[str]]:
    """One row per family, of the test set: `SCORES` of the calls, three Brier scores.

    The Brier scores are of the probabilities, of the scaled ones, and of one who
    always says how many are active.
    """
    decisions = _test_rows(evidence.decisions)
    means = decisions[decisions["task"] == "mean"].set_index("family")
    brier = _test_rows(evidence.brier).groupby("family").mean(numeric_only=True)
    scores = ["brier", "brier_scaled", "brier_prevalence"]
    return [
        [
            family,
            *(format_score(means.loc[family, name]) for name in SCORES),
            *(format_score(brier.loc[family, name]) for name in scores),
        ]
        for family in means.index
    ]


def similarity_section(evidence: Evidence, where: str) -> str:
    """Tell how alike the test molecules are to those of the training set."""
    similarities = evidence.similarity["similarity"].to_numpy()
    quantiles = np.quantile(similarities, [0, 0.25, 0.5, 0.75, 1])
    row = [*map(format_score, quantiles), f"{100 * (similarities == 1).mean():.1f}%"]
    header = ["lowest", "25%", "median", "75%", "highest", "same fingerprint"]
    return (
        "## Similarity\n\nTanimoto similarity (ECFP4) of each molecule to its nearest "
        f"training molecule ({where}; each in `similarity.tsv`).\n\n"
        + markdown_table(header, [row])
    )


def _test_rows(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["subset"] == "test"]
