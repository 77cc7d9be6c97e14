"""Searches other than a grid on one split, run for real, on forests alone."""

import json
from collections import Counter

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


def test_longer_draws_keep_every_training(project):
    short = project.overlay(DRAWN.format(strategy="random", trials=3))
    project.run(*short)
    assert trainings(project, short) == 0
    for strategy, trials, new in (("random", 5, 2), ("random", 2, 0), ("sobol", 2, 2)):
        overlay = project.overlay(DRAWN.format(strategy=strategy, trials=trials))
        assert trainings(project, overlay) == 2 * new


def test_each_split_is_a_search_of_its_own(project):
    overlay = project.overlay(SPLITS)
    planned = project.planned_rules(*overlay)
    assert planned["train_replicate"] == 2 * 3 * 2
    assert planned["select_best"] == planned["open_test"] == 2
    project.run(*overlay)
    results = project.folder / "results" / "tiny"
    tests = {}
    for split in ("split-0", "split-1"):
        report = json.loads((results / split / "test.json").read_text("utf-8"))
        tests[split] = report["families"]["random_forest"]["roc_auc"]["mean"]["test"]
    assert len(set(tests.values())) == 2
    ledgers = list((project.folder / "results" / "ledger").iterdir())
    assert Counter(len(ledger.read_text().splitlines()) for ledger in ledgers) == {1: 2}
    assert "random_forest" in (results / "summary.md").read_text("utf-8")
    # A split that was run alone before is the same search: nothing is trained again.
    alone = project.overlay(SPLITS.replace("[0, 1]", "[1]"))
    assert trainings(project, alone) == 0


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


def test_another_round_keeps_every_training(project):
    shorter = project.overlay(TPE.format(rounds=2))
    project.run(*shorter)
    assert project.planned_rules(*shorter) == {}
    before = stored(project)
    longer = project.overlay(TPE.format(rounds=3))
    planned = project.planned_rules(*longer)
    assert planned["propose_trials"] == 1
    assert planned["train_slot"] == 3 * 2
    assert planned["train_replicate"] == 0
    project.run(*longer)
    assert stored(project) <= before + 6
    assert project.planned_rules(*longer) == {}


def test_more_candidates_keep_every_training(project):
    fewer = project.overlay(HALVING.format(trials=3))
    project.run(*fewer)
    # 3 candidates with one seed, then the best with both.
    assert stored(project) == 3 + 2
    more = project.overlay(HALVING.format(trials=6))
    assert project.planned_rules(*more)["train_replicate"] == 3
    project.run(*more)
    # 3 new candidates; of the 2 that go on, one may be the one that did before.
    assert stored(project) in {3 + 2 + 3 + 2, 3 + 2 + 3 + 4}
    assert project.planned_rules(*more) == {}


def test_adaptive_search_gives_the_same_bytes_with_one_core(project, tmp_path):
    overlay = project.overlay(TPE.format(rounds=2))
    other = project.copy(tmp_path / "other")
    project.run(*overlay, cores=2)
    other.run(*overlay, cores=1)
    for name in ("trials.tsv", "selection.json", "test.json"):
        path = f"results/tiny/{name}"
        assert (project.folder / path).read_bytes() == (
            other.folder / path
        ).read_bytes(), name
