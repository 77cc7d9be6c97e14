import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from helpers.report_runs import made_run
from toxtune.report import verdict
from toxtune.report.figures import comparison, coverage
from toxtune.report.figures.calibration import reliability_table
from toxtune.report.figures.comparison import differences_table
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.figures.optimism import (
    draw_frequency,
    frequency_table,
    optimism_table,
)
from toxtune.report.figures.similarity import similarity_table
from toxtune.report.page import page
from toxtune.report.prospective import ModelScore, ProspectiveScore
from toxtune.report.rivals import on_test, on_validation, what_to_do
from toxtune.report.run import MOST_TASKS
from toxtune.selection.rules import ONE_SE, rule_in_words


@pytest.fixture(scope="module")
def run():
    return made_run()


def with_diagnostics(run, **changes):
    diagnostics = dataclasses.replace(run.diagnostics, **changes)
    return dataclasses.replace(run, diagnostics=diagnostics)


@pytest.mark.parametrize(
    ("draw", "columns"),
    [
        (comparison.draw, ["low", "high"]),
        (coverage.draw, ["confidence", "coverage"]),
    ],
)
def test_panels_side_by_side_have_one_axis(run, draw, columns):
    compared = run.diagnostics.comparison
    other = {"family": compared["against"], "against": compared["family"]}
    more = compared.assign(**other, low=compared["low"] - 0.3)
    run = with_diagnostics(run, comparison=pd.concat([compared, more]))
    figure = draw(run)
    encodings = [
        layer["encoding"]["x"]
        for spec in figure.specs()
        for layer in spec["layer"]
        if layer["encoding"]["x"].get("field") != "at"
    ]
    (domain,) = {tuple(each["scale"]["domain"]) for each in encodings}
    assert len(figure.panels) > 1
    assert figure.table[columns].stack().between(*domain).all()


def test_raw_corrected_and_test_scores_of_each_winner(run):
    table = optimism_table(run).set_index(["winner", "estimate"])
    overall = run.diagnostics.corrected.overall
    selected = f"{run.selection.overall} (selected)"
    others = set(run.selection.contenders) - {run.selection.overall}
    assert set(table.index.get_level_values("winner")) == {selected, *others}
    assert len(table) == 3 * len(run.selection.contenders)
    assert table.loc[(selected, "validation, raw"), "score"] == overall.raw
    corrected = table.loc[(selected, "validation, corrected")]
    assert corrected["score"] == overall.corrected
    assert [corrected["low"], corrected["high"]] == list(overall.interval)
    assert table.loc[(selected, "test"), "score"] == 0.75


def test_a_selection_that_could_not_be_corrected_says_so(run):
    corrected = run.diagnostics.corrected
    unknown = dataclasses.replace(corrected.overall, corrected=None, interval=None)
    corrected = dataclasses.replace(corrected, overall=unknown)
    run = with_diagnostics(run, corrected=corrected)
    assert "correct" not in verdict.what_won(run)
    table = optimism_table(run).set_index(["winner", "estimate"])
    selected = f"{run.selection.overall} (selected)"
    assert pd.isna(table.loc[(selected, "validation, corrected"), "score"])


def test_trials_that_are_never_selected_are_left_out(run):
    frequencies = run.diagnostics.frequencies.assign(frequency=0.0)
    won = run.winners[run.selection.overall]
    often, seldom = [trial for trial in run.trials["trial"] if trial != won][:2]
    frequencies.loc[frequencies["trial"] == often, "frequency"] = 0.6
    frequencies.loc[frequencies["trial"] == seldom, "frequency"] = 0.4
    table = frequency_table(with_diagnostics(run, frequencies=frequencies))
    assert table["trial"].tolist() == [often, seldom, won]


def test_the_most_frequent_trials_are_shown_and_the_others_counted(run):
    figure = draw_frequency(run)
    assert len(figure.table) in (20, 21)
    assert "yes" in set(figure.table["selected"])
    assert "of 24 trials" in figure.note


def test_differences_have_their_mean_on_top(run):
    table = differences_table(run)
    assert table["task"].tolist() == ["mean over tasks", *run.tasks]
    assert table["panel"].nunique() == 1


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.02, 0.01, "dense is not clearly different"),
        (0.01, 0.03, "dense, not selected, is ahead by 0.020 (95% interval 0.010 to"),
        (-0.03, -0.01, "dense is behind by 0.020 (95% interval 0.010 to 0.030)"),
    ],
)
def test_the_verdict_says_whether_another_family_differs(run, low, high, words):
    compared = run.diagnostics.comparison.assign(
        low=low, high=high, difference=(low + high) / 2
    )
    assert words in on_test(with_diagnostics(run, comparison=compared))


def test_those_that_differ_and_those_that_do_not_have_a_sentence_each(run):
    behind = run.diagnostics.comparison.assign(low=-0.03, high=-0.01, difference=-0.02)
    alike = behind.assign(family="ridge", low=-0.01, high=0.01, difference=0.0)
    compared = pd.concat([behind, alike])
    text = on_test(with_diagnostics(run, comparison=compared))
    assert text.startswith("On the test set, dense is behind by 0.020")
    assert text.endswith("0.030). Not clearly different: ridge.")


def test_of_errors_the_lower_one_is_ahead():
    run = made_run("regression")
    compared = run.diagnostics.comparison.assign(
        low=-0.03, high=-0.01, difference=-0.02
    )
    text = on_test(with_diagnostics(run, comparison=compared))
    assert "not selected, is ahead by 0.020" in text


def with_shares(run, share):
    """The run with so large a share of resamples that select what was selected."""
    table = run.diagnostics.frequencies
    of_selected = table["family"] == run.selection.overall
    frequency = np.where(
        of_selected, share / of_selected.sum(), (1 - share) / (~of_selected).sum()
    )
    return with_diagnostics(run, frequencies=table.assign(frequency=frequency))


def test_a_tie_is_called_a_tie_with_what_to_do(run):
    tied, clear = with_shares(run, 0.6), with_shares(run, 0.99)
    assert " tie, with " in on_validation(tied)
    assert "selected in 60%" in on_validation(tied)
    assert "ahead of dense" in on_validation(clear)
    assert what_to_do(clear) == ""
    advice = what_to_do(tied)
    for words in ("split.seeds", "cross_validation", "training.seeds", "one_se"):
        assert words in advice


@pytest.mark.parametrize(
    ("split", "accepted"),
    [
        ({"method": "random", "seed": 0}, True),
        ({"method": "scaffold"}, True),
        ({"method": "scaffold", "seed": 3}, True),
        ({"method": "time", "column": "year"}, False),
        ({"method": "column", "column": "set"}, False),
    ],
)
def test_seeds_and_folds_of_splits_are_advised_where_the_configuration_takes_them(
    run, split, accepted
):
    settings = dataclasses.replace(run.settings, split=split)
    tied = with_shares(dataclasses.replace(run, settings=settings), 0.6)
    for advice in ("split.seeds", "cross_validation"):
        assert (advice in what_to_do(tied)) == accepted


def test_under_one_se_nothing_is_advised_that_it_does_not_take(run):
    rule = rule_in_words(ONE_SE, False, run.selection.objective)
    selection = dataclasses.replace(run.selection, rule=rule, ensemble=None)
    tied = with_shares(dataclasses.replace(run, selection=selection), 0.6)
    assert what_to_do(tied).startswith("To tell them apart")
    for advice in ("ensemble", "one_se", "leave it open"):
        assert advice not in what_to_do(tied)


def test_where_nothing_tells_them_apart_no_sentence_begins_with_or(run):
    settings = dataclasses.replace(run.settings, split={"method": "time"})
    selection = dataclasses.replace(run.selection, seeds=[0, 1, 2, 3, 4])
    many = dataclasses.replace(run, settings=settings, selection=selection)
    assert what_to_do(with_shares(many, 0.6)).startswith("Leave it open, and take")


def test_a_tie_over_folds_is_not_told_to_use_folds(run):
    split = {**run.settings.split, "cross_validation": {"folds": 5, "repeats": 1}}
    settings = dataclasses.replace(run.settings, split=split)
    tied = with_shares(dataclasses.replace(run, settings=settings), 0.6)
    assert "cross_validation" not in what_to_do(tied)


@pytest.mark.parametrize("refit", ["none", "train+valid"])
def test_folds_are_advised_without_the_refit_that_they_exclude(run, refit):
    final = {**run.settings.final, "refit": refit}
    settings = dataclasses.replace(run.settings, final=final)
    tied = with_shares(dataclasses.replace(run, settings=settings), 0.6)
    told = "cross_validation}` and `final: {refit: none}`)" in what_to_do(tied)
    assert told == (refit != "none")


def test_what_mattered_is_a_verdict_from_30_trials_on(run):
    assert "mattered" not in verdict.what_mattered(run)
    many = made_run(n_trials=60)
    words = verdict.what_mattered(many)
    share, low, high = map(int, re.findall(r"(\d+)%", words)[:3])
    assert "learning_rate for dense" in words
    assert low <= high
    assert share > 50


def test_reliability_is_of_the_test_set_averaged_over_seeds(run):
    table = reliability_table(run)
    first = table[(table["family"] == "dense") & (table["panel"] == "task 0")].iloc[0]
    # 0.1 with seed 0 and 0.2 with seed 1.
    assert first["observed"] == pytest.approx(0.15)
    assert len(table) == len(run.families) * len(run.tasks) * 8


def test_similarities_are_counted_once_each():
    table = similarity_table(pd.Series([0.0, 0.04, 0.05, 0.99, 1.0]))
    assert table["molecules"].sum() == 5
    assert table["molecules"].iloc[[0, 1, -1]].tolist() == [2, 1, 2]


@pytest.mark.slow
def test_many_tasks_are_shown_in_part_and_that_is_said():
    run = made_run(n_tasks=MOST_TASKS + 3)
    figures = draw_all(run)
    for name in ("tasks", "roc", "pr", "calibration", "comparison"):
        assert (
            f"The first {MOST_TASKS} of {MOST_TASKS + 3} tasks." in figures[name].note
        )
    assert len(figures["roc"].panels) == MOST_TASKS


@pytest.mark.slow
def test_what_looks_like_a_leak_is_on_the_page(run):
    scores = run.evaluation.families["dense"]
    mean = dataclasses.replace(scores["roc_auc"].mean, test=0.97, train=0.99)
    scores = {**scores, "roc_auc": dataclasses.replace(scores["roc_auc"], mean=mean)}
    families = dict.fromkeys(run.families, scores)
    evaluation = dataclasses.replace(run.evaluation, families=families)
    run = dataclasses.replace(run, evaluation=evaluation)
    assert "Look for a leak" in page(run, draw_all(run))


@pytest.mark.slow
def test_reports_of_several_splits_lead_to_each_other(run):
    splits = {"made-up/split-0": "f0", "made-up/split-1": "f1"}
    settings = dataclasses.replace(run.settings, splits=splits)
    several = dataclasses.replace(run, name="made-up/split-0", settings=settings)
    html = page(several, draw_all(several))
    assert '<a href="../split-1/report.html">split-1</a>' in html
    assert "../split-0/" not in html


@pytest.mark.slow
def test_the_final_model_and_prospective_data_are_on_the_page(run):
    final = ModelScore("dense", 0.6543, (0.6, 0.7), None, None, 0.6321, (0.5, 0.7))
    score = ProspectiveScore(
        name="batch-2",
        models=[final],
        records=95,
        with_fallback=5,
        rows=100,
        molecules=90,
        already_seen=5,
        unparsable=5,
        tasks_missing=[],
        openings=1,
    )
    run = dataclasses.replace(run, prospective=[score])
    html = page(run, draw_all(run))
    assert f"{run.selection.overall} (delivered)" in html
    assert "0.710 to 0.810" in html
    assert "batch-2" in html
    assert "0.654" in html
    assert "0.632" in html
