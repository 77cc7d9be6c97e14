"""Stored predictions: read when they are used, however many there are."""

import os
import resource

import numpy as np
import pytest

from helpers.small_training import TRIAL, write_replicate
from toxtune.errors import UserError
from toxtune.search.trials import replicate_name
from toxtune.selection.predictions import open_predictions
from toxtune.splits.training_set import WHOLE

SEEDS = list(range(40))


@pytest.fixture
def folders(tmp_path):
    """Write a replicate for each seed, which predicts the seed."""
    named = {replicate_name(seed, WHOLE): str(tmp_path / f"{seed}") for seed in SEEDS}
    for seed, folder in zip(SEEDS, named.values(), strict=True):
        predictions = np.full((3, 2), seed, dtype=np.float32)
        write_replicate(tmp_path / folder, TRIAL, seed, predictions)
    return named


@pytest.fixture
def few_files():
    """Have this process open a few more files at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    n_open = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (n_open + 10, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_than_a_process_may_have_open(folders, few_files):
    (by_seed,) = open_predictions(folders, SEEDS, [WHOLE])
    used = list(by_seed)
    assert [predictions[2, 1] for predictions in used] == SEEDS
    assert np.stack(by_seed).shape == (len(SEEDS), 3, 2)


def test_a_file_that_is_not_what_was_written_is_refused_when_opened(folders):
    (path, *_) = folders.values()
    with open(f"{path}/valid_predictions.npy", "ab") as stream:
        stream.write(b"more")
    with pytest.raises(UserError, match="valid_predictions.npy"):
        open_predictions(folders, SEEDS, [WHOLE])
