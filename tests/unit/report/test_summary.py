"""The summary that a person reads."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.report_diagnostics import made_domain
from helpers.report_runs import PROVENANCE, RECIPE, SETTINGS
from helpers.selections import made_selection, made_trial, made_winner
from toxtune.data.subsets import Subset
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import (
    Evaluation,
    MetricScores,
    SetScores,
    Variant,
)
from toxtune.report import verdict
from toxtune.report.diagnostics import (
    CorrectedScore,
    CorrectedScores,
    Diagnostics,
    Probabilities,
)
from toxtune.report.prospective import ModelScore, ProspectiveScore
from toxtune.report.run import Run
from toxtune.report.summary import summary
from toxtune.selection.search_results import TrialRecord
from toxtune.stats.metrics import METRICS, metrics_of
from toxtune.tasks import TaskType

BINARY = metrics_of("binary")
# Two of one class and ten of the other; a task with one class alone.
TEST_LABELS = np.array([[1, 0]] * 2 + [[0, 0]] * 10, dtype=float)
GOLDEN = Path(__file__).with_name("golden_summary.md")


def scores_of(test, sd=0.01, per_task=0.7):
    """One family's scores; the task SR-p53 has none."""
    interval = None if test is None else (test - 0.05, test + 0.05)
    scores = SetScores(0.999, 0.85, test, interval)
    unscored = SetScores(0.9, None, None, None)
    mean = replace(scores, test_sd_over_seeds=sd)
    tasks = {"NR-AR": replace(scores, test=per_task), "SR-p53": unscored}
    return {metric: MetricScores(mean, tasks) for metric in BINARY}


def variants(test):
    """One family's scores before and after a refit, of single seeds and ensembles."""
    made = itertools.product(["none", "train+valid"], [False, True])
    return [
        Variant(refit, averaged, metric, test + 0.01 * number, (test - 0.05, 0.9))
        for number, (refit, averaged) in enumerate(made)
        for metric in BINARY
    ]


def opening(number, own=True):
    """One line of the ledger."""
    opened = "2026-01-01T00:00:00+00:00"
    return {"selection": f"{number:012}", "opened": opened, "shared": 12, "own": own}


def corrected(trial, raw):
    """One winner's corrected score."""
    return CorrectedScore(trial, 3, raw, raw - 0.02, (raw - 0.06, raw + 0.01), 0.614)


def coverage():
    """Sets of which nine in ten hold the true class, before and after the refit."""
    counts = {"molecules": 20, "covered": 18, "coverage": 0.9}
    sizes = {"one": 15, "several": 4, "none": 1}
    return pd.DataFrame(
        [
            {"refit": refit, "task": task, "class": name, "confidence": 0.9}
            | counts
            | ({"covered": 16, "coverage": 0.8} if task == "SR-p53" else {})
            | {"chance_holm": 0.6}
            | sizes
            for refit in ("none", "train+valid")
            for task in ("NR-AR", "SR-p53")
            for name in ("0", "1", "all")
        ]
    )


def diagnostics():
    """What shows how far the scores can be trusted."""
    subsets = ["valid", "valid", "test", "test"]
    rows = {"family": "dense", "subset": subsets, "task": ["NR-AR", "mean"] * 2}
    scores = dict.fromkeys(["precision", "recall", "specificity", "f1", "mcc"], 0.25)
    counts = {"positives": [3, 3, 9, 9], "negatives": 20, "threshold": 0.3}
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
    families = {
        "dense": corrected("a" * 12, 0.851),
        "random_forest": corrected("c" * 12, 0.832),
    }
    return Diagnostics(
        corrected=CorrectedScores(families["dense"], families, 11, 1000, 0.95),
        frequencies=pd.DataFrame(
            {"family": ["dense", "random_forest"], "frequency": [0.7, 0.3]}
        ),
        comparison=pd.DataFrame(comparison),
        similarity=pd.DataFrame({"similarity": [0.2, 0.4, 0.6, 1.0]}),
        coverage=coverage(),
        domain=made_domain(),
        probabilities=Probabilities(
            decisions=pd.DataFrame({**rows, **counts, **scores}),
            brier=pd.DataFrame({**rows, **brier}),
            reliability=pd.DataFrame(),
        ),
    )


def baselines():
    """A baseline that is a constant, and another one that saw half the molecules."""
    scores = {
        "prevalence": SetScores(None, 0.5, 0.5, (0.5, 0.5)),
        "default forest": SetScores(None, 0.71, 0.688, (0.61, 0.74)),
    }
    unscored = SetScores(None, None, None, None)
    return Baselines(
        {
            name: {
                metric: MetricScores(mean, {"NR-AR": mean, "SR-p53": unscored})
                for metric in metrics_of(TaskType.BINARY)
            }
            for name, mean in scores.items()
        },
        notes=["The default forest has seen 10 of 20 training molecules."],
    )


@pytest.fixture
def run() -> Run:
    """A run with an unscored task, a failed trial and one opening."""
    trials = {
        "a" * 12: made_trial("a" * 12, "dense", {"neurons": 64, "patience": None}),
        "b" * 12: made_trial("b" * 12, "dense", {"neurons": 32, "patience": None}),
        "c" * 12: made_trial("c" * 12, "random_forest", {"max_depth": 3}),
    }
    winners = {
        "dense": made_winner(trials["a" * 12], mean=0.851),
        "random_forest": made_winner(trials["c" * 12], mean=0.832),
    }
    selection = made_selection(winners, overall="dense")
    families = ["dense", "dense", "random_forest"]
    return Run(
        name="demo",
        selection=selection,
        trained={id: TrialRecord(trial, {}) for id, trial in trials.items()},
        trials=pd.DataFrame(
            {
                "trial": list(trials),
                "family": families,
                "status": ["ok", "diverged", "ok"],
                "seeds": [2, 0, 2],
                "roc_auc_mean": [0.851, np.nan, 0.832],
            }
        ),
        cost=pd.DataFrame(
            {
                "trial": list(trials),
                "family": families,
                "seconds": [2.0, 3.0, 1.0],
                "peak_memory_mib": [500.0, 700.0, 200.0],
            }
        ),
        settings=replace(
            SETTINGS,
            split={"method": "random", "seed": 0},
            final={"refit": "train+valid", "seeds": "all"},
        ),
        evaluation=Evaluation(
            selection="0123456789ab",
            overall="dense",
            objective=selection.objective,
            molecules={"train": 80, "valid": 11, "test": 12},
            confidence=0.95,
            resamples=1000,
            families={"dense": scores_of(0.812), "random_forest": scores_of(0.827)},
            variants={"dense": variants(0.812), "random_forest": variants(0.827)},
        ),
        baselines=baselines(),
        origins=["copied from mine.csv"],
        curation={
            "rows": 110,
            "dropped": 7,
            "molecules_without_label": 3,
            "groups": 101,
            "groups_with_several_rows": 2,
            "compounds": 102,
            "classes": {},
            "notes": [],
            "warnings": [],
        },
        recipe=RECIPE,
        provenance=replace(PROVENANCE, dataset={"sha256": "f" * 64}),
        openings=[opening(1)],
        diagnostics=diagnostics(),
        largest_difference=0.0,
        test_set=Subset([], [], [], ["NR-AR", "SR-p53"], TEST_LABELS),
        test_predictions={},
        curves={},
        prospective=[],
    )


def section(run, title):
    """The text below a heading that starts like this."""
    after = summary(run).split(f"\n## {title}")[1]
    return after.split("\n## ")[0]


def rows_of(text):
    """The rows of the tables in a text, as lists of cells."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]


def row_of(text, first):
    """The other cells of the row that starts with this one."""
    (row,) = [row for row in rows_of(text) if row[0] == first]
    return row[1:]


def with_scores(run, **families):
    """The run with these families' winners alone, and these scores of them."""
    evaluation = replace(run.evaluation, families=families)
    selection = replace(
        run.selection,
        winners={family: run.selection.winners[family] for family in families},
    )
    return replace(run, evaluation=evaluation, selection=selection)


def with_diagnostics(run, **changes):
    return replace(run, diagnostics=replace(run.diagnostics, **changes))


def test_whole_text(run):
    """After a change of wording, read the new text and put it into the file."""
    assert summary(run) == GOLDEN.read_text("utf-8")


def test_verdict_is_about_the_selected_model_on_the_test_set(run):
    good, seeds, rivals = summary(run).split("\n\n")[1:4]
    # The delivered model: trained again, its seeds averaged.
    assert "**0.842** ROC-AUC on the test set (95% interval 0.762 to 0.900" in good
    assert "0.812" in seeds
    assert "SD 0.010" in seeds
    assert "0.851 and 0.832" in rivals
    won = verdict.what_won(run)
    assert f"trial {'a' * 12}" in won
    assert "0.851 (0.831" in won
    assert summary(run).split("\n## ")[0].index(won) > summary(run).index(rivals)


def test_winners_stand_side_by_side(run):
    rows = rows_of(summary(run).split("\n## ")[0])
    numbers = ["0.812", "0.762 to 0.862", "0.851", "0.999", "0.010"]
    assert ["dense (selected)", "ROC-AUC", *numbers] in rows
    others = ["0.827", "0.777 to 0.877", "0.832", "0.999", "0.010"]
    assert ["random_forest", "ROC-AUC", *others] in rows
    forest = ["0.688", "0.610 to 0.740", "0.710", "", ""]
    assert ["default forest (baseline)", "ROC-AUC", *forest] in rows
    rows += rows_of(section(run, "Other metrics"))
    for name in BINARY:
        assert sum(METRICS[name].title in row for row in rows) == 4


def test_winners_are_told_with_the_settings_that_were_varied(run):
    text = section(run, "Winners")
    row = row_of(text, "dense (selected)")
    assert row[0] == "a" * 12
    assert row[2:] == ["neurons 64", "0.851", "3"]


@pytest.mark.parametrize(
    ("number", "words"), [(1, "**once**"), (2, "**2 times**"), (9, "**9 times**")]
)
def test_openings_are_counted(run, number, words):
    text = summary(replace(run, openings=[opening(index) for index in range(number)]))
    assert words in text
    assert ("further opening" in text) == (number > 1)


def test_openings_by_other_configurations_are_told_apart(run):
    openings = [opening(0), opening(1, own=False), opening(2, own=False)]
    text = summary(replace(run, openings=openings))
    assert text.count("opened **3 times, 2 of them by other configurations**") == 1
    assert "shares molecules with this one. Every further opening" in text
    assert "by other" not in summary(replace(run, openings=[opening(0), opening(1)]))


def test_tasks_without_a_score_are_named(run):
    text = section(run, "Tasks")
    assert row_of(text, "SR-p53") == ["12", "0"] + ["none"] * 10
    assert text.strip().splitlines()[-1].endswith(" SR-p53.")


def test_failed_trials_are_listed_with_their_status(run):
    assert row_of(section(run, "Failed trials"), "b" * 12) == ["dense", "diverged"]
    assert row_of(section(run, "Trials and cost"), "dense") == [
        "2",
        "1",
        "0.851 to 0.851",
        "2",
        "5.0 s",
        "2.5 s",
        "700 MiB",
    ]


def test_retry_is_named_where_it_helps(run):
    assert "make retry" not in section(run, "Failed trials")
    killed = run.trials.replace("diverged", "out_of_memory")
    assert "make retry" in section(replace(run, trials=killed), "Failed trials")


def test_nothing_is_said_of_failures_where_there_are_none(run):
    sound = run.trials.assign(status="ok", roc_auc_mean=0.8)
    assert "Failed trials" not in summary(replace(run, trials=sound))


def test_single_seed_has_no_sd(run):
    single = with_scores(run, dense=scores_of(0.812, sd=None))
    single = replace(single, selection=replace(single.selection, seeds=[0]))
    text = summary(single)
    assert "SD 0" not in text
    assert "over seeds" not in text


def test_scores_of_single_seeds_are_of_before_a_refit(run):
    assert "Before the refit, with single seeds it scores 0.812" in summary(run)
    final = {"refit": "none", "seeds": "all"}
    plain = replace(run, settings=replace(run.settings, final=final))
    assert "\n\nWith single seeds it scores 0.812" in summary(plain)


def test_a_single_trial_is_the_best_of_none(run):
    corrected = run.diagnostics.corrected
    only = replace(corrected.overall, out_of=1)
    alone = replace(corrected, overall=only, families={"dense": only})
    single = replace(run, diagnostics=replace(run.diagnostics, corrected=alone))
    assert "optimistic" not in verdict.cards(single)[0].facts
    assert "best of many" not in summary(single)
    assert "best of 3, so optimistic" in verdict.cards(run)[0].facts
    assert "best of many" in summary(run)


def test_shuffled_labels_are_told_first(run):
    settings = replace(run.settings, dataset={"permute_labels": 7})
    text = summary(replace(run, settings=settings))
    first = text.split("\n\n")[1]
    assert first.startswith("A control: its labels are shuffled (seed 7)")
    assert "scores **0.842** ROC-AUC" in first
    assert "| Labels | shuffled (seed 7) |" in text
    assert "shuffled" not in summary(run)


def test_winner_without_any_test_score_is_no_number(run):
    nothing = with_scores(run, dense=scores_of(None, sd=None, per_task=None))
    variants = {
        "dense": [
            replace(each, score=None, interval=None)
            for each in run.evaluation.variants["dense"]
        ]
    }
    evaluation = replace(nothing.evaluation, variants=variants)
    text = summary(replace(nothing, evaluation=evaluation))
    assert "none** ROC-AUC on the test set (no interval" in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize(("difference", "told"), [(0.0, False), (3e-7, True)])
def test_models_that_differ_from_the_search_are_told(run, difference, told):
    text = summary(replace(run, largest_difference=difference))
    assert ("up to 3e-07" in text) == told


def test_data_are_described(run):
    text = section(run, "Data")
    assert row_of(text, "Raw file, SHA-256") == ["f" * 64]
    assert row_of(text, "Rows") == ["110, 7 dropped, 3 without a label"]
    sets = {"training": 80, "validation": 11, "test": 12}
    sizes = [f"{name} set {size} molecules" for name, size in sets.items()]
    assert row_of(text, "Sets") == [", ".join(sizes)]
    assert row_of(text, "Split")[0].startswith("random split with seed 0;")


def test_notes_and_warnings_of_the_data_are_all_told(run):
    curation = {**run.curation, "notes": ["A note."], "warnings": ["Odd <labels>."]}
    told = replace(
        run, curation=curation, recipe=RECIPE | {"warnings": ["Small folds."]}
    )
    text = section(told, "Data")
    assert row_of(text, "Read") == ["A note."]
    assert row_of(text, "Source") == ["copied from mine.csv"]
    shown = [row[1] for row in rows_of(text) if row[0] == "Warning"]
    assert shown == ["Odd &lt;labels>.", "Small folds."]
    warned = section(told, "Warnings")
    assert "- Odd &lt;labels>.\n- Small folds." in warned


def test_tasks_that_are_left_out_are_told_with_the_reason(run):
    recipe = RECIPE | {"tasks_left_out": {"never": "no label"}}
    text = section(replace(run, recipe=recipe), "Data")
    assert row_of(text, "Task left out") == ["never: no label"]
    assert "left out" not in section(run, "Data")


def test_scores_are_told_with_sets_split_and_sizes(run):
    text = summary(run).split("\n## ")[0]
    assert (
        "Training set (80 molecules), validation set (11 molecules) and test set (12 "
        "molecules); random split with seed 0; training seeds 0, 1; mean over 2 tasks."
    ) in text


def test_winners_are_corrected_for_the_choice(run):
    text = section(run, "Bias-corrected")
    assert "Validation set." in text
    numbers = ["3", "0.851", "0.831", "0.791 to 0.861", "61%"]
    assert row_of(text, "overall") == ["a" * 12, *numbers]
    forest = row_of(text, "random_forest")
    assert forest[:4] == ["c" * 12, "3", "0.832", "0.812"]


def test_families_are_compared_on_the_test_set(run):
    text = section(run, "Families compared")
    assert "Test set." in text
    numbers = ["0.015", "-0.010 to 0.040", "1 of 1; 1 have no test"]
    assert row_of(text, "random_forest minus dense") == numbers


def test_families_are_compared_without_a_test_where_there_is_none(run):
    table = run.diagnostics.comparison.assign(p_holm=None)
    text = section(with_diagnostics(run, comparison=table), "Families compared")
    numbers = ["0.015", "-0.010 to 0.040"]
    assert row_of(text, "random_forest minus dense") == numbers
    assert "DeLong" not in text


def test_one_family_is_compared_with_none(run):
    single = with_scores(run, dense=scores_of(0.812))
    nothing = run.diagnostics.comparison.iloc[:0]
    text = summary(with_diagnostics(single, comparison=nothing))
    assert "## Families compared" not in text


def test_classes_and_probabilities_are_scored_on_the_test_set(run):
    text = section(run, "Predicted classes")
    assert "Test set." in text
    assert row_of(text, "dense") == ["0.250"] * 5 + ["0.080", "0.070", "0.090"]


def test_tasks_that_are_not_binary_have_no_probabilities(run):
    text = summary(with_diagnostics(run, probabilities=None))
    assert "## Predicted classes" not in text


def test_similarity_of_the_sets_is_told(run):
    text = section(run, "Similarity")
    assert row_of(text, "0.200") == ["0.350", "0.500", "0.700", "1.000", "25.0%"]


def test_what_looks_wrong_is_a_warning(run):
    text = section(run, "Warnings")
    assert text.count("\n- ") == 3
    assert "25% of the test molecules" in text
    assert "rarer class for NR-AR (2). Up to 14% of the resamples" in text
    assert "thresholds of NR-AR (3)" in text
    unlike = with_diagnostics(
        run, similarity=pd.DataFrame({"similarity": [0.2]}), probabilities=None
    )
    many = replace(run.test_set, labels=np.tile(TEST_LABELS, (3, 1)))
    assert "## Warnings" not in summary(replace(unlike, test_set=many))


def test_a_model_no_better_than_a_baseline_is_a_warning(run):
    poor = [replace(each, interval=(0.4, 0.9)) for each in variants(0.812)]
    evaluation = replace(run.evaluation, variants={"dense": poor})
    text = section(replace(run, evaluation=evaluation), "Warnings")
    # The score of what is delivered: refitted, and averaged over seeds.
    assert "than guessing: the delivered model has 0.842 (95% interval 0.400" in text
    found = made_winner(run.selection.winners["dense"].trial, mean=0.7)
    winners = {**run.selection.winners, "dense": found}
    text = section(
        replace(run, selection=replace(run.selection, winners=winners)), "Warnings"
    )
    assert "default forest, a baseline, scores 0.710" in text


def test_folds_are_told_in_place_of_a_validation_set(run):
    scheme = {"folds": 5, "repeats": 1}
    split = {**run.settings.split, "cross_validation": scheme}
    folded = replace(run, settings=replace(run.settings, split=split))
    assert "after bias correction) over the folds." in summary(folded)
    assert "validation set (80 molecules in 5 folds)" in summary(folded)
    sets = row_of(section(folded, "Data"), "Sets")[0]
    assert "validation set 80 molecules in 5 folds" in sets


def test_scores_before_and_after_the_refit_are_shown_and_the_final_one_is_marked(run):
    text = section(run, "Final model")
    rows = rows_of(text)
    interval = "0.762 to 0.900"
    assert ["dense", "0.812", interval, "none", "mean of single seeds"] in rows
    assert ["dense", "0.822", interval, "none", "averaged"] in rows
    refit = ["0.842", interval, "train+valid", "averaged"]
    assert ["dense (delivered)", *refit] in rows
    assert sum("delivered" in row[0] for row in rows) == 1


def test_a_budget_that_left_trials_out_is_named_beside_them(run):
    said = "The budget left trials out."
    cut = replace(run, settings=replace(run.settings, budget=said))
    assert said in section(cut, "Trials and cost")
    assert "budget" not in summary(run)


def test_prospective_data_have_a_line_each(run):
    assert "## Prospective" not in summary(run)
    final = ModelScore("dense", 0.7, (0.6, 0.8), None, None, 0.65, (0.55, 0.75))
    other = ModelScore("ridge", 0.68, (0.58, 0.78), -0.02, (-0.05, 0.01), 0.6, None)
    score = ProspectiveScore(
        name="batch-2",
        models=[final, other],
        records=39,
        with_fallback=4,
        rows=40,
        molecules=30,
        already_seen=5,
        unparsable=4,
        tasks_missing=["SR-p53"],
        openings=2,
    )
    text = section(replace(run, prospective=[score]), "Prospective")
    numbers = ["0.700", "0.600 to 0.800", "30", "40", "5", "4", "SR-p53", "2"]
    assert row_of(text, "batch-2") == numbers
    text = section(replace(run, prospective=[score]), "Prospective data, model")
    compared = ["0.680", "0.580 to 0.780", "-0.020", "-0.050 to 0.010", "0.600", "none"]
    rows = rows_of(text)
    assert ["batch-2", "ridge", *compared] in rows
    assert [row[1] for row in rows[2:]] == ["dense \\*", "ridge"]
    assert "batch-2: 39, 4 of them without a prediction" in text
