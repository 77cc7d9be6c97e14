"""Checks models of scikit-learn's that were read, and kernels, before they predict.

scikit-learn takes the nodes of a tree for its own: a wrong number makes it read memory
that is no part of the model, or go round in a circle. So each tree must be one. What
fails with the first molecule needs no check: a molecule is tried when a final model is
loaded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from toxtune.models.base import Model
from toxtune.models.gaussian_process import GaussianProcess
from toxtune.models.per_task import PerTaskModel
from toxtune.tasks import CLASSIFICATION, TaskType

# Family to its estimators, of classes and of values.
ESTIMATORS: Mapping[str, tuple[str, ...]] = {
    "random_forest": ("RandomForestClassifier", "RandomForestRegressor"),
    "extra_trees": ("ExtraTreesClassifier", "ExtraTreesRegressor"),
    "gradient_boosting": (
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
    ),
    "logistic_regression": ("LogisticRegression",),
    "ridge": ("Ridge",),
}

_LINEAR = ("LogisticRegression", "Ridge")

# Forest to its trees.
_TREES: Mapping[str, str] = {
    "RandomForestClassifier": "DecisionTreeClassifier",
    "RandomForestRegressor": "DecisionTreeRegressor",
    "ExtraTreesClassifier": "ExtraTreeClassifier",
    "ExtraTreesRegressor": "ExtraTreeRegressor",
}


def check_model(
    model: Model, family: str, task_type: TaskType, outputs_per_task: int
) -> None:
    """Refuse a model that its family would not have written.

    Parameters
    ----------
    model
        What the family's `load` returned.
    family
        Its name; models of families that are not known here pass.
    task_type, outputs_per_task
        Of the final model's tasks.

    Raises
    ------
    ValueError
        Says what is wrong with it.
    """
    if isinstance(model, GaussianProcess):
        _check_kernel(model)
    if not isinstance(model, PerTaskModel):
        return
    if model.classes != outputs_per_task:
        raise ValueError(
            f"its models predict {model.classes} numbers of a task, and n_outputs asks "
            f"for {outputs_per_task}"
        )
    for estimator in model.estimators:
        if type(estimator) is float:
            _check_constant(estimator, model.classes)
        elif family in ESTIMATORS:
            _check_estimator(estimator, ESTIMATORS[family], task_type)


def _check_constant(label: float, classes: int) -> None:
    if not np.isfinite(label) or (classes > 1 and label not in range(classes)):
        raise ValueError(f"the only label of a task is {label}, which is none")


def _check_estimator(
    estimator: Any, names: tuple[str, ...], task_type: TaskType
) -> None:
    """Refuse what is no estimator of one of the classes, or has parts that do harm."""
    name = names[0] if task_type in CLASSIFICATION else names[-1]
    if type(estimator).__name__ != name:
        found = type(estimator).__name__
        raise ValueError(f"the model of a task must be of {name}, it is of {found}")
    n_features = estimator.n_features_in_
    if type(n_features) is not int:
        raise ValueError(f"a model has {n_features!r} features")
    # By the class, since a file may add any attribute.
    if name in _LINEAR:
        _check_weights(estimator, n_features)
        return
    trees = _trees_of_forest(estimator) if name in _TREES else _boosted_trees(estimator)
    for number, nodes in enumerate(trees):
        if fault := _fault(*nodes, n_features):
            raise ValueError(f"tree {number} of a model has {fault}")


def _check_weights(estimator: Any, n_features: int) -> None:
    """Refuse a linear model whose weights do not fit its features and classes."""
    classes = getattr(estimator, "classes_", ())
    rows = len(classes) if len(classes) > 2 else 1
    weights, intercepts = np.atleast_2d(estimator.coef_), estimator.intercept_
    fit = weights.shape == (rows, n_features) and np.size(intercepts) == rows
    if not fit or not (np.isfinite(weights).all() and np.isfinite(intercepts).all()):
        raise ValueError("a linear model has weights that do not fit its features")


def _check_kernel(model: GaussianProcess) -> None:
    """Refuse training molecules and weights that do not fit each other."""
    shapes = model.features.shape, model.weights.shape, model.means.shape
    if model.features.ndim != 2 or shapes[1] != (shapes[0][0], *shapes[2]):
        raise ValueError(f"a model has arrays that do not fit each other: {shapes}")
    if not (np.isfinite(model.weights).all() and np.isfinite(model.means).all()):
        raise ValueError("a model has weights that are not finite")


# Of the nodes of a tree: whether they are leaves, their left and right children, and
# the features, thresholds and values.
_Nodes = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _trees_of_forest(forest: Any) -> Iterator[_Nodes]:
    if forest.n_jobs not in (None, 1):
        raise ValueError(f"a forest asks for {forest.n_jobs} threads")
    for one in forest.estimators_:
        tree = one.tree_
        # The number of nodes says how much memory is looked at.
        if (
            type(one).__name__ != _TREES[type(forest).__name__]
            or type(tree).__name__ != "Tree"
            or not tree.node_count == tree.capacity > 0
        ):
            raise ValueError("a forest has something else than trees in it")
        leaves = tree.children_left == -1
        children = tree.children_left, tree.children_right
        yield leaves, *children, tree.feature, tree.threshold, tree.value


def _boosted_trees(estimator: Any) -> Iterator[_Nodes]:
    from sklearn._loss.loss import BaseLoss

    # Either may be another estimator, whose trees nobody has looked at.
    if estimator._preprocessor is not None or not isinstance(estimator._loss, BaseLoss):
        raise ValueError("a model of boosted trees has parts that are none of its own")
    for trees in estimator._predictors:
        for tree in trees:
            nodes = tree.nodes
            if type(tree).__name__ != "TreePredictor" or nodes.ndim != 1:
                raise ValueError("a model of boosted trees has something else in it")
            # What is missing among categories is looked up in tables beside the tree.
            if nodes["is_categorical"].any():
                raise ValueError("a model of boosted trees has a split by categories")
            fields = ("left", "right", "feature_idx", "num_threshold", "value")
            leaves = nodes["is_leaf"] != 0
            left, right, *others = (nodes[field] for field in fields)
            yield leaves, left.astype(np.int64), right.astype(np.int64), *others


def _fault(
    leaves: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    features: np.ndarray,
    thresholds: np.ndarray,
    values: np.ndarray,
    n_features: int,
) -> str | None:
    """Say what is wrong with one tree, if anything is."""
    splits = np.flatnonzero(~leaves)
    children = np.concatenate([left[splits], right[splits]])
    # Each node but the first has one parent, which stands before it.
    if (
        len(leaves) == 0
        or not np.array_equal(np.sort(children), np.arange(1, len(leaves)))
        or (children <= np.tile(splits, 2)).any()
    ):
        return "branches that make no tree"
    if not ((features[splits] >= 0) & (features[splits] < n_features)).all():
        return "a split by a feature that is not there"
    if np.isnan(thresholds[splits]).any():
        return "a split that is none"
    return None if np.isfinite(values).all() else "a value that is not finite"
