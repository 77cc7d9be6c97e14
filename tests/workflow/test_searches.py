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
