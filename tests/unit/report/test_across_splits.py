"""Several splits side by side."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.selections import made_selection, made_trial, made_winner
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import (
    Evaluation,
    MetricScores,
    SetScores,
    Variant,
)
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.report.across_splits import (
    SplitResult,
    rank_correlations,
    scores_by_split,
    sentences,
    summary_across_splits,
)
from toxtune.report.splits_page import splits_page
from toxtune.selection.search_results import TrialRecord


def result(name, valid, test, winner="8"):
    """One split with a trial per validation score and one winner."""
    trials = pd.DataFrame(
        {
            "trial": [f"{name}{number}" for number in range(len(valid))],
            "family": "dense",
            "features": "bits",
            "status": "ok",
            "epochs_trained": 3.0,
            "neurons": [str(8 + number) for number in range(len(valid))],
            "max_depth": [None] * len(valid),
            "roc_auc_mean": valid,
            "roc_auc_sd": 0.0,
        }
    )
    hyperparameters = {"neurons": int(winner)}
    trial = made_trial(f"{name}0", "dense", hyperparameters, features="bits")
    selection = made_selection({"dense": made_winner(trial)}, overall="dense")
    mean = SetScores(0.9, max(valid), test, (test - 0.05, test + 0.05))
    families = {"dense": {"roc_auc": MetricScores(mean, {})}}
    records = {
        id: TrialRecord(
            made_trial(id, "dense", {"neurons": 8 + number, "max_depth": None}, "bits"),
            folders={},
        )
        for number, id in enumerate(trials["trial"])
    }
    evaluation = Evaluation(
        "0123456789ab",
        "dense",
        selection.objective,
        {},
        0.95,
        1000,
        families,
        # The delivered model averages its seeds.
        variants={"dense": [Variant("none", True, "roc_auc", test + 0.01, None)]},
    )
    chance = SetScores(None, 0.5, 0.5, (0.5, 0.5))
    return SplitResult(
        name,
        selection,
        evaluation,
        trials,
        records,
        Baselines({"prevalence": {"roc_auc": MetricScores(chance, {})}}, notes=[]),
        {"refit": "none", "seeds": "all"},
        permutation=None,
    )


def test_scores_stand_side_by_side():
    table = scores_by_split([result("a", [0.5, 0.6], 0.7), result("b", [0.8], 0.9)])
    assert table["split"].tolist() == ["a", "b"]
    assert table["test"].tolist() == [0.7, 0.9]
    assert table["valid"].tolist() == [0.6, 0.8]


@pytest.mark.parametrize(
    ("other", "correlation"),
    [([0.1, 0.2, 0.9], 1.0), ([0.9, 0.2, 0.1], -1.0), ([0.1, 0.9, 0.2], 0.5)],
)
def test_rank_correlation_is_spearmans(other, correlation):
    results = [result("a", [0.5, 0.6, 0.7], 0.7), result("b", other, 0.7)]
    (row,) = rank_correlations(results).itertuples()
    assert (row.split, row.other, row.settings) == ("a", "b", 3)
    assert row.spearman == pytest.approx(correlation)


def test_failed_trials_take_no_part_in_the_correlation():
    results = [
        result("a", [0.5, 0.6, 0.7, 0.9], 0.7),
        result("b", [0.1, 0.2, 0.3, np.nan], 0.7),
    ]
    (row,) = rank_correlations(results).itertuples()
    assert (row.settings, row.spearman) == (3, pytest.approx(1.0))


def test_settings_are_known_whatever_else_was_tried(tmp_path):
    """A null makes a column of whole numbers one of decimals, to pandas."""
    results = []
    for name, depths in {"a": [5, 10, 20, 30], "b": [5, 10, 20, None]}.items():
        made = result(name, [0.5, 0.6, 0.7, 0.8], 0.7)
        shown = ["null" if depth is None else str(depth) for depth in depths]
        write_tsv(tmp_path / "trials.tsv", made.trials.assign(max_depth=shown))
        records = {
            id: TrialRecord(made_trial(id, "dense", {"max_depth": depth}, "bits"), {})
            for id, depth in zip(made.records, depths, strict=True)
        }
        trials = read_tsv(tmp_path / "trials.tsv")
        results.append(replace(made, trials=trials, records=records))
    (row,) = rank_correlations(results).itertuples()
    assert (row.settings, row.spearman) == (3, pytest.approx(1.0))


def test_scores_of_single_seeds_are_of_before_a_refit():
    results = [result("a", [0.5] * 3, 0.7), result("b", [0.8] * 3, 0.9)]
    assert "Before the refit" not in sentences(results)[0]
    final = {"refit": "train+valid", "seeds": "all"}
    refit = [replace(each, final=final) for each in results]
    assert sentences(refit)[0].startswith("Before the refit, with single seeds")


def test_a_control_says_so_first():
    results = [result("a", [0.5] * 3, 0.7), result("b", [0.8] * 3, 0.9)]
    control = [replace(each, permutation=7) for each in results]
    assert sentences(control)[0].startswith(
        "A control: its labels are shuffled (seed 7)"
    )


def test_two_settings_are_too_few():
    results = [result("a", [0.5, 0.6], 0.7), result("b", [0.1, 0.2], 0.7)]
    assert rank_correlations(results)["spearman"].isna().all()
    assert "too few" in summary_across_splits("run", results)


@pytest.mark.parametrize(
    ("names", "once"),
    [
        (["outer-0", "outer-1"], "was in a test set once. "),
        (["split-0-outer-0", "split-1-outer-0"], "once for each of 2 seeds. "),
    ],
)
def test_nested_folds_say_how_often_a_molecule_was_tested(names, once):
    results = [result(name, [0.5] * 3, 0.7) for name in names]
    assert once in summary_across_splits("run", results)


def test_summary_says_mean_spread_and_how_many_winners_differ():
    text = summary_across_splits(
        "run", [result("a", [0.5] * 3, 0.7), result("b", [0.8] * 3, 0.9, winner="9")]
    )
    assert "score **0.810 ± 0.141** ROC-AUC on their test sets" in text
    assert "With single seeds, the selected models score 0.800 ± 0.141" in text
    assert "dense: 2 different winners in 2 splits" in text


def test_the_page_has_the_headline_and_leads_to_the_reports():
    results = [result("a", [0.5] * 3, 0.7), result("b", [0.8] * 3, 0.9)]
    html = splits_page("run", results)
    assert "<b>0.810 ± 0.141</b>" in html
    for name in ("a", "b"):
        assert f'<a href="{name}/report.html">{name}</a>' in html
    assert 'id="splits"' in html
