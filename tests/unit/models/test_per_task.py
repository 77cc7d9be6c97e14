"""Estimators per task get the features in either order of memory."""

from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from toxtune.models.base import Examples
from toxtune.models.per_task import fit_per_task


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesClassifier])
def test_features_by_columns_give_the_same_trees(kind, dtype):
    random = np.random.default_rng(0)
    features = random.integers(0, 4, (80, 12)).astype(dtype)
    labels = random.integers(0, 2, (80, 2)).astype(np.float32)
    labels[::5, 1] = np.nan
    train = Examples(features, labels)
    seen = []

    class Grower(kind):
        def fit(self, features, labels):
            seen.append(features.flags.f_contiguous)
            return super().fit(features, labels)

    by_rows, by_columns = (
        fit_per_task(partial(Grower, 5), {}, train, 0, by_columns=by_columns)
        for by_columns in (False, True)
    )
    assert seen == [False, False, True, True]
    for one, other in zip(by_rows.estimators, by_columns.estimators, strict=True):
        for tree, same in zip(one.estimators_, other.estimators_, strict=True):
            np.testing.assert_array_equal(tree.tree_.feature, same.tree_.feature)
            np.testing.assert_array_equal(tree.tree_.threshold, same.tree_.threshold)
            np.testing.assert_array_equal(tree.tree_.value, same.tree_.value)
