import dataclasses

import pytest

from helpers.report_runs import HIGHEST_RATE, made_run
from toxtune.report.figures import failures, importance
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
