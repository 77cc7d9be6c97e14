"""What `lightgbm` promises beyond the contract of all families."""

import sys
from functools import partial

import numpy as np
import pytest

from helpers.families import TRAIN, VALID, examples_of, fit
from toxtune.errors import UserError
from toxtune.models import lightgbm
from toxtune.models.base import Examples
from toxtune.tasks import TaskType

EXAMPLES = {
    TaskType.BINARY: TRAIN,
    TaskType.MULTICLASS: examples_of(TaskType.MULTICLASS, 1),
    TaskType.REGRESSION: examples_of(TaskType.REGRESSION, 1),
}
SAMPLED = {
    "nothing": {"colsample_bytree": 1.0},
    "features": {"colsample_bytree": 0.1},
    "molecules": {"colsample_bytree": 1.0, "subsample": 0.5},
    "both": {"colsample_bytree": 0.1, "subsample": 0.5},
    "too few molecules to split": {"min_child_samples": 20},
    "trees without a split": {"min_child_samples": 6, "colsample_bytree": 0.05},
}


def state_file(folder, task_type, settings, name, n_estimators, state=None):
    """Train so many trees, or go on from a state; return where the new state is."""
    fitted = fit(
        "lightgbm",
        train=EXAMPLES[task_type],
        state=state,
        n_estimators=n_estimators,
        **settings,
    )
    assert np.isfinite(fitted.model.predict(VALID.features)).all()
    fitted.save_state(folder / name)
    return folder / name


@pytest.mark.parametrize("settings", SAMPLED.values(), ids=SAMPLED)
@pytest.mark.parametrize("task_type", EXAMPLES)
def test_more_trees_give_the_file_of_one_training(task_type, settings, tmp_path):
    file_of = partial(state_file, tmp_path, task_type, settings)
    steps = file_of("9", 9, file_of("4", 4, file_of("3", 3)))
    assert steps.read_bytes() == file_of("whole", 9).read_bytes()
    assert steps.read_bytes() != file_of("fewer", 3).read_bytes()


@pytest.mark.parametrize("settings", [{"colsample_bytree": 0.1}, {"subsample": 0.5}])
def test_each_tree_draws_for_itself(settings):
    model = fit("lightgbm", n_estimators=8, num_leaves=2, **settings).model
    trees = model.estimators[0].text().split("\nTree=")[1:]
    drawn = {tree.split("\n")[3] for tree in trees}
    assert len(trees) == 8
    assert len(drawn) > 3


@pytest.mark.parametrize("share", [1e-6, 0.02, 0.0666, 1 / 30, 1 / 49, 0.1])
@pytest.mark.parametrize("task_type", EXAMPLES)
def test_a_tree_sees_one_molecule_at_least(task_type, share, tmp_path):
    """Each task has other molecules, whose share may be less than one."""
    file_of = partial(state_file, tmp_path, task_type, {"subsample": share})
    steps = file_of("5", 5, file_of("2", 2))
    assert steps.read_bytes() == file_of("whole", 5).read_bytes()


@pytest.mark.parametrize("molecules", [2, 3, 30, 49, 107])
def test_the_least_share_is_one_molecule(molecules):
    rng = np.random.default_rng(molecules)
    features = rng.integers(0, 2, (molecules, 20)).astype(np.float32)
    labels = (np.arange(molecules) % 2).astype(np.float32)[:, None]
    for share in (1e-6, 0.9 / molecules, 1 / molecules, 1 / molecules - 1e-9):
        train = Examples(features, labels)
        model = fit("lightgbm", train=train, n_estimators=4, subsample=share).model
        assert np.isfinite(model.predict(features)).all()


def test_missing_features_are_values_of_their_own():
    features = TRAIN.features.copy()
    features[TRAIN.labels[:, 0] == 1, 0] = np.nan
    features[TRAIN.labels[:, 0] == 0, 0] = 0.0
    model = fit(
        "lightgbm",
        train=Examples(features, TRAIN.labels),
        n_estimators=30,
        colsample_bytree=1.0,
    ).model
    rows = VALID.features[:2].copy()
    rows[:, 0] = [np.nan, 0]
    low, high = sorted(model.predict(rows)[:, 0])
    assert model.predict(rows)[0, 0] == high
    assert high - low > 0.5


def test_file_is_small_and_has_no_time(tmp_path):
    model = fit("lightgbm").model
    model.save(tmp_path / "one")
    lightgbm.load(tmp_path / "one").save(tmp_path / "two")
    one, two = ((tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two
    text = model.estimators[0].text()
    assert "parameters" not in text
    assert "leaf_count" not in text


def test_missing_system_library_is_said_in_one_line(monkeypatch):
    class Broken:
        """Finds LightGBM where the system has no libgomp."""

        def find_spec(self, name, path=None, target=None):
            if name == "lightgbm":
                raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(UserError, match=r"libgomp\.so\.1.* install libgomp1"):
        fit("lightgbm")
