"""What a made-up run shows of its molecules, found by the code that finds it."""

import numpy as np
import pandas as pd
from rdkit import Chem

from toxtune.data.label_counts import count_labels
from toxtune.data.settling import CLEARED
from toxtune.data.subsets import Subset
from toxtune.evaluation.delivered import mean_over_seeds
from toxtune.evaluation.molecules import show_molecules
from toxtune.report.molecules import Molecules
from toxtune.tasks import TaskType

# Each is a molecule of its own. The fourth and the fifth have the same fingerprint.
SMILES = (
    "CCO",
    "c1ccccc1O",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CCCCCCCCCCCC(=O)OC",
    "CCCCCCCCCCCCC(=O)OC",
    "CN1C=NC2=C1C(=O)N(C)C(=O)N2C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "ClC(Cl)(Cl)Cl",
    *(
        f"{ring}{end}"
        for ring in ("c1ccccc1", "C1CCCCC1", "c1ccncc1", "c1ccsc1")
        for end in ("N", "Cl", "C(=O)N", "C#N", "S(=O)(=O)N", "CCO")
    ),
)


def made_molecules(
    task_type: str, test: Subset, predictions: np.ndarray, n_train: int = 80
) -> Molecules:
    """Make up a training set, and find what is shown of a made-up test set.

    `predictions` are n_seeds x n_molecules x n_outputs.
    """
    random = np.random.default_rng(1)
    subsets = {
        "train": _others("t", n_train, test, random),
        "valid": _others("v", 20, test, random),
        "test": test,
    }
    task = test.tasks[0]
    shown = show_molecules(
        subsets,
        mean_over_seeds(predictions),
        TaskType(task_type),
        decisions={task: {"temperature": 1.0, "threshold": 0.4}},
        cleared={task: {"t3"}},
    )
    changes = {(task, "train", CLEARED): 2}
    labels = count_labels(subsets, changes, TaskType(task_type))
    return Molecules(shown, labels, made_atoms(shown.examples))


def made_atoms(examples: pd.DataFrame) -> dict[tuple[str, str], dict]:
    """Make up which atoms the examples over all tasks come from: the last of each."""
    picked = examples[examples["rank_over_tasks"].notna()]
    return {
        (task, smiles): {
            "task": task,
            "smiles": smiles,
            "contributions": [
                *[0.0] * (Chem.MolFromSmiles(smiles).GetNumAtoms() - 1),
                -0.25,
            ],
            "prediction": 0.5,
            "masked": 0.75,
        }
        for task, smiles in zip(picked["task"], picked["smiles"], strict=True)
    }


def _others(
    letter: str, size: int, test: Subset, random: np.random.Generator
) -> Subset:
    """Draw molecules, and labels from those of the test set."""
    names = [f"{letter}{number}" for number in range(size)]
    smiles = [SMILES[number % len(SMILES)] for number in range(size)]
    rows = random.integers(0, len(test.ids), size)
    return Subset(names, smiles, names, test.tasks, test.labels[rows])
