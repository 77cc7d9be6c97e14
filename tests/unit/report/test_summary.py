"""The summary that a person reads."""

import itertools
from dataclasses import replace

import pandas as pd
import pytest

from helpers.selections import made_selection, made_trial, made_winner
from toxtune.report.run import Evidence
from toxtune.report.summary import Results, summary
from toxtune.stats.metrics import METRICS, metrics_of

BINARY = metrics_of("binary")

HYPERPARAMETERS = {"neurons": 64, "patience": None, "learning_rate": 0.001}


def report(test, sd=0.01, per_task=0.7):
    """One family's part of ``test.json``."""
    interval = None if test is None else [test - 0.05, test + 0.05]
    scores = {"train": 0.999, "valid": 0.85, "test": test, "test_interval": interval}
    unscored = dict.fromkeys(scores) | {"train": 0.9}
    return {
        metric: {
            "mean": {**scores, "test_sd_over_seeds": sd},
            "tasks": {"NR-AR": {**scores, "test": per_task}, "SR-p53": unscored},
        }
        for metric in BINARY
    }


def variants(test):
    """One family's scores before and after a refit, of single seeds and ensembles."""
    made = itertools.product(["none", "train+valid"], [False, True])
    return [
        {
            "refit": refit,
            "ensemble": ensemble,
            "metric": metric,
            "score": test + 0.01 * number,
            "interval": [test - 0.05, test + 0.05],
        }
        for number, (refit, ensemble) in enumerate(made)
        for metric in BINARY
    ]


def winner(id, family, mean):
    """One family's winner."""
    return made_winner(made_trial(id, family, HYPERPARAMETERS), mean, out_of=3)


def opening(number):
    """One line of the ledger."""
    return {"selection": f"{number:012}", "opened": "2026-01-01T00:00:00+00:00"}


def corrected(trial, raw):
    """One winner's part of ``optimism.json``."""
    return {
        "trial": trial,
        "out_of": 3,
        "raw": raw,
        "corrected": raw - 0.02,
        "interval": [raw - 0.06, raw + 0.01],
        "chosen_again": 0.614,
    }


def evidence():
    """What was made to doubt the scores."""
    subsets = ["valid", "valid", "test", "test"]
    calls = {"family": "dense", "subset": subsets, "task": ["NR-AR", "mean"] * 2}
    scores = dict.fromkeys(["precision", "recall", "specificity", "f1", "mcc"], 0.25)
    brier = {"brier": 0.08, "brier_scaled": 0.07, "brier_prevalence": 0.09}
    comparison = {
        "family": "random_forest",
        "against": "dense",
        "metric": "roc_auc",
        "task": ["NR-AR", "SR-p53", "mean"],
        "difference": [0.1, None, 0.015],
        "low": [0.02, None, -0.01],
        "high": [0.2, None, 0.04],
        "p_holm": [0.01, None, None],
    }
    return Evidence(
        optimism={
            "objective": {"metric": "roc_auc"},
            "molecules": 11,
            "resamples": 1000,
            "confidence": 0.95,
            "overall": corrected("a" * 12, 0.851),
            "families": {
                "dense": corrected("a" * 12, 0.851),
                "random_forest": corrected("c" * 12, 0.832),
            },
        },
        comparison=pd.DataFrame(comparison),
        similarity=pd.DataFrame({"similarity": [0.2, 0.4, 0.6, 1.0]}),
        decisions=pd.DataFrame({**calls, **scores}),
        brier=pd.DataFrame({**calls, **brier}),
    )


@pytest.fixture
def results() -> Results:
    """Results with an unscored task, a failed trial and one opening."""
    trials = pd.DataFrame(
        {
            "trial": ["a" * 12, "b" * 12, "c" * 12],
            "family": ["dense", "dense", "random_forest"],
            "status": ["ok", "diverged", "ok"],
            "roc_auc_mean": [0.851, float("nan"), 0.832],
        }
    )
    cost = pd.DataFrame(
        {
            "family": ["dense", "dense", "random_forest"],
            "seconds": [2.0, 3.0, 1.0],
            "peak_memory_mib": [500.0, 700.0, 200.0],
        }
    )
    return Results(
        run="demo",
        selection=made_selection(
            {
                "dense": winner("a" * 12, "dense", 0.851),
                "random_forest": winner("c" * 12, "random_forest", 0.832),
            },
            overall="dense",
        ),
        test={
            "overall": "dense",
            "objective": {"metric": "roc_auc", "direction": "maximize"},
            "confidence": 0.95,
            "resamples": 1000,
            "molecules": {"train": 80, "valid": 11, "test": 12},
            "families": {"dense": report(0.812), "random_forest": report(0.827)},
            "variants": {"dense": variants(0.812), "random_forest": variants(0.827)},
        },
        curation={
            "rows": 110,
            "dropped": 7,
            "groups": 101,
            "groups_with_several_rows": 2,
            "groups_with_conflicts": 1,
            "labels_cleared": 4,
            "labels_averaged": 0,
            "task_type": "binary",
        },
        plan={
            "dataset": {"sha256": "f" * 64},
            "split": {"method": "random", "seed": 0},
            "final": {"refit": "train+valid", "ensemble": True},
        },
        trials=trials,
        cost=cost,
        openings=[opening(1)],
        largest_difference=0.0,
        evidence=evidence(),
        prospective=[],
    )


def test_headline_is_the_overall_winner_on_the_test_part(results):
    headline = summary(results).split("\n\n")[1]
    assert headline.startswith(f"Selected: **dense** trial `{'a' * 12}`")
    assert "on the validation set (0.851; corrected for the choice 0.831)" in headline
    assert "**ROC-AUC 0.812** (SD over seeds 0.010; interval" in headline
    assert "0.762 to 0.862)" in headline
    assert headline.endswith(
        "(Test set: random split with seed 0, 12 rows; means over seeds 0, 1.)"
    )


def test_winners_stand_side_by_side(results):
    text = summary(results)
    row = "| ROC-AUC | 0.999 | 0.850 | {} | 0.010 | {} |"
    assert "| dense * " + row.format("0.812", "0.762 to 0.862") in text
    assert "| random_forest " + row.format("0.827", "0.777 to 0.877") in text
    for name in BINARY:
        assert text.count(f"| {METRICS[name].title} |") == 2


def test_winners_are_told_with_their_hyperparameters(results):
    settings = "learning_rate 0.001, neurons 64, patience null"
    assert f"| `{'a' * 12}` | circular-radius-2-size-1024 | {settings} | 3 |" in (
        summary(results)
    )


@pytest.mark.parametrize(
    ("number", "told"), [(1, "**1** time."), (2, "**2** times."), (9, "**9** times.")]
)
def test_openings_are_counted(results, number, told):
    openings = [opening(index) for index in range(number)]
    text = summary(replace(results, openings=openings))
    assert f"have opened this test set: {told}" in text
    assert ("Each further look" in text) == (number > 1)


def test_tasks_without_a_score_are_named(results):
    text = summary(results)
    assert "| SR-p53 | none | none | none | none | none | none |" in text
    note = next(line for line in text.splitlines() if line.startswith("No score"))
    assert note.endswith(": SR-p53.")


def test_failed_trials_are_listed_with_their_status(results):
    text = summary(results)
    assert f"- `{'b' * 12}` (dense): diverged" in text
    assert "| dense | 2 | 1 | 0.851 to 0.851 | 5 s | 700 MiB |" in text
    assert "| random_forest | 1 | 0 | 0.832 to 0.832 | 1 s | 200 MiB |" in text


def test_nothing_is_said_of_failures_where_there_are_none(results):
    sound = results.trials.assign(status="ok", roc_auc_mean=0.8)
    assert "without a score, left out" not in summary(replace(results, trials=sound))


def test_single_seed_has_no_sd(results):
    families = {"dense": report(0.812, sd=None)}
    test = results.test | {"families": families}
    selection = replace(results.selection, seeds=[0])
    text = summary(replace(results, test=test, selection=selection))
    assert "SD over seeds" not in text
    assert "| 0.812 | none | 0.762 to 0.862 |" in text


def test_winner_without_any_test_score_is_no_number(results):
    test = results.test | {"families": {"dense": report(None, sd=None, per_task=None)}}
    text = summary(replace(results, test=test))
    assert "**ROC-AUC none**. (Test set" in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize(("difference", "told"), [(0.0, False), (3e-7, True)])
def test_models_that_differ_from_the_search_are_told(results, difference, told):
    text = summary(replace(results, largest_difference=difference))
    assert ("up to 3e-07" in text) == told


def test_data_are_described(results):
    text = summary(results)
    assert "f" * 64 in text
    assert "110 rows, 7 dropped, 101 distinct molecules (2 in several rows" in text
    assert "split: method random, seed 0" in text
    assert "train 80, valid 11, test 12 rows" in text


def section(results, title):
    """The text below a heading."""
    return summary(results).split(f"## {title}\n")[1].split("\n## ")[0]


WHERE = "random split with seed 0"


def test_parts_of_the_scores_are_told_with_split_and_size(results):
    assert (
        f"Training set: {WHERE}, 80 rows; validation set: {WHERE}, 11 rows; "
        f"test set: {WHERE}, 12 rows."
    ) in summary(results)


def test_winners_are_corrected_for_the_choice(results):
    text = section(results, "Selection")
    assert f"validation set: {WHERE}, 11 rows" in text
    assert (
        "| overall | `aaaaaaaaaaaa` | 3 | 0.851 | 0.831 | 0.791 to 0.861 | 61% |"
        in text
    )
    assert "| random_forest | `cccccccccccc` | 3 | 0.832 | 0.812 |" in text


def test_families_are_compared_on_the_test_part(results):
    text = section(results, "Families compared")
    assert f"test set: {WHERE}, 12 rows" in text
    assert "| random_forest minus dense | 0.015 | -0.010 to 0.040 | 1 of 1 |" in text


def test_families_are_compared_without_a_test_where_there_is_none(results):
    table = results.evidence.comparison.assign(p_holm=None)
    plain = replace(results.evidence, comparison=table)
    text = section(replace(results, evidence=plain), "Families compared")
    assert "| random_forest minus dense | 0.015 | -0.010 to 0.040 |\n" in text
    assert "DeLong" not in text


def test_one_family_is_compared_with_none(results):
    evidence = results.evidence
    alone = replace(evidence, comparison=evidence.comparison.iloc[:0])
    assert "## Families compared" not in summary(replace(results, evidence=alone))


def test_calls_are_scored_on_the_test_part(results):
    text = section(results, "Calls")
    assert f"test set: {WHERE}, 12 rows" in text
    means = " | ".join(["0.250"] * 5)
    assert f"| dense | {means} | 0.080 | 0.070 | 0.090 |" in text


def test_tasks_that_are_not_binary_have_no_calls(results):
    plain = replace(results.evidence, decisions=None, brier=None)
    assert "## Calls" not in summary(replace(results, evidence=plain))


def test_similarity_of_the_parts_is_told(results):
    text = section(results, "Similarity")
    assert "| 0.200 | 0.350 | 0.500 | 0.700 | 1.000 | 25.0% |" in text


def test_doubts_are_warnings(results):
    text = section(results, "Warnings")
    assert text.count("\n- ") == 1
    assert "25% of the test molecules" in text
    unlike = replace(results.evidence, similarity=pd.DataFrame({"similarity": [0.2]}))
    assert "## Warnings" not in summary(replace(results, evidence=unlike))


def test_folds_are_told_in_place_of_a_validation_part(results):
    split = {"method": "random", "seed": 0}
    split["cross_validation"] = {"folds": 5, "repeats": 1}
    results = replace(results, plan={**results.plan, "split": split})
    assert "for its ROC-AUC over the folds (0.851;" in summary(results)
    text = section(results, "Selection")
    assert f"folds of the training set: {WHERE}, 80 rows" in text


def test_scores_before_and_after_the_refit_are_shown_and_the_final_one_is_marked(
    results,
):
    rows = section(results, "Final model").splitlines()
    assert "| dense | none | single seeds, mean | 0.812 | 0.762 to 0.862 |" in rows
    assert "| dense | none | ensemble | 0.822 | 0.762 to 0.862 |" in rows
    assert "| dense * | train+valid | ensemble | 0.842 | 0.762 to 0.862 |" in rows
    assert sum("*" in row.split("|")[1] for row in rows if row.startswith("|")) == 1


def test_prospective_data_have_a_line_each(results):
    assert "## Prospective" not in summary(results)
    report = {
        "name": "batch-2",
        "objective": {"metric": "roc_auc", "direction": "maximize"},
        "confidence": 0.95,
        "rows": 40,
        "molecules": 30,
        "already_seen": 5,
        "unparsable": 4,
        "tasks_missing": ["SR-p53"],
        "openings": 2,
        "scores": {"roc_auc": {"mean": {"score": 0.7, "interval": [0.6, 0.8]}}},
    }
    rows = section(replace(results, prospective=[report]), "Prospective")
    line = "| batch-2 | 0.700 | 0.600 to 0.800 | 30 of 40 | 5 | 4 | SR-p53 | 2 |"
    assert line in rows
