"""What the clusters' profiles group can be laid out, whatever is configured."""

import re
from collections import Counter

import pytest

FORESTS = """
training: {{seeds: [0, 1]}}
search:
  strategy: {{{strategy}}}
  spaces:
    - family: random_forest
      features: [ecfp, {features}]
      hyperparameters:
        n_estimators: 9
        min_samples_leaf: {{low: 1, high: 8, log: true}}
"""
CONFIGURATIONS = {
    "halving": FORESTS.format(
        strategy="name: halving, trials: 9, min_resource: 1",
        features="descriptors",
    )
    + "select: {rule: one_se}\n",
    "tpe": FORESTS.format(strategy="name: tpe, rounds: 3, batch: 8", features="maccs")
    + "split: {seeds: [0, 1]}\n",
    "nested": "validation: {scheme: nested, folds: 2, outer_folds: 2}\n",
    "refit": "final: {refit: train+valid}\n"
    "prospective: [{name: later, source: examples/own-data.csv}]\n",
}


def planned_groups(project, *arguments):
    """Name of the group of each submission that would be one."""
    plan = project.snakemake("-n", "--profile", "profiles/slurm", *arguments)
    return Counter(re.findall(r"Group job (\S+) \(", plan.stdout + plan.stderr))


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_group_waits_for_itself(project, name):
    assert planned_groups(project, *project.overlay(CONFIGURATIONS[name]))


def test_36_trainings_need_at_most_8_submissions(project):
    seeds = "training: {seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8]}\n"
    groups = planned_groups(project, *project.overlay(seeds))
    assert 0 < groups["trainings"] <= 8
