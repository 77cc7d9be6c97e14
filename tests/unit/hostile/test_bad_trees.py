"""scikit-learn's models from elsewhere: it predicts with none that it would not fit.

What gets through to it by mistake ends the process or never ends, and so this suite.
"""

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from helpers.families import N_CLASSES, TRAIN, examples_of, fit
from helpers.final_models import refused_model, with_member
from toxtune.models.base import Examples
from toxtune.models.per_task import PerTaskModel
from toxtune.models.registry import get_family
from toxtune.prediction.final_model import load
from toxtune.prediction.skops_file import TYPES, check_types
from toxtune.prediction.sound_models import check_model
from toxtune.tasks import TaskType

pytestmark = pytest.mark.promise(
    "a hostile final model: scikit-learn's models", "refused before they predict"
)

FORESTS = ["random_forest", "extra_trees"]
LEARNED = [
    (family, task_type)
    for family in TYPES
    for task_type in get_family(family).task_types
]


def fitted(family):
    """Fit a model of the two tasks that the sound model has."""
    return fit(family, train=Examples(TRAIN.features, TRAIN.labels[:, :2])).model


def saved(model):
    return skops.io.dumps([model.classes, *model.estimators])


@pytest.fixture
def refuse(sound, packed):
    """Return a function that expects a family's model to be refused."""

    def refuse(family, content, *fragments):
        refused_model(packed(with_member(sound, family, content)), *fragments)

    return refuse


@pytest.mark.parametrize(("family", "task_type"), LEARNED)
def test_sound_models_pass(family, task_type, folder):
    """With few labels, missing ones, and tasks of one class or none."""
    train = TRAIN if task_type == TaskType.BINARY else examples_of(task_type, 1)
    model = fit(family, train=train).model
    model.save(folder / "model.skops")
    check_types(folder / "model.skops", family, "model.skops")
    outputs = N_CLASSES if task_type == TaskType.MULTICLASS else 1
    read = get_family(family).load(folder / "model.skops")
    check_model(read, family, task_type, outputs)


@pytest.mark.parametrize(
    "family", [name for name, task_type in LEARNED if task_type == TaskType.BINARY]
)
def test_sound_model_predicts(family, sound, packed):
    path = packed(with_member(sound, family, saved(fitted(family))))
    assert load(path).predict(["CCO"]).values.shape == (1, 2)


# What the first node of a tree has in place of its own.
NODES = {
    "child beyond the last": ({"left_child": 2**40}, "branches that make no tree"),
    "right child beyond": ({"right_child": 2**40}, "branches that make no tree"),
    "negative child": ({"left_child": -7}, "branches that make no tree"),
    "one leaf": ({"right_child": -1}, "branches that make no tree"),
    "endless circle": ({"left_child": 0, "right_child": 0}, "branches that make no"),
    "child with two parents": ({"left_child": 2}, "branches that make no tree"),
    "huge feature": ({"feature": 2**50}, "a feature that is not there"),
    "feature beyond": ({"feature": 64}, "a feature that is not there"),
    "negative feature": ({"feature": -9}, "a feature that is not there"),
    "no threshold": ({"threshold": np.nan}, "a split that is none"),
}
BOOSTED = {"left_child": "left", "right_child": "right", "feature": "feature_idx"}


@pytest.mark.parametrize(("node", "fault"), NODES.values(), ids=NODES)
@pytest.mark.parametrize("family", FORESTS)
def test_forest_with_a_tree_that_is_none(refuse, family, node, fault):
    model = fitted(family)
    tree = model.estimators[1].estimators_[2].tree_
    fields = tree.__getstate__()["nodes"]
    for name, value in node.items():
        fields[name][0] = value
    refuse(family, saved(model), "tree 2 of a model has ", fault)


@pytest.mark.parametrize(("node", "fault"), NODES.values(), ids=NODES)
def test_boosting_with_a_tree_that_is_none(refuse, node, fault):
    model = fitted("gradient_boosting")
    nodes = model.estimators[1]._predictors[3][0].nodes
    for name, value in node.items():
        field = BOOSTED.get(name, "num_threshold")
        # Children are numbers without a sign.
        nodes[field][0] = value % 2**31 if field in ("left", "right") else value
    refuse("gradient_boosting", saved(model), "tree 3 of a model has ", fault)


def with_leaves_for_splits(model):
    model.estimators[0]._predictors[0][0].nodes["is_leaf"] = 1


def with_splits_for_leaves(model):
    model.estimators[0]._predictors[0][0].nodes["is_leaf"] = 0


def with_categories(model):
    model.estimators[0]._predictors[0][0].nodes["is_categorical"] = 1
    model.estimators[0]._predictors[0][0].nodes["bitset_idx"] = 2**31


def with_no_nodes(model):
    one = model.estimators[0]._predictors[0][0]
    one.nodes = one.nodes[:0]


def with_a_model_for_the_loss(model):
    model.estimators[0]._loss = fitted("gradient_boosting").estimators[0]


def with_preprocessing(model):
    model.estimators[0]._preprocessor = model.estimators[0]._label_encoder


CHANGES = {
    "leaves": with_leaves_for_splits,
    "splits": with_splits_for_leaves,
    "categories": with_categories,
    "no nodes": with_no_nodes,
    "loss": with_a_model_for_the_loss,
    "preprocessing": with_preprocessing,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_boosting_with_other_parts(refuse, change):
    model = fitted("gradient_boosting")
    change(model)
    refuse("gradient_boosting", saved(model), "a model ")


def with_a_forest_for_a_tree(model):
    forest = fitted("extra_trees").estimators[0]
    forest.tree_ = forest.estimators_[0].tree_
    model.estimators[0].estimators_[0] = forest
    model.estimators[0].estimator_ = forest


def with_many_threads(model):
    model.estimators[0].n_jobs = model.estimators[0].n_estimators = 10**6


def without_width(model):
    del model.estimators[0].n_features_in_


def with_a_wide_width(model):
    model.estimators[0].n_features_in_ = 64.0


def with_weights_beside_trees(model):
    """Attributes of a linear model, and a tree that is none."""
    estimator = model.estimators[0]
    estimator.coef_, estimator.intercept_ = np.zeros((1, 64)), np.zeros(1)
    with_many_threads(model)


PARTS = {
    "weights beside trees": (with_weights_beside_trees, "asks for 1000000 threads"),
    "forest for a tree": (with_a_forest_for_a_tree, "something else than trees in it"),
    "threads": (with_many_threads, "asks for 1000000 threads"),
    "no width": (without_width, "n_features_in_"),
    "width": (with_a_wide_width, "has 64.0 features"),
}


@pytest.mark.parametrize(("change", "fault"), PARTS.values(), ids=PARTS)
def test_forest_with_other_parts(refuse, change, fault):
    model = fitted("extra_trees")
    change(model)
    refuse("extra_trees", saved(model), fault)


FITTED = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
FOREIGN = {
    "other estimator": FITTED,
    "pipeline": make_pipeline(FunctionTransformer(np.sin), FITTED),
    "estimators in an array": np.array([FITTED, 1], dtype=object),
}


@pytest.mark.parametrize("estimator", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("family", [*FORESTS, "gradient_boosting", "ridge"])
def test_estimator_of_another_family(refuse, family, estimator):
    content = skops.io.dumps([1, estimator, estimator])
    refuse(family, content, "holds 'sklearn.", f"models of the family {family} do not")


def test_estimator_for_other_tasks(refuse):
    """Or a tree, a part of a forest, in place of it."""
    train = examples_of(TaskType.REGRESSION, 1)
    train = Examples(train.features, train.labels[:, :2], train.task_type)
    for_values = fit("extra_trees", train=train).model.estimators[0]
    tree = fitted("extra_trees").estimators[0].estimators_[0]
    for estimator in (for_values, tree):
        content = skops.io.dumps([1, estimator, estimator])
        refuse("extra_trees", content, "must be of ExtraTreesClassifier, it is of ")


@pytest.mark.parametrize("classes", [0, 2, 10**12, 1.5, "1", None])
def test_other_number_of_classes(refuse, classes):
    content = skops.io.dumps([classes, 0.0, 1.0])
    refuse("random_forest", content, " numbers of a task, and n_outputs asks for 1")


@pytest.mark.parametrize("label", [np.nan, np.inf, -1.0, 3.0, 0.5])
def test_only_label_that_is_none(folder, label):
    (folder / "model").write_bytes(skops.io.dumps([N_CLASSES, label]))
    model = get_family("random_forest").load(folder / "model")
    with pytest.raises(ValueError, match="which is none"):
        check_model(model, "random_forest", TaskType.MULTICLASS, N_CLASSES)


WEIGHTS = {
    "fewer": ("coef_", np.zeros((1, 63))),
    "more classes": ("coef_", np.zeros((2, 64))),
    "not finite": ("coef_", np.full((1, 64), np.nan)),
    "intercepts": ("intercept_", np.zeros(9)),
    "no intercept": ("intercept_", np.array([np.inf])),
    "text": ("coef_", np.full((1, 64), "a")),
}


@pytest.mark.parametrize(("name", "value"), WEIGHTS.values(), ids=WEIGHTS)
def test_weights_that_do_not_fit(refuse, name, value):
    model = fitted("logistic_regression")
    setattr(model.estimators[0], name, value)
    refuse("logistic_regression", saved(model), "is not a final model: ")


@pytest.mark.parametrize(("name", "value"), WEIGHTS.values(), ids=WEIGHTS)
def test_weights_of_values_that_do_not_fit(name, value):
    estimator = Ridge().fit(np.eye(64), np.arange(64.0))
    setattr(estimator, name, value)
    with pytest.raises((ValueError, TypeError)):
        check_model(PerTaskModel([estimator]), "ridge", TaskType.REGRESSION, 1)
