"""Which atoms the predictions come from that a report shows as examples."""

from typing import Any

import pandas as pd

from toxtune.prediction.explanation import explain, features_held_fixed
from toxtune.prediction.explanation_columns import rounded
from toxtune.prediction.prediction import Predictor
from toxtune.tasks import TaskType


def explain_examples(model: Predictor, examples: pd.DataFrame) -> dict[str, Any]:
    """Explain the examples that were picked over all tasks, each in its task.

    Those of single tasks alone are many, and left out: each takes a fifth of a second
    with a large ensemble.

    Parameters
    ----------
    model
        The final model.
    examples
        As `toxtune.evaluation.examples.pick_examples` returns them.

    Returns
    -------
    dict
        ``held_fixed``: the features that show on no atom; ``examples``: of each,
        ``task``, ``smiles``, ``contributions`` by atom, ``prediction`` and ``masked``.
        There are none for a model that asks for numbers of one's own.
    """
    metadata = model.metadata
    picked = examples[examples["rank_over_tasks"].notna()]
    if metadata.own_features:
        picked = picked.iloc[:0]
    explained = [
        {
            "task": row["task"],
            "smiles": row["smiles"],
            "contributions": rounded(task),
            "prediction": task.prediction,
            "masked": task.masked,
        }
        for row in picked.to_dict("records")
        for explanation in explain(
            model, [row["smiles"]], [row["task"]], classes=_class_of(model, row)
        )
        for task in explanation.tasks.values()
    ]
    return {
        "held_fixed": list(features_held_fixed(metadata)),
        "examples": explained,
    }


def _class_of(model: Predictor, row: dict[str, Any]) -> dict[str, int]:
    """Return the class that the example names: a refit may find another likelier."""
    if model.metadata.task_type != TaskType.MULTICLASS:
        return {}
    return {row["task"]: int(row["predicted"])}
