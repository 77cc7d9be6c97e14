"""Trainings that never end, or lead nowhere: the search goes on without them."""

import shutil

import pandas as pd
import pytest

pytestmark = pytest.mark.long

HANGING = """
search:
  seeds: [0]
  spaces:
    - {family: dense, features: ecfp, hyperparameters: {epochs: [3, 1000000]}}
"""
DIVERGING = """
search:
  seeds: [0]
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {epochs: 3, optimizer: sgd, learning_rate: [0.001, 1.0e+30]}
"""
# Half of a job's minute.
SHORT = "train_replicate:runtime=1"


@pytest.mark.promise(
    "a training that hangs", "ended, tried again, then left out with status `timed_out`"
)
def test_training_that_hangs(searched):
    searched.snakemake(
        "search", "--cores", "2", "--set-resources", SHORT, *searched.overlay(HANGING)
    )
    table = pd.read_csv(searched.folder / "results/tiny/trials.tsv", sep="\t")
    assert sorted(table["status"]) == ["ok", "timed_out"]
    assert len(list((searched.folder / "results/store").glob("*/*/result.json"))) == 1


@pytest.mark.promise(
    "a training that diverges", "a result with status `diverged`; not done again"
)
def test_training_that_diverges(searched):
    arguments = searched.overlay(DIVERGING)
    searched.run("search", *arguments)
    table = pd.read_csv(searched.folder / "results/tiny/trials.tsv", sep="\t")
    assert sorted(table["status"]) == ["diverged", "ok"]
    assert not searched.planned_rules("search", *arguments)
    shutil.rmtree(searched.folder / "results/trials")
    before = set((searched.folder / "results/store").glob("*/*"))
    searched.run("search", *arguments)
    assert set((searched.folder / "results/store").glob("*/*")) == before
