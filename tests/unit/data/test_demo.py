"""The project's own dataset: always the same text, and its rules hold."""

import csv
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem, rdBase

from toxtune.data.demo import TASKS, demo_csv

ROOT = Path(__file__).parents[3]

FRAGMENTS = {
    name: Chem.MolFromSmarts(smarts)
    for name, smarts in {
        "nitro": "[N+](=O)[O-]",
        "aniline": "[NX3;H2]c",
        "halogen": "[F,Cl,Br,I]c",
        "amide": "[CX3](=O)[NX3]",
        "michael": "[CX3]=[CX3]-[CX3]=O",
        "amine": "[NX3;$(N[CX4]);!$(N[!$([CX4])])]",
        "acid": "[CX3](=O)[OX2H1]",
    }.items()
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(demo_csv())))


@pytest.fixture(scope="module")
def molecules(rows) -> list[Chem.Mol | None]:
    with rdBase.BlockLogs():
        return [Chem.MolFromSmiles(row["smiles"]) for row in rows]


@pytest.fixture(scope="module")
def labels(rows, molecules) -> np.ndarray:
    """Labels of the rows that parse, n_molecules x n_tasks, NaN = missing."""
    return np.array(
        [
            [float(row[task] or "nan") for task in TASKS]
            for row, molecule in zip(rows, molecules, strict=True)
            if molecule
        ]
    )


@pytest.fixture(scope="module")
def truth(molecules) -> np.ndarray:
    """Apply the rules with SMARTS, apart from the generator."""
    return np.array([_truth(molecule) for molecule in molecules if molecule])


def _truth(molecule: Chem.Mol) -> list[bool]:
    has = {
        name: molecule.HasSubstructMatch(pattern) for name, pattern in FRAGMENTS.items()
    }
    return [
        has["nitro"] or has["aniline"],
        has["halogen"] and has["amide"],
        has["michael"],
        has["amine"] != has["acid"],
    ]


def test_the_text_is_that_of_the_first_release():
    digest = hashlib.sha256(demo_csv().encode()).hexdigest()
    assert digest == (
        "550bea835a6d8774348675306bfb9d4218c19bd139733fc738bd30c3089f46ec"
    )


def test_a_fresh_process_makes_the_same_text():
    code = "from toxtune.data.demo import demo_csv; print(demo_csv(), end='')"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == demo_csv()


def test_all_but_two_rows_parse(molecules):
    assert len(molecules) > 600
    assert sum(molecule is None for molecule in molecules) == 2


def test_molecules_are_diverse_and_some_are_written_twice(molecules):
    parsed = [molecule for molecule in molecules if molecule]
    keys = {Chem.MolToInchiKey(molecule)[:14] for molecule in parsed}
    assert 10 <= len(parsed) - len(keys) < 0.05 * len(parsed)


def test_some_repeats_contradict_each_other(molecules, labels):
    parsed = [molecule for molecule in molecules if molecule]
    first: dict[str, np.ndarray] = {}
    conflicts = 0
    for molecule, row in zip(parsed, labels, strict=True):
        other = first.setdefault(Chem.MolToInchiKey(molecule)[:14], row)
        conflicts += bool(np.any(np.abs(row - other) == 1))
    assert conflicts >= 5


def test_labels_follow_the_rules_up_to_the_noise(labels, truth):
    known = ~np.isnan(labels)
    wrong = (labels != truth) & known
    assert 0.03 < wrong.sum() / known.sum() < 0.07
    assert np.all(wrong.sum(axis=0) / known.sum(axis=0) < 0.08)


def test_classes_are_neither_rare_nor_dominant(truth):
    rates = truth.mean(axis=0)
    assert np.all((rates > 0.10) & (rates < 0.45))


def test_about_fifteen_percent_of_labels_are_missing(labels):
    assert 0.12 < np.isnan(labels).mean() < 0.19
