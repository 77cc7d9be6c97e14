"""Sets and folds made of whole clusters."""

from collections.abc import Sequence

import numpy as np

from toxtune.errors import UserError
from toxtune.splits.clusters import Clusters


def fill_sets(
    clusters: Clusters, shares: Sequence[float], seed: int
) -> list[np.ndarray]:
    """Put clusters into sets: the big ones first, then the others in random order.

    Each goes to the first set that has room for it, else to the last one. This is the
    balanced scaffold split of Yang et al. (J. Chem. Inf. Model. 59, 3370, 2019) and of
    Chemprop, where a cluster is big if it has more than half of what a set after the
    first is to have. There the big ones come in random order; here the largest come
    first, or one of them could be most of the test set by chance. A set that would stay
    empty gets the smallest cluster of the set with most.

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
    order = np.random.default_rng(seed).permutation(len(sizes))
    is_big = sizes[order] > room[1:].min() / 2
    big = order[is_big][np.argsort(-sizes[order[is_big]], kind="stable")]
    set_of_cluster = np.full(len(sizes), len(shares) - 1)
    for cluster in [*big, *order[~is_big]]:
        fits = np.flatnonzero(sizes[cluster] <= room[:-1])
        if len(fits):
            set_of_cluster[cluster] = fits[0]
            room[fits[0]] -= sizes[cluster]
    _fill_empty(set_of_cluster, sizes, len(shares))
    set_of = set_of_cluster[clusters.numbers]
    return [np.flatnonzero(set_of == number) for number in range(len(shares))]


def _fill_empty(set_of_cluster: np.ndarray, sizes: np.ndarray, n_sets: int) -> None:
    """Give a set without a cluster the smallest of the set with most, in place."""
    for number in range(n_sets):
        counts = np.bincount(set_of_cluster, minlength=n_sets)
        if not counts[number]:
            of_donor = np.flatnonzero(set_of_cluster == counts.argmax())
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
