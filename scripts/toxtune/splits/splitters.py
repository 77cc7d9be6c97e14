"""Splitters: into sets by shares, or into folds of equal size.

Those without clusters are DeepChem's.
"""

import contextlib
import io
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Self, cast

import numpy as np
from rdkit import rdBase

from toxtune.splits.clusters import Clusters
from toxtune.splits.filling import fill_folds, fill_sets

# Methods to DeepChem's class, if it is one of DeepChem's. ``scaffold`` is without a
# seed; with one, scaffolds are clusters like others.
SPLITTERS = {
    "random": "RandomSplitter",
    "stratified": "RandomStratifiedSplitter",
    "scaffold": "ScaffoldSplitter",
    "butina": "",
    "group": "",
}


@dataclass(frozen=True)
class Molecules:
    """What a splitter is shown of different molecules.

    Attributes
    ----------
    smiles
        Of each molecule.
    strata
        bool, n_molecules x n_strata: what ``stratified`` spreads, a column for each
        class that is to be as frequent in each set.
    clusters
        What is never divided; ``None`` for DeepChem's splitters.
    """

    smiles: list[str]
    strata: np.ndarray
    clusters: Clusters | None = None

    def take(self, numbers: Sequence[int] | np.ndarray) -> Self:
        """Keep some molecules."""
        return type(self)(
            [self.smiles[number] for number in numbers],
            self.strata[numbers],
            self.clusters.take(numbers) if self.clusters else None,
        )


def split_by_shares(
    method: str, shares: list[float], seed: int | None, molecules: Molecules
) -> list[np.ndarray]:
    """Split molecules into up to three sets.

    Parameters
    ----------
    method
        A key of `SPLITTERS`.
    shares
        Of the molecules, for each set; their sum is 1.
    seed
        From 0 to 2**32 - 1; ``None`` for ``scaffold`` only.
    molecules
        What is split.

    Returns
    -------
    list of np.ndarray
        The numbers of the molecules in each set.

    Raises
    ------
    ValueError
        If a splitter that draws has no seed.
    UserError
        If clusters cannot fill the sets.
    """
    if seed is None and method != "scaffold":
        raise ValueError(f"the splitter {method} needs a seed")
    if molecules.clusters is not None and seed is not None:
        return fill_sets(molecules.clusters, shares, seed)
    return _split_by_deepchem(SPLITTERS[method], shares, seed, molecules)


def split_into_folds(
    method: str, folds: int, seed: int | None, molecules: Molecules
) -> np.ndarray:
    """Cut molecules into folds of equal size.

    DeepChem's splitters cut one off the rest after the other. Parameters as for
    `split_by_shares`.

    Returns
    -------
    np.ndarray
        n_molecules: the number of each molecule's fold.
    """
    if molecules.clusters is not None and seed is not None:
        return fill_folds(molecules.clusters, folds, seed)
    fold_of = np.full(len(molecules.smiles), folds - 1)
    rest = np.arange(len(molecules.smiles))
    for fold in range(folds - 1):
        share = 1 / (folds - fold)
        cut, left = split_by_shares(
            method, [share, 1 - share], seed, molecules.take(rest)
        )
        fold_of[rest[cut]] = fold
        rest = rest[np.sort(left)]
    return fold_of


def _split_by_deepchem(
    name: str, shares: list[float], seed: int | None, molecules: Molecules
) -> list[np.ndarray]:
    deepchem = _import_deepchem()
    # The stratified splitter looks at nothing but where y and w both differ from 0;
    # strata as y and ones as w therefore tell it all, missing labels included.
    dataset = deepchem.data.NumpyDataset(
        X=np.zeros((len(molecules.smiles), 1)),
        y=molecules.strata.astype(np.float32),
        w=np.ones(molecules.strata.shape, np.float32),
        ids=np.array(molecules.smiles, dtype=object),
    )
    splitter = getattr(deepchem.splits, name)()
    names = ("frac_train", "frac_valid", "frac_test")
    fractions = dict(zip(names, [*shares, 0.0, 0.0], strict=False))
    with rdBase.BlockLogs():
        found = splitter.split(dataset, **fractions, seed=seed)
    indices = [np.asarray(members, dtype=int) for members in found]
    # DeepChem leaves out what it cannot parse, without a word.
    if sorted(np.concatenate(indices)) != list(range(len(molecules.smiles))):
        raise RuntimeError(f"{name} lost or repeated molecules")
    # With two shares the stratified splitter can still put some into the third set.
    last = len(shares) - 1
    return [*indices[:last], np.concatenate(indices[last:])]


def _import_deepchem() -> ModuleType:
    """Import DeepChem without its models and the dozens of notices it gives.

    Splitters need no TensorFlow, whose import takes three seconds.
    """
    logging.getLogger("deepchem").setLevel(logging.ERROR)
    is_hidden = "tensorflow" not in sys.modules
    if is_hidden:
        # An import of it fails, and DeepChem takes it for not installed.
        sys.modules["tensorflow"] = cast(ModuleType, None)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import deepchem
    finally:
        if is_hidden:
            del sys.modules["tensorflow"]
    return deepchem
