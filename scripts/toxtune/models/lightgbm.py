"""`lightgbm`: LightGBM's boosted trees, one model per task on its measured labels.

Each tree draws features and molecules by a seed of its own, so that more trees are
added to a saved model as if it had never been saved. One thread; missing features are
LightGBM's missing values.
"""

import json
import zipfile
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np

from toxtune.errors import UserError
from toxtune.models.base import CPU, Examples, Family, Fitted
from toxtune.models.hyperparameters import Hyperparameter, Hyperparameters
from toxtune.models.lightgbm_text import check_trees, header, trees_of
from toxtune.models.per_task import PerTaskModel, fit_per_task
from toxtune.tasks import TaskType

# The defaults are LightGBM's.
HYPERPARAMETERS = {
    "n_estimators": Hyperparameter(int, 100, "number of trees", 1),
    "learning_rate": Hyperparameter(
        float, 0.1, "share of each tree that is added", 1e-9, 10.0
    ),
    "num_leaves": Hyperparameter(int, 31, "leaves of a tree, at most", 2, 131072),
    "min_child_samples": Hyperparameter(int, 20, "molecules in a leaf, at least", 1),
    "colsample_bytree": Hyperparameter(
        float,
        1.0,
        "share of the features that a tree sees; the seed matters below 1",
        1e-6,
        1.0,
    ),
    "subsample": Hyperparameter(
        float,
        1.0,
        "share of the molecules that a tree sees, at least one of them; the seed "
        "matters below 1",
        1e-6,
        1.0,
    ),
    "reg_lambda": Hyperparameter(
        float, 0.0, "penalty on the squared values of the leaves", 0.0
    ),
}

# Boldini, Grisoni, Kuhn, Friedrich and Sieber 2023 (Practical guidelines for the use of
# gradient boosting for molecular property prediction): learning rate, size of trees
# and leaves, and the sampling of features matter. Few features a tree, since many bits
# of a fingerprint say the same.
SPACE: dict[str, list[Any]] = {
    "n_estimators": [300],
    "learning_rate": [0.03, 0.1],
    "num_leaves": [15, 31],
    "min_child_samples": [5, 20],
    "colsample_bytree": [0.1, 0.3],
}

_FIXED = {
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
    "bagging_freq": 1,
}
_OBJECTIVES = {
    TaskType.BINARY: "binary sigmoid:1",
    TaskType.MULTICLASS: "multiclass num_class:{}",
    TaskType.REGRESSION: "regression",
}


class BoostedTrees:
    """The model of one task, in the words of scikit-learn's estimators.

    Attributes
    ----------
    task_type, random_state
        What its labels are; decides what its trees draw.
    rounds
        How often a tree was grown, or one for each class. A tree that finds no split is
        not kept, so that a model may have fewer.
    classes_
        The labels of the classes, in the order of their trees; empty for values.
    n_features
        Columns of the features.
    booster
        LightGBM's model; ``None`` before the first tree.
    """

    def __init__(self, task_type: TaskType, random_state: int) -> None:
        self.task_type = TaskType(task_type)
        self.random_state = random_state
        self.rounds = 0
        self.classes_ = np.empty(0)
        self.n_features = 0
        self.booster: Any = None
        self._settings: Hyperparameters = {}
        self._molecules = 0

    @property
    def trees_per_round(self) -> int:
        """Trees that are grown at a time."""
        return len(self.classes_) if self.task_type == TaskType.MULTICLASS else 1

    def set_params(self, **hyperparameters: Any) -> None:
        """Take what `fit` obeys, see `HYPERPARAMETERS`."""
        self._settings = hyperparameters

    def fit(self, features: np.ndarray, labels: np.ndarray) -> Self:
        """Grow trees until there are ``n_estimators``."""
        lightgbm = _import_lightgbm()
        settings = dict(self._settings)
        rounds = settings.pop("n_estimators") - self.rounds
        if rounds < 0:
            raise ValueError(
                f"n_estimators: must be ≥ {self.rounds}, which the saved state has "
                f"already, got {rounds + self.rounds}"
            )
        if self.task_type != TaskType.REGRESSION:
            self.classes_, labels = np.unique(labels, return_inverse=True)
        self._molecules, self.n_features = features.shape
        if rounds:
            settings |= _FIXED | {"objective": self.task_type.value}
            if self.task_type == TaskType.MULTICLASS:
                settings["num_class"] = self.trees_per_round
            # What a tree draws anew is what differs from the tree before.
            settings |= self.draws(self.rounds - 1)
            data = lightgbm.Dataset(
                features, labels, params=settings, free_raw_data=False
            ).construct()
            can_split = any(data.feature_num_bin(n) > 1 for n in range(self.n_features))
            self.booster = lightgbm.train(
                settings,
                data,
                num_boost_round=rounds,
                init_model=self.booster,
                callbacks=[_Draws(self)] if can_split else [],
            )
        self.rounds += rounds
        # Whole and continued trainings go on from the same text.
        self.booster = _read_booster(self.text())
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return values, or probabilities of the positive class, or of each class."""
        return self.booster.predict(features, num_threads=1)

    predict_proba = predict

    def text(self) -> str:
        """Return LightGBM's text of the model, without what nothing needs."""
        return self._header() + trees_of(self.booster.model_to_string())

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads beside the text."""
        return {
            "task_type": self.task_type.value,
            "random_state": self.random_state,
            "rounds": self.rounds,
            "classes": self.classes_.tolist(),
            "n_features": self.n_features,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any], text: str) -> Self:
        """Read what `to_dict` and `text` gave, which may come from elsewhere."""
        found = cls(content["task_type"], content["random_state"])
        found.rounds = content["rounds"]
        found.classes_ = np.array(content["classes"], dtype=float)
        found.n_features = content["n_features"]
        # The text names each feature.
        if not 0 < found.n_features <= len(text) or not text.startswith(
            found._header()
        ):
            raise ValueError("a model does not begin as its description says")
        trees = text.removeprefix(found._header())
        check_trees(trees, found.n_features, found.trees_per_round)
        found.booster = _read_booster(text)
        return found

    def _header(self) -> str:
        objective = _OBJECTIVES[self.task_type].format(self.trees_per_round)
        return header(objective, self.n_features, self.trees_per_round)

    def draws(self, tree: int) -> dict[str, Any]:
        """Return the settings by which one tree draws features and molecules.

        LightGBM begins to draw molecules by a new seed only where their share is new
        too, so that it is larger by a billionth for every other tree. It refuses a
        share of less than one molecule, so that one is drawn then.
        """
        share = self._settings["subsample"]
        if share * self._molecules < 1:
            share = 1 / self._molecules + 1e-9
        entropy = [self.random_state, tree + 1]
        seeds = np.random.SeedSequence(entropy).generate_state(2) >> 1
        return {
            "feature_fraction_seed": int(seeds[0]),
            "bagging_seed": int(seeds[1]),
            "subsample": min(share + 1e-9 * (tree % 2), 1.0),
        }


class _Draws:
    """Tells LightGBM before each tree by what it draws."""

    before_iteration = True
    order = 0

    def __init__(self, model: BoostedTrees) -> None:
        self.model, self.start = model, model.rounds

    def __call__(self, env: Any) -> None:
        tree = self.start + env.iteration - env.begin_iteration
        env.model.reset_parameter(self.model.draws(tree))


class LightGBMModel(PerTaskModel):
    """`BoostedTrees` by task, saved as a zip file of LightGBM's texts."""

    def save(self, path: Path) -> None:
        """Write each task's text, and what it is in ``model.json``; the same bytes."""
        tasks = [
            one if isinstance(one, float) else one.to_dict() for one in self.estimators
        ]
        content = json.dumps({"classes": self.classes, "tasks": tasks})
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(_entry(_CONTENTS), content)
            for task, one in enumerate(self.estimators):
                if not isinstance(one, float):
                    archive.writestr(_entry(_text_file(task)), one.text())

    def _predict_task(self, estimator: Any, features: np.ndarray) -> np.ndarray:
        if self.classes > 1 or isinstance(estimator, float):
            return super()._predict_task(estimator, features)
        return estimator.predict(features)


_CONTENTS = "model.json"
# Zip files cannot hold an earlier time.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def _text_file(task: int) -> str:
    return f"task-{task}.txt"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def load(path: Path) -> LightGBMModel:
    """Read what `LightGBMModel.save` wrote; LightGBM sees only texts that are sound.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is anything else.
    """
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read(_CONTENTS))
        estimators = [
            one
            if isinstance(one, float)
            else BoostedTrees.from_dict(one, archive.read(_text_file(task)).decode())
            for task, one in enumerate(content["tasks"])
        ]
    return LightGBMModel(estimators, content["classes"])


def _read_booster(text: str) -> Any:
    return _import_lightgbm().Booster(model_str=text)


def _import_lightgbm() -> ModuleType:
    """Import LightGBM, which needs a library that pip does not install.

    Raises
    ------
    UserError
        If that library is not there.
    """
    try:
        import lightgbm
    except OSError as error:
        raise UserError(
            f"lightgbm: LightGBM cannot be loaded: {error}. On Debian and Ubuntu "
            "install libgomp1, on others libgomp, or search other families"
        ) from None
    return lightgbm


def complexity(
    hyperparameters: Hyperparameters, n_features: int, n_outputs: int
) -> tuple[float, ...]:
    """Count fewer leaves of all trees as simpler, then larger ones."""
    return (
        hyperparameters["n_estimators"] * hyperparameters["num_leaves"],
        -hyperparameters["min_child_samples"],
    )


def fit(
    train: Examples,
    valid: Examples | None,
    hyperparameters: Hyperparameters,
    seed: int,
    state: Path | None = None,
    device: str = CPU,
) -> Fitted:
    """Boost trees per task, without early stopping."""
    model = fit_per_task(
        partial(BoostedTrees, train.task_type),
        hyperparameters,
        train,
        seed,
        earlier=None if state is None else load(state),
    )
    model = LightGBMModel(model.estimators, model.classes)
    return Fitted(model, save_state=model.save)


FAMILY = Family(
    name="lightgbm",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="n_estimators",
    libraries=("lightgbm", "numpy"),
    imports=("lightgbm",),
    model_format="lightgbm",
    fit=fit,
    load=load,
    complexity=complexity,
)
