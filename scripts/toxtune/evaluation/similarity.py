"""How similar test molecules are to training molecules."""

import pandas as pd

from toxtune.data.subsets import Subset
from toxtune.features.similarity import nearest


def nearest_training_molecules(*, train: Subset, test: Subset) -> pd.DataFrame:
    """Find the most similar training molecule of each test molecule, without labels.

    Returns
    -------
    pd.DataFrame
        A row for each test molecule: ``id``, ``similarity`` (Tanimoto) and
        ``nearest_train_id``.
    """
    similarities, numbers = nearest(test.smiles, train.smiles)
    return pd.DataFrame(
        {
            "id": test.ids,
            "similarity": similarities,
            "nearest_train_id": [train.ids[number] for number in numbers],
        }
    )
