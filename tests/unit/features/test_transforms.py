"""Scaling: fitted on the training set, and never on what a model is judged by."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

import fit_transform as fit_script
import transform_subset as apply_script
from toxtune.features.arrays import Features, read_features, save_features
from toxtune.features.transforms import (
    MAX_QUANTILES,
    fit_transform,
    read_transform,
    save_transform,
)

SUBSETS = ("train", "valid", "test")
NAMES = ["lognormal", "few values", "constant", "never measured", "often missing"]


def draw(n_molecules, seed):
    rng = np.random.default_rng(seed)
    values = np.column_stack(
        [
            rng.lognormal(10, 5, n_molecules),
            rng.poisson(0.3, n_molecules),
            np.full(n_molecules, 7.25),
            np.full(n_molecules, np.nan),
            np.where(rng.random(n_molecules) < 0.4, np.nan, rng.random(n_molecules)),
        ]
    )
    return Features(values.astype(np.float32), NAMES)


@pytest.fixture
def scaled(tmp_path):
    """Return a function that runs the two rules on subsets; it returns their files."""

    def scale(subsets):
        for subset, features in subsets.items():
            save_features(tmp_path / f"{subset}.npz", features)
        transform = tmp_path / "transform.npz"
        fit_script.main(train=tmp_path / "train.npz", path=transform)
        for subset in subsets:
            paths = tmp_path / f"{subset}.npz", transform
            apply_script.main(*paths, tmp_path / f"{subset}.scaled.npz")
        made = {subset: tmp_path / f"{subset}.scaled.npz" for subset in subsets}
        return {"transform": transform} | made

    return scale


@pytest.mark.parametrize("n_molecules", [1, 20, MAX_QUANTILES + 500])
def test_arithmetic_is_scikit_learns(n_molecules):
    train, valid = draw(n_molecules, seed=0), draw(50, seed=1)
    kept = [NAMES.index(name) for name in ("lognormal", "few values", "often missing")]
    theirs = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        QuantileTransformer(
            n_quantiles=min(n_molecules, 1000),
            output_distribution="normal",
            subsample=None,
        ),
    ).fit(train.values.astype(np.float64))
    ours = fit_transform(train)
    varied = [one for one in kept if len(set(ours.quantiles[:, one])) > 1]
    for subset in (train, valid):
        want = theirs.transform(subset.values.astype(np.float64)).astype(np.float32)
        got = ours.apply(subset).values
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got[:, varied], want[:, varied])


def test_scaled_values_are_finite_and_what_says_nothing_is_zero():
    transform = fit_transform(draw(200, seed=0))
    valid = draw(50, seed=1)
    valid.values[:3] = [[np.finfo(np.float32).max] * 5, [-1e30] * 5, [np.nan] * 5]
    scaled = transform.apply(valid)
    assert np.isfinite(scaled.values).all()
    assert np.abs(scaled.values).max() < 6
    assert not scaled.values[:, [2, 3]].any()
    assert scaled.values[:, [0, 1, 4]].any(axis=0).all()
    assert scaled.names == NAMES


def test_missing_value_becomes_the_training_median():
    train, valid = draw(201, seed=0), draw(2, seed=1)
    column = NAMES.index("often missing")
    valid.values[:, column] = [np.nan, np.nanmedian(train.values[:, column])]
    missing, median = fit_transform(train).apply(valid).values[:, column]
    assert missing == median


def test_transform_and_training_set_do_not_depend_on_the_other_subsets(scaled):
    """It fails if anyone fits on more than the training set."""
    subsets = {subset: draw(80, seed) for seed, subset in enumerate(SUBSETS)}
    before = {name: path.read_bytes() for name, path in scaled(subsets).items()}
    for subset in ("valid", "test"):
        strange = replace(subsets[subset], values=subsets[subset].values * 1000 + 1)
        after = scaled({**subsets, subset: strange})
        for name, path in after.items():
            assert (path.read_bytes() == before[name]) == (name != subset), name


def test_training_part_decides_the_scale_of_the_others(scaled):
    subsets = {subset: draw(80, seed) for seed, subset in enumerate(SUBSETS)}
    before = {name: path.read_bytes() for name, path in scaled(subsets).items()}
    after = scaled({**subsets, "train": draw(80, seed=9)})
    for name, path in after.items():
        assert path.read_bytes() != before[name], name


def test_failures_stay_known(scaled):
    train = replace(draw(9, seed=0), failures={4: "ValueError: no"})
    made = scaled({"train": train})
    assert read_features(made["train"]).failures == train.failures


def test_transform_comes_back_and_has_the_same_bytes_each_time(tmp_path):
    fitted = [fit_transform(draw(60, seed=0)) for _ in range(2)]
    for name, transform in zip(("one", "two"), fitted, strict=True):
        save_transform(tmp_path / name, transform)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    read = read_transform(tmp_path / "one")
    assert read.names == NAMES
    np.testing.assert_array_equal(read.medians, fitted[0].medians)
    np.testing.assert_array_equal(read.quantiles, fitted[0].quantiles)
    valid = draw(30, seed=1)
    ours, theirs = read.apply(valid).values, fitted[0].apply(valid).values
    np.testing.assert_array_equal(ours, theirs)


def test_other_columns_are_refused():
    transform = fit_transform(draw(10, seed=0))
    other = replace(draw(10, seed=0), names=[*NAMES[:-1], "new in RDKit"])
    with pytest.raises(ValueError, match="another version of RDKit"):
        transform.apply(other)
