import dataclasses

import pytest

from helpers.report_runs import HIGHEST_RATE, made_run
from toxtune.report.figures import dependence, failures, importance
from toxtune.report.figures.dependence import partial_dependence
from toxtune.report.settings import Varied, setting_texts, value_text, varied_settings
from toxtune.selection.search_results import TrialRecord


@pytest.fixture(scope="module")
def run():
    return made_run(n_trials=60)


def test_settings_that_do_not_differ_are_left_out(run):
    assert set(varied_settings(run, "random_forest")) == {
        "max_features",
        "min_samples_leaf",
    }


def test_numbers_stand_by_size_and_all_else_after_them(run):
    assert varied_settings(run, "random_forest")["max_features"].values == [
        0.25,
        0.5,
        "sqrt",
    ]
    assert varied_settings(run, "dense")["patience"].values == [5, None]


def test_positions_go_from_0_to_1_in_order():
    hyperparameter = Varied([1, 10, 1000], {"a": 1000, "b": 1, "c": 10})
    assert [hyperparameter.position(trial) for trial in "bca"] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (0.001, "0.001"), ([64, 32], "[64, 32]"), ("adam", "adam")],
)
def test_values_are_spelled_as_in_the_configuration(value, text):
    assert value_text(value) == text


def test_each_trial_says_what_sets_it_apart(run):
    assert "learning_rate" in setting_texts(run)["000000000000"]
    assert "n_estimators" not in "".join(setting_texts(run).values())


def test_the_hyperparameter_that_decides_is_the_most_important(run):
    shares = importance.importances(run, "dense")
    assert next(iter(shares)) == "learning_rate"
    assert shares["learning_rate"] > 0.5
    assert sum(shares.values()) <= 1 + 1e-9


def test_importance_does_not_depend_on_the_scale_of_an_axis(run):
    squared = {
        id: TrialRecord(_with_squared_rate(trained.trial), folders={})
        for id, trained in run.trained.items()
    }
    other = dataclasses.replace(run, trained=squared)
    assert importance.importances(other, "dense") == importance.importances(
        run, "dense"
    )


def _with_squared_rate(trial):
    settings = dict(trial.hyperparameters)
    if "learning_rate" in settings:
        settings["learning_rate"] **= 2
    return dataclasses.replace(trial, hyperparameters=settings)


def test_a_family_with_few_trials_has_no_importance():
    few = made_run(n_trials=12)
    assert importance.studied(few) == []
    assert "random_forest" in importance.too_few(few)


def test_of_many_trials_a_sample_is_used_and_said(run, monkeypatch):
    assert importance.too_many(run) == ""
    sizes, anova = [], importance._anova

    def counted(run, family, scores, n_trees):
        sizes.append(len(scores))
        return anova(run, family, scores, n_trees)

    monkeypatch.setattr(importance, "MOST_TRIALS", 20)
    monkeypatch.setattr(importance, "_anova", counted)
    many = dataclasses.replace(run)
    assert next(iter(importance.importances(many, "dense"))) == "learning_rate"
    low, high = importance.share_over_resamples(many, "dense", "learning_rate")
    assert 0 < low < high <= 1
    assert set(sizes) == {20}
    assert importance.draw(many).note == "Of 20 trials, drawn at random: dense."


def test_a_family_whose_scores_are_all_equal_has_no_importance(run):
    score = f"{run.metric}_mean"
    equal = dataclasses.replace(run, trials=run.trials.assign(**{score: 1.0}))
    assert importance.studied(equal) == []
    assert importance.draw(equal).note


def with_scores(run, made):
    """Replace the scores of a run by what a function makes of them."""
    score = f"{run.metric}_mean"
    return dataclasses.replace(
        run, trials=run.trials.assign(**{score: made(run.trials[score])})
    )


def all_but_the_best_tied(scores):
    return scores.where(scores.isna() | (scores == scores.max()), 0.5)


def test_draws_of_tied_trials_alone_are_left_out_of_the_range(run):
    tied = with_scores(run, all_but_the_best_tied)
    (family,) = importance.studied(tied)
    name = next(iter(importance.importances(tied, family)))
    low, high = importance.share_over_resamples(tied, family, name)
    assert 0 <= low <= high <= 1


def test_without_a_draw_that_varies_there_is_no_range(run, monkeypatch):
    tied = with_scores(run, all_but_the_best_tied)
    monkeypatch.setattr(importance, "FEWEST_FOR_A_VERDICT", 1)
    monkeypatch.setattr(importance, "_RESAMPLES", 0)
    said = importance.verdict_on_settings(tied)
    assert said.endswith("% of the variance of its scores).")


def test_scores_that_a_sample_of_trials_has_not_have_no_importance(run, monkeypatch):
    tied = with_scores(run, all_but_the_best_tied)
    monkeypatch.setattr(importance, "MOST_TRIALS", 2)
    assert importance.studied(tied) == []
    assert importance.draw(tied).note == importance.too_few(tied) != ""
    assert dependence.draw(tied).panels == []


def test_tiny_scores_have_the_importances_of_others(run):
    tiny = with_scores(run, lambda scores: 1e-9 * scores)
    shares = importance.importances(tiny, "dense")
    assert shares == pytest.approx(importance.importances(run, "dense"), abs=0.01)
    means = partial_dependence(tiny, "dense", "learning_rate")
    wanted = partial_dependence(run, "dense", "learning_rate")
    assert [value for value, _ in means] == [value for value, _ in wanted]
    scaled = [1e9 * mean for _, mean in means]
    assert scaled == pytest.approx([mean for _, mean in wanted], abs=0.01)


def test_scores_that_differ_by_rounding_have_no_importance(run):
    close = with_scores(run, lambda scores: 0.5 + 1e-15 * scores)
    assert importance.studied(close) == []


def test_the_dependence_finds_the_best_learning_rate(run):
    means = dict(partial_dependence(run, "dense", "learning_rate"))
    best = max(means, key=means.get)
    # The made-up score is highest at 1e-3.
    assert 3e-4 < best < 3e-3


def test_failures_fall_where_the_learning_rate_is_high(run):
    table = failures.failures_table(run)
    rates = table[table["panel"] == "dense: learning_rate"]
    failed = rates.loc[rates["failed"] == 1, "value"]
    highest = [float(text.split(" to ")[1]) for text in failed]
    assert min(highest) > HIGHEST_RATE
    n_failed = (run.trials["status"] != "ok").sum()
    assert (
        table.loc[table["failed"] == 1]
        .groupby("panel")["trials"]
        .sum()
        .eq(n_failed)
        .all()
    )
