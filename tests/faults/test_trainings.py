"""A training that never ends: ended by its supervisor, and left out by the search."""

import pandas as pd
import pytest

pytestmark = pytest.mark.long

HANGING = """
training: {seeds: [0]}
search:
  spaces:
    - {family: dense, features: ecfp, hyperparameters: {epochs: [3, 1000000]}}
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
