"""What a report shows of the molecules themselves, made at once.

Fingerprints and judgements are shared by examples, cliffs and map.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.evaluation.chemical_space import map_molecules
from toxtune.evaluation.cliffs import SIMILAR, Compared, find_cliffs
from toxtune.evaluation.delivered import Delivered
from toxtune.evaluation.examples import pick_examples
from toxtune.evaluation.judged import Decisions, judge
from toxtune.features.similarity import fingerprints
from toxtune.tasks import TaskType


@dataclass(frozen=True, eq=False)
class ShownMolecules:
    """What a report shows of molecules: content of the files of these names.

    Attributes
    ----------
    examples
        See `toxtune.evaluation.examples.pick_examples`.
    cliffs, cliff_counts
        See `toxtune.evaluation.cliffs.find_cliffs`.
    map, map_record
        See `toxtune.evaluation.chemical_space.ChemicalSpace`.
    """

    examples: pd.DataFrame
    cliffs: pd.DataFrame
    cliff_counts: pd.DataFrame
    map: pd.DataFrame
    map_record: dict[str, Any]


def show_molecules(
    subsets: Mapping[str, Subset],
    delivered: Delivered,
    task_type: TaskType,
    decisions: Decisions,
    cleared: Mapping[str, Collection[str]],
) -> ShownMolecules:
    """Find the molecules that a report shows.

    Parameters
    ----------
    subsets
        Training, validation and test set by name.
    delivered
        What the final model predicts of the test set.
    task_type
        The type of the tasks.
    decisions
        Binary task to the temperature and threshold of the model.
    cleared
        Task to the ids of training molecules whose measurements contradict each other.
    """
    train, test = subsets["train"], subsets["test"]
    prints = {name: fingerprints(subset.smiles) for name, subset in subsets.items()}
    judged = list(judge(test, delivered, train, task_type, decisions))
    compared = Compared(train, test, prints["train"], prints["test"], task_type)
    cliffs, counts = find_cliffs(compared, judged)
    space = map_molecules(subsets, prints, judged, task_type)
    return ShownMolecules(
        examples=pick_examples(compared, judged, cleared, SIMILAR),
        cliffs=cliffs,
        cliff_counts=counts,
        map=space.table,
        map_record=space.record,
    )
