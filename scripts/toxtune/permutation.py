"""Labels that mean nothing: a control that a search without a leak must fail."""

from collections.abc import Sequence

import numpy as np


def permute_labels(
    groups: Sequence[str], labels: Sequence[Sequence[str]], seed: int
) -> list[list[str]]:
    """Give each molecule the labels of another, drawn at random.

    A molecule's labels of all tasks go together, measured and missing: the classes stay
    as rare, the tasks as correlated, the rows of a molecule alike; the structures say
    nothing any more.

    Parameters
    ----------
    groups
        The molecule of each row.
    labels
        n_rows x n_tasks; empty = not measured. Rows of one molecule agree where both
        are measured.
    seed
        Of the permutation.
    """
    of_group: dict[str, list[str]] = {}
    for group, row in zip(groups, labels, strict=True):
        known = of_group.setdefault(group, [""] * len(row))
        of_group[group] = [old or new for old, new in zip(known, row, strict=True)]
    names = list(of_group)
    order = np.random.default_rng(seed).permutation(len(names))
    given = {
        name: of_group[names[other]] for name, other in zip(names, order, strict=True)
    }
    return [given[group] for group in groups]
