"""What `gaussian_process` promises beyond the contract of all families."""

import numpy as np
import pytest

from helpers.families import (
    ALL_MISSING,
    TRAIN,
    VALID,
    examples_of,
    fit,
    predicted,
)
from toxtune.models.base import Examples
from toxtune.models.gaussian_process import kernel
from toxtune.tasks import TaskType


def test_kernel_of_bits_is_rdkits_tanimoto_similarity():
    from rdkit.DataStructs import TanimotoSimilarity
    from rdkit.DataStructs.cDataStructs import CreateFromBitString

    rows, columns = TRAIN.features[:5], VALID.features[:7]
    bits = [
        [CreateFromBitString("".join(map(str, row.astype(int)))) for row in features]
        for features in (rows, columns)
    ]
    expected = [[TanimotoSimilarity(one, two) for two in bits[1]] for one in bits[0]]
    np.testing.assert_allclose(kernel(rows, columns), expected, rtol=1e-12)


def test_kernel_of_any_numbers_is_a_covariance():
    features = np.random.default_rng(0).normal(size=(30, 8))
    features[0, 0] = np.nan
    features[1] = 0
    similarities = kernel(features, features)
    np.testing.assert_array_equal(similarities, similarities.T)
    np.testing.assert_allclose(np.diag(similarities), 1)
    assert similarities.min() >= 0
    assert np.linalg.eigvalsh(similarities).min() > -1e-12
    # Opposite values have nothing in common.
    assert kernel(features[2:3], -features[2:3]).item() == 0


def test_predictions_are_those_of_scikit_learn():
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import PairwiseKernel

    train = examples_of(TaskType.REGRESSION, 1)
    known = ~np.isnan(train.labels[:, 0])
    theirs = GaussianProcessRegressor(
        PairwiseKernel(
            metric=lambda one, two, gamma: kernel(one[None], two[None]).item()
        ),
        alpha=0.3,
        optimizer=None,
    )
    mean = train.labels[known, 0].mean(dtype=np.float64)
    theirs.fit(train.features[known], train.labels[known, 0] - mean)
    ours = predicted("gaussian_process", train=train, noise=0.3, max_molecules=2000)
    expected = theirs.predict(VALID.features) + mean
    np.testing.assert_allclose(ours[:, 0], expected, rtol=1e-5)


def test_molecule_like_no_other_gets_the_mean():
    features = np.hstack([TRAIN.features, np.zeros((20, 1))])
    train = Examples(features, TRAIN.labels)
    model = fit("gaussian_process", train=train, max_molecules=2000).model
    strange = np.zeros((1, 65), np.float32)
    strange[0, -1] = 1
    expected = np.nanmean(TRAIN.labels[:, 0])
    assert model.predict(strange)[0, 0] == pytest.approx(expected, rel=1e-6)


def test_seed_matters_only_where_molecules_are_left_out():
    def bytes_of(seed, **settings):
        return predicted("gaussian_process", seed, **settings).tobytes()

    assert bytes_of(0, max_molecules=20) == bytes_of(1, max_molecules=20)
    assert bytes_of(0, max_molecules=19) != bytes_of(1, max_molecules=19)


def test_equal_models_are_equal_files(tmp_path):
    for name in ("one", "two"):
        fit("gaussian_process").model.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("task_type", [TaskType.BINARY, TaskType.REGRESSION])
def test_task_without_a_label_among_the_molecules_drawn_gets_the_mean(task_type):
    train = examples_of(task_type, 1)
    labels = train.labels.copy()
    labels[:, 1] = np.nan
    rare = (1.0, 1.0, 0.0) if task_type == TaskType.BINARY else (5.0, 6.0, 10.0)
    labels[[4, 9, 15], 1] = rare
    rare_train = Examples(train.features, labels, task_type)
    answers = [
        predicted("gaussian_process", seed, train=rare_train, max_molecules=2)
        for seed in range(5)
    ]
    constants = {answer[0, 1] for answer in answers if np.ptp(answer[:, 1]) == 0}
    # Of one label that was drawn, it is that.
    assert np.float32(np.mean(rare)) in constants
    assert constants <= {np.float32(value) for value in (np.mean(rare), *rare)}
    # A task that nobody measured has no mean.
    assert not any(answer[:, ALL_MISSING].any() for answer in answers)
