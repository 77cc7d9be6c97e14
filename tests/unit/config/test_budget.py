"""A budget of computing time: which trials fit, and that a rerun trains the same."""

from pathlib import Path

import pytest

from toxtune.config.budget import (
    Cost,
    SpaceTrials,
    budget_path,
    decide,
    read_budget,
)
from toxtune.config.build_plan import load_plans, searched_trials
from toxtune.config.check import load_config
from toxtune.config.job_settings import told
from toxtune.errors import UserError
from toxtune.io.files import write_json

ROOT = Path(__file__).parents[3]
OVERLAY = """
run: budgeted
dataset: {source: demo}
training: {seeds: [0, 1]}
search:
  strategy: STRATEGY
  budget: BUDGET
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: {low: 5, high: 60, step: 5}}
    - family: logistic_regression
      features: ecfp
      hyperparameters: {C: [0.1, 0.3, 1.0, 3.0, 10.0]}
"""
RANDOM = "{name: random, trials: 12, seed: 0}"
STRATEGIES = ["{name: grid}", RANDOM, RANDOM.replace("random", "sobol")]


def space(number=0, trials=10, trainings=1):
    ids = [f"{number}-{trial}" for trial in range(trials)]
    return SpaceTrials(f"space-{number}", "dense", ids, trainings)


def counts(core_minutes, spaces, seconds):
    costs = [Cost(each, 1) for each in seconds]
    return [cut.trials for cut in decide(core_minutes, spaces, costs).spaces]


def test_spaces_get_the_same_time():
    spaces = [space(0, 100), space(1, 100), space(2, 100, trainings=3)]
    # 60 minutes each: trials of 1, 2 and 3 x 2 minutes.
    assert counts(180, spaces, [60, 120, 120]) == [60, 30, 10]


def test_it_ends_with_the_trial_that_does_not_fit():
    spaces = [space(0), space(1)]
    assert counts(2, spaces, [60, 60]) == [1, 1]
    assert counts(2.9, spaces, [60, 60]) == [1, 1]
    assert counts(3, spaces, [60, 60]) == [2, 1]
    # The first has had less time, and its next trial does not fit.
    assert counts(4.5, spaces, [60, 180]) == [1, 1]


def test_a_space_that_is_finished_leaves_its_time_to_the_others():
    assert counts(100, [space(0, 3), space(1, 50)], [60, 60]) == [3, 50]
    assert counts(20, [space(0, 3), space(1, 50)], [60, 60]) == [3, 17]


def test_what_costs_nothing_is_all_trained():
    assert counts(0.5, [space(0), space(1)], [0, 0]) == [10, 10]


@pytest.mark.parametrize("seconds", [[1, 7, 40], [10, 10, 10], [90, 1, 13.7]])
def test_a_larger_budget_trains_no_less_of_any_space(seconds):
    spaces = [space(0, 40, 3), space(1, 7), space(2, 25, 2)]
    least = 3 * seconds[0] + seconds[1] + 2 * seconds[2]
    before = [0, 0, 0]
    for minutes in range(1 + int(least // 60), 120):
        now = counts(minutes, spaces, seconds)
        assert all(new >= old for new, old in zip(now, before, strict=True))
        spent = now[0] * 3 * seconds[0] + now[1] * seconds[1] + now[2] * 2 * seconds[2]
        assert spent <= 60 * minutes
        before = now
    assert before != counts(1 + least // 60, spaces, seconds)


def test_one_trial_of_each_space_must_fit():
    with pytest.raises(UserError, match=r"takes about 4\.0 .* got 3\.9"):
        decide(3.9, [space(0), space(1, trainings=3)], [Cost(60, 1), Cost(60, 1)])


def test_it_says_what_is_left_out():
    costs = [Cost(30, 1), Cost(30, 2)]
    text = decide(10, [space(0, 3), space(1, 40)], costs).describe()
    assert text.splitlines() == [
        "Budget: 10.0 of 10 core-minutes",
        "  space-0 (dense): 3 of 3 trials, 1 trainings of 30.0 s each, "
        "1.5 core-minutes",
        "  space-1 (dense): 17 of 40 trials, 1 trainings of 30.0 s each, "
        "8.5 core-minutes; the last 23 are left out",
    ]


def test_a_report_says_what_is_left_out(config):
    limited = config(8)
    decided(limited)
    (plan,) = load_plans(limited)
    said = told("write_report", plan)["budget"]
    assert said.startswith("The budget, 8 core-minutes, left trials out")
    for space in plan.budget.spaces:
        left_out = space.out_of - space.trials
        assert (f"{left_out} of {space.out_of} of {space.family}" in said) == (
            left_out > 0
        )
    everything = config(1000)
    decided(everything)
    assert told("write_report", load_plans(everything)[0])["budget"] == ""
    assert "budget" not in told("write_report", load_plans(config(None))[0])


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Return a function that reads a configuration, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def read(core_minutes=None, strategy=RANDOM):
        budget = "null" if core_minutes is None else f"{{core_minutes: {core_minutes}}}"
        text = OVERLAY.replace("BUDGET", budget).replace("STRATEGY", strategy)
        (tmp_path / "overlay.yaml").write_text(text, encoding="utf-8")
        return load_config([ROOT / "config.yaml", tmp_path / "overlay.yaml"])

    return read


def decided(config, seconds=(60, 30)):
    """Write down what fits."""
    minutes = config["search"]["budget"]["core_minutes"]
    costs = [Cost(each, 1) for each in seconds]
    budget = decide(minutes, searched_trials(config), costs)
    write_json(budget_path(config["run"]), budget.to_dict())
    return [cut.trials for cut in budget.spaces]


def trials(config):
    (plan,) = load_plans(config)
    return set(plan.trials), set(plan.replicates)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_more_time_keeps_what_less_trained(config, strategy):
    everything = trials(config(None, strategy))
    before: tuple[set, set] = (set(), set())
    sizes = []
    for minutes in (3, 8, 11, 1000):
        now = config(minutes, strategy)
        count = sum(decided(now))
        found = trials(now)
        assert [len(part) for part in found] == [count, 2 * count]
        assert all(old <= new for old, new in zip(before, found, strict=True))
        before = found
        sizes.append(count)
    assert sizes == sorted(set(sizes))
    assert before == everything


def test_the_trials_that_fit_are_the_first_ones(config):
    fitting = config(8)
    (first, second) = decided(fitting)
    cut = RANDOM.replace("12", str(first))
    of_forests = {
        trial.hyperparameters["n_estimators"]
        for trial in load_plans(fitting)[0].trials.values()
        if trial.family == "random_forest"
    }
    drawn = {
        trial.hyperparameters["n_estimators"]
        for trial in load_plans(config(None, cut))[0].trials.values()
        if trial.family == "random_forest"
    }
    assert 1 < len(drawn) <= first
    assert drawn <= of_forests
    assert len(of_forests) == first


def test_nothing_is_searched_before_it_is_decided(config):
    with pytest.raises(UserError, match=r"budget.json does not say .* `make run`"):
        load_plans(config(8))
    # What is measured is the first trial of each space.
    (plan,) = load_plans(config(0))
    assert len(plan.trials) == 2
    assert set(plan.trials) <= set(load_plans(config(None))[0].trials)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("training:", "split: {seeds: [7]}\ntraining:"),
        ("seeds: [0, 1]", "seeds: [0, 1, 2]"),
        ("training:", "validation: {scheme: cross_validation}\ntraining:"),
        ("training:", "features: {ecfp: {size: 512}}\ntraining:"),
        ("core_minutes: 8", "core_minutes: 9"),
        ("trials: 12", "trials: 13"),
        ("low: 5", "low: 10"),
    ],
)
def test_what_was_decided_for_another_search_does_not_count(config, before, after):
    decided(config(8))
    assert load_plans(config(8))
    text = Path("overlay.yaml").read_text("utf-8")
    assert before in text
    Path("overlay.yaml").write_text(text.replace(before, after), encoding="utf-8")
    changed = load_config([ROOT / "config.yaml", Path("overlay.yaml")])
    with pytest.raises(UserError, match="does not say"):
        load_plans(changed)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"core_minutes": 8, "spaces": [{}]}', '{"core_minutes": 8}'],
)
def test_a_damaged_file_decides_nothing(config, text):
    path = budget_path("budgeted")
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert read_budget(path) is None
    with pytest.raises(UserError, match="does not say"):
        load_plans(config(8))


def test_a_file_with_more_trials_than_there_are_decides_nothing(config):
    decided(config(8))
    path = budget_path("budgeted")
    text = path.read_text("utf-8").replace('"trials": ', '"trials": 99')
    path.write_text(text, encoding="utf-8")
    assert read_budget(path) is None


@pytest.mark.parametrize("name", ["tpe", "halving", "hyperband"])
def test_strategies_that_ask_scores_have_none(config, name):
    with pytest.raises(UserError, match=rf"search\.budget: .* {name} has settings"):
        config(8, f"{{name: {name}}}")


@pytest.mark.parametrize(
    ("budget", "fault"),
    [
        ("{minutes: 30}", "search.budget: unknown key 'minutes'"),
        ("{core_minutes: -1}", "search.budget.core_minutes: must be ≥ 0"),
        ("30", "search.budget: must be a mapping"),
        ("{}", "core_minutes"),
    ],
)
def test_other_budgets_are_refused_by_their_key(tmp_path, budget, fault):
    text = OVERLAY.replace("STRATEGY", RANDOM).replace("BUDGET", budget)
    (tmp_path / "overlay.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_config([ROOT / "config.yaml", tmp_path / "overlay.yaml"])
    assert fault in str(caught.value)
