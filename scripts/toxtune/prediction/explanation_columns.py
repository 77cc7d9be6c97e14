"""The columns of a prediction that say which atoms it comes from."""

import json
from collections.abc import Sequence
from math import floor, log10

import numpy as np

from toxtune.prediction.explanation import Explanation, TaskExplanation
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.support_columns import as_text

# Of contributions to outputs of at least 0.1; what is less is rounding.
DECIMALS = 6

PARENT = "parent_smiles"


def explanation_columns(metadata: FinalModelMetadata) -> list[str]:
    """Name the columns: the molecule that is meant, then three for each task."""
    columns = [PARENT]
    for task in metadata.tasks:
        columns += [atoms_column(task), f"{task}_masked", f"{task}_explained"]
    return columns


def atoms_column(task: str) -> str:
    """Name the column with the contributions of a task."""
    return f"{task}_atoms"


def explanation_cells(explanation: Explanation) -> list[str]:
    """Return the cells of `explanation_columns`; contributions as a JSON list."""
    cells = [explanation.parent_smiles]
    for task in explanation.tasks.values():
        others = np.array([task.masked, task.explained])
        cells += [json.dumps(rounded(task)), *as_text(others)]
    return cells


def rounded(task: TaskExplanation) -> list[float]:
    """Return the contributions with so many decimals that all of them mean something.

    Examples
    --------
    >>> rounded(TaskExplanation("", np.array([0.25, -1e-9]), 1.0, 0.5))
    [0.25, 0.0]
    >>> rounded(TaskExplanation("", np.array([2.5e-8, -1e-16]), 1e-7, 5e-8))
    [2.5e-08, 0.0]
    """
    decimals = DECIMALS
    if 0 < task.size < 0.1:
        decimals = DECIMALS - 1 - floor(log10(task.size))
    # Adding zero takes the sign from a zero that is none.
    return (np.round(task.contributions, decimals) + 0.0).tolist()


def atom_lists(explanation: Explanation) -> dict[str, str]:
    """Spell contributions as the data fields that RDKit reads as properties of atoms.

    Returns
    -------
    dict
        Name of the field to its value, in the order of the tasks.
    """
    return {
        f"atom.dprop.{atoms_column(name)}": _folded(rounded(task))
        for name, task in explanation.tasks.items()
    }


# Numbers to a line of an SD file, whose lines have at most 200 characters.
_TO_A_LINE = 15


def _folded(numbers: Sequence[float]) -> str:
    lines = [
        " ".join(map(str, numbers[start : start + _TO_A_LINE]))
        for start in range(0, len(numbers), _TO_A_LINE)
    ]
    return "\n".join(lines)
