"""`random_forest`: scikit-learn's, one forest per task on its measured labels.

The seed decides which molecules each tree sees, and the features tried.
"""

from functools import partial
from typing import Any

from toxtune.models import forests
from toxtune.models.base import Family
from toxtune.tasks import TaskType

HYPERPARAMETERS = forests.declare("balanced", "balanced_subsample")

# Probst, Wright and Boulesteix 2019 (Hyperparameters and tuning strategies for random
# forest): the features tried at a split matter most, the size of leaves less. Of trees
# take as many as can be afforded, so that their number is no axis (Probst and
# Boulesteix 2018, To tune or not to tune the number of trees in random forest).
SPACE: dict[str, list[Any]] = {
    "n_estimators": [200],
    "max_features": ["log2", "sqrt", 0.1],
    "min_samples_leaf": [1, 2, 5],
}

FAMILY = Family(
    name="random_forest",
    task_types=(TaskType.BINARY, TaskType.MULTICLASS, TaskType.REGRESSION),
    hyperparameters=HYPERPARAMETERS,
    space=SPACE,
    resource="n_estimators",
    libraries=("scikit-learn", "numpy", "scipy"),
    imports=("sklearn.ensemble", "skops.io"),
    model_format="skops",
    fit=partial(forests.fit, "RandomForest", HYPERPARAMETERS),
    load=forests.load,
    complexity=forests.complexity,
)
