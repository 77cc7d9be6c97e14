"""Sets and folds made of whole clusters."""

from collections.abc import Sequence

import numpy as np

from toxtune.errors import UserError
from toxtune.splits.clusters import Clusters

# How many orders of clusters are tried, and which difference from its share of the
# molecules is near enough for each set.
ORDERS, NEAR = 50, 0.01


def fill_sets(
    clusters: Clusters, shares: Sequence[float], seed: int
) -> list[np.ndarray]:
    """Put clusters into sets: the big ones first, then the others, in random order.

    Each goes to the first set that has room for it, else to the last one. This is the
    balanced scaffold split of Yang et al. (J. Chem. Inf. Model. 59, 3370, 2019) and of
    Chemprop, where a cluster is big if it has more than half of what a set after the
    first is to have. If there are few clusters, a random order can leave sets far from
    their shares: of `ORDERS` ones the nearest is taken, or the first that is near.

    Parameters
    ----------
    clusters
        Of the molecules.
    shares
        Of the molecules, for each set; their sum is 1.
    seed
        Of the order.

    Returns
    -------
    list of np.ndarray
        The numbers of the molecules in each set.

    Raises
    ------
    UserError
        If a cluster is larger than all sets were to be, or there are fewer clusters
        than sets.
    """
    sizes, room = clusters.sizes, np.array(shares) * len(clusters.numbers)
    _refuse_too_few(clusters, len(shares), "sets")
    if sizes.max() > room.max():
        raise UserError(
            f"split.method: {sizes.max()} of {len(clusters.numbers)} molecules are one "
            f"{clusters.noun}, which is never divided, and the largest set was to have "
            f"{room.max():.0f}; write another split.method, or split.fractions with a "
            "larger training set"
        )
    generator = np.random.default_rng(seed)
    best, difference = np.empty(0, dtype=int), np.inf
    for _ in range(ORDERS):
        order = generator.permutation(len(sizes))
        found = _in_order(order, sizes, room)
        filled = np.bincount(found, weights=sizes, minlength=len(room))
        off = np.abs(filled - room).max() / room.sum()
        if off < difference:
            best, difference = found, off
        if difference <= NEAR:
            break
    set_of = best[clusters.numbers]
    return [np.flatnonzero(set_of == number) for number in range(len(shares))]


def _in_order(order: np.ndarray, sizes: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Return the set of each cluster, given an order and what the sets are to have."""
    left = room[:-1].copy()
    is_big = sizes[order] > room[1:].min() / 2
    set_of_cluster = np.full(len(sizes), len(room) - 1)
    for cluster in [*order[is_big], *order[~is_big]]:
        fits = np.flatnonzero(sizes[cluster] <= left)
        if len(fits):
            set_of_cluster[cluster] = fits[0]
            left[fits[0]] -= sizes[cluster]
    _fill_empty(set_of_cluster, sizes, room)
    return set_of_cluster


def _fill_empty(
    set_of_cluster: np.ndarray, sizes: np.ndarray, room: np.ndarray
) -> None:
    """Give a set without a cluster the smallest of the fullest other one, in place."""
    for number in range(len(room)):
        counts = np.bincount(set_of_cluster, minlength=len(room))
        if not counts[number]:
            filled = np.bincount(set_of_cluster, weights=sizes, minlength=len(room))
            surplus = np.where(counts > 1, filled - room, -np.inf)
            of_donor = np.flatnonzero(set_of_cluster == surplus.argmax())
            set_of_cluster[of_donor[sizes[of_donor].argmin()]] = number


def fill_folds(clusters: Clusters, folds: int, seed: int) -> np.ndarray:
    """Put clusters into folds of about equal size, the largest first.

    Each goes to the smallest fold so far, as scikit-learn's GroupKFold has it; clusters
    of equal size, and folds of equal size, come in random order.

    Returns
    -------
    np.ndarray
        n_molecules: the number of each molecule's fold.

    Raises
    ------
    UserError
        If there are fewer clusters than folds.
    """
    _refuse_too_few(clusters, folds, "folds")
    sizes = clusters.sizes
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(sizes))
    names = generator.permutation(folds)
    filled = np.zeros(folds, dtype=int)
    fold_of_cluster = np.empty(len(sizes), dtype=int)
    for cluster in order[np.argsort(-sizes[order], kind="stable")]:
        smallest = filled.argmin()
        filled[smallest] += sizes[cluster]
        fold_of_cluster[cluster] = names[smallest]
    return fold_of_cluster[clusters.numbers]


def _refuse_too_few(clusters: Clusters, needed: int, noun: str) -> None:
    if len(clusters.sizes) < needed:
        raise UserError(
            f"split.method: {len(clusters.numbers)} molecules have no more than "
            f"{len(clusters.sizes)} {clusters.noun}{'s' * (len(clusters.sizes) > 1)}, "
            f"each of which stays whole; {needed} {noun} need as many: write another "
            "split.method"
        )
