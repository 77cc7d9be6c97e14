"""Checks a ``.skops`` file before skops builds what it describes.

skops refuses to run code that comes with such a file, but takes every estimator of
scikit-learn, also those that call functions or hold other estimators. So of
scikit-learn's types only those are let through that the models of a family have.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.text import shown

SCHEMA = "schema.json"

_LINEAR = "sklearn.linear_model."
_BOOSTING = "sklearn.ensemble._hist_gradient_boosting."
_LOSSES = ("HalfBinomialLoss", "HalfMultinomialLoss", "HalfSquaredError")
_LINKS = ("IdentityLink", "Interval", "LogitLink", "MultinomialLogit")


def _of_forests(forest: str, tree: str) -> set[str]:
    kinds = ("Classifier", "Regressor")
    return {
        "sklearn.tree._tree.Tree",
        *(f"sklearn.ensemble._forest.{forest}{kind}" for kind in kinds),
        *(f"sklearn.tree._classes.{tree}{kind}" for kind in kinds),
    }


# Family to the types of scikit-learn that its models have.
TYPES: Mapping[str, set[str]] = {
    "random_forest": _of_forests("RandomForest", "DecisionTree"),
    "extra_trees": _of_forests("ExtraTrees", "ExtraTree"),
    "gradient_boosting": {
        f"{_BOOSTING}gradient_boosting.HistGradientBoostingClassifier",
        f"{_BOOSTING}gradient_boosting.HistGradientBoostingRegressor",
        f"{_BOOSTING}binning._BinMapper",
        f"{_BOOSTING}predictor.TreePredictor",
        "sklearn.preprocessing._label.LabelEncoder",
        *(f"sklearn._loss.loss.{name}" for name in _LOSSES),
        *(f"sklearn._loss._loss.Cy{name}" for name in _LOSSES),
        *(f"sklearn._loss.link.{name}" for name in _LINKS),
    },
    "logistic_regression": {f"{_LINEAR}_logistic.LogisticRegression"},
    "ridge": {f"{_LINEAR}_ridge.Ridge"},
}


def check_types(path: Path, family: str, name: str) -> None:
    """Refuse a ``.skops`` file that names another type of scikit-learn.

    skops itself refuses what is neither of scikit-learn nor harmless.

    Parameters
    ----------
    path
        The file.
    family
        Of the model, one of `TYPES`.
    name
        What to call the file, for messages.

    Raises
    ------
    UserError
        If models of the family do not have the type.
    """

    def refuse_other_types(node: dict[str, Any]) -> dict[str, Any]:
        found = f"{node.get('__module__')}.{node.get('__class__')}"
        if found.startswith("sklearn.") and found not in TYPES[family]:
            raise UserError(
                f"{name}: holds {shown(found)}, which models of the family {family} "
                "do not have"
            )
        return node

    with zipfile.ZipFile(path) as archive:
        json.loads(archive.read(SCHEMA), object_hook=refuse_other_types)
