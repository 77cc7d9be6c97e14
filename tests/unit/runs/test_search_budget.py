"""Deciding a budget: measured once, written down, and never measured again."""

import json
from pathlib import Path

import pytest

from toxtune.commands import run
from toxtune.commands.cli import run_command
from toxtune.commands.launch import Launch, read_launch
from toxtune.config.budget import Cost, budget_path, decide
from toxtune.config.build_plan import load_plans, searched_trials
from toxtune.config.check import load_config
from toxtune.config.layers import Layer
from toxtune.config.overlay import read_overlay, read_yaml
from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.runs.lock import RunLock, lock_is_held
from toxtune.runs.search_budget import (
    MEASURING,
    load_begun_plans,
    look_up,
    settle_budget,
)

ROOT = Path(__file__).parents[3]
OVERLAY = """
run: budgeted
dataset: {source: demo}
training: {seeds: [4, 5]}
search:
  strategy: {name: random, trials: 9, seed: 0}
  budget: {core_minutes: MINUTES}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: {low: 5, high: 90}}
    - family: logistic_regression
      features: ecfp
      hyperparameters: {C: {low: 0.1, high: 10, log: true}}
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Return a function that reads a configuration, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def read(minutes=10, text=OVERLAY):
        text = text.replace("MINUTES", str(minutes))
        (tmp_path / "overlay.yaml").write_text(text, encoding="utf-8")
        return load_config([ROOT / "config.yaml", tmp_path / "overlay.yaml"])

    return read


def trained(result, seconds, status="ok"):
    """Write what a training leaves, as far as its cost is concerned."""
    write_json(Path(result), {"trial": {}, "status": status})
    write_json(Path(result).with_name("cost.json"), {"seconds": seconds})


class Measuring:
    """Stands in for snakemake: trainings of forests take 60 s, of others 15 s."""

    def __init__(self, status=0, ending="ok"):
        self.calls, self.status, self.ending = [], status, ending

    def __call__(self, targets):
        self.calls.append(targets)
        if not self.status:
            for target in targets:
                trained(target, 60 if "forest" in target else 15, self.ending)
        return self.status


def test_each_space_is_measured_by_one_training_that_the_search_has_anyway(config):
    measure = Measuring()
    decision = settle_budget(config(), measure)
    (targets,) = measure.calls
    assert len(targets) == 2
    (plan,) = load_plans(config())
    searched = {f"{plan.trials[id].folder}/{name}" for id, name in plan.replicates}
    assert {target.removesuffix("/result.json") for target in targets} <= searched
    assert all("/seed-4/" in target for target in targets)
    # Two seeds: 2 minutes and half a minute a trial.
    assert [space.seconds for space in decision.budget.spaces] == [60, 15]
    assert decision.is_new
    assert len(plan.trials) == sum(space.trials for space in decision.budget.spaces)


def test_a_rerun_measures_nothing_and_is_the_same(config):
    settle_budget(config(), Measuring())
    before = budget_path("budgeted").read_bytes()
    found = load_plans(config())
    # The machine has become slower, and more is known of the costs.
    for plan in found:
        for id, name in plan.replicates:
            trained(f"{plan.trials[id].folder}/{name}/result.json", 500)
    again = settle_budget(config(), None)
    assert not again.is_new
    assert budget_path("budgeted").read_bytes() == before
    assert [plan.trials for plan in load_plans(config())] == [
        plan.trials for plan in found
    ]


def test_another_budget_is_decided_by_the_same_costs(config):
    small = settle_budget(config(6), Measuring()).budget
    kept = load_plans(config(6))[0].replicates
    for id, name in kept:
        trial = load_plans(config(6))[0].trials[id]
        trained(f"{trial.folder}/{name}/result.json", 500)
    large = settle_budget(config(12), None).budget
    assert [each.seconds for each in large.spaces] == [
        each.seconds for each in small.spaces
    ]
    assert set(kept) < set(load_plans(config(12))[0].replicates)


SHARED = """
run: budgeted
dataset: {source: demo}
training: {seeds: [4]}
search:
  strategy: {name: grid}
  budget: {core_minutes: MINUTES}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 50, min_samples_leaf: [1, 2, 3, 4, 5, 6, 7, 8]}
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 50, max_depth: [null, 9, 8, 7, 6, 5]}
"""


@pytest.mark.parametrize("is_edited", [False, True])
def test_spaces_that_share_their_first_trial_keep_their_own_costs(config, is_edited):
    spaces = searched_trials(config(text=SHARED))
    assert spaces[0].trials[0] == spaces[1].trials[0]
    earlier = decide(10, spaces, [Cost(30, 8), Cost(120, 6)])
    path = budget_path("budgeted")
    path.parent.mkdir(parents=True)
    write_json(path, earlier.to_dict())
    # With other trials, and still the same first one.
    edited = SHARED.replace(", 5]", ", 4]").replace(", 8]", ", 9]")
    later = look_up(config(11, edited if is_edited else SHARED)).budget
    assert [each.seconds for each in later.spaces] == [30, 120]
    assert all(
        before.trials <= after.trials
        for before, after in zip(earlier.spaces, later.spaces, strict=True)
    )


@pytest.mark.parametrize("minutes", [6, 12])
def test_an_active_run_keeps_its_budget_and_its_trials(config, minutes):
    settle_budget(config(9), Measuring())
    before = budget_path("budgeted").read_bytes()
    active = RunLock.take()
    with pytest.raises(UserError, match="another run is already active"):
        settle_budget(config(minutes), None)
    assert budget_path("budgeted").read_bytes() == before
    assert load_plans(config(9))[0].trials
    # Its own command, given again, is told so by the run's lock.
    assert not settle_budget(config(9), None).is_new
    active.forget()
    active.release()
    assert settle_budget(config(minutes), None).is_new
    assert not lock_is_held()


def test_what_earlier_trainings_cost_need_not_be_measured(config):
    (plan,) = load_plans(config(0))
    forest = next(each for each in plan.trials.values() if "forest" in each.family)
    trained(f"{forest.folder}/seed-4/result.json", 40)
    trained(f"{forest.folder}/seed-5/result.json", 20)
    # Of another folder's kind, or without a result or a cost: no cost.
    trained(f"{forest.folder}/seed-6/result.json", 999, "failed")
    trained(f"{forest.folder}/seed-7/result.json", None)
    measure = Measuring()
    decision = settle_budget(config(), measure)
    ((target,),) = measure.calls
    assert "logistic_regression" in target
    assert [(each.seconds, each.measured) for each in decision.budget.spaces] == [
        (30, 2),
        (15, 1),
    ]


def test_looking_writes_nothing(config):
    decision = look_up(config())
    assert decision.budget is None
    assert len(decision.unmeasured) == 2
    for target in decision.unmeasured:
        trained(target, 1)
    assert look_up(config()).is_new
    assert not budget_path("budgeted").exists()


def test_without_costs_nothing_is_decided(config):
    assert settle_budget(config(), Measuring(status=1)).budget is None
    assert not budget_path("budgeted").exists()
    with pytest.raises(UserError, match=r"gave no cost: results/trials/.*seed-4"):
        settle_budget(config(), Measuring(ending="failed"))


def test_a_budget_that_is_too_small_is_refused_with_what_it_takes(config):
    with pytest.raises(UserError, match=r"takes about 2\.5 .* got 2\b"):
        settle_budget(config(2), Measuring())
    assert not budget_path("budgeted").exists()
    # The measured trainings count for the next budget.
    assert json.dumps(settle_budget(config(3), None).budget.to_dict())


def test_the_measuring_run_has_the_options_of_the_other_and_none_of_its_targets(
    tmp_path,
):
    launch = Launch(
        arguments=["search", "--cores", "2", "--configfile", "a.yaml"],
        layers=[],
        keeps_going=False,
        where=["--cores", "2"],
        configfiles=["a.yaml"],
        settings=["run=x", "search={strategy: {name: random}, budget: 3}"],
    )
    path, values = tmp_path / "m.json", {"search": MEASURING}
    *others, settings = launch.with_overlay(values, path, ["t1", "t2"])
    assert others == (
        ["t1", "t2", "--cores", "2", "--configfile", "a.yaml", str(path)]
        + ["--config", "run=x"]
    )
    assert read_overlay(path) == values
    # Snakemake lays it over the file.
    search = read_yaml(settings.removeprefix("search="), "")
    assert search == {"strategy": {"name": "random"}, **MEASURING}


def test_what_jobs_may_take_counts_where_a_budget_is_measured(monkeypatch):
    seen = []

    def look(*given):
        seen.append(read_launch(*given))
        raise InterruptedError

    monkeypatch.setattr(run, "read_launch", look)
    monkeypatch.chdir(ROOT)
    resources = ["--set-resources", "train_replicate:mem_mb=9", "b:mem_mb=1"]
    with pytest.raises(InterruptedError):
        run_command(["run", *resources, "--cores", "2", "search"])
    (launch,) = seen
    assert launch.where == ["--cores", "2", *resources]
    assert launch.arguments == [*resources, "--cores", "2", "search"]


@pytest.mark.parametrize("status", ["out_of_memory", "failed"])
def test_a_measured_training_without_a_result_can_be_tried_again(config, status):
    measure = Measuring(ending=status)
    with pytest.raises(UserError, match="gave no cost: .* `make retry`, then `make"):
        settle_budget(config(), measure)
    (plan,) = load_begun_plans(config())
    (targets,) = measure.calls
    assert set(targets) <= {f"{folder}/result.json" for folder in plan.results}
    settle_budget(config(), Measuring())
    assert load_begun_plans(config())[0].trials == load_plans(config())[0].trials


OFF = {"search": {"budget": None}}


@pytest.mark.parametrize(
    ("layers", "has_budget"),
    [
        # What config.yaml has is back.
        ([{}, {"search": {"budget": {"core_minutes": 3}}}, {"search": None}], False),
        ([{}], False),
        ([{"search": None}], False),
        ([{"search": {"budget": {"core_minutes": 3}}}], True),
        ([{"search": {"budget": {"core_minutes": 3}}}, {"search": {}}], True),
        ([{"search": {"budget": {"core_minutes": 0}}}], False),
        ([{"search": {"budget": {}}}], False),
        ([{"search": {"budget": "wrong"}}], True),
        ([{"search": {"budget": {"core_minutes": 3}}}, OFF], False),
    ],
)
def test_only_a_search_with_a_budget_waits_for_it(layers, has_budget):
    launch = Launch([], [Layer(values) for values in layers], False, False)
    assert launch.has_budget is has_budget
