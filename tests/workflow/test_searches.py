"""Searches other than a grid on one split, run for real, on forests alone."""

import json
import time
from collections import Counter

import pytest

from project import kill_everything

DRAWN = """
search:
  strategy: {strategy}
  trials: {trials}
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters:
        n_estimators: 3
        min_samples_leaf: {{low: 1, high: 8, log: true}}
        max_features: {{low: 0.05, high: 0.5, log: true}}
"""
SPLITS = """
split: {seeds: [0, 1]}
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 3, min_samples_leaf: [1, 3, 5]}
"""


def trainings(project, overlay):
    return project.planned_rules(*overlay)["train_replicate"]


def test_longer_draws_keep_every_training(searched):
    short = searched.overlay(DRAWN.format(strategy="random", trials=3))
    searched.run(*short)
    assert trainings(searched, short) == 0
    for strategy, trials, new in (("random", 5, 2), ("random", 2, 0), ("sobol", 2, 2)):
        overlay = searched.overlay(DRAWN.format(strategy=strategy, trials=trials))
        assert trainings(searched, overlay) == 2 * new


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
    assert Counter(len(ledger.read_text().splitlines()) for ledger in ledgers) == {1: 2}
    assert "random_forest" in (results / "summary.md").read_text("utf-8")
    # A split that was run alone before is the same search: nothing is trained again.
    alone = searched.overlay(SPLITS.replace("[0, 1]", "[1]"))
    assert trainings(searched, alone) == 0


TPE = """
search:
  strategy: tpe
  rounds: {rounds}
  batch: 3
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
  strategy: halving
  trials: {trials}
  min_resource: 2
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


def test_another_round_keeps_every_training(searched):
    shorter = searched.overlay(TPE.format(rounds=2))
    searched.run(*shorter)
    assert searched.planned_rules(*shorter) == {}
    before = stored(searched)
    longer = searched.overlay(TPE.format(rounds=3))
    planned = searched.planned_rules(*longer)
    assert planned["propose_trials"] == 1
    assert planned["train_slot"] == 3 * 2
    assert planned["train_replicate"] == 0
    searched.run(*longer)
    assert stored(searched) <= before + 6
    assert searched.planned_rules(*longer) == {}


def test_more_candidates_keep_every_training(searched):
    fewer = searched.overlay(HALVING.format(trials=3))
    searched.run(*fewer)
    # 3 candidates with one seed, then the best with both.
    assert stored(searched) == 3 + 2
    more = searched.overlay(HALVING.format(trials=6))
    assert searched.planned_rules(*more)["train_replicate"] == 3
    searched.run(*more)
    # 3 new candidates; of the 2 that go on, one may be the one that did before.
    assert stored(searched) in {3 + 2 + 3 + 2, 3 + 2 + 3 + 4}
    assert searched.planned_rules(*more) == {}


HYPERBAND = HALVING.replace("strategy: halving", "strategy: hyperband")


@pytest.mark.parametrize(
    "search",
    [
        pytest.param(TPE.format(rounds=3), id="tpe"),
        pytest.param(HALVING.format(trials=6), id="halving"),
        pytest.param(HYPERBAND.format(trials=6), id="hyperband"),
    ],
)
def test_killed_search_on_one_core_gives_the_bytes_of_two(searched, tmp_path, search):
    overlay = searched.overlay(search)
    other = searched.copy(tmp_path / "other")
    searched.run(*overlay, cores=2)
    # A third of the way through the trainings, stages are going on.
    kill_when_trained(other, overlay, stored(searched) // 3)
    again = other.launch(*overlay, cores=1)
    output, _ = again.communicate(timeout=600)
    assert again.returncode == 0, output
    for name in ("trials.tsv", "scores.tsv", "selection.json", "test.json"):
        path = f"results/tiny/{name}"
        one, two = ((project.folder / path) for project in (searched, other))
        assert one.read_bytes() == two.read_bytes(), name
    assert other.planned_rules(*overlay) == {}


def kill_when_trained(project, overlay, count):
    """Start a search on one core, and kill it when `count` trainings are done."""
    first = project.launch(*overlay, cores=1)
    deadline = time.monotonic() + 300
    while stored(project) < count:
        assert first.poll() is None, first.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kill_everything(first)
    assert not (project.folder / "results/tiny/trials.tsv").exists()
