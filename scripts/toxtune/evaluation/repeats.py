"""Validation molecules of a repeated cross-validation, which predicts each again."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from toxtune.data.subsets import Subset


def once_each(molecules: Subset) -> tuple[np.ndarray, Subset]:
    """Return the rows of the first repeat, and their molecules.

    Further repeats are further predictions, and no further molecules. One repeat comes
    after the other, with all rows.
    """
    # Molecules may have several rows, and share ids; but each as often in each repeat.
    occurrences = Counter(zip(molecules.ids, molecules.smiles, strict=True)).values()
    n_rows = len(molecules.ids) // max(1, math.gcd(*occurrences))
    once = replace(
        molecules,
        ids=molecules.ids[:n_rows],
        smiles=molecules.smiles[:n_rows],
        groups=molecules.groups[:n_rows],
        labels=molecules.labels[:n_rows],
    )
    return np.arange(n_rows), once
