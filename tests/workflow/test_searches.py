"""Searches other than a grid on one split, run for real, on forests alone."""

import json
import time

import pytest

from helpers.patience import RUN
from helpers.project import kill_everything

DRAWN = """
search:
  strategy: {{name: {strategy}, trials: {trials}}}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters:
        n_estimators: 3
        min_samples_leaf: {{low: 1, high: 8, log: true}}
        max_features: {{low: 0.05, high: 0.5, log: true}}
"""
BUDGET = """
run: budgeted
search:
  strategy: {{name: random, trials: 5}}
  budget: {{core_minutes: {minutes}}}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {{n_estimators: 4, max_features: {{low: 0.05, high: 0.5}}}}
"""
SPLITS = """
split: {seeds: [0, 1]}
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 3, min_samples_leaf: [1, 3, 5]}
"""


def test_each_split_is_a_search_of_its_own(searched):
    overlay = searched.overlay(SPLITS)
    planned = searched.planned_rules(*overlay)
    assert planned["train_replicate"] == 2 * 3 * 2
    assert planned["select_best"] == planned["open_test"] == 2
    searched.run(*overlay)
    results = searched.folder / "results" / "tiny"
    tests = {}
    for split in ("split-0", "split-1"):
        report = json.loads((results / split / "test.json").read_text("utf-8"))
        tests[split] = report["families"]["random_forest"]["roc_auc"]["mean"]["test"]
    assert len(set(tests.values())) == 2
    ledgers = list((searched.folder / "results" / "ledger").iterdir())
    # Of one file, in one ledger; both looks are planned, and are one in each summary.
    (ledger,) = ledgers
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert len({line["split"] for line in lines}) == len(lines) == 2
    assert set(lines[0]["molecules"]) & set(lines[1]["molecules"])
    for split in ("split-0", "split-1"):
        summary = (results / split / "summary.md").read_text("utf-8")
        assert "has been opened **once**" in summary
    assert "random_forest" in (results / "summary.md").read_text("utf-8")
    # A split that was run alone before is the same search: nothing is trained again.
    alone = searched.overlay(SPLITS.replace("[0, 1]", "[1]"))
    assert searched.planned_rules(*alone)["train_replicate"] == 0


TPE = """
search:
  strategy: {{name: tpe, rounds: {rounds}, batch: 3}}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters:
        n_estimators: 3
        min_samples_leaf: {{low: 1, high: 64, log: true}}
        max_features: {{low: 0.05, high: 0.5, log: true}}
"""
HALVING = """
search:
  strategy: {{name: halving, trials: {trials}, min_resource: 2}}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters:
        n_estimators: 6
        min_samples_leaf: {{low: 1, high: 64, log: true}}
        max_features: {{low: 0.05, high: 0.5, log: true}}
"""


def stored(project):
    """Count the finished trainings in the store."""
    return len(list((project.folder / "results/store").glob("*/*/result.json")))


HYPERBAND = HALVING.replace("halving, trials: {trials}", "hyperband")
THREE_SEEDS = "training: {seeds: [0, 1, 2]}\n"
# Edit: search before, search after, jobs that train then, trainings that are new.
GROWTH = {
    "random, more trials": (
        DRAWN.format(strategy="random", trials=3),
        DRAWN.format(strategy="random", trials=5),
        {"train_replicate": 4},
        {4},
    ),
    "random, fewer trials": (
        DRAWN.format(strategy="random", trials=3),
        DRAWN.format(strategy="random", trials=2),
        {},
        {0},
    ),
    "sobol, more trials": (
        DRAWN.format(strategy="sobol", trials=2),
        DRAWN.format(strategy="sobol", trials=4),
        {"train_replicate": 4},
        {4},
    ),
    "sobol, another seed": (
        DRAWN.format(strategy="sobol", trials=2),
        DRAWN.format(strategy="sobol", trials=2) + THREE_SEEDS,
        {"train_replicate": 2},
        {2},
    ),
    # Optuna may propose a trial that was there before.
    "tpe, another round": (
        TPE.format(rounds=2),
        TPE.format(rounds=3),
        {"propose_trials": 1, "train_slot": 6},
        {0, 2, 4, 6},
    ),
    # 3 new candidates; of the 2 that go on, one may be the one that did before: its
    # slot may be another, but the store has its trainings.
    "halving, more candidates": (
        HALVING.format(trials=3),
        HALVING.format(trials=6),
        {"train_replicate": 3, "propose_trials": 1, "train_slot": 4},
        {3 + 2, 3 + 4},
    ),
    # The last rung has all seeds, the lower ones the first.
    "halving, another seed": (
        HALVING.format(trials=3),
        HALVING.format(trials=3) + THREE_SEEDS,
        {"train_slot": 1},
        {1},
    ),
    # The bracket that starts with all trees, of 2 candidates, and the last rung of the
    # other one.
    "hyperband, another seed": (
        HYPERBAND.format(),
        HYPERBAND.format() + THREE_SEEDS,
        {"train_replicate": 2, "train_slot": 1},
        {3},
    ),
}


# Those whose code another one goes through as well wait for `make faults`.
LATER = {
    "random, fewer trials",
    "sobol, more trials",
    "sobol, another seed",
    "halving, another seed",
}


@pytest.mark.parametrize(
    ("before", "after", "jobs", "trainings"),
    [
        pytest.param(*edit, id=name, marks=[pytest.mark.long] if name in LATER else [])
        for name, edit in GROWTH.items()
    ],
)
def test_growing_a_search_keeps_every_training(
    searched, before, after, jobs, trainings
):
    searched.run("search", *searched.overlay(before))
    assert searched.planned_rules("search", *searched.overlay(before)) == {}
    done = stored(searched)
    overlay = searched.overlay(after)
    planned = searched.planned_rules("search", *overlay)
    rules = ("propose_trials", "train_replicate", "train_slot")
    assert {rule: planned[rule] for rule in rules if planned[rule]} == jobs
    searched.run("search", *overlay)
    assert stored(searched) - done in trainings


@pytest.mark.parametrize(
    "search",
    [
        # Hyperband is several halvings.
        pytest.param(TPE.format(rounds=3), id="tpe", marks=pytest.mark.long),
        pytest.param(HALVING.format(trials=6), id="halving", marks=pytest.mark.long),
        pytest.param(HYPERBAND.format(trials=6), id="hyperband"),
    ],
)
@pytest.mark.usefixtures("without_rules")
def test_killed_search_on_one_core_gives_the_bytes_of_two(searched, tmp_path, search):
    overlay = searched.overlay(search)
    other = searched.copy(tmp_path / "other")
    scores = "results/tiny/test.json"
    searched.run(scores, *overlay, cores=2)
    # A third of the way through the trainings, stages are going on.
    kill_when_trained(other, overlay, stored(searched) // 3)
    targets = [scores, "results/tiny/final.zip"]
    again = other.launch(*targets, *overlay, cores=1)
    output, _ = again.communicate(timeout=RUN)
    assert again.returncode == 0, output
    tables = [f"results/tiny/{name}" for name in ("trials.tsv", "scores.tsv")]
    for path in [*tables, "results/tiny/selection.json", scores]:
        one, two = ((project.folder / path) for project in (searched, other))
        assert one.read_bytes() == two.read_bytes(), path
    assert other.planned_rules(*targets, *overlay) == {}
    assert other.faults(*overlay[1:]) == []


def kill_when_trained(project, overlay, count):
    """Start a search on one core, and kill it when `count` trainings are done."""
    first = project.launch(*overlay, cores=1, is_killed=True)
    deadline = time.monotonic() + RUN
    while stored(project) < count:
        assert first.poll() is None, first.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kill_everything(first)
    assert not (project.folder / "results/tiny/trials.tsv").exists()


def trained_of(project, process):
    """Wait for a launch; return the trainings that the project has."""
    output, _ = process.communicate(timeout=RUN)
    assert process.returncode == 0, output
    results = project.folder.glob("results/trials/random_forest/*/seed-*/cost.json")
    return {path.parent: json.loads(path.read_text("utf-8")) for path in results}


def test_a_budget_is_decided_once_and_grows(project):
    def search(minutes):
        overlay = project.overlay(BUDGET.format(minutes=minutes))
        return trained_of(project, project.launch("search", *overlay))

    measured = search(0)
    assert len(measured) == 2
    # One trial with two seeds; twice and a half of that is enough for two trials.
    minutes = sum(cost["seconds"] for cost in measured.values()) / 60
    budgeted = search(2.5 * minutes)
    assert set(measured) < set(budgeted)
    assert len(budgeted) == 4
    decided = project.folder / "results/budgeted/budget.json"
    content = decided.read_text("utf-8")
    assert json.loads(content)["spaces"][0]["trials"] == 2
    assert set(search(2.5 * minutes)) == set(budgeted)
    assert decided.read_text("utf-8") == content
    # Snakemake alone reads the same file, and finds everything done.
    overlay = project.overlay(BUDGET.format(minutes=2.5 * minutes))
    assert not +project.planned_rules("search", *overlay)
    larger = search(3.5 * minutes)
    assert set(budgeted) < set(larger)
    assert len(larger) == 6
    summary = json.loads(decided.read_text("utf-8"))
    assert (
        summary["spaces"][0]["seconds"] == json.loads(content)["spaces"][0]["seconds"]
    )
