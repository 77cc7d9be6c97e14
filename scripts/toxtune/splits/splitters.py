"""DeepChem's splitters: into sets by shares, or into folds of equal size."""

import contextlib
import io
import logging
import os
from types import ModuleType

import numpy as np
from rdkit import rdBase

SPLITTERS = {
    "random": "RandomSplitter",
    "stratified": "RandomStratifiedSplitter",
    "scaffold": "ScaffoldSplitter",
}


def split_by_shares(
    method: str,
    shares: list[float],
    seed: int | None,
    smiles: list[str],
    positive: np.ndarray,
) -> list[np.ndarray]:
    """Split molecules into up to three sets.

    Parameters
    ----------
    method
        A key of `SPLITTERS`. ``scaffold`` does not depend on the seed.
    shares
        Of the molecules, for each set; their sum is 1.
    seed
        From 0 to 2**32 - 1; ``None`` for ``scaffold`` only.
    smiles
        Of each molecule.
    positive
        bool, n_molecules x n_tasks; what ``stratified`` goes by.

    Returns
    -------
    list of np.ndarray
        The numbers of the molecules in each set.

    Raises
    ------
    ValueError
        If a random split has no seed.
    """
    if seed is None and method != "scaffold":
        raise ValueError(f"the splitter {method} needs a seed")
    deepchem = _import_deepchem()
    # The stratified splitter looks at nothing but where y and w both differ from 0;
    # positives as y and ones as w therefore tell it all, missing labels included.
    dataset = deepchem.data.NumpyDataset(
        X=np.zeros((len(smiles), 1)),
        y=positive.astype(np.float32),
        w=np.ones(positive.shape, np.float32),
        ids=np.array(smiles, dtype=object),
    )
    splitter = getattr(deepchem.splits, SPLITTERS[method])()
    names = ("frac_train", "frac_valid", "frac_test")
    fractions = dict(zip(names, [*shares, 0.0, 0.0], strict=False))
    with rdBase.BlockLogs():
        found = splitter.split(dataset, **fractions, seed=seed)
    indices = [np.asarray(members, dtype=int) for members in found]
    # DeepChem leaves out what it cannot parse, without a word.
    if sorted(np.concatenate(indices)) != list(range(len(smiles))):
        raise RuntimeError(f"{SPLITTERS[method]} lost or repeated molecules")
    # With two shares the stratified splitter can still put some into the third set.
    last = len(shares) - 1
    return [*indices[:last], np.concatenate(indices[last:])]


def split_into_folds(
    method: str, folds: int, seed: int | None, smiles: list[str], positive: np.ndarray
) -> np.ndarray:
    """Cut molecules into folds of equal size, one off the rest after the other.

    Parameters as for `split_by_shares`.

    Returns
    -------
    np.ndarray
        n_molecules: the number of each molecule's fold.
    """
    fold_of = np.full(len(smiles), folds - 1)
    rest = np.arange(len(smiles))
    for fold in range(folds - 1):
        share = 1 / (folds - fold)
        cut, left = split_by_shares(
            method,
            [share, 1 - share],
            seed,
            [smiles[number] for number in rest],
            positive[rest],
        )
        fold_of[rest[cut]] = fold
        rest = rest[np.sort(left)]
    return fold_of


def _import_deepchem() -> ModuleType:
    """Import DeepChem without the dozens of notices it and TensorFlow give."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in ("deepchem", "tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with contextlib.redirect_stdout(io.StringIO()):
        import deepchem
    return deepchem
