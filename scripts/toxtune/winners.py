"""What the winners' models predicted, from the files of a run."""

from pathlib import Path

import numpy as np

from toxtune.models.registry import family_module


def read_predictions(
    models: Path, family: str, seeds: list[int], part: str
) -> np.ndarray:
    """Read the predictions of one family's winner, n_seeds x n_molecules x n_outputs.

    Parameters
    ----------
    models
        Folder with ``{family}/seed-{seed}.{format}.{part}.npy``.
    part
        ``train`` or ``valid``.
    """
    ending = family_module(family).MODEL_FORMAT
    files = [models / family / f"seed-{seed}.{ending}.{part}.npy" for seed in seeds]
    return np.stack([np.load(file) for file in files])
