"""`extra_trees`: scikit-learn's extremely randomised trees, a forest per task.

Each tree sees all molecules, and splits at the best of thresholds drawn at random; so
the seed decides features and thresholds.
"""

from functools import partial
from typing import Any

from toxtune.models import forests
from toxtune.models.base import Family
from toxtune.tasks import TaskType

# Without samples of the molecules, weights of a sample's classes are those of all.
HYPERPARAMETERS = forests.declare("balanced")

# Geurts, Ernst and Wehenkel 2006 (Extremely randomized trees): the features tried at a
# split, whose square root is right for classes, while all pay where many features say
# nothing; and larger leaves where labels are noisy, as those of assays are.
SPACE: dict[str, list[Any]] = {
    "n_estimators": [200],
    "max_features": ["sqrt", 0.1, 0.3],
    "min_samples_leaf": [1, 3, 5],
}

FAMILY = Family(
    name="extra_trees",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="n_estimators",
    libraries=("scikit-learn", "numpy", "scipy"),
    imports=("sklearn.ensemble", "skops.io"),
    model_format="skops",
    fit=partial(forests.fit, "ExtraTrees", HYPERPARAMETERS),
    load=forests.load,
    complexity=forests.complexity,
)
