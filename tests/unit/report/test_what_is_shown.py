"""What figures and tables show: ranges of axes, digits, groups, trials."""

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers.report_runs import made_run
from toxtune.report import drawn_trials
from toxtune.report.delivered import delivered
from toxtune.report.few_molecules import few_in_test
from toxtune.report.figures import cost, dependence, space
from toxtune.report.figures.score_range import range_of
from toxtune.report.figures.similarity_scores import groups_of, similarity_scores
from toxtune.report.figures.tasks import draw as draw_tasks
from toxtune.report.figures.trials import draw, trials_table
from toxtune.report.tables.tasks import tasks_table
from toxtune.report.tables.trials import all_trials
from toxtune.report.tables.trust import coverage_table, domain_table


@pytest.mark.parametrize(
    ("scores", "maximize", "worst", "beyond"),
    [
        ([0.82, 0.81, 0.80, 0.79, 0.5], True, 0.79, 1),
        ([0.6, 0.62, 0.63, 0.64, 90.0, np.inf], False, 0.64, 2),
        ([0.82, 0.81, 0.80, 0.78], True, 0.78, 0),
        # Half of them collapsed: that is what there is to see.
        ([0.82, 0.81, 0.5, 0.5], True, 0.5, 0),
        ([0.8, 0.8, 0.8, 0.5], True, 0.5, 0),
        ([0.8], True, 0.8, 0),
    ],
)
def test_a_collapsed_trial_stands_at_the_end_of_the_axis(
    scores, maximize, worst, beyond
):
    found = range_of(np.array(scores), maximize)
    assert found.worst == worst
    assert found.beyond == beyond
    assert found.best == (max if maximize else min)(scores)


def test_it_is_said_how_many_stand_there():
    run = made_run()
    column = f"{run.metric}_mean"
    last = run.trials[column].idxmin()
    collapsed = run.trials.copy()
    collapsed.loc[last, [column, *collapsed.filter(like="roc_auc_seed-")]] = 0.1
    run = dataclasses.replace(run, trials=collapsed)
    table = trials_table(run)
    assert table["mean"].min() == 0.1
    assert table["shown"].min() > 0.5
    assert "1 trial worse than" in draw(run).note


def test_errors_have_the_decimals_that_their_size_asks_for():
    run = made_run("regression", n_tasks=1)
    family = run.selection.overall
    scores = run.evaluation.families[family]["rmse"]
    mean = dataclasses.replace(scores.mean, test=1234.5678)
    metrics = {
        **run.evaluation.families[family],
        "rmse": dataclasses.replace(scores, mean=mean),
    }
    families = {**run.evaluation.families, family: metrics}
    evaluation = dataclasses.replace(run.evaluation, families=families)
    large = dataclasses.replace(run, evaluation=evaluation)
    assert large.written(1234.5678) == "1,235"
    assert run.written(0.7512) == "0.751"
    assert large.written(0.7512, "r2") == "0.751"


def test_delivered_are_averaged_seeds_or_what_such_a_model_scores():
    run = made_run()
    assert delivered(run).score == 0.76
    assert delivered(run).is_itself
    first = dataclasses.replace(
        run,
        settings=dataclasses.replace(
            run.settings, final={"refit": "none", "seeds": "first"}
        ),
    )
    assert delivered(first).score == run.selected_scores.test
    assert not delivered(first).is_itself


def test_tasks_with_few_molecules_of_a_class_are_counted():
    labels = np.array([[1, 1, 0, np.nan]] + [[0, 1, 0, 1]] * 9 + [[0, 0, 0, 2]])
    few = few_in_test(labels, ["one", "other", "none", "classes"])
    assert few == {"one": 1, "other": 1, "classes": 1}


def test_groups_by_similarity_have_every_molecule_once():
    similarities = np.random.default_rng(0).random(119)
    groups = groups_of(similarities)
    assert len(groups) == 4
    assert sorted(np.concatenate(groups)) == list(range(119))
    for lower, higher in pairwise(groups):
        assert similarities[lower].max() <= similarities[higher].min()
    assert groups_of(similarities[:20]) == []


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_scores_of_groups_are_those_of_their_molecules(task_type):
    run = made_run(task_type, n_tasks=1)
    table, tasks = similarity_scores(run)
    assert tasks == 1
    assert (table["low"] <= table["high"]).all()
    first = table[table["family"] == "dense"].iloc[0]
    group = groups_of(run.diagnostics.similarity["similarity"].to_numpy())[0]
    labels = run.test_set.labels[group, 0]
    predicted = run.test_predictions["dense"].mean(axis=0)[group]
    measured = ~np.isnan(labels)
    labels, predicted = labels[measured], predicted[measured]
    expected = {
        "binary": lambda: roc_auc_score(labels, predicted[:, 0]),
        "multiclass": lambda: (labels == predicted.argmax(axis=1)).mean(),
        "regression": lambda: np.sqrt(((labels - predicted[:, 0]) ** 2).mean()),
    }[task_type]()
    assert first["score"] == pytest.approx(expected)


def test_all_trials_are_listed_with_their_seeds_and_settings():
    run = made_run()
    listed = all_trials(run)
    assert len(listed["rows"]) == len(run.trials)
    assert {"seed-0", "seed-1", "status", "family"} <= set(listed["columns"])
    first = dict(zip(listed["columns"], listed["rows"][0], strict=True))
    assert first["trial"] == run.selection.selected.trial.id
    assert first["score"] == pytest.approx(run.selection.selected.mean, abs=1e-6)
    ranks = [row[listed["columns"].index("rank")] for row in listed["rows"]]
    assert ranks.count("") == (run.trials["status"] != "ok").sum()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([["no", "yes", "both"], ["no", "yes", "both"]], ["no", "yes", "both"]),
        ([["no", "yes", "both"], ["no", "yes"]], ["no", "yes", "2"]),
        ([["no", "yes", "both"], []], ["0", "1", "2"]),
        ([["no", "yes", "both"], ["no", "a bit", "a lot"]], ["no", "1", "2"]),
    ],
)
def test_classes_have_a_word_where_all_tasks_have_the_same(words, shown):
    run = made_run("multiclass")
    (first, second), others = words, run.tasks[1:]
    classes = {run.tasks[0]: first, **dict.fromkeys(others, second)}
    named = {task: names for task, names in classes.items() if names}
    run = dataclasses.replace(run, curation={**run.curation, "classes": named})
    rows = coverage_table(run).rows
    assert list(dict.fromkeys(row[1] for row in rows)) == shown


def test_of_very_many_trials_figures_draw_the_best_and_a_sample(monkeypatch):
    run = made_run(n_trials=60)
    assert drawn_trials.drawn_trials(run) == set(run.trials["trial"])
    assert drawn_trials.note_on_sample(run) == ""
    monkeypatch.setattr(drawn_trials, "MOST_DRAWN", 20)
    monkeypatch.setattr(drawn_trials, "BEST_DRAWN", 5)
    run = dataclasses.replace(run)
    drawn = drawn_trials.drawn_trials(run)
    assert {*run.ranked["trial"][:5], *run.winners.values()} <= drawn
    assert 20 <= len(drawn) <= 20 + len(run.winners)
    for figure in (draw(run), cost.draw(run), space.draw(run), dependence.draw(run)):
        assert "Of 60 trials the best 5 have marks, and 15 of the others" in figure.note
        assert set(figure.table["trial"].dropna()) <= drawn
        assert len(figure.table)
    # The table below the figures has all of them.
    assert len(all_trials(run)["rows"]) == 60


def covered(run, **changes):
    """The same run with one row of ``coverage.tsv``."""
    row = {"refit": "none", "task": "task 0", "class": "all", "confidence": 0.9}
    row |= {"molecules": 5, "covered": 5, "coverage": 1.0, "width": np.inf}
    row |= {"one": 5, "several": 0, "none": 0}
    table = pd.DataFrame([row | changes])
    diagnostics = dataclasses.replace(run.diagnostics, coverage=table)
    return dataclasses.replace(run, diagnostics=diagnostics)


def test_intervals_without_bounds_are_called_so():
    (row,) = coverage_table(covered(made_run("regression"))).rows
    assert row[-1] == "task 0: unbounded (too few validation molecules)"


def test_a_class_that_the_test_set_lacks_has_no_share():
    counts = {"molecules": 0, "covered": 0, "coverage": np.nan, "one": 0}
    absent = covered(made_run("multiclass"), **{"class": "2"}, **counts)
    (row,) = coverage_table(absent).rows
    assert row[2:] == ["none"] * 5


def test_each_error_is_written_with_its_own_digits():
    run = made_run("regression")
    for name in ("nearest neighbour", "default forest"):
        tasks = run.baselines.scores[name]["rmse"].tasks
        tasks["task 0"] = dataclasses.replace(tasks["task 0"], test=1234.5)
    table = tasks_table(run)
    row = dict(zip(table.header, table.rows[0], strict=True))
    assert row["nearest neighbour, test"] == "1,234"
    assert row["dense, test"] == "0.750"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.3, "0.300"), (0.0123, "0.012"), (0.0004, "0.00040"), (0.9996, "0.99960")],
)
def test_no_threshold_and_no_bound_is_rounded_to_0_or_1(number, shown):
    run = made_run()
    made = run.diagnostics
    decisions = made.probabilities.decisions.assign(threshold=number, task="task 0")
    probabilities = dataclasses.replace(made.probabilities, decisions=decisions)
    domain = made.domain.assign(bound=number)
    diagnostics = dataclasses.replace(made, probabilities=probabilities, domain=domain)
    run = dataclasses.replace(run, diagnostics=diagnostics)
    table = tasks_table(run)
    column = table.header.index(f"{run.selection.overall}, threshold")
    assert table.rows[0][column] == shown
    assert all(row[0].endswith(shown) for row in domain_table(run).rows)


@pytest.mark.parametrize("task_type", ["binary", "regression"])
def test_a_set_without_a_score_need_not_be_of_classes(task_type):
    run = made_run(task_type)
    for scores in run.evaluation.families.values():
        tasks = scores[run.metric].tasks
        tasks["task 0"] = dataclasses.replace(tasks["task 0"], test=None)
    for note in (tasks_table(run).note, draw_tasks(run).note):
        assert "no two different labels: " in note
        assert note.endswith("task 0.")
