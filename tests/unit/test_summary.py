"""The summary that a person reads."""

from dataclasses import replace

import pandas as pd
import pytest

from toxtune.metrics import METRICS, metrics_of
from toxtune.summary import Results, summary

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


def winner(id, family, mean):
    """One family's part of ``selection.json``."""
    return {
        "trial": {
            "id": id,
            "family": family,
            "features": "circular-radius-2-size-1024",
            "hyperparameters": HYPERPARAMETERS,
        },
        "mean": mean,
        "out_of": 3,
    }


def opening(number):
    """One line of the ledger."""
    return {"selection": f"{number:012}", "opened": "2026-01-01T00:00:00+00:00"}


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
        selection={
            "overall": "dense",
            "objective": {"metric": "roc_auc", "direction": "maximize"},
            "seeds": [0, 1],
            "winners": {
                "dense": winner("a" * 12, "dense", 0.851),
                "random_forest": winner("c" * 12, "random_forest", 0.832),
            },
        },
        test={
            "overall": "dense",
            "confidence": 0.95,
            "resamples": 1000,
            "molecules": {"train": 80, "valid": 11, "test": 12},
            "families": {"dense": report(0.812), "random_forest": report(0.827)},
        },
        curation={
            "rows": 110,
            "dropped": 7,
            "groups": 101,
            "groups_with_several_rows": 2,
            "groups_with_conflicts": 1,
            "labels_cleared": 4,
            "labels_averaged": 0,
            "kind": "binary",
        },
        plan={
            "dataset": {"sha256": "f" * 64},
            "split": {"method": "random", "seed": 0},
        },
        trials=trials,
        cost=cost,
        openings=[opening(1)],
        largest_difference=0.0,
    )


def test_headline_is_the_overall_winner_on_the_test_part(results):
    headline = summary(results).split("\n\n")[1]
    assert headline.startswith(f"Selected: **dense** trial `{'a' * 12}`")
    assert "on the validation part (0.851)" in headline
    assert "**ROC-AUC 0.812** (SD over seeds 0.010; interval" in headline
    assert "0.762 to 0.862)" in headline


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
    assert f"have opened this test part: {told}" in text
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
    selection = results.selection | {"seeds": [0]}
    text = summary(replace(results, test=test, selection=selection))
    assert "SD over seeds" not in text
    assert "| 0.812 | none | 0.762 to 0.862 |" in text


def test_winner_without_any_test_score_is_no_number(results):
    test = results.test | {"families": {"dense": report(None, sd=None, per_task=None)}}
    text = summary(replace(results, test=test))
    assert "**ROC-AUC none**.\n" in text
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
